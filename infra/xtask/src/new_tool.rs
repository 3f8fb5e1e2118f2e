//! `cargo xtask new-tool NAME`: a tool that answers its own example, in every place where a tool has to
//! be. What is left to do is its `lib.rs`, and words in the README.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::path::PathBuf;
use std::str::FromStr;

use crate::{Failed, cargo, root};

/// Names are function names on AWS behind a stack's name, 64 characters in all.
const NAME_BYTES_MAX: usize = 32;

/// Words of the language, by which no crate can be named.
const KEYWORDS: &str = "abstract as async await become box break const continue crate do dyn else enum extern \
    false final fn for gen if impl in let loop macro match mod move mut override priv pub ref return self \
    static struct super trait true try type typeof unsafe unsized use virtual where while yield";

/// What a new tool's folder holds, and its story.
const FILES: [(&str, &str); 5] = [
    (
        "functions/__name__/Cargo.toml",
        include_str!("../new_tool/Cargo.toml.txt"),
    ),
    (
        "functions/__name__/src/lib.rs",
        include_str!("../new_tool/lib.rs.txt"),
    ),
    (
        "functions/__name__/src/main.rs",
        include_str!("../new_tool/main.rs.txt"),
    ),
    (
        "functions/__name__/tests/on_lambda.rs",
        include_str!("../new_tool/on_lambda.rs.txt"),
    ),
    (
        "tests/it/__name__.rs",
        include_str!("../new_tool/story.rs.txt"),
    ),
];

/// Lines that go before the first line that begins so, after leading spaces.
const LINES: [Line; 7] = [
    Line {
        file: "Cargo.toml",
        before: "conformance = { path",
        text: "__name__ = { path = \"functions/__name__\", default-features = false }\n",
    },
    Line {
        file: "infra/local/Cargo.toml",
        before: "async-trait.workspace",
        text: "__name__.workspace = true\n",
    },
    Line {
        file: "infra/local/src/tools.rs",
        before: "use futures::",
        text: "use __name__::__Name__;\n",
    },
    Line {
        file: "tests/it/main.rs",
        before: "mod bad_arguments;",
        text: "mod __name__;\n",
    },
    Line {
        file: "template.yaml",
        before: "- !If [ServesConformance",
        text: "                  - !GetAtt __Name__Function.Arn\n",
    },
    Line {
        file: "template.yaml",
        before: "# The fixture of the protocol's tests",
        text: include_str!("../new_tool/resource.yaml.txt"),
    },
    Line {
        file: "README.md",
        before: "A reply holds at most",
        text: "| `__name__` | Say here what it answers. |\n",
    },
];

/// Files as they will be.
type Changed = BTreeMap<PathBuf, String>;

struct Line {
    file: &'static str,
    before: &'static str,
    text: &'static str,
}

/// A word of the field and a word of what is done to it, such as `analyze_pr`.
#[derive(Debug, Clone)]
pub(crate) struct Name(String);

pub(crate) fn run(name: &Name) -> Result<(), Failed> {
    let new = FILES.map(|(path, text)| (root().join(name.put_into(path)), name.put_into(text)));
    if let Some((path, _)) = new.iter().find(|(path, _)| path.exists()) {
        return Err(format!("{} is there already", path.display()).into());
    }
    let manifest = fs::read_to_string(root().join("Cargo.toml"))?;
    if manifest.contains(&format!("\n{} = ", name.0)) {
        return Err(format!("{} is the name of a crate that is in use", name.0).into());
    }
    // All is found before anything is written, so that nothing is left half done.
    let mut changed = Changed::new();
    for line in &LINES {
        insert(&mut changed, line, name)?;
    }
    offer(&mut changed, name)?;
    for (path, text) in changed.into_iter().chain(new) {
        crate::write(&path, &text)?;
    }
    cargo(&["fmt", "--all"], [])?;
    // With the new tool in it.
    cargo(&["run", "--quiet", "-p", "xtask", "--", "catalogue"], [])
}

/// Into the file as it is on disk, or as it was changed before.
fn insert(changed: &mut Changed, line: &Line, name: &Name) -> Result<(), Failed> {
    let text = opened(changed, line.file)?;
    let starts = line_starts(text);
    let place = starts.into_iter().find(|start| {
        let rest = text.get(*start..).unwrap_or_default();
        rest.trim_start_matches(' ').starts_with(line.before)
    });
    let mut place = place.ok_or_else(|| format!("{} has no line {}", line.file, line.before))?;
    // Rows of a table end before the empty line that ends it.
    if line.text.starts_with('|') {
        place -= 1;
    }
    text.insert_str(place, &name.put_into(line.text));
    Ok(())
}

fn line_starts(text: &str) -> Vec<usize> {
    let after_breaks = text.match_indices('\n').map(|(end, _)| end + 1);
    std::iter::once(0).chain(after_breaks).collect()
}

/// At the end of the list of tools, which `rustfmt` writes on one line or on several.
fn offer(changed: &mut Changed, name: &Name) -> Result<(), Failed> {
    const FILE: &str = "infra/local/src/tools.rs";
    let missing = || format!("{FILE} has no list TOOLS");
    let text = opened(changed, FILE)?;
    let list = text.find("pub const TOOLS").ok_or_else(missing)?;
    let end = text
        .get(list..)
        .and_then(|rest| rest.find("];"))
        .ok_or_else(missing)?;
    let before = text.get(..list + end).unwrap_or_default().trim_end();
    let place = before.trim_end_matches(',').len();
    text.insert_str(place, &name.put_into(", offered::<__Name__>()"));
    Ok(())
}

fn opened<'a>(changed: &'a mut Changed, file: &str) -> Result<&'a mut String, Failed> {
    match changed.entry(root().join(file)) {
        Entry::Occupied(text) => Ok(text.into_mut()),
        Entry::Vacant(place) => {
            let text = fs::read_to_string(place.key())?;
            Ok(place.insert(text))
        }
    }
}

impl Name {
    fn put_into(&self, text: &str) -> String {
        text.replace("__name__", &self.0)
            .replace("__Name__", &self.camel())
    }

    fn camel(&self) -> String {
        let words = self
            .0
            .split('_')
            .filter_map(|word| word.split_at_checked(1));
        words
            .map(|(first, rest)| first.to_uppercase() + rest)
            .collect()
    }
}

impl FromStr for Name {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_word = |word: &str| {
            word.starts_with(|c: char| c.is_ascii_lowercase())
                && word
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        let is_name = text.len() <= NAME_BYTES_MAX && text.split('_').all(is_word);
        let is_word_of_rust = KEYWORDS.split(' ').any(|word| word == text);
        (is_name && !is_word_of_rust)
            .then(|| Self(text.to_owned()))
            .ok_or("a name such as analyze_pr: words of small letters and digits, joined by _")
    }
}
