//! Keys that this machine makes for itself, once, and keeps in the folder for data: what signs links and states,
//! and what its owner approves with. Whoever can read that folder is taken for the owner.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use idwo_core::access::{APPROVE, AccessKey, KEY_BYTES, Keys};
use idwo_core::chance::{Chance, NoChance};
use idwo_core::config::{Config, StateKey};
use jiff::Timestamp;
use serde_json::json;

/// In the folder for data.
const SIGNING: &str = "signing.key";
const APPROVER: &str = "approver.key";

/// As whom it approves.
pub(crate) const OWNER: &str = "owner";

/// Longest key that is read, in bytes: one has 69 characters.
const KEY_BYTES_MAX: u64 = 256;

/// What a file may allow nobody but its owner.
const OTHERS: u32 = 0o077;

/// Says where, and nothing of what is in the file.
#[derive(Debug, thiserror::Error)]
pub enum OwnKeyError {
    #[error("the key {path} can be neither read nor made")]
    Unusable { path: PathBuf, source: io::Error },
    #[error("others than its owner may read or change {path}, which is a key: `chmod 600` it")]
    Shared { path: PathBuf },
    #[error("{path} is no key: delete it, and the next start makes another")]
    NoKey { path: PathBuf },
    #[error(transparent)]
    Chance(#[from] NoChance),
}

/// `config`, with what signs links and states: its own key, or else the one that is kept in `data`, so that
/// what was signed is good after a restart.
pub fn signing(config: Config, data: &Path) -> Result<Config, OwnKeyError> {
    if config.request_state_key.is_some() {
        return Ok(config);
    }
    let path = data.join(SIGNING);
    let key: Option<StateKey> = kept(&path)?.expose().parse().ok();
    let request_state_key = Some(key.ok_or(OwnKeyError::NoKey { path })?);
    Ok(Config {
        request_state_key,
        ..config
    })
}

/// Who may approve here: the owner of `data`, for as long as the key lies there.
pub(crate) fn approver(data: &Path) -> Result<Keys, OwnKeyError> {
    let path = approver_in(data);
    let scopes = vec![APPROVE.to_owned()];
    let record = kept(&path)?.record(OWNER.to_owned(), scopes, Timestamp::MAX);
    let keys = json!([record]).to_string().parse();
    keys.map_err(|_| OwnKeyError::NoKey { path })
}

/// What the owner types into a page; for who acts as the owner on this machine.
pub(crate) fn approvers_key(data: &Path) -> Result<String, OwnKeyError> {
    Ok(kept(&approver_in(data))?.expose().to_owned())
}

pub(crate) fn approver_in(data: &Path) -> PathBuf {
    data.join(APPROVER)
}

fn kept(path: &Path) -> Result<AccessKey, OwnKeyError> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() => {}
        // Not led elsewhere by a link that a clone brings along, and no pipe that is read for ever.
        Ok(_) => return Err(unusable(path)(io::Error::other("it is no file"))),
        Err(error) if error.kind() == ErrorKind::NotFound => make(path)?,
        Err(error) => return Err(unusable(path)(error)),
    }
    let path = path.to_owned();
    match text(&path).map_err(unusable(&path))? {
        None => Err(OwnKeyError::Shared { path }),
        Some(text) => text.trim().parse().map_err(|_| OwnKeyError::NoKey { path }),
    }
}

/// `None` where others may reach it.
fn text(path: &Path) -> io::Result<Option<String>> {
    let file = File::open(path)?;
    if file.metadata()?.permissions().mode() & OTHERS != 0 {
        return Ok(None);
    }
    let mut text = String::new();
    file.take(KEY_BYTES_MAX).read_to_string(&mut text)?;
    Ok(Some(text))
}

/// It takes its name only when whole, and never another's place: of two processes one is first.
fn make(path: &Path) -> Result<(), OwnKeyError> {
    let key = AccessKey::of_random(Chance::of_machine().bytes::<KEY_BYTES>()?);
    write(path, &key).map_err(unusable(path))
}

fn write(path: &Path, key: &AccessKey) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut draft = tempfile::NamedTempFile::new_in(folder)?;
    writeln!(draft, "{}", key.expose())?;
    match draft.persist_noclobber(path) {
        Err(lost) if lost.error.kind() != ErrorKind::AlreadyExists => Err(lost.error),
        _ => Ok(()),
    }
}

fn unusable(path: &Path) -> impl Fn(io::Error) -> OwnKeyError {
    let path = path.to_owned();
    move |source| OwnKeyError::Unusable {
        path: path.clone(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use idwo_core::config::Variables;

    use super::*;

    fn signing_in(data: &Path, variables: &[(&str, &str)]) -> Result<Vec<u8>, OwnKeyError> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let variables = Variables::new(variables.iter().map(owned));
        let config = signing(Config::read(&variables).unwrap(), data)?;
        Ok(config.request_state_key.unwrap().expose().to_owned())
    }

    #[test]
    fn a_key_is_made_once_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let first = signing_in(folder.path(), &[]).unwrap();
        assert_eq!(signing_in(folder.path(), &[]).unwrap(), first);
        assert_eq!(
            approver(folder.path()).unwrap(),
            approver(folder.path()).unwrap()
        );
        for name in [SIGNING, APPROVER] {
            let found = fs::metadata(folder.path().join(name)).unwrap();
            assert_eq!(found.permissions().mode() & 0o777, 0o600, "{name}");
        }
        let other = tempfile::tempdir().unwrap();
        assert_ne!(signing_in(other.path(), &[]).unwrap(), first);
        assert_ne!(
            approver(other.path()).unwrap(),
            approver(folder.path()).unwrap()
        );
    }

    #[test]
    fn a_key_that_is_set_is_used_and_none_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let set = "a key of the tests, 32 bytes long";
        let used = signing_in(folder.path(), &[("IDWO_REQUEST_STATE_KEY", set)]).unwrap();
        assert_eq!(used, set.as_bytes());
        assert!(!folder.path().join(SIGNING).exists());
    }

    #[test]
    fn a_key_that_others_may_read_or_have_put_there_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let place = approver_in(folder.path());
        approver(folder.path()).unwrap();
        fs::set_permissions(&place, fs::Permissions::from_mode(0o640)).unwrap();
        let shared = approver(folder.path()).unwrap_err();
        assert!(matches!(shared, OwnKeyError::Shared { .. }), "{shared}");
        fs::rename(&place, folder.path().join("elsewhere")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("elsewhere"), &place).unwrap();
        let led = approver(folder.path()).unwrap_err();
        assert!(matches!(led, OwnKeyError::Unusable { .. }), "{led}");
        fs::remove_file(&place).unwrap();
        fs::write(&place, "guessed").unwrap();
        fs::set_permissions(&place, fs::Permissions::from_mode(0o600)).unwrap();
        let no_key = approver(folder.path()).unwrap_err();
        assert!(!no_key.to_string().contains("guessed"), "{no_key}");
    }
}
