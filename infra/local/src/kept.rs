//! What outside services answered, kept in a folder, so that the next call on the command line need not ask
//! again. Any of it may be deleted at any time.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use async_trait::async_trait;
use idwo_core::cache::{Cache, Key};

/// Most bytes that are kept; the oldest files make room.
const BYTES_MAX: u64 = 256 * 1024 * 1024;

/// A file for each answer, readable by its owner alone: it holds what their credential may see.
pub(crate) struct Kept(PathBuf);

impl Kept {
    /// In `folder`, which is made where it is not there yet.
    pub(crate) fn in_folder(folder: PathBuf) -> Self {
        Self(folder)
    }

    fn write(&self, key: &Key, value: &[u8]) -> std::io::Result<()> {
        // As all data: not led elsewhere by a link that a clone brings along.
        if fs::symlink_metadata(&self.0).is_ok_and(|found| found.is_symlink()) {
            return Err(std::io::Error::other("the folder is a link"));
        }
        fs::create_dir_all(&self.0)?;
        self.make_room(value.len() as u64)?;
        // It takes its name only when whole, so that a copy cut off midway is never read.
        let mut draft = tempfile::NamedTempFile::new_in(&self.0)?;
        draft.write_all(&crc32fast::hash(value).to_le_bytes())?;
        draft.write_all(value)?;
        draft.persist(self.place(key))?;
        Ok(())
    }

    fn make_room(&self, bytes: u64) -> std::io::Result<()> {
        let mut files = files(&self.0)?;
        files.sort();
        let mut total: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
        for (_, freed, path) in files {
            if total + bytes <= BYTES_MAX {
                break;
            }
            // Another process may have taken it away already.
            let _ = fs::remove_file(path);
            total -= freed;
        }
        Ok(())
    }

    fn place(&self, key: &Key) -> PathBuf {
        self.0.join(key.as_str())
    }
}

/// What stands behind its checksum; a damaged file is as good as none.
fn sound(file: &[u8]) -> Option<Vec<u8>> {
    let (sum, value) = file.split_first_chunk()?;
    (u32::from_le_bytes(*sum) == crc32fast::hash(value)).then(|| value.to_vec())
}

/// When each was written, how large it is, and where.
fn files(folder: &Path) -> std::io::Result<Vec<(SystemTime, u64, PathBuf)>> {
    let files = fs::read_dir(folder)?.filter_map(|entry| {
        let entry = entry.ok()?;
        let found = entry.metadata().ok()?;
        Some((found.modified().ok()?, found.len(), entry.path()))
    });
    Ok(files.collect())
}

#[async_trait]
impl Cache for Kept {
    async fn get(&self, key: &Key) -> Option<Vec<u8>> {
        let place = self.place(key);
        // A pipe in its place would be read for ever.
        fs::symlink_metadata(&place)
            .ok()
            .filter(fs::Metadata::is_file)?;
        sound(&fs::read(place).ok()?)
    }

    async fn put(&self, key: &Key, value: Vec<u8>) {
        if let Err(error) = self.write(key, &value) {
            tracing::debug!(%error, "an answer could not be kept");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_kept_is_there_for_the_next_process_and_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("cache");
        let key = Key::of(&["a"]);
        Kept::in_folder(place.clone())
            .put(&key, b"one".to_vec())
            .await;
        Kept::in_folder(place.clone())
            .put(&key, b"two".to_vec())
            .await;
        let kept = Kept::in_folder(place.clone());
        assert_eq!(kept.get(&key).await, Some(b"two".to_vec()));
        assert_eq!(kept.get(&Key::of(&["b"])).await, None);
        let file = fs::read(place.join(key.as_str())).unwrap();
        fs::write(place.join(key.as_str()), &file[..file.len() - 1]).unwrap();
        assert_eq!(kept.get(&key).await, None, "cut in half");
        fs::write(place.join(key.as_str()), &file).unwrap();
        let mode = fs::metadata(place.join(key.as_str()))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
    }
}
