//! Who made a file: people, a generator, somebody else's project, or a package manager.

use idwo_core::evidence::Skipped;
use idwo_core::forge::File;

use crate::paths;
use crate::patterns::Patterns;

/// Who made a file's lines, as far as its path and the repository's attributes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Lock,
    Vendored,
    Generated,
    Test,
    Other,
}

impl Kind {
    pub(crate) fn is_reviewable(self) -> bool {
        matches!(self, Self::Test | Self::Other)
    }
}

/// The two attributes of `.gitattributes` by which a repository overrules our path rules.
pub struct Attributes {
    rules: Patterns<(Attribute, bool)>,
    pub(crate) skipped: Option<Skipped>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attribute {
    Generated,
    Vendored,
}

impl Attributes {
    pub(crate) fn read(file: &File) -> Self {
        match file {
            File::Content(bytes) => Self::parse(&String::from_utf8_lossy(bytes)),
            File::Missing => Self::parse(""),
            File::Unread => {
                let skipped = Skipped::new(".gitattributes", "it is larger than is read whole");
                Self {
                    skipped: Some(skipped),
                    ..Self::parse("")
                }
            }
        }
    }

    /// Of the text of `.gitattributes`.
    pub fn parse(text: &str) -> Self {
        let lines = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.starts_with('#'));
        let rules = Patterns::new(lines.flat_map(rules_of_line));
        let skipped = rules.skipped(".gitattributes");
        Self { rules, skipped }
    }

    pub(crate) fn kind(&self, path: &str) -> Kind {
        let said: Vec<_> = self.rules.matching(path).collect();
        let is = |attribute, otherwise| {
            said.iter()
                .find(|(a, _)| *a == attribute)
                .map_or(otherwise, |(_, set)| *set)
        };
        if paths::is_lock(path) {
            Kind::Lock
        } else if is(Attribute::Vendored, paths::is_vendored(path)) {
            Kind::Vendored
        } else if is(Attribute::Generated, paths::is_generated(path)) {
            Kind::Generated
        } else if paths::is_test(path) {
            Kind::Test
        } else {
            Kind::Other
        }
    }
}

/// Lines without one of the two attributes give no rule.
fn rules_of_line(line: &str) -> Vec<(String, (Attribute, bool))> {
    let mut words = line.split_whitespace();
    let Some(pattern) = words.next().map(attribute_pattern) else {
        return Vec::new();
    };
    let rules = words.filter_map(|word| match word {
        "linguist-generated" | "linguist-generated=true" => Some((Attribute::Generated, true)),
        "-linguist-generated" | "linguist-generated=false" => Some((Attribute::Generated, false)),
        "linguist-vendored" | "linguist-vendored=true" => Some((Attribute::Vendored, true)),
        "-linguist-vendored" | "linguist-vendored=false" => Some((Attribute::Vendored, false)),
        _ => None,
    });
    rules.map(|rule| (pattern.clone(), rule)).collect()
}

/// A pattern without a slash matches a name at any depth; with one, from the root.
fn attribute_pattern(pattern: &str) -> String {
    let anchored = pattern.trim_end_matches('/').contains('/');
    let pattern = pattern.trim_start_matches('/');
    if anchored {
        pattern.to_owned()
    } else {
        format!("**/{pattern}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_overrules_the_path_rules() {
        let attributes = Attributes::parse(
            "# comment\n*.gen.rs linguist-generated=true\nvendor/ours/** -linguist-vendored\n/api/*.json linguist-generated\n",
        );
        assert_eq!(attributes.kind("src/deep/a.gen.rs"), Kind::Generated);
        assert_eq!(attributes.kind("vendor/ours/a.go"), Kind::Other);
        assert_eq!(attributes.kind("vendor/theirs/a.go"), Kind::Vendored);
        assert_eq!(
            (
                attributes.kind("api/x.json"),
                attributes.kind("web/api/x.json")
            ),
            (Kind::Generated, Kind::Other)
        );
    }
}
