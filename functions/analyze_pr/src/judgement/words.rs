//! What a model may write: plain words about what is in the change. A text that links, mentions somebody
//! else, or names a file, line or ticket that is not there is not used at all.

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
const LINES: &str = r":\d+(?:[-–]\d+)?$";

/// The same behind a file's own name, whatever stands around it.
const LINES_OF: &str = r"([\w.-]+):(\d+(?:[-–]\d+)?)";

/// Lines in words. `to` and commas are for more than one: a line may be set to 0.
const LINES_SAID: &str = r"(?x)
    (?i: \b lines [\s:=\#(\[`'*]{1,3} \d+ (?: (?: \s* (?: [-–—,&] | to | and | or | through ) \s* )+ \d+ )* )
    | (?i: \b line [\s:=\#(\[`'*]{1,3} (?: (?: number | no\.? ) \s* )? \d+ (?: \s* [-–—] \s* \d+ )? )
    | (?i: \b \d+ (?: st | nd | rd | th ) \s+ line \b )
    | \b L\d{2,} \b";

static MARKUP_PATTERN: LazyLock<Regex> = LazyLock::new(|| constant(MARKUP));
static MENTION_PATTERN: LazyLock<Regex> = LazyLock::new(|| constant(MENTION));
static ISSUE_PATTERN: LazyLock<Regex> = LazyLock::new(|| constant(ISSUE));
static LINES_PATTERN: LazyLock<Regex> = LazyLock::new(|| constant(LINES));
static LINES_OF_PATTERN: LazyLock<Regex> = LazyLock::new(|| constant(LINES_OF));
static LINES_SAID_PATTERN: LazyLock<Regex> = LazyLock::new(|| constant(LINES_SAID));

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
        && lines_are_there(&shown, grounds)
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

/// In words, a line may be of any file that the text names, or of any at all where it names none.
fn lines_are_there(text: &str, grounds: &Grounds<'_>) -> bool {
    let files = text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '_' | '-'));
    let files = files.map(|word| word.trim_end_matches('.'));
    let files: Vec<_> = files.filter(|word| grounds.is_file(word)).collect();
    let mut behind = LINES_OF_PATTERN.captures_iter(text);
    let mut said = LINES_SAID_PATTERN.find_iter(text);
    behind.all(|found| {
        let (_, [file, lines]) = found.extract();
        !grounds.is_file(file) || are_lines(lines, &[file], grounds)
    }) && said.all(|lines| are_lines(lines.as_str(), &files, grounds))
}

/// Whether every number in `words` is that of a line of one of the `files`.
fn are_lines(words: &str, files: &[&str], grounds: &Grounds<'_>) -> bool {
    let numbers = words.split(|c: char| !c.is_ascii_digit());
    let mut numbers = numbers.filter(|number| !number.is_empty());
    numbers.all(|number| {
        let number = number.parse();
        number.is_ok_and(|number| match files {
            [] => grounds.has_line("", number),
            files => files.iter().any(|file| grounds.has_line(file, number)),
        })
    })
}

fn files_are_there(word: &str, grounds: &Grounds<'_>) -> bool {
    let word = word.trim_start_matches(['(', '[', '{', '*', '_', '~', ':']);
    let word = word.trim_end_matches([')', ']', '}', '*', '~', '!', '?', ':', '.', '…']);
    let path = LINES_PATTERN.replace(word, "");
    if grounds.is_file(&path) {
        let lines = word.get(path.len()..).unwrap_or_default();
        return are_lines(lines, &[&path], grounds);
    }
    let word = path;
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
        let lines = [(12, 14), (1, 1), (1, 1)];
        let files = files.into_iter().zip(lines);
        let files =
            files.map(|(path, (from, to))| (path.to_owned(), (path, (from..=to).collect())));
        Grounds {
            files: files.collect(),
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
            "Line 12 of refund.rs and lines 13-14, or 12, 13 and 14; the 14th line.",
            "Lines 1 and 12: 999 lines of at most 60 are read, which line 12 sets to 0.",
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
            "look at refund.rs:9999",
            "look at src/pay/refund.rs:12-9999",
            "call(refund.rs:15)now",
            "refund.rs:9999:3",
            "app/[id]/page.tsx:2",
            "line 999 of refund.rs",
            "Line 1 of refund.rs",
            "in line number 999",
            "lines 12 to 999",
            "lines 12, 13 and 99",
            "line (999)",
            "the 999th line",
            "L999 is wrong",
            "line 99999999999999999999",
        ] {
            assert_eq!(sound(text, 200, &grounds()), None, "{text}");
        }
        let token = ["ghp_", "0123456789abcdefghijABCDEFGHIJ0123456789"].concat();
        assert_eq!(sound(&format!("the token {token}"), 200, &grounds()), None);
    }
}
