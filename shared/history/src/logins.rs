//! Which GitHub login belongs to whom, as far as a clone gives it away: by private addresses, and
//! by the forks that a person's merged branches lie in.

use std::collections::HashMap;

use idwo_core::forge::full_name;
use idwo_core::input::Owner;
use idwo_core::logins::of_private_address;

use crate::index::{Line, Named, Record};

/// How far back is learned, in changes of the main line.
const LEARNED_FROM_MAX: usize = 3000;

/// How many merged branches of one fork have to be by the same author.
const MERGES_MIN: usize = 2;

/// The least share of a fork's merged branches that its owner wrote, in percent: others help.
const SHARE_MIN: usize = 80;

/// A fork with more authors than this is an organisation's, unless nearly all of it is by one.
const AUTHORS_MAX: usize = 2;
const NEARLY_ALL: usize = 95;

#[derive(Default)]
pub(crate) struct Logins {
    by_email: HashMap<String, String>,
    by_name: HashMap<String, String>,
    /// Name and e-mail of a login, in lower case.
    people: HashMap<String, (String, String)>,
}

impl Logins {
    /// Learned from what one commit can see, and from nothing later.
    pub(crate) fn learn(line: &Line, home: Option<&Owner>) -> Self {
        let mut seen = Seen::default();
        for entry in line.entries.iter().take(LEARNED_FROM_MAX) {
            seen.note(&entry.record, &line.people, home);
        }
        seen.conclude()
    }

    pub(crate) fn of(&self, email: &str, name: &str) -> Option<&str> {
        let by_name = || self.by_name.get(&full_name(name)?);
        self.by_email
            .get(email)
            .or_else(by_name)
            .map(String::as_str)
    }

    /// Name and e-mail of whoever goes by `login`.
    pub(crate) fn person(&self, login: &str) -> Option<&(String, String)> {
        self.people.get(&login.to_lowercase())
    }
}

/// How often each author (name and e-mail) was met.
type Authors = HashMap<(String, String), usize>;

/// What was seen of forks and addresses before anything is concluded from it.
#[derive(Default)]
struct Seen {
    /// By fork owner: how many merged branches each author wrote.
    forks: HashMap<String, Authors>,
    /// By full name: the login of a private address; `None` once two differ.
    private: HashMap<String, Option<String>>,
}

impl Seen {
    fn note(&mut self, record: &Record, people: &[Named], home: Option<&Owner>) {
        let signed = |place: u32| people.get(place as usize).and_then(signature);
        let (recorded, author) = (signed(record.recorded), signed(record.author));
        for (name, email) in recorded.iter().chain(&author) {
            self.note_address(name, email);
        }
        let fork = record.fork.as_deref().filter(|_| record.merged);
        if let (Some(owner), Some(author), Some(home)) = (fork, author, home)
            && !owner.eq_ignore_ascii_case(home.as_str())
        {
            let authors = self.forks.entry(owner.to_owned()).or_default();
            *authors.entry(author).or_default() += 1;
        }
    }

    fn note_address(&mut self, name: &str, email: &str) {
        let (Some(name), Some(login)) = (full_name(name), of_private_address(email)) else {
            return;
        };
        let known = self
            .private
            .entry(name)
            .or_insert_with(|| Some(login.to_owned()));
        if known.as_deref() != Some(login) {
            *known = None;
        }
    }

    fn conclude(self) -> Logins {
        let mut logins = Logins::default();
        let mut everywhere = Authors::new();
        for (author, count) in self.forks.values().flatten() {
            *everywhere.entry(author.clone()).or_default() += count;
        }
        let forks = self.forks.iter();
        let owned = forks.filter_map(|(login, authors)| {
            let author = owner(authors, &everywhere)?;
            Some((authors.get(author), login, author))
        });
        let mut owned: Vec<_> = owned.collect();
        // Whoever has two forks under one address goes by the one with more merges.
        owned.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        for (_, login, author) in owned {
            let email = logins.by_email.entry(author.1.clone());
            email.or_insert_with(|| login.clone());
            let person = logins.people.entry(login.to_lowercase());
            person.or_insert_with(|| author.clone());
        }
        let private = self
            .private
            .into_iter()
            .filter_map(|(name, login)| Some((name, login?)));
        logins.by_name = private.collect();
        logins
    }
}

/// The author who wrote nearly all of a fork's merged branches, and most of theirs there: a
/// maintainer finishes the branches of many.
fn owner<'a>(authors: &'a Authors, everywhere: &Authors) -> Option<&'a (String, String)> {
    let all: usize = authors.values().sum();
    let (author, count) = authors
        .iter()
        .max_by_key(|(author, count)| (**count, *author))?;
    let share = 100 * count / all.max(1);
    let is_one_persons =
        share >= NEARLY_ALL || (share >= SHARE_MIN && authors.len() <= AUTHORS_MAX);
    let is_at_home = everywhere
        .get(author)
        .is_none_or(|elsewhere| 2 * count > *elsewhere);
    (*count >= MERGES_MIN && is_one_persons && is_at_home).then_some(author)
}

/// Name and e-mail, the latter in lower case.
fn signature(named: &Named) -> Option<(String, String)> {
    match named {
        Named::Signature { name, email } => Some((name.clone(), email.to_lowercase())),
        Named::Login(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_two_forks_goes_by_the_one_with_more_merges_every_time() {
        for _ in 0..20 {
            let fork = |name: &str, merges| {
                let author = (name.to_owned(), "ann@x.test".to_owned());
                Authors::from([(author, merges)])
            };
            let seen = Seen {
                forks: HashMap::from([
                    ("old-ann".to_owned(), fork("Ann Lee", 3)),
                    ("ann".to_owned(), fork("Ann L.", 5)),
                    ("zann".to_owned(), fork("A. Lee", 5)),
                ]),
                private: HashMap::new(),
            };
            assert_eq!(seen.conclude().of("ann@x.test", "Ann Lee"), Some("ann"));
        }
    }

    fn authors(counts: &[(&str, usize)]) -> Authors {
        counts
            .iter()
            .map(|(email, count)| (("N".to_owned(), (*email).to_owned()), *count))
            .collect()
    }

    #[test]
    fn a_fork_is_a_persons_when_nearly_all_of_it_is_theirs() {
        let owned = |counts: &[(&str, usize)]| {
            owner(&authors(counts), &authors(counts)).map(|(_, email)| email.clone())
        };
        assert_eq!(owned(&[("a", 2)]).as_deref(), Some("a"));
        assert_eq!(owned(&[("a", 8), ("b", 2)]).as_deref(), Some("a"));
        assert_eq!(owned(&[("a", 1)]), None, "once can be chance");
        assert_eq!(
            owned(&[("a", 3), ("b", 1)]),
            None,
            "a quarter is somebody else's"
        );
        assert_eq!(
            owned(&[("a", 90), ("b", 5), ("c", 5)]),
            None,
            "three authors are an organisation"
        );
        assert_eq!(
            owned(&[("a", 98), ("b", 1), ("c", 1)]).as_deref(),
            Some("a"),
            "or a person who was helped twice"
        );
    }

    #[test]
    fn a_maintainer_who_finishes_others_branches_does_not_own_their_forks() {
        let everywhere = authors(&[("maintainer", 40)]);
        assert_eq!(owner(&authors(&[("maintainer", 3)]), &everywhere), None);
        assert!(owner(&authors(&[("maintainer", 25)]), &everywhere).is_some());
    }
}
