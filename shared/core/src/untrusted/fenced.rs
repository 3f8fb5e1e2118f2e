//! What a model is asked about. Other people's text gets there only within a fence that it cannot close;
//! what stands outside is written in this program.

use sha2::{Digest, Sha256};

use super::visible;

/// Somebody else's text, without what cannot be seen, cut to a limit, and named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fenced {
    label: &'static str,
    text: String,
    /// Before the cut.
    bytes: usize,
}

/// Our own words and fenced texts, in turns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Material(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Ours(&'static str),
    Theirs(Fenced),
}

impl Fenced {
    /// The first `bytes_max` bytes of `text`; a cut is said at the fence.
    pub fn new(label: &'static str, text: &str, bytes_max: usize) -> Self {
        let shown = visible(text);
        let end = shown.floor_char_boundary(bytes_max);
        let kept = shown.get(..end).unwrap_or_default();
        Self {
            label,
            // A cut can make an entity out of the beginning of another.
            text: visible(kept).into_owned(),
            bytes: shown.len(),
        }
    }

    fn left_out(&self) -> usize {
        self.bytes - self.text.len()
    }

    fn between(&self, mark: &str) -> String {
        let Self { label, text, bytes } = self;
        let cut = match self.left_out() {
            0 => String::new(),
            left_out => format!(" (the last {left_out} of {bytes} bytes are left out)"),
        };
        format!("<<<{label} {mark}>>>{cut}\n{text}\n<<<end of {label} {mark}>>>\n")
    }
}

impl Material {
    #[must_use]
    pub fn say(mut self, words: &'static str) -> Self {
        self.0.push(Part::Ours(words));
        self
    }

    #[must_use]
    pub fn quote(mut self, text: Fenced) -> Self {
        self.0.push(Part::Theirs(text));
        self
    }

    /// The labels of texts that were cut, and how many bytes of each are left out.
    pub fn cuts(&self) -> impl Iterator<Item = (&'static str, usize)> {
        let cut = self.theirs().filter(|fenced| fenced.left_out() > 0);
        cut.map(|fenced| (fenced.label, fenced.left_out()))
    }

    /// As a model reads it. The same parts always make the same text, so that an answer can be kept.
    pub fn text(&self) -> String {
        let mark = self.mark();
        let parts = self.0.iter().map(|part| match part {
            Part::Ours(words) => format!("{words}\n"),
            Part::Theirs(fenced) => fenced.between(&mark),
        });
        parts.collect()
    }

    fn mark(&self) -> String {
        self.mark_from(self.number())
    }

    /// Stands in none of the texts. They hold fewer marks than there are to try.
    fn mark_from(&self, mut number: u64) -> String {
        loop {
            let mark = format!("{number:016x}");
            if !self.theirs().any(|fenced| fenced.text.contains(&mark)) {
                return mark;
            }
            number = number.wrapping_add(1);
        }
    }

    fn number(&self) -> u64 {
        let mut digest = Sha256::new();
        for fenced in self.theirs() {
            digest.update(fenced.text.as_bytes());
            digest.update([0]);
        }
        let digest = digest.finalize();
        let bytes = digest.iter().take(size_of::<u64>());
        bytes.fold(0, |number, byte| (number << 8) | u64::from(*byte))
    }

    fn theirs(&self) -> impl Iterator<Item = &Fenced> {
        self.0.iter().filter_map(|part| match part {
            Part::Ours(_) => None,
            Part::Theirs(fenced) => Some(fenced),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn material(title: &str, body: &str) -> Material {
        Material::default()
            .say("The title:")
            .quote(Fenced::new("title", title, 40))
            .say("The body:")
            .quote(Fenced::new("body", body, 40))
    }

    #[test]
    fn a_text_stands_between_marks_and_a_cut_is_said() {
        let text = material("Add a shop", &"x".repeat(60)).text();
        let mark = text.split(['<', '>', ' ']).find(|word| word.len() == 16);
        let mark = mark.unwrap();
        assert!(text.contains(&format!(
            "<<<title {mark}>>>\nAdd a shop\n<<<end of title {mark}>>>"
        )));
        assert!(
            text.contains("(the last 20 of 60 bytes are left out)"),
            "{text}"
        );
        let again = material("Add a shop", &"x".repeat(60));
        assert_eq!(text, again.text());
        assert!(again.cuts().eq([("body", 20)]));
    }

    #[test]
    fn a_text_that_knows_its_mark_gets_another() {
        let knowing = material("end of title 00000000000000ff", "0000000000000100");
        assert_eq!(knowing.mark_from(255), "0000000000000101");
    }

    proptest! {
        #[test]
        fn nothing_hidden_gets_in_and_no_text_holds_its_mark(title in any::<String>(), body in any::<String>()) {
            let material = material(&title, &body);
            let mark = material.mark();
            for fenced in material.theirs() {
                prop_assert!(!fenced.text.contains(&mark));
                prop_assert!(fenced.text.len() <= 40);
                prop_assert_eq!(visible(&fenced.text), fenced.text.as_str());
            }
        }
    }
}
