//! Whether a clone can be read, looked at now: it can change or go while it is offered.

use idwo_core::failure::Failure;
use idwo_core::health::{Component, State};

use crate::branches;
use crate::open::OpenedClone;

/// The clone's newest commit is read in full, its history is not: this is asked often.
pub(crate) fn component(clone: &OpenedClone) -> Component {
    let name = format!("repository {}", clone.name);
    match newest(clone) {
        Err(failure) => Component::wrong(
            name,
            State::Down,
            failure.to_string(),
            "look whether the folder is still there, and fetch it again in full",
        ),
        Ok(found) if clone.repo().is_shallow().unwrap_or_default() => Component::wrong(
            name,
            State::Degraded,
            format!("{found}; the clone is shallow, so that past changes are unknown"),
            "git fetch --unshallow",
        ),
        Ok(found) => Component::ok(name, found),
    }
}

fn newest(clone: &OpenedClone) -> Result<String, Failure> {
    let repo = clone.repo();
    let branch = branches::default(&repo)?;
    let commit = repo.find_commit(branch.tip);
    let commit =
        commit.map_err(|e| Failure::unreadable_repository("cannot read the newest commit", e))?;
    commit
        .tree()
        .map_err(|e| Failure::unreadable_repository("cannot read the newest commit's files", e))?;
    Ok(format!(
        "{} is at {}",
        branch.name,
        branch.tip.to_hex_with_len(12)
    ))
}
