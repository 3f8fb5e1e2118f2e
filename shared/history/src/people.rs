//! Who a commit names: authors, committers and reviewers, told apart from bots.

use gix::ObjectId;
use gix::actor::SignatureRef;
use gix::mailmap::Snapshot;
use idwo_core::bots::is_bot;
use idwo_core::failure::Failure;
use idwo_core::forge::{File, Person};
use idwo_core::input::Owner;
use idwo_core::logins;

use crate::index::{Line, Named};
use crate::logins::Logins;
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
    /// With the `.mailmap` of `commit` and the `line` behind it, never with later ones.
    pub(crate) fn as_of(
        repo: &gix::Repository,
        commit: ObjectId,
        home: Option<&Owner>,
        line: &Line,
    ) -> Result<Self, Failure> {
        let mailmap = match read::file(repo, &read::sha(commit)?, ".mailmap")? {
            File::Content(bytes) => Snapshot::from_bytes(&bytes),
            File::Missing | File::Unread => Snapshot::default(),
        };
        Ok(Self {
            mailmap,
            logins: Logins::learn(line, home),
        })
    }

    /// The author of `commit`; nobody known where it is malformed.
    pub(crate) fn author(&self, commit: &gix::Commit<'_>) -> Person {
        commit
            .author()
            .map_or_else(|_| Person::default(), |author| self.person(author))
    }

    pub(crate) fn of(&self, named: &Named) -> Person {
        match named {
            Named::Login(login) => self.of_login(login),
            Named::Signature { name, email } => self.person(SignatureRef {
                name: name.as_str().into(),
                email: email.as_str().into(),
                time: NO_TIME,
            }),
        }
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
                let (name, email) = (name.clone(), email.clone());
                let person = self.of(&Named::Signature { name, email });
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

    /// Those who wrote it too: `Co-authored-by: Name <email>`.
    pub(crate) fn co_authors(&self, message: &str) -> Vec<Person> {
        let named = in_trailers(message, AUTHOR_TRAILERS);
        named.iter().map(|named| self.of(named)).collect()
    }
}

/// Reviewers named in trailers: `Reviewed-by: Name <email>, Name <email>`.
pub(crate) fn named_reviewers(message: &str) -> Vec<Named> {
    in_trailers(message, REVIEW_TRAILERS)
}

fn in_trailers(message: &str, keys: &[&str]) -> Vec<Named> {
    let values = message.lines().filter_map(|line| trailer(line, keys));
    let names = values.flat_map(|value| value.split(','));
    names.filter_map(|text| named(text.trim())).collect()
}

fn named(text: &str) -> Option<Named> {
    if let Some(login) = text.strip_prefix('@') {
        return logins::is_login(login).then(|| Named::Login(login.to_owned()));
    }
    // Without an address it is free text: "nobody yet".
    let (name, email) = text.split_once('<')?;
    let (name, email) = (name.trim(), email.trim_end_matches('>').trim());
    let is_somebody = !name.is_empty() || !email.is_empty();
    is_somebody.then(|| Named::Signature {
        name: name.to_owned(),
        email: email.to_owned(),
    })
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
        let names = named_reviewers(message)
            .into_iter()
            .map(|named| match named {
                Named::Signature { name, .. } => name,
                Named::Login(login) => login,
            });
        names.collect()
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
