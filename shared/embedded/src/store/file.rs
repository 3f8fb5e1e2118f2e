//! The file itself: its owner's alone, never led elsewhere, and never seen half made.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;

use super::OpenError;

/// Of the folder, where it is made: its owner's alone.
const FOLDER_MODE: u32 = 0o700;

/// What a file may allow nobody but its owner.
const OTHERS: u32 = 0o077;

/// Neither the file nor its folder: a clone can bring along both.
pub(super) fn is_no_link(path: &Path) -> Result<(), OpenError> {
    for place in [path, folder(path)] {
        if fs::symlink_metadata(place).is_ok_and(|found| found.is_symlink()) {
            return Err(OpenError::Link {
                path: place.to_owned(),
            });
        }
    }
    Ok(())
}

/// Makes the file, which takes its name only when whole: what has the name and no format is damaged, an
/// empty file too. Where another process was faster, its file stays.
pub(super) fn made(
    path: &Path,
    begin: impl FnOnce(File) -> Result<(), OpenError>,
) -> Result<(), OpenError> {
    let unusable = |source| unusable(path, source);
    let folder = folder(path);
    DirBuilder::new()
        .recursive(true)
        .mode(FOLDER_MODE)
        .create(folder)
        .map_err(unusable)?;
    // Readable and writable by its owner alone, whatever the umask.
    let draft = tempfile::Builder::new()
        .prefix("store-draft-")
        .tempfile_in(folder)
        .map_err(unusable)?;
    begin(draft.reopen().map_err(unusable)?)?;
    match draft.persist_noclobber(path) {
        Err(taken) if taken.error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(unusable(taken.error));
        }
        _ => (),
    }
    // Else the file could lose its name with the power, and all that was answered from it.
    let folder = File::open(folder).map_err(unusable)?;
    folder.sync_all().map_err(unusable)
}

/// The file that is there, open.
pub(super) fn found(path: &Path) -> Result<File, OpenError> {
    let unusable = |source| unusable(path, source);
    // Looked at before it is opened: a pipe in its place would be waited for.
    let found = fs::symlink_metadata(path).map_err(unusable)?;
    if !found.is_file() {
        return Err(unusable(io::Error::other("it is no file")));
    }
    if found.permissions().mode() & OTHERS != 0 {
        return Err(OpenError::Shared {
            path: path.to_owned(),
        });
    }
    let mut opened = OpenOptions::new();
    opened.read(true).write(true).open(path).map_err(unusable)
}

fn folder(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

fn unusable(path: &Path, source: io::Error) -> OpenError {
    OpenError::Unusable {
        path: path.to_owned(),
        source,
    }
}
