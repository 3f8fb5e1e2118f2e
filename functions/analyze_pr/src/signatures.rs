//! Public functions, types, constants and fields whose declaration the change touches: what others may
//! have to follow. Not seen: what is exported elsewhere than where it is declared, what macros make,
//! variables of Python, fields of Java, bodies of classes beyond their methods.

use std::collections::BTreeSet;

use idwo_core::ctx::Ctx;
use idwo_core::evidence::Skipped;
use idwo_core::failure::Failure;
use idwo_core::forge::{ChangedFile, FileChange, Place};
use schemars::JsonSchema;
use serde::Serialize;

use self::declared::{Declaration, Declarations, declared};
use self::grammar::Grammar;
use crate::attributes::Kind;
use crate::change::{Change, PATH_CHARS_MAX, Text, path_before};
use crate::quote::quote;

mod declared;
mod grammar;

/// Deepest nesting that is looked into, in nodes.
const DEPTH_MAX: usize = 32;

/// Most files that are parsed, largest change first, and most bytes of one: together a second.
const FILES_MAX: usize = 30;
const FILE_BYTES_MAX: usize = 128 * 1024;

/// Longest declaration that is shown, in characters.
const DECLARATION_CHARS_MAX: usize = 160;

/// A declaration that others can use.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Signature {
    pub path: String,
    /// Where it stands now, or stood before it was taken away. Counts from 1.
    pub line: u32,
    /// Absent for one that is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Absent for one that is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

pub(crate) struct Signatures {
    /// Gone ones first, then changed, then new.
    pub(crate) found: Vec<Signature>,
    pub(crate) skipped: Option<Skipped>,
}

/// Of files that people wrote and that are no tests, in the languages that are known.
pub(crate) async fn signatures(ctx: &Ctx, change: &Change<'_>) -> Result<Signatures, Failure> {
    let mut files = parsed(change);
    let mut unread = files.len().saturating_sub(FILES_MAX);
    files.truncate(FILES_MAX);
    let mut found = Vec::new();
    for (file, grammar) in &files {
        match differing(ctx, change, file, grammar).await? {
            Some(signatures) => found.extend(signatures),
            None => unread += 1,
        }
    }
    found.sort_by_key(|signature| (signature.after.is_some(), signature.before.is_none()));
    let skipped = (unread > 0).then(|| {
        let why = format!(
            "{FILES_MAX} files of at most {} KB are parsed, and only whole ones",
            FILE_BYTES_MAX / 1024
        );
        Skipped::new(format!("the public signatures of {unread} files"), why)
    });
    Ok(Signatures { found, skipped })
}

pub(crate) fn wanted(change: &Change<'_>) -> Vec<Place> {
    let files = parsed(change).into_iter().take(FILES_MAX);
    files.flat_map(|(file, _)| change.sides(file)).collect()
}

/// Largest change first.
fn parsed<'c>(change: &Change<'c>) -> Vec<(&'c ChangedFile, &'static Grammar)> {
    let known = change.of_kind(Kind::Other);
    let known = known.filter_map(|file| Some((file, grammar::of(&file.path)?)));
    let mut files: Vec<_> = known
        .filter(|(file, _)| file.churn() > 0 || file.kind == FileChange::Deleted)
        .collect();
    files.sort_by_key(|(file, _)| std::cmp::Reverse(file.churn()));
    files
}

/// `None` where either side is too large or does not parse.
async fn differing(
    ctx: &Ctx,
    change: &Change<'_>,
    file: &ChangedFile,
    grammar: &Grammar,
) -> Result<Option<Vec<Signature>>, Failure> {
    let before = match path_before(file) {
        Some(path) => change.before(ctx, path).await?,
        None => Text::Missing,
    };
    let after = match file.kind {
        FileChange::Deleted => Text::Missing,
        _ => change.after(ctx, &file.path).await?,
    };
    let sides = [before, after].map(|text| match text {
        Text::Missing => Some(Declarations::new()),
        Text::Content(source) if source.len() <= FILE_BYTES_MAX => declared(grammar, &source),
        Text::Content(_) | Text::Unread => None,
    });
    let [Some(before), Some(after)] = sides else {
        return Ok(None);
    };
    Ok(Some(compared(&file.path, &before, &after)))
}

fn compared(path: &str, before: &Declarations, after: &Declarations) -> Vec<Signature> {
    let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let all = |side: &Declarations, name| side.get(name).cloned().unwrap_or_default();
    let differing = names.into_iter().flat_map(|name| {
        let (old, new) = (all(before, name), all(after, name));
        paired(unlike(&old, &new), unlike(&new, &old))
    });
    let told = differing.filter_map(|(old, new)| {
        let shown = |declaration: &Declaration| quote(&declaration.text, DECLARATION_CHARS_MAX);
        Some(Signature {
            path: quote(path, PATH_CHARS_MAX),
            line: new.as_ref().or(old.as_ref())?.line,
            before: old.as_ref().map(shown),
            after: new.as_ref().map(shown),
        })
    });
    told.collect()
}

/// Of overloads, those that the other side does not have too.
fn unlike(own: &[Declaration], other: &[Declaration]) -> Vec<Declaration> {
    let theirs: BTreeSet<_> = other.iter().map(|declaration| &declaration.text).collect();
    let own = own.iter().filter(|own| !theirs.contains(&own.text));
    own.cloned().collect()
}

/// Those of one name that differ, in their order.
fn paired(
    old: Vec<Declaration>,
    new: Vec<Declaration>,
) -> Vec<(Option<Declaration>, Option<Declaration>)> {
    let count = old.len().max(new.len());
    let mut old = old.into_iter();
    let mut new = new.into_iter();
    (0..count).map(|_| (old.next(), new.next())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names of the public declarations of `source`, as if it stood in `path`.
    fn names(path: &str, source: &str) -> Vec<String> {
        let declared = declared(grammar::of(path).unwrap(), source).unwrap();
        declared.into_keys().collect()
    }

    fn changed(path: &str, before: &str, after: &str) -> Vec<(Option<String>, Option<String>)> {
        let grammar = grammar::of(path).unwrap();
        let side = |source| declared(grammar, source).unwrap();
        let found = compared(path, &side(before), &side(after));
        found.into_iter().map(|s| (s.before, s.after)).collect()
    }

    #[test]
    fn each_language_has_its_own_way_of_being_public() {
        let rust = "pub fn a() {} fn b() {} pub(crate) fn c() {}
            pub struct S; impl S { pub fn m(&self) {} fn n(&self) {} }
            pub struct F { pub x: u8, y: u8 } trait P { fn p(&self); }
            pub trait T { fn t(&self); } pub const C: u8 = 1; pub enum E { A }
            pub mod open { pub fn i() {} } mod own { pub fn i() {} }";
        assert_eq!(
            names("a.rs", rust),
            [
                "C", "E", "F", "F.x", "S", "S.m", "T", "T.t", "a", "open", "open.i"
            ]
        );
        let python = "def a(): pass\ndef _b(): pass\nclass C:\n    def __init__(self): pass\n    def _m(self): pass\n    @property\n    def p(self): pass\n";
        assert_eq!(names("a.py", python), ["C", "C.__init__", "C.p", "a"]);
        let typescript = "export function a(x: number): string { return ''; }
            function b() {} export interface I { x: number }
            export class C { private p() {} public q() {} #r() {} }
            export default function d() {} export const k = (x: number) => x;";
        assert_eq!(names("a.ts", typescript), ["C", "C.q", "I", "a", "d", "k"]);
        let javascript = "export function a() {} function b() {} export class C { m() {} }";
        assert_eq!(names("a.js", javascript), ["C", "C.m", "a"]);
        let go = "package p\nfunc A() {}\nfunc b() {}\ntype T struct{ X int }\nfunc (t *T) M() {}\nfunc (t *T) n() {}\nconst C = 1\n";
        assert_eq!(names("a.go", go), ["A", "C", "T", "T.M"]);
        let java = "public class A { public int m(int x) { return x; } int n() { return 1; } public A() {} }
            interface B { void b(); }";
        assert_eq!(names("A.java", java), ["A", "A.A", "A.m"]);
    }

    #[test]
    fn what_only_looks_different_is_the_same() {
        let before = "pub fn a(x: u8,\n    y: u8) -> u8 { x }";
        let after = "pub fn a(x: u8, y: u8) -> u8 {\n    y\n}";
        assert_eq!(changed("a.rs", before, after), []);
    }

    #[test]
    fn a_changed_a_new_and_a_gone_declaration_are_told() {
        let before = "def a(x):\n    pass\ndef gone():\n    pass\n";
        let after = "def a(x, y=1):\n    pass\ndef new():\n    pass\n";
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            changed("a.py", before, after),
            [
                (some("def a(x)"), some("def a(x, y=1)")),
                (some("def gone()"), None),
                (None, some("def new()")),
            ]
        );
    }

    #[test]
    fn what_a_value_is_says_nothing_and_what_it_takes_does() {
        let some = |text: &str| Some(text.to_owned());
        let (old, new) = (
            "export const f = (x: number) => x;",
            "export const f = (x: string) => 1;",
        );
        assert_eq!(
            changed("a.ts", old, new),
            [(some("f = (x: number) =>"), some("f = (x: string) =>"))]
        );
        let (old, new) = ("export const k = 1;", "export const k = 2;");
        assert_eq!(changed("a.ts", old, new), []);
        let (old, new) = ("pub enum E { A, B }", "pub enum E { A }");
        assert_eq!(changed("a.rs", old, new).len(), 1);
    }

    #[test]
    fn an_overload_that_is_put_before_others_is_the_only_new_one() {
        let before = "public class A { public void m(int x) {} public void m(String x) {} }";
        let after = before.replace(
            "{ public void m(int",
            "{ public void m(long x) {} public void m(int",
        );
        assert_eq!(
            changed("A.java", before, &after),
            [(None, Some("public void m(long x)".to_owned()))]
        );
    }

    #[test]
    fn a_source_that_can_be_read_in_too_many_ways_is_given_up() {
        let java = grammar::of("A.java").unwrap();
        assert!(declared(java, &"a<".repeat(60_000)).is_none());
        let many = "pub fn a() {}".repeat(9000);
        assert!(
            declared(grammar::of("a.rs").unwrap(), &many).is_none(),
            "more than are read"
        );
        let long = format!("pub mod {} {{ pub fn x() {{}} }}", "m".repeat(300));
        assert!(declared(grammar::of("a.rs").unwrap(), &long).is_none());
    }

    #[test]
    fn a_file_that_does_not_parse_tells_nothing() {
        assert!(declared(grammar::of("a.rs").unwrap(), "pub fn a( {").is_none());
    }

    #[test]
    fn nothing_nested_too_deep_is_followed() {
        let deep = "pub mod m { ".repeat(5000) + &"}".repeat(5000);
        assert!(declared(grammar::of("a.rs").unwrap(), &deep).is_none());
    }
}
