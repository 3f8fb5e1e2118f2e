//! The workspace's tracked files in a folder of their own, where bugs are planted and mended again. The clone
//! itself is never touched.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::bugs::Bug;
use crate::{Failed, root};

pub(super) struct Copied(PathBuf);

/// Files as they were before a bug was planted.
pub(super) type Before = BTreeMap<PathBuf, String>;

impl Copied {
    /// As they stand in the clone, committed or not; what lay in `folder` is gone.
    pub(super) fn into(folder: PathBuf) -> Result<Self, Failed> {
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        for file in tracked()? {
            let from = root().join(&file);
            // One that was deleted, and that is not committed yet.
            if !from.exists() {
                continue;
            }
            let to = folder.join(&file);
            if let Some(parent) = to.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::copy(from, to)?;
        }
        Ok(Self(folder))
    }

    pub(super) fn folder(&self) -> &Path {
        &self.0
    }

    /// # Errors
    /// Where the text of an edit does not stand exactly once: the table is stale.
    pub(super) fn fits(&self, bugs: impl Iterator<Item = &'static Bug>) -> Result<(), Failed> {
        for bug in bugs {
            for edit in bug.edits {
                let text = fs::read_to_string(self.0.join(edit.file))?;
                let times = text.matches(edit.from).count();
                if times != 1 {
                    let (name, file, from) = (bug.name, edit.file, edit.from);
                    let what = format!(
                        "the table is stale: {name}: in {file} stands {times} times: {from}"
                    );
                    return Err(what.into());
                }
            }
        }
        Ok(())
    }

    /// What stood there before is given back. The clone may have been worked on since it was copied.
    pub(super) fn plant(&self, bug: &Bug) -> Result<Before, Failed> {
        let mut before = Before::new();
        for edit in bug.edits {
            let path = self.0.join(edit.file);
            let text = fs::read_to_string(&path)?;
            fs::write(&path, text.replacen(edit.from, edit.to, 1))?;
            before.entry(path).or_insert(text);
        }
        Ok(before)
    }
}

/// Written anew, with a new time: Cargo builds again what is newer than what it built.
pub(super) fn mend(before: Before) -> Result<(), Failed> {
    for (path, text) in before {
        fs::write(path, text)?;
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a chore of the project, never deployed"
)]
fn tracked() -> Result<Vec<PathBuf>, Failed> {
    let mut git = Command::new("git");
    let listed = git.args(["ls-files", "-z"]).current_dir(root()).output()?;
    if !listed.status.success() {
        return Err("git does not list the tracked files".into());
    }
    let listed = String::from_utf8(listed.stdout)?;
    let files = listed.split('\0').filter(|file| !file.is_empty());
    Ok(files.map(PathBuf::from).collect())
}
