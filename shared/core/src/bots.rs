//! Telling bots from people, by what they call themselves.

/// Accounts that act for others and do not carry `[bot]` in their name.
const BOTS: &[&str] = &[
    "bors",
    "homu",
    "dependabot",
    "dependabot-preview",
    "github",
    "github-actions",
    "mergify",
    "pre-commit-ci",
    "renovate",
    "renovate-bot",
    "rust-bors",
    "rustbot",
    "rust-log-analyzer",
    "web-flow",
];

/// Whether a name, login or e-mail address is a bot's.
pub fn is_bot(text: &str) -> bool {
    let text = text.to_lowercase();
    text.contains("[bot]")
        || text.ends_with("-bot")
        || text.ends_with("-robot")
        || text == "noreply@github.com"
        || BOTS.contains(&text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bots_are_known_by_any_of_their_names() {
        assert!(is_bot("dependabot[bot]") && is_bot("bors") && is_bot("Renovate"));
        assert!(is_bot("noreply@github.com") && is_bot("k8s-ci-robot"));
        assert!(!is_bot("abbott") && !is_bot("robot roberts"));
    }
}
