//! Added strings that look like credentials. Where and of what kind; never the string itself.

use std::sync::LazyLock;

use idwo_core::untrusted;
use regex::{Regex, RegexSet};
use schemars::JsonSchema;
use serde::Serialize;

use crate::change::{Change, PATH_CHARS_MAX};

/// Shapes that vendors give their credentials, so that scanners can find them.
const SHAPES: [(&str, &str); 12] = [
    ("AWS access key id", r"\b(AKIA|ASIA)[0-9A-Z]{16}\b"),
    (
        "GitHub token",
        r"\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})\b",
    ),
    ("GitLab token", r"\bglpat-[A-Za-z0-9_-]{20,}"),
    ("Slack token", r"\bxox[abeprs]-[A-Za-z0-9-]{10,}"),
    (
        "Slack webhook address",
        r"hooks\.slack\.com/services/T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]{16,}",
    ),
    (
        "OpenAI or Anthropic key",
        r"\bsk-(proj-|ant-|svcacct-)?[A-Za-z0-9_-]{24,}",
    ),
    ("Google API key", r"\bAIza[0-9A-Za-z_-]{35}\b"),
    ("Stripe live key", r"\b[rs]k_live_[0-9A-Za-z]{20,}"),
    ("npm token", r"\bnpm_[A-Za-z0-9]{36}\b"),
    ("private key", r"-----BEGIN ([A-Z]+ )?PRIVATE KEY-----"),
    (
        "JSON web token",
        r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
    ),
    (
        "password in an address",
        r"\b[a-z][a-z0-9+.-]*://[^\s/:@$<{]+:[^\s/@$<{]{6,}@",
    ),
];

/// A name that says secret, and a literal beside it.
const ASSIGNED: &str = r#"(?i)\b[a-z0-9_.-]*(password|passwd|secret|api_?key|access_?key|auth_?token|private_?key)["']?\s*(?::|=>?|:=)\s*["']([^"'\s]{12,})["']"#;

/// Words that make a literal an example.
const PLACEHOLDERS: [&str; 13] = [
    "example",
    "changeme",
    "your",
    "xxxx",
    "placeholder",
    "dummy",
    "sample",
    "redacted",
    "${",
    "{{",
    "<",
    "...",
    "test",
];

/// A literal below this many bits per character is a word, not a key.
const KEY_BITS_PER_CHAR_MIN: f64 = 3.0;

static KNOWN: LazyLock<Option<RegexSet>> =
    LazyLock::new(|| RegexSet::new(SHAPES.map(|(_, shape)| shape)).ok());
static ASSIGNMENT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(ASSIGNED).ok());

#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SecretLike {
    pub path: String,
    pub line: u32,
    pub looks_like: &'static str,
}

pub(crate) fn secret_like(change: &Change<'_>) -> Vec<SecretLike> {
    let added = change
        .files()
        .flat_map(|(file, _)| file.added().iter().map(move |line| (file, line)));
    let found = added.filter_map(|(file, line)| Some((file, line, kind(&line.text)?)));
    let found = found.map(|(file, line, looks_like)| SecretLike {
        path: quote(&file.path, PATH_CHARS_MAX),
        line: line.number,
        looks_like,
    });
    found.collect()
}

/// Somebody else's words, made fit to be shown: safe and short, and withheld when they look like
/// they hold a credential. Whatever a reply quotes goes through here.
pub(crate) fn quote(text: &str, chars_max: usize) -> String {
    match kind(text) {
        Some(looks_like) => format!("[withheld: looks like a {looks_like}]"),
        None => untrusted::plain(text, chars_max),
    }
}

fn kind(text: &str) -> Option<&'static str> {
    if text.to_lowercase().contains("example") {
        return None;
    }
    let known = KNOWN.as_ref()?.matches(text).into_iter().next();
    if let Some((kind, _)) = known.and_then(|index| SHAPES.get(index)) {
        return Some(kind);
    }
    let literal = ASSIGNMENT.as_ref()?.captures(text)?.get(2)?.as_str();
    is_key(literal).then_some("secret in plain text")
}

fn is_key(literal: &str) -> bool {
    let lower = literal.to_lowercase();
    !PLACEHOLDERS.iter().any(|word| lower.contains(word))
        && bits_per_char(literal) >= KEY_BITS_PER_CHAR_MIN
}

fn bits_per_char(text: &str) -> f64 {
    let bytes = text.as_bytes();
    let total = bytes.len() as f64;
    let mut counts = [0u32; 256];
    for byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) / total)
        .map(|p| -p * p.log2())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    // Put together here, so that no scanner takes this file for a leak.
    fn like(parts: &[&str]) -> Option<&'static str> {
        kind(&parts.concat())
    }

    #[test]
    fn vendors_shapes_are_known() {
        assert_eq!(
            like(&["key = AK", "IAIOSFODNN7ABCDEFG"]),
            Some("AWS access key id")
        );
        assert_eq!(
            like(&["gh", "p_abcdefghijklmnopqrstuvwxyz0123456789"]),
            Some("GitHub token")
        );
        assert_eq!(like(&["xo", "xb-1234567890-abcdef"]), Some("Slack token"));
        assert_eq!(
            like(&["-----BEGIN RSA PRIV", "ATE KEY-----"]),
            Some("private key")
        );
        assert_eq!(
            like(&["postgres://app:s3cr3", "tPw@db/app"]),
            Some("password in an address")
        );
    }

    #[test]
    fn an_assigned_literal_counts_when_it_could_be_a_key() {
        assert_eq!(
            like(&["db_password = \"k8Zq2", "LmP0vXw9\""]),
            Some("secret in plain text")
        );
        assert_eq!(
            like(&["\"api_key\": 'a8F3", "k2Lq9zX1'"]),
            Some("secret in plain text")
        );
        for fine in [
            "password = \"changeme-please\"",
            "api_key: \"${API_KEY_FROM_ENV}\"",
            "secret = os.environ[\"APP_SECRET\"]",
            "let password = prompt(\"Enter your password\");",
            "password = \"aaaaaaaaaaaaaaaa\"",
            "AKIAIOSFODNN7EXAMPLE",
            "https://user:$PASSWORD@host/",
        ] {
            assert_eq!(kind(fine), None, "{fine}");
        }
    }
}
