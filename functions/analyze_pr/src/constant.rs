//! Patterns that stand in the code.

use globset::{Glob, GlobSet, GlobSetBuilder};
use regex::Regex;

/// Compiles a pattern of ours. One that does not compile is a bug that every test of its module
/// meets: a pattern that quietly matched nothing would be evidence that nothing is there.
#[expect(clippy::expect_used, reason = "a constant, compiled by the tests")]
pub(crate) fn constant(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant pattern compiles")
}

/// The same for sets of path patterns.
#[expect(clippy::expect_used, reason = "a constant, compiled by the tests")]
pub(crate) fn constant_set(globs: &[&str]) -> GlobSet {
    let mut builder = GlobSetBuilder::new();
    for glob in globs {
        builder.add(Glob::new(glob).expect("a constant glob compiles"));
    }
    builder.build().expect("constant globs compile together")
}
