//! Who of a clone's people has which account. GitHub knows a login of everybody, a clone only of
//! some: the others get one made from their name.

use std::collections::HashMap;

use gix::actor::SignatureRef;
use gix::mailmap::Snapshot;
use idwo_core::bots::is_bot;
use idwo_core::forge::Person;
use idwo_core::past::Past;
use serde_json::{Value, json};

/// Longest login, in characters: GitHub's own limit.
const LOGIN_CHARS_MAX: usize = 39;

/// What private addresses end with; before it stands the login.
const PRIVATE: &str = "@users.noreply.github.com";

pub(super) struct Accounts {
    mailmap: Snapshot,
    /// Logins that the clone gives away, by e-mail address.
    logins: HashMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    /// Of a bot without its `[bot]`.
    pub(super) login: String,
    name: Option<String>,
    bot: bool,
}

impl Accounts {
    pub(super) fn of(past: &Past, mailmap: Snapshot) -> Self {
        let known = past.people.iter().filter(|person| !person.email.is_empty());
        let logins = known.filter_map(|person| Some((person.email.clone(), person.login.clone()?)));
        Self {
            mailmap,
            logins: logins.collect(),
        }
    }

    /// `None` for nobody: GitHub shows no author then.
    pub(super) fn account(&self, person: &Person) -> Option<Account> {
        let known = person
            .login
            .as_ref()
            .or_else(|| self.logins.get(&person.email));
        let login = known.cloned().or_else(|| made_from(person))?;
        let name = Some(&person.name).filter(|name| !name.is_empty());
        Some(Account {
            login: login.trim_end_matches("[bot]").to_owned(),
            name: name.cloned(),
            bot: person.bot || login.ends_with("[bot]"),
        })
    }

    pub(super) fn signed(&self, signature: SignatureRef<'_>) -> Option<Account> {
        let resolved = self.mailmap.resolve(signature);
        let email = resolved.email.to_string().to_lowercase();
        let raw = signature.email.to_string().to_lowercase();
        let login = private(&raw).or_else(|| private(&email)).map(str::to_owned);
        let name = resolved.name.to_string();
        self.account(&Person {
            bot: is_bot(&name) || is_bot(&raw),
            name,
            email,
            login,
        })
    }
}

impl Account {
    /// GraphQL's `Actor`: `{ __typename login ... on User { name } }`.
    pub(super) fn actor(&self) -> Value {
        if self.bot {
            return json!({ "__typename": "Bot", "login": self.login });
        }
        json!({ "__typename": "User", "login": self.login, "name": self.name })
    }

    /// GraphQL's `Actor` where only the login is asked for.
    pub(super) fn named(&self) -> Value {
        let kind = if self.bot { "Bot" } else { "User" };
        json!({ "__typename": kind, "login": self.login })
    }

    /// REST's `simple-user`, where a bot's login does end in `[bot]`.
    pub(super) fn simple_user(&self, api: &str) -> Value {
        let (login, kind) = match self.bot {
            true => (format!("{}[bot]", self.login), "Bot"),
            false => (self.login.clone(), "User"),
        };
        let id = crc32fast::hash(login.as_bytes());
        let url = format!("{api}/users/{login}");
        json!({
            "login": login, "id": id, "node_id": format!("U_{id}"), "gravatar_id": "",
            "avatar_url": format!("https://avatars.githubusercontent.com/u/{id}?v=4"),
            "url": url, "html_url": format!("https://github.com/{}", self.login),
            "followers_url": format!("{url}/followers"),
            "following_url": format!("{url}/following{{/other_user}}"),
            "gists_url": format!("{url}/gists{{/gist_id}}"),
            "starred_url": format!("{url}/starred{{/owner}}{{/repo}}"),
            "subscriptions_url": format!("{url}/subscriptions"),
            "organizations_url": format!("{url}/orgs"), "repos_url": format!("{url}/repos"),
            "events_url": format!("{url}/events{{/privacy}}"),
            "received_events_url": format!("{url}/received_events"),
            "type": kind, "user_view_type": "public", "site_admin": false
        })
    }
}

fn private(email: &str) -> Option<&str> {
    let user = email.strip_suffix(PRIVATE)?;
    Some(user.split_once('+').map_or(user, |(_, login)| login))
}

/// A login such as `priya-nair`; `None` for a person without name and address.
fn made_from(person: &Person) -> Option<String> {
    if person.name.is_empty() && person.email.is_empty() {
        return None;
    }
    let name = person.name.to_lowercase();
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    let login: String = words.join("-").chars().take(LOGIN_CHARS_MAX).collect();
    let login = login.trim_end_matches('-');
    if login.is_empty() {
        let known_by = format!("{}{}", person.name, person.email);
        return Some(format!("user-{:08x}", crc32fast::hash(known_by.as_bytes())));
    }
    Some(login.to_owned())
}
