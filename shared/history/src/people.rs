//! Who a commit names: authors, committers and reviewers, told apart from bots.

use gix::ObjectId;
use gix::actor::SignatureRef;
use gix::mailmap::Snapshot;
use idwo_core::bots::is_bot;
use idwo_core::failure::Failure;
use idwo_core::forge::{File, Person};
use idwo_core::input::Owner;
use idwo_core::watcher::Watcher;

use crate::logins::{self, Logins};
use crate::read;

/// For people who are named without one.
const NO_TIME: &str = "0 +0000";

/// Trailers that name who looked at a change before it landed.
const REVIEW_TRAILERS: &[&str] = &[
    "reviewed-by",
    "acked-by",
    "approved-by",
    "reviewer",
    "reviewers",
];

/// Trailers that name who wrote a change together with its author.
const AUTHOR_TRAILERS: &[&str] = &["co-authored-by"];

/// Names, addresses and logins as a repository knew them at some time.
pub(crate) struct People {
    mailmap: Snapshot,
    logins: Logins,
}

impl People {
    /// With the `.mailmap` and the history of `commit`, never with later ones.
    pub(crate) fn as_of(
        repo: &gix::Repository,
        commit: ObjectId,
        home: Option<&Owner>,
        watcher: &Watcher,
    ) -> Result<Self, Failure> {
        let mailmap = match read::file(repo, &read::sha(commit)?, ".mailmap")? {
            File::Content(bytes) => Snapshot::from_bytes(&bytes),
            File::Missing | File::TooLarge => Snapshot::default(),
        };
        Ok(Self {
            mailmap,
            logins: Logins::learn(repo, commit, home, watcher)?,
        })
    }

    /// The author of `commit`; nobody known where it is malformed.
    pub(crate) fn author(&self, commit: &gix::Commit<'_>) -> Person {
        commit
            .author()
            .map_or_else(|_| Person::default(), |author| self.person(author))
    }

    pub(crate) fn committer(&self, commit: &gix::Commit<'_>) -> Person {
        commit
            .committer()
            .map_or_else(|_| Person::default(), |committer| self.person(committer))
    }

    pub(crate) fn person(&self, signature: SignatureRef<'_>) -> Person {
        let resolved = self.mailmap.resolve(signature);
        let (name, email) = (
            resolved.name.to_string(),
            resolved.email.to_string().to_lowercase(),
        );
        // The address before the mailmap is where GitHub writes the login.
        let raw = signature.email.to_string().to_lowercase();
        let private =
            logins::of_private_address(&raw).or_else(|| logins::of_private_address(&email));
        let login = private
            .or_else(|| self.logins.of(&raw, &name))
            .or_else(|| self.logins.of(&email, &name));
        let login = login.map(str::to_owned);
        known(name, email, login)
    }

    /// Somebody who is called by GitHub's name.
    pub(crate) fn of_login(&self, login: &str) -> Person {
        match self.logins.person(login) {
            Some((name, email)) => {
                let person = self.person(SignatureRef {
                    name: name.as_str().into(),
                    email: email.as_str().into(),
                    time: NO_TIME,
                });
                Person {
                    login: Some(login.to_owned()),
                    ..person
                }
            }
            None => known(login.to_owned(), String::new(), Some(login.to_owned())),
        }
    }

    /// Whoever owns the fork, where the history shows that it is one person.
    pub(crate) fn owner_of_fork(&self, login: &str) -> Option<Person> {
        self.logins.person(login).map(|_| self.of_login(login))
    }

    /// Reviewers named in trailers: `Reviewed-by: Name <email>, Name <email>`.
    pub(crate) fn reviewers(&self, message: &str) -> Vec<Person> {
        self.in_trailers(message, REVIEW_TRAILERS)
    }

    /// Those who wrote it too: `Co-authored-by: Name <email>`.
    pub(crate) fn co_authors(&self, message: &str) -> Vec<Person> {
        self.in_trailers(message, AUTHOR_TRAILERS)
    }

    fn in_trailers(&self, message: &str, keys: &[&str]) -> Vec<Person> {
        let values = message.lines().filter_map(|line| trailer(line, keys));
        let names = values.flat_map(|value| value.split(','));
        names.filter_map(|text| self.named(text.trim())).collect()
    }

    fn named(&self, text: &str) -> Option<Person> {
        if let Some(login) = text.strip_prefix('@') {
            return logins::is_login(login).then(|| self.of_login(login));
        }
        // Without an address it is free text: "nobody yet".
        let (name, email) = text.split_once('<')?;
        let (name, email) = (name.trim(), email.trim_end_matches('>').trim());
        if name.is_empty() && email.is_empty() {
            return None;
        }
        Some(self.person(SignatureRef {
            name: name.into(),
            email: email.into(),
            time: NO_TIME,
        }))
    }
}

/// A message without what only the merge knew: who reviewed.
pub(crate) fn without_reviews(message: &str) -> String {
    let kept: Vec<_> = message
        .lines()
        .filter(|line| trailer(line, REVIEW_TRAILERS).is_none())
        .collect();
    kept.join("\n")
}

fn trailer<'a>(line: &'a str, keys: &[&str]) -> Option<&'a str> {
    let (key, value) = line.split_once(':')?;
    keys.iter()
        .any(|known| key.trim().eq_ignore_ascii_case(known))
        .then_some(value)
}

fn known(name: String, email: String, login: Option<String>) -> Person {
    let names = [Some(&name), Some(&email), login.as_ref()];
    let bot = names.into_iter().flatten().any(|text| is_bot(text));
    Person {
        name,
        email,
        login,
        bot,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reviewers(message: &str) -> Vec<String> {
        let people = People {
            mailmap: Snapshot::default(),
            logins: Logins::default(),
        };
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
    fn a_message_loses_its_reviews_and_nothing_else() {
        assert_eq!(
            without_reviews("a\n\nReviewed-by: B <b@x>\nCloses #3"),
            "a\n\nCloses #3"
        );
    }
}
