//! Puts together what is known of one person under several names: a login here, an e-mail there.

use std::collections::HashMap;

use idwo_core::forge::{PastChange, Person};

/// How often a fork's owner must be the author before the two are taken for one person.
const SHARED_CHANGES_MIN: usize = 2;

/// People by every name they go by. An index stays valid for as long as the roster.
#[derive(Default)]
pub(crate) struct Roster {
    people: Vec<Person>,
    by_login: HashMap<String, usize>,
    by_email: HashMap<String, usize>,
    by_name: HashMap<String, usize>,
    login_of_email: HashMap<String, String>,
}

impl Roster {
    /// Learns which login belongs to which author from changes that came from a fork: the pair has
    /// to recur, and to be the commoner one for both.
    pub(crate) fn learn(changes: &[PastChange]) -> Self {
        let mut pairs: HashMap<(&str, &str), usize> = HashMap::new();
        let (mut by_login, mut by_email) =
            (HashMap::<&str, usize>::new(), HashMap::<&str, usize>::new());
        for change in changes {
            let Some(login) = change.fork_owner.as_deref() else {
                continue;
            };
            let email = change.author.email.as_str();
            *pairs.entry((login, email)).or_default() += 1;
            *by_login.entry(login).or_default() += 1;
            *by_email.entry(email).or_default() += 1;
        }
        let is_common = |count: usize, of: Option<&usize>| of.is_some_and(|all| 2 * count > *all);
        let learned = pairs.into_iter().filter(|((login, email), count)| {
            *count >= SHARED_CHANGES_MIN
                && is_common(*count, by_login.get(login))
                && is_common(*count, by_email.get(email))
        });
        let login_of_email = learned
            .map(|((login, email), _)| (email.to_owned(), login.to_owned()))
            .collect();
        Self {
            login_of_email,
            ..Self::default()
        }
    }

    /// Whose this is: somebody known by the same login, e-mail or full name, else somebody new.
    pub(crate) fn index(&mut self, person: &Person) -> usize {
        let login = person
            .login
            .clone()
            .or_else(|| self.login_of_email.get(&person.email).cloned());
        let login_key = login.as_ref().map(|login| login.to_lowercase());
        let name_key = full_name(person);
        let known = login_key
            .as_ref()
            .and_then(|key| self.by_login.get(key))
            .or_else(|| self.by_email.get(&person.email))
            .or_else(|| name_key.as_ref().and_then(|key| self.by_name.get(key)))
            .copied();
        let index = known.unwrap_or_else(|| {
            self.people.push(person.clone());
            self.people.len() - 1
        });
        self.note(index, person, login);
        if let Some(key) = login_key {
            self.by_login.entry(key).or_insert(index);
        }
        if !person.email.is_empty() {
            self.by_email.entry(person.email.clone()).or_insert(index);
        }
        if let Some(key) = name_key {
            self.by_name.entry(key).or_insert(index);
        }
        index
    }

    pub(crate) fn person(&self, index: usize) -> Option<&Person> {
        self.people.get(index)
    }

    /// Fills in what was not known of them before.
    fn note(&mut self, index: usize, person: &Person, login: Option<String>) {
        let Some(known) = self.people.get_mut(index) else {
            return;
        };
        let known_by_login_only = known.login.as_deref() == Some(known.name.as_str());
        if known_by_login_only && person.login.as_deref() != Some(person.name.as_str()) {
            known.name.clone_from(&person.name);
        }
        known.login = known.login.take().or(login);
        known.bot |= person.bot;
    }
}

/// A name of several words is one person's; a single word can be anybody's.
fn full_name(person: &Person) -> Option<String> {
    let name = person.name.trim().to_lowercase();
    name.contains(' ').then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str, email: &str, login: Option<&str>) -> Person {
        Person {
            name: name.into(),
            email: email.into(),
            login: login.map(str::to_owned),
            bot: false,
        }
    }

    fn from_fork(login: &str, author: Person) -> PastChange {
        PastChange {
            at: "2024-01-01T00:00:00Z".parse().unwrap(),
            author,
            fork_owner: Some(login.into()),
            reviewers: Vec::new(),
            merged_by: None,
            touched: Vec::new(),
        }
    }

    #[test]
    fn a_login_an_address_and_a_name_meet_in_one_person() {
        let mut roster = Roster::default();
        let ann = roster.index(&person("Ann Lee", "ann@x.test", None));
        assert_eq!(
            roster.index(&person("ann", "ann@x.test", Some("annlee"))),
            ann
        );
        assert_eq!(roster.index(&person("annlee", "", Some("AnnLee"))), ann);
        assert_eq!(roster.index(&person("Ann Lee", "other@y.test", None)), ann);
        assert_ne!(roster.index(&person("ann", "third@z.test", None)), ann);
        assert_eq!(roster.person(ann).unwrap().login.as_deref(), Some("annlee"));
    }

    #[test]
    fn a_fork_owner_is_the_author_only_when_it_recurs() {
        let ann = || person("Ann Lee", "ann@x.test", None);
        let mut once = Roster::learn(&[from_fork("annlee", ann())]);
        assert_ne!(
            once.index(&person("annlee", "", Some("annlee"))),
            once.index(&ann())
        );
        let mut often = Roster::learn(&[from_fork("annlee", ann()), from_fork("annlee", ann())]);
        assert_eq!(
            often.index(&person("annlee", "", Some("annlee"))),
            often.index(&ann())
        );
    }

    #[test]
    fn a_name_takes_the_place_of_a_login() {
        let mut roster = Roster::default();
        let index = roster.index(&person("annlee", "", Some("annlee")));
        roster.index(&person("Ann Lee", "ann@x.test", Some("annlee")));
        assert_eq!(roster.person(index).unwrap().name, "Ann Lee");
    }
}
