//! What a model may write: plain words about what is in the change. A text that links, mentions somebody
//! else, or names a file, line or ticket that is not there is not used at all.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use idwo_core::untrusted;
use regex::Regex;

use super::grounds::Grounds;
use crate::constant::constant;
use crate::credentials::looks_like;
use crate::paths;

/// Addresses, links and images of Markdown, HTML, entities.
const MARKUP: &str = r"(?i)://|\bwww\.|\b(?:javascript|vbscript|mailto):|\bdata:[a-z]+/|\]\s*\(|!\[|^\s*\[[^\]]*\]:|<[a-z/!?]|&[#a-z0-9]+;";

const MENTION: &str = r"@([A-Za-z0-9_-]*)";

const ISSUE: &str = r"#\d+";

/// Keys of tickets, advisories and standards: all that a reader would look up.
const KEY: &str =
    r"\b[A-Z][A-Z0-9_]+-\d+(?:-\d+)*|(?i)\b(?:(?:cve|cwe|gh)-\d+(?:-\d+)*|ghsa(?:-[a-z0-9]+)+)";

/// A word, or several with dots between them: of code, a file, a host or a number.
const NAME: &str = r"[\w.-]+";

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
static KEY_PATTERN: LazyLock<Regex> = LazyLock::new(|| constant(KEY));
static NAME_PATTERN: LazyLock<Regex> = LazyLock::new(|| constant(NAME));
static LINES_PATTERN: LazyLock<Regex> = LazyLock::new(|| constant(LINES));
static LINES_OF_PATTERN: LazyLock<Regex> = LazyLock::new(|| constant(LINES_OF));
static LINES_SAID_PATTERN: LazyLock<Regex> = LazyLock::new(|| constant(LINES_SAID));

/// Ordinary words with a slash in them.
const WITH_SLASH: [&str; 6] = ["and/or", "either/or", "i/o", "n/a", "read/write", "w/o"];

/// Ordinary words with a dot in them.
const WITH_DOT: [&str; 6] = ["a.k.a", "a.m", "e.g", "i.e", "p.m", "w.r.t"];

/// Ordinary words that look like the key of a ticket.
const LIKE_KEYS: [&str; 16] = [
    "AES-128", "AES-192", "AES-256", "HTTP-2", "HTTP-3", "IEEE-754", "ISO-8601", "SHA-1",
    "SHA-224", "SHA-256", "SHA-3", "SHA-384", "SHA-512", "UTF-16", "UTF-32", "UTF-8",
];

/// What code calls itself.
const RECEIVERS: [&str; 4] = ["cls.", "self.", "super.", "this."];

/// Most parts of a number or version: with four it can be an address.
const NUMBER_PARTS_MAX: usize = 3;

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
        && names_are_there(&shown, grounds);
    (is_sound && !shown.is_empty()).then(|| untrusted::plain(&shown, chars_max))
}

/// Wide forms of ASCII, and signs that stand for a slash: what is checked here reads otherwise there.
fn is_look_alike(c: char) -> bool {
    matches!(c, '\u{ff01}'..='\u{ff65}' | '\u{fe50}'..='\u{fe6f}' | '\u{2044}' | '\u{2215}' | '\u{29f8}' | '\u{2024}' | '\u{3002}')
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
    let is_there = |key: &String| grounds.tickets.contains(key) || grounds.keys.contains(key);
    issues.all(|issue| is_known(issue.as_str())) && keys(text).iter().all(is_there)
}

/// What stands in `text` for a reader to look up, in upper case.
pub(super) fn keys(text: &str) -> BTreeSet<String> {
    let keys = KEY_PATTERN.find_iter(text);
    let keys = keys.map(|key| key.as_str().to_uppercase());
    keys.filter(|key| !LIKE_KEYS.contains(&key.as_str()))
        .collect()
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

fn names_are_there(text: &str, grounds: &Grounds<'_>) -> bool {
    let mut pieces = text.split('`').enumerate();
    pieces.all(|(n, piece)| {
        let is_code = n % 2 == 1;
        let mut words =
            piece.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ';'));
        words.all(|word| is_there(word, is_code, grounds))
    })
}

fn is_there(word: &str, is_code: bool, grounds: &Grounds<'_>) -> bool {
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
    NAME_PATTERN.find_iter(&word).all(|name| {
        let behind = word.get(name.end()..).unwrap_or_default();
        let is_code = is_code || behind.starts_with('(');
        is_name_there(name.as_str().trim_end_matches('.'), is_code, grounds)
    })
}

/// A name with dots is a host to whoever reads it as one, and ends of hosts are without number. So it
/// is used only as a changed file, a number, an ordinary word, or code that stands in shown lines.
fn is_name_there(name: &str, is_code: bool, grounds: &Grounds<'_>) -> bool {
    if grounds.is_file(name) || WITH_DOT.contains(&name.to_lowercase().as_str()) {
        return true;
    }
    if NAMES.contains(&name) || paths::language(name).is_some() {
        return false;
    }
    let is_code = is_code || RECEIVERS.iter().any(|word| name.starts_with(word));
    !name.contains('.') || is_number(name) || (is_code && grounds.is_in_code(name))
}

/// `1.5`, `v1.2.x`, `3.0.0-rc1`, `0..10`: no host and no file has a part that begins so behind a digit.
fn is_number(name: &str) -> bool {
    let mut parts = name.split('.').filter(|part| !part.is_empty());
    let is_short = parts.clone().count() <= NUMBER_PARTS_MAX;
    let begins = parts.next();
    let begins = begins.is_some_and(|part| part.ends_with(|c: char| c.is_ascii_digit()));
    is_short
        && begins
        && parts.all(|part| part == "x" || part.starts_with(|c: char| c.is_ascii_digit()))
}

/// The names with dots in lines of code, but not what begins a text or follows a slash there: that can
/// be a host.
pub(super) fn names(code: &str) -> BTreeSet<String> {
    let names = NAME_PATTERN.find_iter(code).filter(|name| {
        let before = code.get(..name.start()).unwrap_or_default();
        !before.ends_with(['"', '\'', '`', '/', '@'])
    });
    let names = names.map(|name| name.as_str().trim_end_matches('.'));
    let names = names.filter(|name| name.contains('.'));
    names.map(str::to_owned).collect()
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
            keys: keys("PAY-5 waits for cve-2024-1234"),
            names: names("self.total.amount = os.environ.get(config.key, 'evil.ru')"),
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
            "As @Bo-Kim knows, UTF-8 and SHA-256 stay, as PAY-5 and CVE-2024-1234 do.",
            "It reads os.environ.get(x) and `config.key` (but not `environ.get`) 0..10 times.",
            "At 2.5ms, .5 % or v1.2.x, mp-4.1 and python3.11 fail at 9 a.m. or in 3.0.0-rc1...",
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
            "see evil.ru",
            "see evil.ru.",
            "see evil.info or evil.me",
            "(evil.site)",
            "evil.top:8080",
            "evil.ru?a=b",
            "user=evil.ru",
            "run `evil.ru`",
            "run evil.ru()",
            "evil.su(x)",
            "evil.1password",
            "1.2.evil.ru",
            "1.evil",
            "e.g.evil.ru",
            "пример.рф",
            "evil。test",
            "203.0.113.09",
            "config.key",
            "self.made_up",
            "CVE-2024-9999",
            "cve-2024-9999",
            "CWE-79",
            "GHSA-abcd-2345-wxyz",
            "GH-12",
            "RFC-7231",
            "pay PAY-7",
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
