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

/// What the logins of Apps end with. A bot without it is a user like any other.
const BOT: &str = "[bot]";

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
            login: login.trim_end_matches(BOT).to_owned(),
            name: name.cloned(),
            bot: login.ends_with(BOT) || person.name.ends_with(BOT),
        })
    }

    pub(super) fn signed(&self, signature: SignatureRef<'_>) -> Option<Account> {
        let resolved = self.mailmap.resolve(signature);
        let email = resolved.email.to_string().to_lowercase();
        let raw = signature.email.to_string().to_lowercase();
        let login = private(&raw).or_else(|| private(&email)).map(str::to_owned);
        let name = resolved.name.to_string();
        self.account(&Person {
            bot: is_bot(&name),
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
        let web = "https://github.com";
        let (ending, escaped, kind, html) = match self.bot {
            true => (
                BOT,
                "%5Bbot%5D",
                "Bot",
                format!("{web}/apps/{}", self.login),
            ),
            false => ("", "", "User", format!("{web}/{}", self.login)),
        };
        let login = format!("{}{ending}", self.login);
        let id = crc32fast::hash(login.as_bytes());
        let url = format!("{api}/users/{}{escaped}", self.login);
        json!({
            "login": login, "id": id, "node_id": format!("U_{id}"), "gravatar_id": "",
            "avatar_url": format!("https://avatars.githubusercontent.com/u/{id}?v=4"),
            "url": url, "html_url": html,
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
    let name = person.name.trim_end_matches(BOT).to_lowercase();
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

#[cfg(test)]
mod tests {
    use super::*;

    fn account(name: &str, email: &str, login: Option<&str>) -> Option<Account> {
        let accounts = Accounts::of(&Past::default(), Snapshot::default());
        accounts.account(&Person {
            name: name.to_owned(),
            email: email.to_owned(),
            login: login.map(str::to_owned),
            bot: false,
        })
    }

    #[test]
    fn everybody_has_a_login_that_github_would_give() {
        let login = |name, email, login| account(name, email, login).map(|account| account.login);
        assert_eq!(login("Priya Nair", "p@x", None).unwrap(), "priya-nair");
        assert_eq!(
            login("Priya Nair", "p@x", Some("priya-n")).unwrap(),
            "priya-n"
        );
        let long = "x".repeat(50);
        assert_eq!(login(&long, "", None).unwrap().len(), 39);
        assert!(
            login("\u{674e}", "li@x", None)
                .unwrap()
                .starts_with("user-")
        );
        assert_ne!(
            login("\u{674e}", "li@x", None),
            login("\u{674e}", "lee@x", None)
        );
        assert_eq!(login("", "", None), None);
    }

    #[test]
    fn an_apps_bot_is_called_otherwise_in_rest_and_in_graphql() {
        for known in [Some("dependabot[bot]"), None] {
            let bot = account("dependabot[bot]", "d@x", known).unwrap();
            assert_eq!(
                bot.actor(),
                json!({ "__typename": "Bot", "login": "dependabot" })
            );
            let user = bot.simple_user("http://api");
            assert_eq!(user["login"], "dependabot[bot]");
            assert_eq!(user["url"], "http://api/users/dependabot%5Bbot%5D");
        }
        let bors = account("bors", "bors@rust-lang.org", None).unwrap();
        assert_eq!(
            bors.named(),
            json!({ "__typename": "User", "login": "bors" })
        );
    }

    #[test]
    fn who_signed_is_known_by_address_and_mailmap() {
        let mailmap = Snapshot::from_bytes(b"Ann Lee <7+ann@users.noreply.github.com> <a@x>\n");
        let accounts = Accounts::of(&Past::default(), mailmap);
        let signed = accounts.signed(SignatureRef {
            name: "A".into(),
            email: "a@x".into(),
            time: "0 +0000",
        });
        assert_eq!(
            signed.unwrap().actor(),
            json!({
                "__typename": "User", "login": "ann", "name": "Ann Lee"
            })
        );
    }
}
