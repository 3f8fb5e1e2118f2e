//! Whose areas the change touches, by the repository's CODEOWNERS.

use globset::{GlobBuilder, GlobMatcher};
use idwo_core::ctx::Ctx;
use idwo_core::failure::Failure;
use schemars::JsonSchema;
use serde::Serialize;

use crate::change::{Change, PATH_CHARS_MAX};
use crate::secrets::quote;

/// Where GitHub looks, in this order; the first that exists counts.
const PLACES: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/// GitHub ignores a larger file altogether, in bytes.
const FILE_BYTES_MAX: usize = 3 * 1024 * 1024;

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
    rules: Vec<(GlobMatcher, Vec<String>)>,
}

impl Codeowners {
    pub(crate) async fn read(ctx: &Ctx, change: &Change<'_>) -> Result<Option<Self>, Failure> {
        for place in PLACES {
            if let Some(text) = change.rules(ctx, place).await? {
                return Ok(Some(Self {
                    place,
                    rules: parse(&text),
                }));
            }
        }
        Ok(None)
    }

    /// The owners of the touched files, most files first.
    pub(crate) fn areas(&self, change: &Change<'_>) -> Vec<Area> {
        let mut areas: Vec<Area> = Vec::new();
        for (file, _) in change.files() {
            for owner in self.owners(&file.path) {
                match areas.iter_mut().find(|area| area.owner == *owner) {
                    Some(area) => area.files += 1,
                    None => areas.push(Area {
                        owner: owner.clone(),
                        files: 1,
                        example: quote(&file.path, PATH_CHARS_MAX),
                    }),
                }
            }
        }
        areas.sort_by(|a, b| b.files.cmp(&a.files).then_with(|| a.owner.cmp(&b.owner)));
        areas
    }

    fn owners(&self, path: &str) -> &[String] {
        let rule = self
            .rules
            .iter()
            .rev()
            .find(|(glob, _)| glob.is_match(path));
        rule.map_or(&[], |(_, owners)| owners)
    }
}

fn parse(text: &str) -> Vec<(GlobMatcher, Vec<String>)> {
    if text.len() > FILE_BYTES_MAX {
        return Vec::new();
    }
    text.lines().filter_map(rule).collect()
}

fn rule(line: &str) -> Option<(GlobMatcher, Vec<String>)> {
    let line = line.split(" #").next()?.trim();
    let mut words = line.split_whitespace();
    let pattern = words
        .next()
        .filter(|pattern| !pattern.starts_with(['#', '!', '[']))?;
    let owners = words
        .filter(|word| word.contains('@'))
        .map(|word| quote(word, 100));
    Some((glob(pattern)?, owners.collect()))
}

/// Like a line of .gitignore: anchored when it has a slash before its end, and a folder covers
/// all that is in it.
fn glob(pattern: &str) -> Option<GlobMatcher> {
    let body = pattern.trim_end_matches('/');
    let anchored = body.contains('/');
    let body = body.trim_start_matches('/');
    let start = if anchored { "" } else { "**/" };
    let is_folder = pattern.ends_with('/');
    let covers_folder = !body.ends_with('*') || body.ends_with("**");
    let end = match (is_folder, covers_folder) {
        (true, _) => "/**",
        (false, true) => "{,/**}",
        (false, false) => "",
    };
    let glob = GlobBuilder::new(&format!("{start}{body}{end}"))
        .literal_separator(true)
        .empty_alternates(true)
        .build();
    glob.ok().map(|glob| glob.compile_matcher())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owners(rules: &str, path: &str) -> Vec<String> {
        Codeowners {
            place: "CODEOWNERS",
            rules: parse(rules),
        }
        .owners(path)
        .to_vec()
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
    }

    #[test]
    fn comments_and_unsupported_patterns_are_no_rules() {
        assert!(parse("# @x\n\n!a @x\n[ab] @x\n").is_empty());
        assert_eq!(
            owners("*.rs nobody @a b@c.test", "x.rs"),
            ["@a", "b@c.test"]
        );
    }
}
