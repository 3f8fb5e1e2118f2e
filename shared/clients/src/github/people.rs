//! Who somebody is on GitHub.

use idwo_core::bots::is_bot;
use idwo_core::forge::Person;
use idwo_core::logins::of_private_address;
use serde::Deserialize;

/// Who did something; GitHub calls a deleted account a ghost.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Actor {
    #[serde(rename = "__typename")]
    kind: String,
    pub(super) login: String,
    /// As they call themselves, where they do.
    #[serde(default)]
    name: Option<String>,
}

const GHOST: &str = "ghost";

pub(super) fn person(actor: Option<&Actor>) -> Person {
    let Some(actor) = actor else {
        // Nobody that could be asked.
        return named(GHOST, None, true);
    };
    named(&actor.login, actor.name.as_deref(), actor.kind == "Bot")
}

pub(super) fn named(login: &str, name: Option<&str>, bot: bool) -> Person {
    Person {
        name: name
            .filter(|name| !name.is_empty())
            .unwrap_or(login)
            .to_owned(),
        email: String::new(),
        login: Some(login.to_owned()),
        bot: bot || is_bot(login),
    }
}

/// `Co-authored-by: Name <email>`: who wrote a commit too.
pub(super) fn co_authors(message: &str) -> Vec<Person> {
    let trailers = message.lines().filter_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.trim()
            .eq_ignore_ascii_case("co-authored-by")
            .then_some(value)
    });
    trailers.filter_map(signed).collect()
}

fn signed(text: &str) -> Option<Person> {
    let (name, email) = text.split_once('<')?;
    let email = email.trim().trim_end_matches('>').to_lowercase();
    let name = name.trim().to_owned();
    Some(Person {
        login: of_private_address(&email).map(str::to_owned),
        bot: is_bot(&name) || is_bot(&email),
        name,
        email,
    })
}
