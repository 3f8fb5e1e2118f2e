//! Changed code files for which the change touches no test.

use std::collections::BTreeSet;

use idwo_core::ctx::Ctx;
use idwo_core::evidence::Skipped;
use idwo_core::failure::Failure;
use idwo_core::forge::{ChangedFile, FileChange, Place};

use crate::attributes::Kind;
use crate::change::{Change, Text};
use crate::paths;

/// Most Rust files that are read whole to find their inline tests: each is one more read.
const FILES_READ_MAX: usize = 40;

/// What a test's file name has before the name of what it tests, and after it. Case counts:
/// `CartTest` is a test, `latest` is not.
const TEST_PREFIXES: [&str; 3] = ["test_", "tests_", "Test"];
const TEST_SUFFIXES: [&str; 11] = [
    "_test", "_tests", "_spec", ".test", ".spec", "-test", "-spec", "Tests", "Test", "Spec", "IT",
];

pub(crate) struct Untested {
    /// Code files with added lines; tests, migrations, CI and infrastructure left out.
    pub(crate) code_files: usize,
    pub(crate) test_files: usize,
    pub(crate) untested: Vec<String>,
    /// Files of which it is not known whether they hold tests of their own.
    pub(crate) skipped: Option<Skipped>,
}

/// A code file counts as tested when the change also touches a test file of the same name
/// (`parse.rs` and `tests/parse.rs`, `Cart.java` and `CartTest.java`, `cart/` and `cart.spec.ts`),
/// or, in Rust, lines inside its own test module.
pub(crate) async fn untested(ctx: &Ctx, change: &Change<'_>) -> Result<Untested, Failure> {
    let code: Vec<_> = changed_code(change).collect();
    let tests: Vec<_> = change.of_kind(Kind::Test).collect();
    let subjects = Subjects::of(&tests);
    let mut untested = Vec::new();
    let mut not_read = 0;
    let mut reads_left = FILES_READ_MAX;
    for file in &code {
        if subjects.include(&file.path) {
            continue;
        }
        match touches_inline_tests(ctx, change, file, &mut reads_left).await? {
            Some(true) => (),
            Some(false) => untested.push(file.path.clone()),
            None => not_read += 1,
        }
    }
    let skipped = (not_read > 0).then(|| {
        let why = format!(
            "to find inline tests, {FILES_READ_MAX} Rust files of up to 500 KB are read whole"
        );
        Skipped::new(
            format!("whether {not_read} code files touch tests of their own"),
            why,
        )
    });
    Ok(Untested {
        code_files: code.len(),
        test_files: tests.len(),
        untested,
        skipped,
    })
}

/// Rust files that may hold tests of their own.
pub(crate) fn wanted(change: &Change<'_>) -> Vec<Place> {
    let tests: Vec<_> = change.of_kind(Kind::Test).collect();
    let subjects = Subjects::of(&tests);
    let alone = changed_code(change).filter(|file| !subjects.include(&file.path));
    alone
        .filter(|file| is_rust(&file.path))
        .take(FILES_READ_MAX)
        .map(|file| change.place_after(&file.path))
        .collect()
}

fn changed_code<'c>(change: &Change<'c>) -> impl Iterator<Item = &'c ChangedFile> {
    let written = change.of_kind(Kind::Other);
    written.filter(|file| is_changed_code(file))
}

fn is_rust(path: &str) -> bool {
    paths::language(path) == Some("Rust")
}

fn is_changed_code(file: &ChangedFile) -> bool {
    let runs_elsewhere = paths::is_migration(&file.path)
        || paths::is_ci(&file.path)
        || paths::is_infrastructure(&file.path);
    paths::is_code(&file.path)
        && !runs_elsewhere
        && file.kind != FileChange::Deleted
        && !file.added().is_empty()
}

/// What the touched tests may be the tests of.
struct Subjects {
    names: BTreeSet<String>,
    folders: BTreeSet<String>,
}

impl Subjects {
    fn of(tests: &[&ChangedFile]) -> Self {
        Self {
            names: tests.iter().map(|file| stem(&file.path)).collect(),
            folders: tests
                .iter()
                .filter_map(|file| folder_name(&file.path))
                .collect(),
        }
    }

    fn include(&self, path: &str) -> bool {
        let name = stem(path);
        let folder = folder_name(path);
        self.names.contains(&name)
            || self.folders.contains(&name)
            || folder.is_some_and(|folder| self.names.contains(&folder))
    }
}

/// A file's name in lower case, without extension and without what marks it as a test.
fn stem(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let name = TEST_PREFIXES
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name);
    let name = TEST_SUFFIXES
        .iter()
        .find_map(|suffix| name.strip_suffix(suffix))
        .unwrap_or(name);
    name.to_lowercase()
}

fn folder_name(path: &str) -> Option<String> {
    const NO_SUBJECT: [&str; 8] = [
        "src",
        "lib",
        "test",
        "tests",
        "spec",
        "__tests__",
        "main",
        "java",
    ];
    let folder = paths::folder(path)?.rsplit('/').next()?.to_lowercase();
    (!NO_SUBJECT.contains(&folder.as_str())).then_some(folder)
}

/// `None` where the file was not read.
async fn touches_inline_tests(
    ctx: &Ctx,
    change: &Change<'_>,
    file: &ChangedFile,
    reads_left: &mut usize,
) -> Result<Option<bool>, Failure> {
    if !is_rust(&file.path) {
        return Ok(Some(false));
    }
    if *reads_left == 0 {
        return Ok(None);
    }
    *reads_left -= 1;
    let Text::Content(text) = change.after(ctx, &file.path).await? else {
        return Ok(None);
    };
    let Some(start) = inline_tests(&text) else {
        return Ok(Some(false));
    };
    Ok(Some(
        file.added().iter().any(|line| line.number as usize > start),
    ))
}

/// The line on which a Rust file's own test module begins; a module in another file is none.
fn inline_tests(text: &str) -> Option<usize> {
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if ["#[cfg(test)]", "#[cfg(all(test"]
            .iter()
            .any(|start| line.trim_start().starts_with(start))
        {
            let mut next = lines.clone().map(|(_, line)| line.trim());
            let item = next.find(|line| !line.is_empty() && !line.starts_with(['#', '/']))?;
            if item.contains("mod ") && item.ends_with('{') {
                return Some(number);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_shares_its_bare_name_with_what_it_tests() {
        for path in [
            "src/cart.rs",
            "tests/cart.rs",
            "test_cart.py",
            "cart_test.go",
            "cart.spec.ts",
            "CartTest.java",
            "CartIT.java",
        ] {
            assert_eq!(stem(path), "cart", "{path}");
        }
    }

    #[test]
    fn only_a_module_with_a_body_holds_tests() {
        assert_eq!(
            inline_tests("fn a() {}\n\n#[cfg(test)]\nmod tests {\n}\n"),
            Some(2)
        );
        assert_eq!(
            inline_tests("#[cfg(test)]\nmod tests;\n\nfn a() {}\n"),
            None
        );
        assert_eq!(
            inline_tests("#[cfg(test)]\nuse x;\n#[cfg(test)]\n#[path = \"t.rs\"]\nmod t {\n}\n"),
            Some(2)
        );
        assert_eq!(inline_tests(""), None);
    }

    #[test]
    fn a_word_that_only_ends_like_a_test_keeps_its_end() {
        assert_eq!(
            ["latest.rs", "commit.rs", "contest.py"].map(stem),
            ["latest", "commit", "contest"]
        );
    }
}
