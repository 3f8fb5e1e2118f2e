//! The last look at a text before anybody reads it: what a reader cannot see goes, written as itself or
//! as an HTML entity that a page would turn into it.

use std::borrow::Cow;

use super::is_invisible;

/// How often an entity may come to light where another was taken out. Nobody nests them by accident.
const NESTED_MAX: usize = 4;

/// HTML's names of invisible characters. One of them needs no semicolon.
const NAMES: [&str; 18] = [
    "ZeroWidthSpace;",
    "NegativeVeryThinSpace;",
    "NegativeThinSpace;",
    "NegativeMediumSpace;",
    "NegativeThickSpace;",
    "NoBreak;",
    "ApplyFunction;",
    "InvisibleTimes;",
    "InvisibleComma;",
    "zwnj;",
    "zwj;",
    "lrm;",
    "rlm;",
    "af;",
    "it;",
    "ic;",
    "shy;",
    "shy",
];

/// `text` without what a reader cannot see; line ends and tabs stay. No entity is decoded: `&lt;` stays
/// what it is, and one that stands for an invisible character goes whole.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains('&') && !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown: String = text.chars().filter(|c| !is_hidden(*c)).collect();
    for _ in 0..NESTED_MAX {
        let next = without_hidden_entities(&shown);
        if next.len() == shown.len() {
            return Cow::Owned(shown);
        }
        shown = next;
    }
    shown.retain(|c| c != '&');
    Cow::Owned(shown)
}

/// Ends of lines that are not written `\n` count: a model may see a line where a reader sees none.
fn is_hidden(c: char) -> bool {
    let is_odd = matches!(c, '\u{2028}' | '\u{2029}');
    is_odd || is_invisible(c) || (c.is_control() && c != '\n' && c != '\t')
}

fn without_hidden_entities(text: &str) -> String {
    let mut pieces = text.split('&');
    let mut shown = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match behind_hidden(piece) {
            Some(rest) => shown.push_str(rest),
            None => {
                shown.push('&');
                shown.push_str(piece);
            }
        }
    }
    shown
}

/// What follows an entity for something hidden, whose `&` stands before `piece`.
fn behind_hidden(piece: &str) -> Option<&str> {
    let mut body = piece;
    while let Some(rest) = behind_ampersand(body) {
        body = rest;
    }
    if let Some((hidden, rest)) = number(body) {
        return is_hidden(hidden).then_some(rest);
    }
    NAMES.iter().find_map(|name| body.strip_prefix(name))
}

/// What follows an entity for `&` itself: an entity behind that is one for whoever decodes twice.
fn behind_ampersand(body: &str) -> Option<&str> {
    if let Some((c, rest)) = number(body) {
        return (c == '&').then_some(rest);
    }
    let rest = body.strip_prefix("amp").or(body.strip_prefix("AMP"))?;
    Some(rest.strip_prefix(';').unwrap_or(rest))
}

/// The character that an entity's number stands for, and what follows. It needs no semicolon.
fn number(body: &str) -> Option<(char, &str)> {
    let number = body.strip_prefix('#')?;
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    let rest = digits.trim_start_matches(|c: char| c.is_digit(radix));
    let digits = digits.strip_suffix(rest)?;
    let code = u32::from_str_radix(digits, radix).ok()?;
    let rest = rest.strip_prefix(';').unwrap_or(rest);
    Some((char::from_u32(code)?, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_hidden_goes_however_it_is_written() {
        for hidden in [
            "\u{202e}",
            "\u{200b}",
            "\u{e0041}",
            "\u{fe0f}",
            "\u{1b}",
            "&#x202e;",
            "&#X202E",
            "&#0008238;",
            "&#8203;",
            "&ZeroWidthSpace;",
            "&shy;",
            "&zwj;",
            "&amp;#x202e;",
            "&amp;amp;zwnj;",
            "&#38;#8203;",
            "&#038;#x202e;",
            "&#x026;zwj;",
            "&#X26#8203;",
            "&amp#x202e;",
            "&AMPzwj;",
            "\u{2028}",
            "\u{2029}",
            "&#x2028;",
            "&#x20&#x202e;2e;",
            "&#82\u{200b}03;",
            "&#x20&#x20&#x20&#x20&#x20&#x202e;2e;2e;2e;2e;2e;",
        ] {
            let shown = visible(hidden);
            assert!(!shown.contains(['&', '\u{1b}']), "{hidden:?}: {shown}");
            assert!(!shown.chars().any(is_hidden), "{hidden:?}: {shown}");
        }
        assert_eq!(visible("a&#x202e;b &ZeroWidthSpace;c&#8203d"), "ab cd");
    }

    #[test]
    fn what_can_be_seen_stays_as_it_is_written() {
        for text in [
            "a && b",
            "&lt;img&gt; &amp; &copy; &#65; &#x41;",
            "f(&x, &item)",
            "two\nlines\tand a tab",
            "?a=1&b=2",
            "\u{e9}\u{1f600}",
        ] {
            assert_eq!(visible(text), text);
        }
    }

    proptest! {
        #[test]
        fn once_looked_at_nothing_hidden_is_left(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    "&", "#", "x", "20", "2e", "82", "03", ";", "amp;", "amp", "#038", "zwj", "shy", "\u{200b}", " ", "a",
                ]),
                0..40,
            ),
        ) {
            let shown = visible(&parts.concat()).into_owned();
            prop_assert!(!shown.chars().any(is_hidden));
            prop_assert_eq!(visible(&shown), shown.as_str());
        }
    }
}
