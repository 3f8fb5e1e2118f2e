//! What changed between two commits, file by file.

use gix::ObjectId;
use gix::bstr::BString;
use gix::diff::Rewrites;
use gix::diff::blob::pipeline::{Mode, WorktreeRoots};
use gix::object::tree::diff::ChangeDetached as TreeChange;
use gix::objs::TreeRefIter;
use gix::objs::tree::EntryMode;
use gix::worktree::stack::state::attributes::Source;
use idwo_core::evidence::Skipped;
use idwo_core::failure::Failure;
use idwo_core::forge::{ChangedFile, Content, FileChange};
use idwo_core::watcher::{Progress, Watcher};

use crate::census::Census;
use crate::lines::{self, FILE_LINES_MAX};
use crate::read::{self, unreadable};

/// Most files of one change whose lines are read: what GitHub lists of a pull request.
const FILES_MAX: usize = 3000;

/// Largest file that is compared line by line, in bytes.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Most bytes of files that are compared for one change, both sides counted.
const CHANGE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Most changed lines that are kept of one change: at some 100 bytes each this bounds memory.
const LINES_MAX: usize = 400_000;

/// Files are taken for renamed when half of their lines agree: git's own default.
const RENAMES: Rewrites = Rewrites {
    copies: None,
    percentage: Some(0.5),
    limit: 1000,
    track_empty: false,
};

/// Files are taken for renamed when nothing in them changed.
const EXACT_RENAMES: Rewrites = Rewrites {
    percentage: None,
    ..RENAMES
};

pub(crate) struct Changes {
    /// In the order of their paths.
    pub(crate) files: Vec<ChangedFile>,
    pub(crate) total: usize,
    /// False when lines were left unread for a limit.
    pub(crate) complete: bool,
    pub(crate) skipped: Vec<Skipped>,
}

/// The files that differ between two commits, and what of them was not read.
pub(crate) fn between(
    repo: &gix::Repository,
    old: ObjectId,
    new: ObjectId,
    watcher: &Watcher,
) -> Result<Changes, Failure> {
    let (old, new) = (read::tree(repo, old)?, read::tree(repo, new)?);
    let all_renames = Census::of(repo, &old, &new, watcher)?.renames_are_affordable(repo);
    let mut changes = tree_changes(
        repo,
        &old,
        &new,
        if all_renames { RENAMES } else { EXACT_RENAMES },
    )?;
    changes.retain(|change| !change.entry_mode().is_tree());
    changes.sort_by(|a, b| a.location().cmp(b.location()));
    let total = changes.len();
    changes.truncate(FILES_MAX);

    let mut reader = Reader {
        repo,
        bytes_left: CHANGE_BYTES_MAX,
        lines_left: LINES_MAX,
        not_compared: 0,
    };
    let mut files = Vec::with_capacity(changes.len());
    for change in changes {
        watcher.go_on()?;
        files.push(reader.changed_file(change)?);
        watcher.report(Progress {
            what: "files compared",
            done: files.len() as u64,
            total: Some(total as u64),
        });
    }
    let complete = total <= FILES_MAX && reader.not_compared == 0;
    let mut skipped = skipped(total, reader.not_compared, all_renames);
    skipped.extend(binary(&files));
    Ok(Changes {
        files,
        total,
        complete,
        skipped,
    })
}

fn binary(files: &[ChangedFile]) -> Option<Skipped> {
    let binary = files
        .iter()
        .filter(|file| matches!(file.content, Content::Binary))
        .count();
    (binary > 0).then(|| {
        Skipped::new(
            format!("what is in {binary} binary files"),
            "they have no lines to compare",
        )
    })
}

fn skipped(total: usize, not_compared: usize, all_renames: bool) -> Vec<Skipped> {
    let mut skipped = Vec::new();
    if total > FILES_MAX {
        let why = format!("the lines of {FILES_MAX} files are read");
        skipped.push(Skipped::new(
            format!("{} changed files", total - FILES_MAX),
            why,
        ));
    }
    if not_compared > 0 {
        let why = format!(
            "a file is compared up to {FILE_BYTES_MAX} bytes and {FILE_LINES_MAX} lines, a whole change up to {CHANGE_BYTES_MAX} bytes and {LINES_MAX} changed lines"
        );
        skipped.push(Skipped::new(
            format!("the lines of {not_compared} changed files"),
            why,
        ));
    }
    if !all_renames {
        let why = "comparing that many bytes of files with each other takes too long";
        skipped.push(Skipped::new("renames of files that changed too", why));
    }
    skipped
}

/// Attributes come from nowhere: those that apply to the clone's present state could name drivers,
/// and would let a later commit change the answer.
fn tree_changes(
    repo: &gix::Repository,
    old: &gix::Tree<'_>,
    new: &gix::Tree<'_>,
    renames: Rewrites,
) -> Result<Vec<TreeChange>, Failure> {
    let changes = || -> gix::Result<Vec<TreeChange>> {
        use gix::error::ResultExt;
        let no_files = gix::index::State::new(repo.object_hash());
        let attributes = repo.attributes_only(&no_files, Source::IdMapping)?.detach();
        let mut cache =
            gix::diff::resource_cache(repo, Mode::ToGit, attributes, WorktreeRoots::default())?;
        let options = gix::diff::Options::default().with_rewrites(Some(renames));
        let mut changes = Vec::new();
        gix::diff::tree_with_rewrites(
            TreeRefIter::from_bytes(&old.data, old.id.kind()),
            TreeRefIter::from_bytes(&new.data, new.id.kind()),
            &mut cache,
            &mut gix::diff::tree::State::default(),
            &repo.objects,
            |change| -> gix::Result<_> {
                changes.push(change.into_owned());
                Ok(std::ops::ControlFlow::Continue(()))
            },
            options.into(),
        )
        .or_error()?;
        Ok(changes)
    };
    changes().map_err(unreadable("the change"))
}

struct Reader<'repo> {
    repo: &'repo gix::Repository,
    bytes_left: u64,
    lines_left: usize,
    not_compared: usize,
}

/// One side of a changed file; `None` where it does not exist on that side.
type Side = Option<(EntryMode, ObjectId)>;

impl Reader<'_> {
    fn changed_file(&mut self, change: TreeChange) -> Result<ChangedFile, Failure> {
        let (kind, path, old, new) = parts(change);
        Ok(ChangedFile {
            path,
            kind,
            content: self.content(old, new)?,
        })
    }

    fn content(&mut self, old: Side, new: Side) -> Result<Content, Failure> {
        let is_file = |side: Side| side.is_none_or(|(mode, _)| mode.is_blob_or_symlink());
        if !is_file(old) || !is_file(new) {
            return Ok(Content::NotRead);
        }
        let (old_size, new_size) = (self.size(old)?, self.size(new)?);
        if old_size.max(new_size) > FILE_BYTES_MAX || old_size + new_size > self.bytes_left {
            self.not_compared += 1;
            return Ok(Content::NotRead);
        }
        self.bytes_left -= old_size + new_size;
        let content = lines::compare(&self.bytes(old)?, &self.bytes(new)?, self.lines_left);
        match &content {
            Content::Text { added, deleted, .. } => self.lines_left -= added.len() + deleted.len(),
            Content::NotRead => self.not_compared += 1,
            Content::Binary => (),
        }
        Ok(content)
    }

    fn size(&self, side: Side) -> Result<u64, Failure> {
        let Some((_, id)) = side else { return Ok(0) };
        self.repo
            .find_header(id)
            .map(|header| header.size())
            .map_err(unreadable("a changed file"))
    }

    fn bytes(&self, side: Side) -> Result<Vec<u8>, Failure> {
        let Some((_, id)) = side else {
            return Ok(Vec::new());
        };
        self.repo
            .find_blob(id)
            .map(|mut blob| blob.take_data())
            .map_err(unreadable("a changed file"))
    }
}

fn parts(change: TreeChange) -> (FileChange, String, Side, Side) {
    let text = |path: BString| path.to_string();
    match change {
        TreeChange::Addition {
            location,
            entry_mode,
            id,
            ..
        } => (
            FileChange::Added,
            text(location),
            None,
            Some((entry_mode, id)),
        ),
        TreeChange::Deletion {
            location,
            entry_mode,
            id,
            ..
        } => (
            FileChange::Deleted,
            text(location),
            Some((entry_mode, id)),
            None,
        ),
        TreeChange::Modification {
            location,
            previous_entry_mode,
            previous_id,
            entry_mode,
            id,
        } => (
            FileChange::Modified,
            text(location),
            Some((previous_entry_mode, previous_id)),
            Some((entry_mode, id)),
        ),
        TreeChange::Rewrite {
            source_location,
            source_entry_mode,
            source_id,
            entry_mode,
            id,
            location,
            ..
        } => {
            let from = text(source_location);
            (
                FileChange::Renamed { from },
                text(location),
                Some((source_entry_mode, source_id)),
                Some((entry_mode, id)),
            )
        }
    }
}
