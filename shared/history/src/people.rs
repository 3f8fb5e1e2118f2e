//! Who a commit names: authors, committers and reviewers, told apart from bots.

use gix::actor::SignatureRef;
use gix::mailmap::Snapshot;
use idwo_core::failure::Failure;
use idwo_core::forge::Person;

use crate::read;

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

/// Trailers that name who looked at a change before it landed.
const REVIEW_TRAILERS: &[&str] = &[
    "reviewed-by",
    "acked-by",
    "approved-by",
    "reviewer",
    "reviewers",
];

/// Names and addresses as the repository's own `.mailmap` corrects them.
pub(crate) struct People(Snapshot);

impl People {
    /// With the `.mailmap` of `commit`, never with a later one.
    pub(crate) fn as_of(repo: &gix::Repository, commit: gix::ObjectId) -> Result<Self, Failure> {
        let file = read::file(repo, &read::sha(commit)?, ".mailmap")?;
        Ok(Self(Snapshot::from_bytes(&file.unwrap_or_default())))
    }

    pub(crate) fn person(&self, signature: SignatureRef<'_>) -> Person {
        let resolved = self.0.resolve(signature);
        // The address before the mailmap is where GitHub writes the login.
        let login = login_of(&signature.email.to_string().to_lowercase());
        known(resolved.name.to_string(), resolved.email.to_string(), login)
    }

    /// Reviewers named in trailers: `Reviewed-by: Name <email>, Name <email>`.
    pub(crate) fn reviewers(&self, message: &str) -> Vec<Person> {
        let values = message.lines().filter_map(review_trailer);
        let names = values.flat_map(|value| value.split(','));
        names.filter_map(|text| self.named(text.trim())).collect()
    }

    fn named(&self, text: &str) -> Option<Person> {
        if let Some(login) = text.strip_prefix('@') {
            return Some(of_login(login)).filter(|_| !login.is_empty());
        }
        let (name, email) = text.split_once('<').unwrap_or((text, ""));
        let (name, email) = (name.trim(), email.trim_end_matches('>').trim());
        if name.is_empty() && email.is_empty() {
            return None;
        }
        Some(self.person(SignatureRef {
            name: name.into(),
            email: email.into(),
            time: "0 +0000",
        }))
    }
}

/// A message without what only the merge knew: who reviewed.
pub(crate) fn without_reviews(message: &str) -> String {
    let kept: Vec<_> = message
        .lines()
        .filter(|line| review_trailer(line).is_none())
        .collect();
    kept.join("\n")
}

/// Somebody of whom only GitHub's name is known.
pub(crate) fn of_login(login: &str) -> Person {
    known(login.to_owned(), String::new(), Some(login.to_owned()))
}

fn review_trailer(line: &str) -> Option<&str> {
    let (key, value) = line.split_once(':')?;
    let is_review = REVIEW_TRAILERS
        .iter()
        .any(|trailer| key.trim().eq_ignore_ascii_case(trailer));
    is_review.then_some(value)
}

fn known(name: String, email: String, login: Option<String>) -> Person {
    let email = email.to_lowercase();
    let login = login.or_else(|| login_of(&email));
    let bot = [Some(&name), Some(&email), login.as_ref()]
        .into_iter()
        .flatten()
        .any(|text| is_bot(text));
    Person {
        name,
        email,
        login,
        bot,
    }
}

/// GitHub's private addresses carry the login: `12345+login@users.noreply.github.com`.
fn login_of(email: &str) -> Option<String> {
    let user = email.strip_suffix("@users.noreply.github.com")?;
    let login = user.split_once('+').map_or(user, |(_, login)| login);
    (!login.is_empty()).then(|| login.to_owned())
}

fn is_bot(text: &str) -> bool {
    let text = text.to_lowercase();
    text.contains("[bot]")
        || text.ends_with("-bot")
        || text == "noreply@github.com"
        || BOTS.contains(&text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reviewers(message: &str) -> Vec<String> {
        let people = People(Snapshot::default());
        people
            .reviewers(message)
            .into_iter()
            .map(|p| p.name)
            .collect()
    }

    #[test]
    fn trailers_of_every_habit_name_reviewers() {
        assert_eq!(
            reviewers("x\n\nReviewed-by: Ann <a@x.test>\nAcked-by: Bo <b@x.test>"),
            ["Ann", "Bo"]
        );
        assert_eq!(
            reviewers("x\n\nReviewers: Ann <a@x.test>, Bo <b@x.test>, @cy"),
            ["Ann", "Bo", "cy"]
        );
        assert_eq!(
            reviewers("x\n\nSigned-off-by: Ann <a@x.test>\nreviewed by nobody"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_private_address_gives_the_login_away() {
        assert_eq!(
            login_of("123+ann@users.noreply.github.com").as_deref(),
            Some("ann")
        );
        assert_eq!(
            login_of("ann@users.noreply.github.com").as_deref(),
            Some("ann")
        );
        assert_eq!(login_of("ann@example.com"), None);
    }

    #[test]
    fn bots_are_known_by_any_of_their_names() {
        assert!(of_login("dependabot[bot]").bot && of_login("bors").bot);
        assert!(known("GitHub".into(), "noreply@github.com".into(), None).bot);
        assert!(
            !of_login("abbott").bot && !known("Robot Roberts".into(), "r@x.test".into(), None).bot
        );
    }

    #[test]
    fn a_message_loses_its_reviews_and_nothing_else() {
        assert_eq!(
            without_reviews("a\n\nReviewed-by: B <b@x>\nCloses #3"),
            "a\n\nCloses #3"
        );
    }
}
