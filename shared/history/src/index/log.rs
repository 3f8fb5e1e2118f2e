//! The index on disk: batches one after the other, each with its length and checksum, only ever
//! appended. Whatever a crash leaves half written at the end is cut off when it is next opened.
//!
//! Own code, since nothing is looked up on disk: it is read whole into memory (3 MB for 13,000
//! changes), and a database would add a megabyte and a second copy of the pages.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::record::Record;
use super::tables::Named;

/// Names the format; a file that begins otherwise is written anew.
const HEADER: &[u8] = b"idwo past 1\n";

/// Largest file, in bytes: some 200,000 changes. It grows no further, and a larger one is written anew.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Before each batch: its length and its CRC-32, in bytes, both little endian.
const FRAME_BYTES: usize = 8;

/// What is written at once. Ids are places: of a record in the order of all records, of a path or
/// person in the order of all.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Batch {
    Landed {
        /// Those that no earlier batch holds.
        paths: Vec<Arc<str>>,
        people: Vec<Named>,
        records: Vec<Record>,
    },
    Counted(Vec<Counted>),
}

/// How many lines a change added and deleted in each of its files.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Counted {
    pub(crate) record: u32,
    pub(crate) lines: Vec<Option<u32>>,
}

pub(crate) struct Log {
    file: File,
    /// Where the next batch goes; `None` while another process writes to this file.
    end: Option<u64>,
}

impl Log {
    /// Opens or begins the file at `path`, and reads what is in it.
    pub(crate) fn open(path: &Path) -> io::Result<(Self, Vec<Batch>)> {
        refuse_what_is_no_file(path)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options.mode(0o600).open(path)?;
        let is_ours = match file.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => false,
            Err(TryLockError::Error(error)) => return Err(error),
        };
        let mut bytes = Vec::new();
        if file.metadata()?.len() <= FILE_BYTES_MAX {
            file.read_to_end(&mut bytes)?;
        }
        let (batches, end) = batches(&bytes);
        if !is_ours {
            return Ok((Self { file, end: None }, batches));
        }
        if end == 0 {
            file.set_len(0)?;
            file.rewind()?;
            file.write_all(HEADER)?;
        } else {
            file.set_len(end)?;
        }
        let end = Some(end.max(HEADER.len() as u64));
        Ok((Self { file, end }, batches))
    }

    /// The same file with nothing in it.
    pub(crate) fn emptied(mut self) -> io::Result<Self> {
        if self.end.is_some() {
            let start = HEADER.len() as u64;
            self.file.set_len(start)?;
            self.end = Some(start);
        }
        Ok(self)
    }

    /// Not forced to the disk: what is lost is computed again, and what is torn is found out.
    pub(crate) fn append(&mut self, batch: &Batch) -> io::Result<()> {
        let Some(end) = self.end else { return Ok(()) };
        let body = postcard::to_allocvec(batch).map_err(io::Error::other)?;
        let length = u32::try_from(body.len()).map_err(io::Error::other)?;
        let mut frame = Vec::with_capacity(FRAME_BYTES + body.len());
        frame.extend(length.to_le_bytes());
        frame.extend(crc32fast::hash(&body).to_le_bytes());
        frame.extend(body);
        let new_end = end + frame.len() as u64;
        if new_end > FILE_BYTES_MAX {
            return Err(io::Error::other("the index has reached its limit"));
        }
        self.file.seek(SeekFrom::Start(end))?;
        self.file.write_all(&frame)?;
        self.end = Some(new_end);
        Ok(())
    }
}

/// A link leads who knows where, and a pipe would be read for ever: a clone can bring either along.
fn refuse_what_is_no_file(path: &Path) -> io::Result<()> {
    match std::fs::symlink_metadata(path) {
        Ok(found) if !found.is_file() => Err(io::Error::other("it is not a file")),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The batches that are whole, and where the last of them ends; 0 for a file of another format.
fn batches(bytes: &[u8]) -> (Vec<Batch>, u64) {
    let Some(mut rest) = bytes.strip_prefix(HEADER) else {
        return (Vec::new(), 0);
    };
    let mut batches = Vec::new();
    while let Some((batch, after)) = first(rest) {
        batches.push(batch);
        rest = after;
    }
    (batches, (bytes.len() - rest.len()) as u64)
}

fn first(bytes: &[u8]) -> Option<(Batch, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (checksum, rest) = rest.split_first_chunk::<4>()?;
    let (body, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    if crc32fast::hash(body) != u32::from_le_bytes(*checksum) {
        return None;
    }
    Some((postcard::from_bytes(body).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(path: &str) -> Batch {
        Batch::Landed {
            paths: vec![path.into()],
            people: Vec::new(),
            records: Vec::new(),
        }
    }

    fn paths(batches: &[Batch]) -> Vec<&str> {
        let paths = batches.iter().flat_map(|batch| match batch {
            Batch::Landed { paths, .. } => &paths[..],
            Batch::Counted(_) => &[],
        });
        paths.map(|path| &**path).collect()
    }

    #[test]
    fn wherever_a_crash_cuts_the_file_whole_batches_stay_and_writing_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let (mut log, _) = Log::open(&path).unwrap();
        log.append(&batch("one")).unwrap();
        log.append(&batch("two")).unwrap();
        drop(log);
        let whole = std::fs::read(&path).unwrap();
        for cut in 0..whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let (mut log, kept) = Log::open(&path).unwrap();
            let kept = paths(&kept).len();
            assert!(kept < 2, "cut at {cut}");
            log.append(&batch("three")).unwrap();
            drop(log);
            let (_, after) = Log::open(&path).unwrap();
            assert_eq!(paths(&after).len(), kept + 1, "cut at {cut}");
            assert_eq!(paths(&after).last(), Some(&"three"));
        }
    }

    #[test]
    fn a_changed_byte_costs_what_comes_after_it_and_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let (mut log, _) = Log::open(&path).unwrap();
        log.append(&batch("one")).unwrap();
        let intact = std::fs::metadata(&path).unwrap().len() as usize;
        log.append(&batch("two")).unwrap();
        drop(log);
        let whole = std::fs::read(&path).unwrap();
        for at in intact..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x40;
            assert_eq!(paths(&batches(&bytes).0), ["one"], "byte {at}");
        }
    }

    #[test]
    fn a_link_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (victim, link) = (folder.path().join("victim"), folder.path().join("a"));
        std::fs::write(&victim, "precious").unwrap();
        std::os::unix::fs::symlink(&victim, &link).unwrap();
        assert!(Log::open(&link).is_err());
        assert_eq!(std::fs::read(&victim).unwrap(), b"precious");
    }

    #[test]
    fn a_second_process_reads_and_leaves_writing_to_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let (mut first, _) = Log::open(&path).unwrap();
        first.append(&batch("one")).unwrap();
        let (mut second, seen) = Log::open(&path).unwrap();
        assert_eq!(paths(&seen), ["one"]);
        second.append(&batch("two")).unwrap();
        first.append(&batch("three")).unwrap();
        drop((first, second));
        assert_eq!(paths(&Log::open(&path).unwrap().1), ["one", "three"]);
    }
}
