//! `idwo-local key new`: makes an access key for a deployed endpoint. The key is shown once; what is
//! kept of it is a digest.

use std::time::Duration;

use idwo_core::access::{AccessKey, KEY_BYTES};
use idwo_core::clock::{Clock, SystemClock};
use serde_json::json;

use crate::args::NewKey;
use crate::terminal::{self, Failed};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub fn new(wanted: &NewKey) -> Result<(), Failed> {
    let mut bytes = [0; KEY_BYTES];
    getrandom::fill(&mut bytes)?;
    let key = AccessKey::of_random(bytes);
    let expires_at = SystemClock.now().checked_add(DAY * wanted.days)?;
    let record = key.record(wanted.name.clone(), wanted.scopes.clone(), expires_at);
    terminal::print(&format!(
        "The key, shown this once; the client sends it as `Authorization: Bearer KEY`:\n\n{}\n\n\
         Its entry in the JSON list IDWO_ACCESS_KEYS of the deployment:\n\n{}",
        key.expose(),
        json!(record),
    ))?;
    Ok(())
}
