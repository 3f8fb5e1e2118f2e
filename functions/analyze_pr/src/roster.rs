//! Puts together what is known of one person under several names: a login here, an e-mail there.

use std::collections::HashMap;

use idwo_core::forge::{Person, full_name};

/// People by every name they go by. Somebody met under a name of two people makes them one, so an
/// index stays theirs only once everybody was met.
#[derive(Default)]
pub(crate) struct Roster {
    people: Vec<Person>,
    /// Where each one's entry went; its own place while it went nowhere.
    merged_into: Vec<usize>,
    by_login: HashMap<String, usize>,
    by_email: HashMap<String, usize>,
    by_name: HashMap<String, usize>,
}

impl Roster {
    pub(crate) fn meet(&mut self, person: &Person) {
        self.index(person);
    }

    /// Whose this is: somebody known by the same login, e-mail or full name, else somebody new.
    /// Nobody at all for a person of whom nothing is known.
    pub(crate) fn index(&mut self, person: &Person) -> Option<usize> {
        let login = person.login.as_ref().map(|login| login.to_lowercase());
        let email = Some(person.email.clone()).filter(|email| !email.is_empty());
        let names = [(login, 0), (email, 1), (full_name(&person.name), 2)];
        let names: Vec<_> = names
            .into_iter()
            .filter_map(|(name, kind)| Some((name?, kind)))
            .collect();
        if names.is_empty() {
            return None;
        }
        let known = names
            .iter()
            .filter_map(|(name, kind)| self.book(*kind).get(name).copied());
        let known: Vec<_> = known
            .collect::<Vec<_>>()
            .into_iter()
            .map(|index| self.root(index))
            .collect();
        let index = known
            .iter()
            .min()
            .copied()
            .unwrap_or_else(|| self.add(person));
        for other in known {
            self.merge(other, index);
        }
        self.note(index, person);
        for (name, kind) in names {
            self.book(kind).insert(name, index);
        }
        Some(index)
    }

    /// Whose this is among those who were met.
    pub(crate) fn find(&self, person: &Person) -> Option<usize> {
        let login = person.login.as_ref().map(|login| login.to_lowercase());
        let by_login = login.and_then(|login| self.by_login.get(&login));
        let by_email = || self.by_email.get(&person.email);
        let by_name = || self.by_name.get(&full_name(&person.name)?);
        let found = by_login.or_else(by_email).or_else(by_name)?;
        Some(self.root(*found))
    }

    pub(crate) fn person(&self, index: usize) -> Option<&Person> {
        self.people.get(index)
    }

    fn book(&mut self, kind: usize) -> &mut HashMap<String, usize> {
        match kind {
            0 => &mut self.by_login,
            1 => &mut self.by_email,
            _ => &mut self.by_name,
        }
    }

    fn add(&mut self, person: &Person) -> usize {
        self.people.push(person.clone());
        self.merged_into.push(self.merged_into.len());
        self.people.len() - 1
    }

    fn root(&self, index: usize) -> usize {
        let mut at = index;
        while let Some(next) = self.merged_into.get(at).filter(|next| **next != at) {
            at = *next;
        }
        at
    }

    fn merge(&mut self, from: usize, into: usize) {
        if from == into {
            return;
        }
        if let Some(person) = self.people.get(from).cloned() {
            self.note(into, &person);
        }
        if let Some(place) = self.merged_into.get_mut(from) {
            *place = into;
        }
    }

    /// Fills in what was not known of them before.
    fn note(&mut self, index: usize, person: &Person) {
        let Some(known) = self.people.get_mut(index) else {
            return;
        };
        let is_login = |person: &Person| person.login.as_deref() == Some(person.name.as_str());
        if is_login(known) && !is_login(person) {
            known.name.clone_from(&person.name);
        }
        known.login = known.login.take().or_else(|| person.login.clone());
        known.bot |= person.bot;
    }
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
        assert_eq!(
            roster.person(ann.unwrap()).unwrap().login.as_deref(),
            Some("annlee")
        );
    }

    #[test]
    fn two_who_turn_out_to_be_one_are_made_one() {
        let mut roster = Roster::default();
        let by_login = roster.index(&person("ann", "", Some("annl")));
        let by_email = roster.index(&person("Ann Lee", "ann@x.test", None));
        assert_ne!(by_login, by_email);
        let bridge = roster.index(&person("Ann Lee", "", Some("annl")));
        assert_eq!(roster.index(&person("ann", "ann@x.test", None)), bridge);
        assert_eq!(roster.index(&person("ann", "", Some("AnnL"))), bridge);
    }

    #[test]
    fn people_without_a_name_are_not_one_person() {
        let mut roster = Roster::default();
        assert_eq!(roster.index(&Person::default()), None);
        assert_eq!(
            roster.index(&person("ann", "", None)),
            None,
            "a single word can be anybody"
        );
    }

    #[test]
    fn a_name_takes_the_place_of_a_login() {
        let mut roster = Roster::default();
        let index = roster.index(&person("annlee", "", Some("annlee"))).unwrap();
        roster.index(&person("Ann Lee", "ann@x.test", Some("annlee")));
        assert_eq!(roster.person(index).unwrap().name, "Ann Lee");
    }
}
