//! Path patterns as .gitattributes and CODEOWNERS write them, from somebody else's file: bounded,
//! and compiled once for all of them.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use idwo_core::evidence::Skipped;

/// Most patterns of one file that are taken.
const PATTERNS_MAX: usize = 2000;

/// Longest pattern, in bytes.
const PATTERN_BYTES_MAX: usize = 500;

/// Most wildcards in one pattern: each multiplies the states of the automaton it becomes.
const WILDCARDS_MAX: usize = 12;

/// Values by pattern; a later pattern overrules an earlier one.
pub(crate) struct Patterns<T> {
    set: GlobSet,
    values: Vec<T>,
    /// How many were not taken: too many, too long, or not a pattern.
    left_out: usize,
}

impl<T> Patterns<T> {
    pub(crate) fn new(rules: impl Iterator<Item = (String, T)>) -> Self {
        let mut set = GlobSetBuilder::new();
        let (mut values, mut left_out) = (Vec::new(), 0);
        for (pattern, value) in rules {
            let glob = (values.len() < PATTERNS_MAX && is_bounded(&pattern))
                .then(|| glob(&pattern))
                .flatten();
            match glob {
                Some(glob) => {
                    set.add(glob);
                    values.push(value);
                }
                None => left_out += 1,
            }
        }
        match set.build() {
            Ok(set) => Self {
                set,
                values,
                left_out,
            },
            Err(_) => Self {
                set: GlobSet::empty(),
                left_out: left_out + values.len(),
                values: Vec::new(),
            },
        }
    }

    /// What was not taken of the `file` that they stand in.
    pub(crate) fn skipped(&self, file: &str) -> Option<Skipped> {
        (self.left_out > 0).then(|| {
            let what = format!("{} patterns of {file}", self.left_out);
            Skipped::new(what, "they are too many or too complex")
        })
    }

    /// The values whose patterns match `path`, the last one first.
    pub(crate) fn matching(&self, path: &str) -> impl Iterator<Item = &T> {
        self.set
            .matches(path)
            .into_iter()
            .rev()
            .filter_map(|index| self.values.get(index))
    }
}

fn is_bounded(pattern: &str) -> bool {
    pattern.len() <= PATTERN_BYTES_MAX
        && pattern.bytes().filter(|b| matches!(b, b'*' | b'?')).count() <= WILDCARDS_MAX
}

/// Neither format has alternatives, so braces mean themselves.
fn glob(pattern: &str) -> Option<globset::Glob> {
    let pattern = pattern.replace('{', "[{]").replace('}', "[}]");
    GlobBuilder::new(&pattern)
        .literal_separator(true)
        .backslash_escape(true)
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left_out(pattern: &str) -> usize {
        Patterns::new(std::iter::once((pattern.to_owned(), ()))).left_out
    }

    #[test]
    fn the_last_pattern_that_matches_comes_first() {
        let rules = [("*", 1), ("*.rs", 2), ("*.js", 3)]
            .map(|(pattern, value)| (pattern.to_owned(), value));
        let patterns = Patterns::new(rules.into_iter());
        assert_eq!(patterns.matching("a.rs").collect::<Vec<_>>(), [&2, &1]);
    }

    #[test]
    fn what_would_cost_too_much_to_compile_is_left_out() {
        for hostile in [
            "{".repeat(400) + &"}".repeat(400),
            "*a".repeat(200),
            "*".repeat(100_000),
            "x".repeat(501),
            "[".into(),
        ] {
            assert_eq!(left_out(&hostile), 1, "{} bytes", hostile.len());
        }
        assert_eq!(left_out("{a,b}"), 0);
    }

    #[test]
    fn braces_mean_themselves() {
        let patterns = Patterns::new(std::iter::once(("{a,b}".to_owned(), ())));
        assert_eq!(
            (
                patterns.matching("{a,b}").count(),
                patterns.matching("a").count()
            ),
            (1, 0)
        );
    }
}
