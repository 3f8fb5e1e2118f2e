//! `idwo-local key`: access keys for a deployed endpoint. A key is shown once; what is kept of it is a
//! digest, in the secret that the deployment reads.

use std::collections::BTreeMap;
use std::io::Read;
use std::time::Duration;

use idwo_core::access::{AccessKey, KEY_BYTES, KeyRecord, Keys};
use idwo_core::clock::{Clock, SystemClock};
use serde_json::json;

use crate::args::{Key, NewKey};
use crate::terminal::{self, Failed};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Longest secret that is read, in bytes: Secrets Manager keeps at most 64 KiB in one.
const SECRET_BYTES_MAX: u64 = 64 * 1024;

/// The variable of the secret that holds the list.
const VARIABLE: &str = "IDWO_ACCESS_KEYS";

pub fn run(wanted: &Key) -> Result<(), Failed> {
    match wanted {
        Key::New(new) => {
            let (key, record) = made(new)?;
            terminal::print(&format!(
                "The key, shown this once; the client sends it as `Authorization: Bearer KEY`:\n\n{}\n\n\
                 Its entry in the JSON list {VARIABLE} of the deployment:\n\n{}",
                key.expose(),
                json!(record),
            ))?;
        }
        Key::Add(new) => {
            let (key, record) = made(new)?;
            let secret = with_list(&secret()?, |list| added(list, record))?;
            terminal::print(&secret)?;
            terminal::tell(&format!("The key, shown this once: {}", key.expose()));
        }
        Key::Remove { name } => {
            let secret = with_list(&secret()?, |list| removed(list, name))?;
            terminal::print(&secret)?;
        }
    }
    Ok(())
}

fn made(wanted: &NewKey) -> Result<(AccessKey, KeyRecord), Failed> {
    let mut bytes = [0; KEY_BYTES];
    getrandom::fill(&mut bytes)?;
    let key = AccessKey::of_random(bytes);
    let expires_at = SystemClock.now().checked_add(DAY * wanted.days)?;
    let record = key.record(wanted.name.clone(), wanted.scopes.clone(), expires_at);
    Ok((key, record))
}

fn secret() -> Result<String, Failed> {
    let mut text = String::new();
    let mut input = std::io::stdin().take(SECRET_BYTES_MAX);
    input.read_to_string(&mut text)?;
    Ok(text)
}

/// The secret with another list of keys, and all else in it as it was. What the deployment could not
/// read is neither taken nor written.
fn with_list(
    secret: &str,
    change: impl FnOnce(Vec<KeyRecord>) -> Result<Vec<KeyRecord>, Failed>,
) -> Result<String, Failed> {
    let mut secret: BTreeMap<String, String> = serde_json::from_str(secret)
        .map_err(|_| "standard input is not the secret: expected a JSON object of texts")?;
    let list = secret.get(VARIABLE).map_or("[]", String::as_str);
    let unfit = || format!("{VARIABLE} in the secret is no list of keys");
    let list = serde_json::from_str(list).map_err(|_| unfit())?;
    let list = json!(change(list)?).to_string();
    list.parse::<Keys>()?;
    secret.insert(VARIABLE.to_owned(), list);
    Ok(json!(secret).to_string())
}

fn added(mut list: Vec<KeyRecord>, record: KeyRecord) -> Result<Vec<KeyRecord>, Failed> {
    if list.iter().any(|other| other.name == record.name) {
        let why = format!(
            "{} has a key already: remove it first, or give another name",
            record.name
        );
        return Err(why.into());
    }
    list.push(record);
    Ok(list)
}

fn removed(mut list: Vec<KeyRecord>, name: &str) -> Result<Vec<KeyRecord>, Failed> {
    let before = list.len();
    list.retain(|record| record.name != name);
    if list.len() == before {
        return Err(format!("nobody of the name {name} has a key").into());
    }
    Ok(list)
}
