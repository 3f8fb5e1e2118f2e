//! Which repositories this process offers: the operator's clones, or the sample.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use idwo_core::input::{PullNumber, RepositoryName};
use idwo_history::clones::{Clones, OfferError};
use idwo_sandbox::sample::{self, Unwritten};

use crate::args::Args;

pub struct Repositories {
    pub clones: Clones,
    /// Where all that lasts is kept.
    pub(crate) data: PathBuf,
    /// Deleted when dropped, with `--ephemeral`.
    _folder: Option<tempfile::TempDir>,
}

#[derive(Debug, thiserror::Error)]
pub enum RepositoriesError {
    #[error("cannot offer a repository")]
    Offer(#[from] OfferError),
    #[error("cannot write data to {path}; choose another folder with --data, or --ephemeral")]
    Data {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("the sample repository at {path} cannot be used; delete it and start again")]
    Sample {
        path: PathBuf,
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Repositories {
    pub fn open(args: &Args) -> Result<Self, RepositoriesError> {
        let (data, folder) = data_of(args)?;
        let data = data.as_path();
        let mut clones = Clones::kept_in(history_in(data)?);
        for path in &args.repo {
            clones.offer(path)?;
        }
        if args.repo.is_empty() {
            offer_sample(&mut clones, &sample_at(data)?)?;
        }
        Ok(Self {
            clones,
            data: data.to_owned(),
            _folder: folder,
        })
    }
}

/// Where data is kept, and the folder that goes when it is dropped, with `--ephemeral`.
pub(crate) fn data_of(
    args: &Args,
) -> Result<(PathBuf, Option<tempfile::TempDir>), RepositoriesError> {
    let folder = args.ephemeral.then(tempfile::tempdir).transpose();
    let folder = folder.map_err(data_error(&args.data))?;
    let data = folder.as_ref().map(|folder| folder.path().to_owned());
    Ok((data.unwrap_or_else(|| args.data.clone()), folder))
}

/// Why there is none to show.
pub const NO_PULL: &str = "No commit of the newest thousand names a pull request (`… (#123)` or `Merge pull request #123 …`)";

/// The pull request to show first, if there is one.
pub fn showcase(clones: &Clones) -> Option<(RepositoryName, PullNumber)> {
    let name = clones.names().next()?.clone();
    if name.to_string() == sample::NAME {
        return Some((name, PullNumber::new(sample::RISKY_PULL.into()).ok()?));
    }
    let number = clones.newest_pull(&name)?;
    Some((name, number))
}

fn offer_sample(clones: &mut Clones, path: &Path) -> Result<(), RepositoriesError> {
    let name = sample::NAME
        .parse()
        .map_err(|source| sample_error(path, source))?;
    clones
        .offer_sample(path, name, sample::NOTE)
        .map_err(|source| sample_error(path, source))
}

/// Where the indexes of the clones are kept.
fn history_in(data: &Path) -> Result<PathBuf, RepositoriesError> {
    prepared(data)?;
    let folder = data.join("history");
    made(&folder)?;
    Ok(folder)
}

/// Makes the folder for data where it is not there yet; it does not show up as the clone's own.
pub(crate) fn prepared(data: &Path) -> Result<(), RepositoriesError> {
    made(data)?;
    let ignored = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(data.join(".gitignore"))
        .and_then(|mut file| file.write_all(b"*\n"));
    match ignored {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(data_error(data)(error)),
        _ => Ok(()),
    }
}

/// Started in a clone of somebody else's making, the data must not be led elsewhere by links that it brings
/// along.
fn made(folder: &Path) -> Result<(), RepositoriesError> {
    if std::fs::symlink_metadata(folder).is_ok_and(|found| found.is_symlink()) {
        let link = std::io::Error::other("it is a link; name the folder that it leads to");
        return Err(data_error(folder)(link));
    }
    std::fs::create_dir_all(folder).map_err(data_error(folder))
}

fn sample_at(data: &Path) -> Result<PathBuf, RepositoriesError> {
    sample::written_in(data).map_err(|error| match error {
        Unwritten::Folder { folder, source } => data_error(&folder)(source),
        story @ Unwritten::Story { .. } => sample_error(data, story),
    })
}

fn data_error(path: &Path) -> impl Fn(std::io::Error) -> RepositoriesError {
    let path = path.to_owned();
    move |source| RepositoriesError::Data {
        path: path.clone(),
        source,
    }
}

fn sample_error(
    path: &Path,
    source: impl std::error::Error + Send + Sync + 'static,
) -> RepositoriesError {
    RepositoriesError::Sample {
        path: path.to_owned(),
        source: Box::new(source),
    }
}
