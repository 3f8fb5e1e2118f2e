//! Opening the file: that it is ours, whole, and nobody else's at the moment.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use idwo_core::failure::Source;
use redb::backends::FileBackend;
use redb::{Builder, Database, DatabaseError, ReadableDatabase, StorageError, TableDefinition};

use super::file;
use super::rows::Rows;

/// Memory for what was read and what is being written, in bytes. redb would take 1 GiB.
const CACHE_BYTES: usize = 16 * 1024 * 1024;

/// Of the tables and what is in them. Whoever changes it reads the older ones too.
const FORMAT: u64 = 1;

const ABOUT: TableDefinition<'_, &str, u64> = TableDefinition::new("about");
const FORMAT_KEY: &str = "format";

/// Told apart by what helps.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the store {path} cannot be opened or made; choose another folder with --data")]
    Unusable { path: PathBuf, source: io::Error },

    /// Whoever made it could lead the data elsewhere.
    #[error("{path} is a link, which no store follows; name the folder that it leads to")]
    Link { path: PathBuf },

    /// Also what a clone brings along: git makes files that all may read.
    #[error(
        "others than its owner may reach the store {path}; if it is yours, `chmod 600` it, else delete it"
    )]
    Shared { path: PathBuf },

    #[error("another idwo-local holds the store {path}; end it, or give this one its own --data")]
    Held { path: PathBuf },

    #[error(
        "the store {path} is of format {found}, and this idwo-local knows those up to {FORMAT}; take a newer one"
    )]
    Newer { path: PathBuf, found: u64 },

    #[error("the store {path} is damaged; put a copy of it back, or move it away to begin anew")]
    Damaged { path: PathBuf, source: Source },
}

/// On a thread of its own: all of the file is read.
pub(super) async fn opened(path: PathBuf) -> Result<Database, OpenError> {
    let named = path.clone();
    let opened = tokio::task::spawn_blocking(move || open(&path));
    // redb's word is that damage is an error; a panic would say the same.
    let panicked = |_| damaged(&named, "it does not hold what it should");
    opened.await.map_err(panicked)?
}

fn open(path: &Path) -> Result<Database, OpenError> {
    file::is_no_link(path)?;
    if !path.exists() {
        file::made(path, |draft| begun(path, draft))?;
    }
    let database = database(path, file::found(path)?)?;
    match format(&database).map_err(|error| damaged(path, error))? {
        FORMAT => Ok(database),
        found => Err(OpenError::Newer {
            path: path.to_owned(),
            found,
        }),
    }
}

fn database(path: &Path, file: File) -> Result<Database, OpenError> {
    let backend = FileBackend::new(file).map_err(|error| unopened(path, error))?;
    Builder::new()
        .set_cache_size(CACHE_BYTES)
        // Else a file that was changed from outside is trusted, and redb may panic over it.
        .set_check_integrity_on_open(true)
        .create_with_backend(backend)
        .map_err(|error| unopened(path, error))
}

fn unopened(path: &Path, error: DatabaseError) -> OpenError {
    let path = path.to_owned();
    match error {
        DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => {
            OpenError::Held { path }
        }
        DatabaseError::Storage(StorageError::Io(source))
            if !matches!(
                source.kind(),
                io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
            ) =>
        {
            OpenError::Unusable { path, source }
        }
        error => damaged(&path, error),
    }
}

/// Everything that a store has from its first moment on.
fn begun(path: &Path, draft: File) -> Result<(), OpenError> {
    let database = database(path, draft)?;
    let written = || -> Result<(), redb::Error> {
        let writing = database.begin_write()?;
        writing.open_table(ABOUT)?.insert(FORMAT_KEY, FORMAT)?;
        drop(Rows::of(&writing)?);
        Ok(writing.commit()?)
    };
    written().map_err(|error| unmade(path, error))?;
    database.close().map_err(|error| unmade(path, error))
}

fn unmade(path: &Path, error: impl Into<Source>) -> OpenError {
    OpenError::Unusable {
        path: path.to_owned(),
        source: io::Error::other(error),
    }
}

fn format(database: &Database) -> Result<u64, redb::Error> {
    let about = database.begin_read()?.open_table(ABOUT)?;
    let format = about.get(FORMAT_KEY)?.map(|format| format.value());
    format.ok_or_else(|| redb::Error::Corrupted("it has no format".to_owned()))
}

fn damaged(path: &Path, source: impl Into<Source>) -> OpenError {
    OpenError::Damaged {
        path: path.to_owned(),
        source: source.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_a_newer_format_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.redb");
        let database = open(&path).unwrap();
        let writing = database.begin_write().unwrap();
        let mut about = writing.open_table(ABOUT).unwrap();
        about.insert(FORMAT_KEY, FORMAT + 1).unwrap();
        drop(about);
        writing.commit().unwrap();
        drop(database);
        let refused = open(&path).err().unwrap();
        assert!(
            matches!(refused, OpenError::Newer { found: 2, .. }),
            "{refused}"
        );
    }

    #[test]
    fn what_is_no_store_of_ours_is_not_taken_for_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.redb");
        let draft = |draft: File| {
            let database = database(&path, draft)?;
            database.close().map_err(|error| unmade(&path, error))
        };
        file::made(&path, draft).unwrap();
        let refused = open(&path).err().unwrap();
        assert!(matches!(refused, OpenError::Damaged { .. }), "{refused}");
    }
}
