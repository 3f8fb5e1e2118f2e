//! Whose areas the change touches, by the repository's CODEOWNERS.

use std::collections::BTreeMap;

use idwo_core::ctx::Ctx;
use idwo_core::evidence::Skipped;
use idwo_core::failure::Failure;
use schemars::JsonSchema;
use serde::Serialize;

use crate::change::{Change, PATH_CHARS_MAX, Text};
use crate::patterns::Patterns;
use crate::quote::quote;

/// Where GitHub looks, in this order; the first that exists counts.
pub(crate) const PLACES: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/// Most owners of one rule: GitHub lists no more than fifty reviewers.
const OWNERS_MAX: usize = 50;

/// Longest owner that is shown, in characters.
const OWNER_CHARS_MAX: usize = 100;

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Area {
    /// `@login`, `@org/team` or an e-mail address, as the file has it.
    pub owner: String,
    pub files: usize,
    pub example: String,
}

/// The rules of one CODEOWNERS file; a later rule overrules an earlier one.
pub(crate) struct Codeowners {
    pub(crate) place: &'static str,
    rules: Patterns<Vec<String>>,
}

/// What a repository says of its owners.
pub(crate) enum Owners {
    Rules(Codeowners),
    /// Why there are none.
    None(&'static str),
}

impl Owners {
    pub(crate) async fn read(ctx: &Ctx, change: &Change<'_>) -> Result<Self, Failure> {
        for place in PLACES {
            match change.rules(ctx, place).await? {
                Text::Content(text) => {
                    return Ok(Self::Rules(Codeowners::parse(place, &text)));
                }
                Text::Unread => {
                    return Ok(Self::None("CODEOWNERS is larger than is read, 500 KB"));
                }
                Text::Missing => (),
            }
        }
        Ok(Self::None("the repository has no CODEOWNERS file"))
    }
}

impl Codeowners {
    fn parse(place: &'static str, text: &str) -> Self {
        Self {
            place,
            rules: Patterns::new(text.lines().flat_map(rules_of_line)),
        }
    }

    /// The owners of the touched files, most files first.
    pub(crate) fn areas(&self, change: &Change<'_>) -> Vec<Area> {
        let mut areas: BTreeMap<&str, Area> = BTreeMap::new();
        for (file, _) in change.files() {
            for owner in self.owners(&file.path) {
                let area = areas.entry(owner).or_insert_with(|| Area {
                    owner: quote(owner, OWNER_CHARS_MAX),
                    files: 0,
                    example: quote(&file.path, PATH_CHARS_MAX),
                });
                area.files += 1;
            }
        }
        let mut areas: Vec<_> = areas.into_values().collect();
        areas.sort_by(|a, b| b.files.cmp(&a.files).then_with(|| a.owner.cmp(&b.owner)));
        areas
    }

    /// What was not taken of the file.
    pub(crate) fn skipped(&self) -> Option<Skipped> {
        self.rules.skipped("CODEOWNERS")
    }

    fn owners(&self, path: &str) -> &[String] {
        self.rules.matching(path).next().map_or(&[], Vec::as_slice)
    }
}

/// One rule, or two where a path can be a file or a folder.
fn rules_of_line(line: &str) -> Vec<(String, Vec<String>)> {
    // A space that belongs to the path is escaped; nothing else in such a file is NUL.
    let line = line.replace("\\ ", "\0");
    let line = line.split(" #").next().unwrap_or_default();
    let mut words = line.split_whitespace();
    let Some(path) = words
        .next()
        .filter(|path| !path.starts_with(['#', '!', '[']))
    else {
        return Vec::new();
    };
    let owners = words
        .filter(|word| word.contains('@'))
        .take(OWNERS_MAX)
        .map(str::to_owned);
    let owners: Vec<_> = owners.collect();
    patterns(&path.replace('\0', " "))
        .into_iter()
        .map(|pattern| (pattern, owners.clone()))
        .collect()
}

/// Like a line of .gitignore: anchored when it has a slash before its end, and a folder covers all
/// that is in it.
fn patterns(path: &str) -> Vec<String> {
    let body = path.trim_end_matches('/');
    let start = if body.contains('/') { "" } else { "**/" };
    let itself = format!("{start}{}", body.trim_start_matches('/'));
    let inside = format!("{itself}/**");
    let only_files = body.ends_with('*') && !body.ends_with("**");
    match (path.ends_with('/'), only_files) {
        (true, _) => vec![inside],
        (false, true) => vec![itself],
        (false, false) => vec![itself, inside],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owners(rules: &str, path: &str) -> Vec<String> {
        Codeowners::parse("CODEOWNERS", rules).owners(path).to_vec()
    }

    #[test]
    fn the_last_rule_that_matches_wins_and_may_name_nobody() {
        let rules = "* @all\n*.js @web # front end\n/src/legacy/\n";
        assert_eq!(owners(rules, "README.md"), ["@all"]);
        assert_eq!(owners(rules, "a/b.js"), ["@web"]);
        assert_eq!(owners(rules, "src/legacy/a.js"), Vec::<String>::new());
    }

    #[test]
    fn patterns_match_as_in_gitignore() {
        assert_eq!(owners("docs/ @d", "a/docs/x.md"), ["@d"]);
        assert_eq!(owners("/docs/ @d", "a/docs/x.md"), Vec::<String>::new());
        assert_eq!(owners("docs/* @d", "docs/a.md"), ["@d"]);
        assert_eq!(owners("docs/* @d", "docs/a/b.md"), Vec::<String>::new());
        assert_eq!(owners("apps/web @w", "apps/web/src/a.ts"), ["@w"]);
        assert_eq!(owners("**/logs @l", "deep/logs/a.log"), ["@l"]);
        assert_eq!(owners("/src/**/a.rs @s", "src/x/y/a.rs"), ["@s"]);
        assert_eq!(owners("My\\ File.py @m", "src/My File.py"), ["@m"]);
    }

    #[test]
    fn comments_and_unsupported_patterns_are_no_rules() {
        assert_eq!(
            owners("# @x\n\n!a @x\n[ab] @x\n", "a"),
            Vec::<String>::new()
        );
        assert_eq!(
            owners("*.rs nobody @a b@c.test", "x.rs"),
            ["@a", "b@c.test"]
        );
    }
}
