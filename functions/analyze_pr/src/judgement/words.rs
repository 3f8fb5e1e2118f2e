//! What a model may write: plain words about what is in the change. A text that links, mentions somebody
//! else, or names a file or ticket that is not there is not used at all.

use std::net::IpAddr;
use std::sync::LazyLock;

use idwo_core::untrusted;
use regex::Regex;

use super::grounds::Grounds;
use crate::constant::constant;
use crate::credentials::looks_like;
use crate::paths;
use crate::tickets::jira_keys;

/// Addresses, links and images of Markdown, HTML, entities.
const MARKUP: &str = r"(?i)://|\bwww\.|\b(?:javascript|vbscript|mailto):|\bdata:[a-z]+/|\]\s*\(|!\[|^\s*\[[^\]]*\]:|<[a-z/!?]|&[#a-z0-9]+;";

const MENTION: &str = r"@([A-Za-z0-9_-]*)";

const ISSUE: &str = r"#\d+";

/// A line or lines behind a path.
const LINES: &str = r":\d+(?:-\d+)?$";

static MARKUP_PATTERN: LazyLock<Regex> = LazyLock::new(|| constant(MARKUP));
static MENTION_PATTERN: LazyLock<Regex> = LazyLock::new(|| constant(MENTION));
static ISSUE_PATTERN: LazyLock<Regex> = LazyLock::new(|| constant(ISSUE));
static LINES_PATTERN: LazyLock<Regex> = LazyLock::new(|| constant(LINES));

/// Ordinary words with a slash in them.
const WITH_SLASH: [&str; 6] = ["and/or", "either/or", "i/o", "n/a", "read/write", "w/o"];

/// Ends of files that are in no language, and of names of hosts.
const ENDS: [&str; 46] = [
    "ai", "app", "bat", "cfg", "click", "cloud", "cmd", "co", "com", "conf", "crt", "csv", "db",
    "de", "dev", "dll", "env", "eu", "exe", "gz", "ini", "invalid", "io", "jar", "jpg", "key",
    "link", "lock", "log", "net", "org", "pdf", "pem", "png", "ps1", "proto", "so", "test", "tgz",
    "uk", "us", "wasm", "xyz", "zip", "example", "internal",
];

/// Files without an end.
const NAMES: [&str; 8] = [
    "CODEOWNERS",
    "Dockerfile",
    "Gemfile",
    "Jenkinsfile",
    "Makefile",
    "Procfile",
    "Rakefile",
    "Vagrantfile",
];

/// `text` on one line of at most `chars_max` characters; `None` where it names what is not there.
pub(super) fn sound(text: &str, chars_max: usize, grounds: &Grounds<'_>) -> Option<String> {
    let shown = untrusted::plain(&untrusted::visible(text), usize::MAX);
    let is_plain = !MARKUP_PATTERN.is_match(&shown) && !shown.chars().any(is_look_alike);
    let is_sound = is_plain
        && looks_like(&shown).is_none()
        && people_are_there(&shown, grounds)
        && tickets_are_there(&shown, grounds)
        && shown
            .split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ',' | ';'))
            .all(|word| files_are_there(word, grounds));
    (is_sound && !shown.is_empty()).then(|| untrusted::plain(&shown, chars_max))
}

/// Wide forms of ASCII, and signs that stand for a slash: what is checked here reads otherwise there.
fn is_look_alike(c: char) -> bool {
    matches!(c, '\u{ff01}'..='\u{ff65}' | '\u{fe50}'..='\u{fe6f}' | '\u{2044}' | '\u{2215}' | '\u{29f8}' | '\u{2024}')
}

fn people_are_there(text: &str, grounds: &Grounds<'_>) -> bool {
    let mut named = MENTION_PATTERN.captures_iter(text);
    named.all(|found| {
        let name = found.get(1).map_or("", |name| name.as_str());
        grounds.people.contains(&name.to_lowercase())
    })
}

fn tickets_are_there(text: &str, grounds: &Grounds<'_>) -> bool {
    let mut issues = ISSUE_PATTERN.find_iter(text);
    let is_known = |issue: &str| {
        let mut keys = grounds.tickets.iter();
        keys.any(|key| key.strip_suffix(issue).is_some())
    };
    issues.all(|issue| is_known(issue.as_str()))
        && jira_keys(text)
            .iter()
            .all(|key| grounds.tickets.contains(key))
}

fn files_are_there(word: &str, grounds: &Grounds<'_>) -> bool {
    let word = word.trim_start_matches(['(', '[', '{', '*', '_', '~', ':']);
    let word = word.trim_end_matches([')', ']', '}', '*', '~', '!', '?', ':', '.', '…']);
    let word = LINES_PATTERN.replace(word, "");
    if grounds.is_file(&word) {
        return true;
    }
    if word.contains(['/', '\\']) {
        let is_fraction = word.split('/').all(|part| part.parse::<u32>().is_ok());
        return is_fraction || WITH_SLASH.contains(&word.to_lowercase().as_str());
    }
    let mut names = word.split(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '_' | '-'));
    names.all(|name| grounds.is_file(name) || !is_like_file(name.trim_end_matches('.')))
}

fn is_like_file(name: &str) -> bool {
    let end = name.rsplit_once('.').map(|(_, end)| end.to_lowercase());
    let has_end = end.is_some_and(|end| ENDS.contains(&end.as_str()));
    let is_address = name.contains('.') && name.parse::<IpAddr>().is_ok();
    has_end || is_address || NAMES.contains(&name) || paths::language(name).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grounds() -> Grounds<'static> {
        let files = [
            "src/pay/refund.rs",
            "app/[id]/page.tsx",
            ".github/workflows/ci.yml",
        ];
        let files = files.map(|path| (path.to_owned(), (path, Default::default())));
        Grounds {
            files: files.into_iter().collect(),
            people: ["bo-kim".to_owned()].into(),
            tickets: ["PAY-77".to_owned(), "acme/shop#58".to_owned()].into(),
            ..Grounds::default()
        }
    }

    #[test]
    fn plain_words_about_the_change_are_used() {
        for text in [
            "A refund of zero and/or less is accepted, e.g. `amount = 0`.",
            "See src/pay/refund.rs:12-14 (or refund.rs) and app/[id]/page.tsx.",
            "In .github/workflows/ci.yml the token is read/write; 2/3 of jobs use it.",
            "self.total is never reset, i.e. Order::total() grows; see PAY-77 and #58.",
            "As @Bo-Kim knows, UTF-8 and SHA-256 stay.",
            "x < y && a > b[0] returns early in version 1.2.3",
        ] {
            assert_eq!(sound(text, 200, &grounds()).as_deref(), Some(text));
        }
        assert_eq!(sound("abcdefgh", 5, &grounds()).unwrap(), "abcd…");
        assert_eq!(
            sound("fi\u{200b}ne&#x202e;", 80, &grounds()).unwrap(),
            "fine"
        );
    }

    #[test]
    fn a_text_that_names_what_is_not_there_is_not_used() {
        for text in [
            "",
            "see https://evil.test/x",
            "see evil.test for more",
            "run it from 203.0.113.9 please",
            "see //evil.test",
            "www.evil.test",
            "[click](evil)",
            "![x](y)",
            "[x]: y",
            "<img src=x>",
            "</div>",
            "&lt;script&gt;",
            "javascript:alert(1)",
            "ask @mallory to merge",
            "mail a@b.test",
            "@ everyone",
            "look at src/evil.rs",
            "look at evil.rs:3",
            "call(evil.rs)now",
            "src/pay",
            "pay\\refund.rs",
            "../src/pay/refund.rs",
            "/etc/passwd",
            ".env",
            "the Makefile",
            "fixes #1",
            "fixes PAY-78",
            "evil\u{ff0e}test",
            "src\u{2215}evil",
            "e\u{200b}vil.test",
        ] {
            assert_eq!(sound(text, 200, &grounds()), None, "{text}");
        }
        let token = ["ghp_", "0123456789abcdefghijABCDEFGHIJ0123456789"].concat();
        assert_eq!(sound(&format!("the token {token}"), 200, &grounds()), None);
    }
}
