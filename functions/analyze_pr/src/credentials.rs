//! What a credential looks like.

use std::sync::LazyLock;

use idwo_core::untrusted;
use regex::Regex;

use crate::constant::constant;

/// Shapes that vendors give their credentials, so that scanners can find them.
const SHAPES: [(&str, &str); 16] = [
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
        r"\bsk-(?:proj-|ant-|svcacct-)?[A-Za-z_-]*[0-9][A-Za-z0-9_-]{20,}",
    ),
    ("Google API key", r"\bAIza[0-9A-Za-z_-]{35}\b"),
    ("Stripe live key", r"\b[rs]k_live_[0-9A-Za-z]{20,}"),
    ("npm token", r"\bnpm_[A-Za-z0-9]{36}\b"),
    (
        "private key",
        r"-----BEGIN ([A-Z]+ )*PRIVATE KEY( BLOCK)?-----",
    ),
    (
        "JSON web token",
        r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
    ),
    (
        "password in an address",
        r"\b[a-z][a-z0-9+.-]*://[^\s/:@$<{]*:[^\s/@$<{]{6,}@",
    ),
    (
        "SendGrid key",
        r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    ),
    (
        "Slack app token",
        r"\bxapp-[0-9]-[A-Z0-9]{8,}-[0-9]+-[a-f0-9]{8,}",
    ),
    ("Hugging Face token", r"\bhf_[A-Za-z0-9]{30,}"),
    ("PyPI token", r"\bpypi-[A-Za-z0-9_-]{40,}"),
];

/// A name that says secret, and a literal beside it: quoted anywhere, or bare where a line is
/// nothing but `NAME=value` or `name: value` (environment files, YAML).
const ASSIGNED: [&str; 2] = [
    r#"(?i)\b[a-z0-9_.-]*(?:password|passwd|passphrase|pwd|secret|token|api_?key|access_?key|private_?key)[a-z0-9_.-]*["'`]?\s*(?::|=>?|:=)\s*["'`]([^"'`\s]{12,})["'`]"#,
    r#"(?i)^\s*(?:export\s+|-\s+)?[a-z0-9_.-]*(?:password|passwd|passphrase|secret|token|api_?key|access_?key|private_?key)[a-z0-9_.-]*\s*[=:]\s*([^\s"'`$<>{}()\[\],;]{12,})\s*$"#,
];

/// Words that make a credential an example, where they stand in it.
const PLACEHOLDERS: [&str; 12] = [
    "example",
    "changeme",
    "your",
    "xxxx",
    "placeholder",
    "dummy",
    "sample",
    "redacted",
    "password",
    "${",
    "{{",
    "...",
];

/// A literal below this many bits per character is a word, not a key.
const KEY_BITS_PER_CHAR_MIN: f64 = 3.0;

static KNOWN: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    SHAPES
        .iter()
        .map(|(kind, shape)| (*kind, constant(shape)))
        .collect()
});
static ASSIGNMENTS: LazyLock<[Regex; 2]> = LazyLock::new(|| ASSIGNED.map(constant));

/// All of them at once: nearly every line holds none, and one pass tells.
static ANY: LazyLock<Regex> = LazyLock::new(|| {
    let all: Vec<_> = SHAPES
        .iter()
        .map(|(_, shape)| *shape)
        .chain(ASSIGNED)
        .map(|shape| format!("(?:{shape})"))
        .collect();
    constant(&all.join("|"))
});

/// What `text` looks like it holds, as it stands or once invisible characters are taken out: those
/// would hide a credential here and be gone where it is shown.
pub(crate) fn looks_like(text: &str) -> Option<&'static str> {
    shape(text).or_else(|| {
        let hides = untrusted::hides_characters(text);
        hides
            .then(|| shape(&untrusted::plain(text, usize::MAX)))
            .flatten()
    })
}

fn shape(text: &str) -> Option<&'static str> {
    if !ANY.is_match(text) {
        return None;
    }
    let known = KNOWN.iter().find(|(_, shape)| {
        shape
            .find_iter(text)
            .any(|found| !is_placeholder(found.as_str()))
    });
    if let Some((kind, _)) = known {
        return Some(kind);
    }
    let mut literals = ASSIGNMENTS
        .iter()
        .filter_map(|assigned| assigned.captures(text)?.get(1));
    literals
        .any(|literal| is_key(literal.as_str()))
        .then_some("secret in plain text")
}

fn is_placeholder(found: &str) -> bool {
    let found = found.to_lowercase();
    PLACEHOLDERS.iter().any(|word| found.contains(word))
}

/// Letters and several digits, mixed so that it is no word and no name of a setting.
fn is_key(literal: &str) -> bool {
    let count = |is: fn(&char) -> bool| literal.chars().filter(is).count();
    !is_placeholder(literal)
        && count(char::is_ascii_digit) >= 2
        && count(char::is_ascii_alphabetic) >= 2
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
        looks_like(&parts.concat())
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
    fn a_word_elsewhere_or_a_character_that_nobody_sees_hides_nothing() {
        assert_eq!(
            like(&[
                "# see example.com\nkey = gh",
                "p_abcdefghijklmnopqrstuvwxyz0123456789"
            ]),
            Some("GitHub token")
        );
        assert_eq!(
            like(&["gh\u{200b}p", "_abcdefghijklmnopqrstuvwxyz0123456789"]),
            Some("GitHub token")
        );
        assert_eq!(
            like(&["postgres://app:s3cr3", "tPw9x@db.example.com/app"]),
            Some("password in an address")
        );
    }

    #[test]
    fn environment_files_and_yaml_need_no_quotes() {
        assert_eq!(
            like(&["DB_PASSWORD=k8Zq2", "LmP0vXw9"]),
            Some("secret in plain text")
        );
        assert_eq!(
            like(&["  api_token: k8Zq2", "LmP0vXw9"]),
            Some("secret in plain text")
        );
        assert_eq!(
            like(&["aws_secret_access_key = wJa", "lrXUtnFEMI7K9MDENG"]),
            Some("secret in plain text")
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
            "sk-learn-contrib-something-very-long-name",
            "https://user:password@host/",
            "token: ${{ secrets.GITHUB_TOKEN }}",
            "access_key = \"aws.s3.accessKeyId\"",
            "grant_type token = \"authorization_code\"",
            "secretKeyRef: kubernetes-service-account",
            "https://user:$PASSWORD@host/",
        ] {
            assert_eq!(looks_like(fine), None, "{fine}");
        }
    }
}
