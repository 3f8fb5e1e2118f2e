//! Text that somebody else wrote (a diff, a title, an argument), made fit to be shown: nothing
//! invisible, nothing that reorders what stands beside it, never longer than asked.

mod fenced;
mod visible;

pub use self::fenced::{Fenced, Material};
pub use self::visible::visible;

/// One line of at most `chars_max` characters; what was cut is marked with `…`.
///
/// Runs of white space and control characters become one space. Characters that a reader cannot
/// see but a model can (bidirectional controls, zero-width, tag and variation characters) go.
pub fn plain(text: &str, chars_max: usize) -> String {
    let mut out = String::with_capacity(text.len().min(chars_max));
    let mut left = chars_max;
    let mut space_due = false;
    for c in text.chars().filter(|c| !is_invisible(*c)) {
        if c.is_whitespace() || c.is_control() {
            space_due = !out.is_empty();
            continue;
        }
        let needed = 1 + usize::from(space_due);
        if left <= needed {
            out.push('…');
            break;
        }
        if std::mem::take(&mut space_due) {
            out.push(' ');
        }
        out.push(c);
        left -= needed;
    }
    out
}

/// Whether a reader sees less than stands there.
pub fn hides_characters(text: &str) -> bool {
    text.chars().any(is_invisible)
}

/// Whether a reader cannot see it, and a model can.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hidden_instructions_do_not_survive() {
        let smuggled = "fine\u{e0069}\u{e0067}\u{200b}\u{202e}\u{fe0f} text";
        assert_eq!(plain(smuggled, 80), "fine text");
    }

    #[test]
    fn lines_are_joined_and_cuts_are_marked() {
        assert_eq!(plain("  a\r\n\tb\0c ", 80), "a b c");
        assert_eq!(plain("abcdef", 4), "abc…");
    }

    proptest! {
        #[test]
        fn output_is_short_visible_and_stable(text in any::<String>(), chars_max in 1usize..50) {
            let out = plain(&text, chars_max);
            prop_assert!(out.chars().count() <= chars_max);
            prop_assert!(!out.chars().any(|c| is_invisible(c) || c.is_control()));
            prop_assert_eq!(plain(&out, chars_max), out);
        }
    }
}
