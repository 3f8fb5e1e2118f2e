//! A git clone that is written as a story: who changed what, and how it landed.
//!
//! Ids depend on the story alone: the same story gives the same commits on every machine.

use std::path::{Path, PathBuf};

use gix::ObjectId;
use gix::error::ResultExt;
use gix::objs::tree::EntryKind;
use gix::refs::transaction::PreviousValue;

/// When stories begin: 2024-01-01T09:00:00Z, in seconds.
const FIRST_COMMIT_AT: i64 = 1_704_099_600;

/// Time between two commits of a story that says nothing else, in seconds.
const STEP: i64 = 3 * 3600;

pub type StoryResult<T> = gix::Result<T>;

/// A bare repository under construction. `main` is its only branch.
pub struct GitClone {
    repo: gix::Repository,
    path: PathBuf,
    main: Option<ObjectId>,
    clock: i64,
}

/// One commit to be: its author, its message, and what it does to files.
#[derive(Debug, Clone)]
pub struct Draft {
    author: (String, String),
    committer: Option<(String, String)>,
    message: String,
    edits: Vec<(String, Option<Vec<u8>>)>,
    seconds_later: i64,
}

impl Draft {
    /// `author` is `Name <email>`.
    pub fn by(author: &str, message: &str) -> Self {
        Self {
            author: name_and_email(author),
            committer: None,
            message: message.to_owned(),
            edits: Vec::new(),
            seconds_later: STEP,
        }
    }

    #[must_use]
    pub fn committed_by(mut self, committer: &str) -> Self {
        self.committer = Some(name_and_email(committer));
        self
    }

    #[must_use]
    pub fn writes(mut self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.edits
            .push((path.to_owned(), Some(content.as_ref().to_vec())));
        self
    }

    #[must_use]
    pub fn removes(mut self, path: &str) -> Self {
        self.edits.push((path.to_owned(), None));
        self
    }

    #[must_use]
    pub fn days_later(mut self, days: i64) -> Self {
        self.seconds_later = days * 86_400;
        self
    }
}

impl GitClone {
    pub fn init(path: impl Into<PathBuf>) -> StoryResult<Self> {
        let path = path.into();
        std::fs::create_dir_all(&path).or_error()?;
        let kind = gix::create::Kind::Bare;
        let open = gix::open::Options::isolated();
        let repo = gix::ThreadSafeRepository::init_opts(
            &path,
            kind,
            gix::create::Options::default(),
            open,
        )?;
        Ok(Self {
            repo: repo.to_thread_local(),
            path,
            main: None,
            clock: FIRST_COMMIT_AT,
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Names the repository that this is a clone of.
    pub fn origin(&self, url: &str) -> std::io::Result<()> {
        let config = self.path.join("config");
        let text = std::fs::read_to_string(&config)?;
        std::fs::write(
            config,
            format!("{text}[remote \"origin\"]\n\turl = {url}\n"),
        )
    }

    /// A commit straight onto main: plain work, or a squash when its subject ends in `(#N)`.
    pub fn land(&mut self, draft: Draft) -> StoryResult<String> {
        let parents = Vec::from_iter(self.main);
        let commit = self.write(draft, &parents)?;
        self.set_main(commit)
    }

    /// Commits on a branch that leaves main where it stands now; gives the branch's tip.
    pub fn branch(&mut self, drafts: impl IntoIterator<Item = Draft>) -> StoryResult<String> {
        let mut tip = self.main;
        for draft in drafts {
            tip = Some(self.write(draft, &Vec::from_iter(tip))?);
        }
        Ok(tip.map(|id| id.to_string()).unwrap_or_default())
    }

    /// Merges `tip` into main with a merge commit. `draft` may change files on top, as a person
    /// who settles a conflict does.
    pub fn merge(&mut self, tip: &str, draft: Draft) -> StoryResult<String> {
        let tip = id(tip)?;
        let mut draft = draft;
        let mut edits = self.changes_of(tip)?;
        edits.append(&mut draft.edits);
        draft.edits = edits;
        let parents: Vec<_> = self.main.into_iter().chain([tip]).collect();
        let commit = self.write(draft, &parents)?;
        self.set_main(commit)
    }

    /// Puts the commit at `tip` anew onto main, with its author's line, as `git rebase` does.
    pub fn rebase(&mut self, tip: &str, committer: &str) -> StoryResult<String> {
        let edits = self.changes_of(id(tip)?)?;
        let original: gix::objs::Commit = self.repo.find_commit(id(tip)?)?.decode()?.try_into()?;
        let draft = Draft {
            edits,
            ..Draft::by(committer, &original.message.to_string())
        };
        let rebased = self.write(draft, &Vec::from_iter(self.main))?;
        let rebased: gix::objs::Commit = self.repo.find_commit(rebased)?.decode()?.try_into()?;
        let rebased = gix::objs::Commit {
            author: original.author,
            ..rebased
        };
        let rebased = self.repo.write_object(rebased)?.detach();
        self.set_main(rebased)
    }

    /// Takes away what was before `commit`, as `git clone --depth` does.
    pub fn make_shallow_at(&self, commit: &str) -> std::io::Result<()> {
        std::fs::write(self.path.join("shallow"), format!("{commit}\n"))?;
        let parent = id(commit)
            .ok()
            .and_then(|commit| self.repo.find_commit(commit).ok()?.parent_ids().next());
        let Some(parent) = parent.map(|parent| parent.to_string()) else {
            return Ok(());
        };
        std::fs::remove_file(self.object(&parent))
    }

    /// A commit onto main whose tree holds `width` folders, each with as many, and so on; a handful of
    /// objects in all.
    pub fn land_nested(
        &mut self,
        levels: usize,
        width: usize,
        message: &str,
    ) -> StoryResult<String> {
        let leaf = self.repo.write_blob(b"leaf")?.detach();
        let (mut inner, mut kind) = (leaf, EntryKind::Blob);
        for _ in 0..levels {
            let entries = (0..width).map(|n| gix::objs::tree::Entry {
                mode: kind.into(),
                filename: n.to_string().into(),
                oid: inner,
            });
            let mut tree = gix::objs::Tree {
                entries: entries.collect(),
            };
            tree.entries.sort();
            (inner, kind) = (self.repo.write_object(tree)?.detach(), EntryKind::Tree);
        }
        let draft = Draft::by("Eve Nest <eve@nest.test>", message);
        let parents = Vec::from_iter(self.main);
        let commit = self.write(draft, &parents)?;
        let mut commit: gix::objs::Commit =
            self.repo.find_commit(commit)?.decode()?.into_owned()?;
        let mut editor = self.repo.edit_tree(commit.tree)?;
        editor.upsert("nest", EntryKind::Tree, inner)?;
        commit.tree = editor.write()?.detach();
        let commit = self.repo.write_object(commit)?.detach();
        self.set_main(commit)
    }

    /// Where the object `hex` lies.
    pub fn object(&self, hex: &str) -> PathBuf {
        let (folder, file) = hex.split_at(2);
        self.path.join("objects").join(folder).join(file)
    }

    /// The first parent of `commit`.
    pub fn parent_of(&self, commit: &str) -> StoryResult<String> {
        let commit = self.repo.find_commit(id(commit)?)?;
        let parent = commit.parent_ids().next();
        Ok(parent.map(|parent| parent.to_string()).unwrap_or_default())
    }

    /// The file at `path` as of `commit`.
    pub fn blob(&self, commit: &str, path: &str) -> StoryResult<String> {
        let tree = self.repo.find_commit(id(commit)?)?.tree()?;
        let entry = tree.lookup_entry(path.split('/'))?;
        Ok(entry
            .map(|entry| entry.object_id().to_string())
            .unwrap_or_default())
    }

    /// Records `tip` as the head of an open pull request.
    pub fn open_pull(&self, number: u32, tip: &str) -> StoryResult<()> {
        self.set_reference(&format!("refs/pull/{number}/head"), id(tip)?)
    }

    /// Moves main, as a clone made at that moment would have it; gives where it stood.
    pub fn cut_at(&mut self, commit: &str) -> StoryResult<String> {
        let stood = self.main.map(|id| id.to_string()).unwrap_or_default();
        self.set_main(id(commit)?)?;
        Ok(stood)
    }

    fn set_main(&mut self, commit: ObjectId) -> StoryResult<String> {
        self.set_reference("refs/heads/main", commit)?;
        self.main = Some(commit);
        Ok(commit.to_string())
    }

    fn set_reference(&self, name: &str, target: ObjectId) -> StoryResult<()> {
        self.repo
            .reference(name, target, PreviousValue::Any, "story")
            .map(drop)
    }

    fn write(&mut self, draft: Draft, parents: &[ObjectId]) -> StoryResult<ObjectId> {
        self.clock += draft.seconds_later;
        let base = match parents.first() {
            Some(parent) => self.repo.find_commit(*parent)?.tree_id()?.detach(),
            None => self.repo.empty_tree().id,
        };
        let tree = self.edited(base, &draft.edits)?;
        let author = self.signature(&draft.author);
        let committer = draft
            .committer
            .as_ref()
            .map_or_else(|| author.clone(), |c| self.signature(c));
        let commit = gix::objs::Commit {
            tree,
            parents: parents.iter().copied().collect(),
            author,
            committer,
            encoding: None,
            message: draft.message.into(),
            extra_headers: Vec::new(),
        };
        Ok(self.repo.write_object(commit)?.detach())
    }

    fn edited(&self, base: ObjectId, edits: &[(String, Option<Vec<u8>>)]) -> StoryResult<ObjectId> {
        // The empty tree is known to git without being stored; an editor over it has to store it.
        self.repo.write_object(gix::objs::Tree::empty())?;
        let mut editor = self.repo.edit_tree(base)?;
        for (path, content) in edits {
            match content {
                Some(bytes) => {
                    editor.upsert(path, EntryKind::Blob, self.repo.write_blob(bytes)?)?
                }
                None => editor.remove(path)?,
            };
        }
        Ok(editor.write()?.detach())
    }

    /// What the branch at `tip` did since it left main.
    fn changes_of(&self, tip: ObjectId) -> StoryResult<Vec<(String, Option<Vec<u8>>)>> {
        let Some(main) = self.main else {
            return Ok(Vec::new());
        };
        let base = self
            .repo
            .merge_base(main, tip)?
            .map_or(main, gix::Id::detach);
        let [old, new] = [base, tip].map(|c| self.repo.find_commit(c).and_then(|c| c.tree()));
        let options = gix::diff::Options::default();
        let mut edits = Vec::new();
        for change in self
            .repo
            .diff_tree_to_tree(Some(&old?), Some(&new?), Some(options))?
        {
            use gix::object::tree::diff::ChangeDetached as Change;
            match change {
                Change::Addition {
                    location,
                    id,
                    entry_mode,
                    ..
                }
                | Change::Modification {
                    location,
                    id,
                    entry_mode,
                    ..
                } if entry_mode.is_blob() => {
                    edits.push((
                        location.to_string(),
                        Some(self.repo.find_blob(id)?.data.clone()),
                    ));
                }
                Change::Deletion {
                    location,
                    entry_mode,
                    ..
                } if entry_mode.is_blob() => {
                    edits.push((location.to_string(), None));
                }
                _ => (),
            }
        }
        Ok(edits)
    }

    fn signature(&self, (name, email): &(String, String)) -> gix::actor::Signature {
        gix::actor::Signature {
            name: name.as_str().into(),
            email: email.as_str().into(),
            time: gix::date::Time {
                seconds: self.clock,
                offset: 0,
            },
        }
    }
}

fn name_and_email(text: &str) -> (String, String) {
    let (name, email) = text.split_once(" <").unwrap_or((text, ""));
    (name.to_owned(), email.trim_end_matches('>').to_owned())
}

fn id(hex: &str) -> StoryResult<ObjectId> {
    ObjectId::from_hex(hex.as_bytes()).or_error()
}
