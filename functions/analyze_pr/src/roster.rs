//! Puts together what is known of one person under several names: a login here, an e-mail there.

use std::collections::HashMap;

use idwo_core::forge::Person;

/// People by every name they go by. An index stays valid for as long as the roster.
#[derive(Default)]
pub(crate) struct Roster {
    people: Vec<Person>,
    by_login: HashMap<String, usize>,
    by_email: HashMap<String, usize>,
    by_name: HashMap<String, usize>,
}

impl Roster {
    /// Whose this is: somebody known by the same login, e-mail or full name, else somebody new.
    /// Nobody at all for a person of whom nothing is known.
    pub(crate) fn index(&mut self, person: &Person) -> Option<usize> {
        let login = person.login.as_ref().map(|login| login.to_lowercase());
        let email = Some(person.email.clone()).filter(|email| !email.is_empty());
        let name = full_name(person);
        if login.is_none() && email.is_none() && name.is_none() {
            return None;
        }
        let by = |names: &HashMap<String, usize>, key: &Option<String>| {
            names.get(key.as_ref()?).copied()
        };
        let known = by(&self.by_login, &login)
            .or_else(|| by(&self.by_email, &email))
            .or_else(|| by(&self.by_name, &name));
        let index = known.unwrap_or_else(|| {
            self.people.push(person.clone());
            self.people.len() - 1
        });
        self.note(index, person);
        for (names, key) in [
            (&mut self.by_login, login),
            (&mut self.by_email, email),
            (&mut self.by_name, name),
        ] {
            if let Some(key) = key {
                names.entry(key).or_insert(index);
            }
        }
        Some(index)
    }

    pub(crate) fn person(&self, index: usize) -> Option<&Person> {
        self.people.get(index)
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
