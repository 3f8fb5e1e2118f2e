//! JSON that every reader reads alike. A key that stands twice, a NUL, or nesting without end is
//! read in one way here and in another behind a gateway or a log.

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;

/// Deepest nesting: parsers recurse, and no honest call nests ten levels.
pub const DEPTH_MAX: usize = 64;

/// Most values of one message, counted at every level: each costs its reader some 700 bytes at
/// worst, so that 1 MiB of the smallest would become 200 MiB. A call of today has twenty.
pub const VALUES_MAX: usize = 5_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsound {
    NotJson,
    /// JSON, but not for everybody the same; says why.
    Ambiguous(String),
}

/// Walks over one JSON value and keeps nothing of it but the keys on the way.
pub fn check(json: &[u8]) -> Result<(), Unsound> {
    let mut parser = serde_json::Deserializer::from_slice(json);
    let values = Cell::new(0);
    let walk = Walk {
        depth: 0,
        values: &values,
    };
    let walked = walk.deserialize(&mut parser).and_then(|()| parser.end());
    walked.map_err(|error| match error.classify() {
        Category::Data => Unsound::Ambiguous(without_position(&error)),
        Category::Syntax | Category::Eof | Category::Io => Unsound::NotJson,
    })
}

/// The parser adds where it stood, which helps nobody who sent one line.
fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ")
        .map_or(text.as_str(), |(why, _)| why)
        .to_owned()
}

#[derive(Clone, Copy)]
struct Walk<'a> {
    depth: usize,
    /// Seen so far, in the whole message.
    values: &'a Cell<usize>,
}

impl Walk<'_> {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth >= DEPTH_MAX {
            return Err(E::custom(format_args!(
                "the message nests deeper than {DEPTH_MAX} levels"
            )));
        }
        let depth = self.depth + 1;
        Ok(Self { depth, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        self.values.set(self.values.get() + 1);
        if self.values.get() > VALUES_MAX {
            return Err(D::Error::custom(format_args!(
                "the message holds more than {VALUES_MAX} values"
            )));
        }
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    /// Line ends, tabs and terminal colours are honest text; a NUL ends it for some readers.
    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        if text.contains('\0') {
            return Err(E::custom("the message holds a NUL character"));
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let deeper = self.deeper()?;
        while list.next_element_seed(deeper)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let deeper = self.deeper()?;
        let mut keys = HashSet::new();
        while let Some(key) = object.next_key::<String>()? {
            if key.contains(char::is_control) {
                return Err(A::Error::custom("a key holds a control character"));
            }
            if !keys.insert(key) {
                return Err(A::Error::custom("a key stands twice in one object"));
            }
            object.next_value_seed(deeper)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(json: &str) -> String {
        match check(json.as_bytes()) {
            Err(Unsound::Ambiguous(why)) => why,
            other => panic!("{json}: {other:?}"),
        }
    }

    #[test]
    fn honest_values_pass() {
        for json in [
            "{}",
            "[]",
            "null",
            " 1.5e3 ",
            r#"{"a":{"b":[1,"x\n\t",true]},"b":{"a":1}}"#,
            r#""\u001b[31mred""#,
        ] {
            assert_eq!(check(json.as_bytes()), Ok(()), "{json}");
        }
    }

    #[test]
    fn what_two_readers_could_read_differently_is_named() {
        assert_eq!(why(r#"{"a":1,"a":2}"#), "a key stands twice in one object");
        assert_eq!(
            why(r#"[{"b":{"name":1,"n\u0061me":1}}]"#),
            "a key stands twice in one object"
        );
        assert_eq!(
            why(r#"{"a":["\u0000"]}"#),
            "the message holds a NUL character"
        );
        assert_eq!(why(r#"{"a\n":1}"#), "a key holds a control character");
    }

    #[test]
    fn depth_counts_brackets_outside_of_text() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert_eq!(check(nested(DEPTH_MAX).as_bytes()), Ok(()));
        assert!(why(&nested(DEPTH_MAX + 1)).contains("64 levels"));
        let text = format!("{{\"a\":\"{}\"}}", "[".repeat(999));
        assert_eq!(check(text.as_bytes()), Ok(()));
        let wide = format!("[{}[]]", "[],".repeat(999));
        assert_eq!(check(wide.as_bytes()), Ok(()));
    }

    #[test]
    fn many_small_values_are_refused_before_anybody_holds_them() {
        let list = |values: usize| format!("[{}0]", "0,".repeat(values - 2));
        assert_eq!(check(list(VALUES_MAX).as_bytes()), Ok(()));
        assert!(why(&list(VALUES_MAX + 1)).contains("5000 values"));
        let objects = format!("[{}0]", "{\"a\":0},".repeat(VALUES_MAX / 2));
        assert!(why(&objects).contains("5000 values"));
    }

    #[test]
    fn what_is_no_json_is_told_apart() {
        for json in [
            "",
            "{",
            "{}{}",
            "nul",
            "{'a':1}",
            "\"\n\"",
            r#""\ud800""#,
            "[1,]",
            "1e999",
            "\u{feff}{}",
        ] {
            assert_eq!(check(json.as_bytes()), Err(Unsound::NotJson), "{json}");
        }
        assert_eq!(check(b"\"\xff\""), Err(Unsound::NotJson));
    }
}
