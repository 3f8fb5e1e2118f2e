//! Records of pull requests with what became of them: `NAME.prs.jsonl.gz`, `NAME.truth.jsonl` and
//! `NAME.baselines.jsonl.gz` for each repository, in the order in which they landed.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use analyze_pr::attributes::Attributes;
use analyze_pr::outline::{Outline, Role, TouchedFile};
use flate2::read::GzDecoder;
use idwo_core::forge::Person;
use idwo_core::input::PullNumber;
use idwo_core::past::{Intent, Past, PastChange, PastFile, PathId, PersonId, Reach};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::Failed;

/// One repository's records.
pub(crate) struct Repository {
    pub(crate) name: String,
    pub(crate) pulls: Vec<Pull>,
    pub(crate) truth: HashMap<u64, Truth>,
    pub(crate) baselines: HashMap<u64, Baselines>,
    changes: Vec<Arc<PastChange>>,
    people: Vec<Person>,
    paths: Arc<Vec<Arc<str>>>,
}

#[derive(Deserialize)]
pub(crate) struct Pull {
    pub(crate) number: u64,
    title: String,
    body: String,
    pub(crate) author: String,
    created: i64,
    merged: i64,
    pub(crate) files: Vec<(String, u32, u32)>,
    pub(crate) reviewers: Vec<String>,
    repo: String,
}

#[derive(Deserialize)]
pub(crate) struct Truth {
    number: u64,
    /// Whether it counts for risk, for reviewers.
    pub(crate) risk: bool,
    pub(crate) rev: bool,
    #[serde(default)]
    bad: Option<u8>,
    #[serde(default)]
    any: Option<u8>,
    pub(crate) reviewers: Vec<String>,
}

#[derive(Deserialize)]
pub(crate) struct Baselines {
    number: u64,
    pub(crate) risk: Option<HashMap<String, f64>>,
    pub(crate) reviewers: Option<HashMap<String, Vec<String>>>,
}

impl Truth {
    pub(crate) fn is_bad(&self) -> bool {
        self.bad == Some(1)
    }

    pub(crate) fn is_any(&self) -> bool {
        self.any == Some(1)
    }
}

/// Every repository in `folder`, by name.
pub(crate) fn read(folder: &Path) -> Result<Vec<Repository>, Failed> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(".prs.jsonl.gz").map(str::to_owned));
    }
    names.sort();
    if names.is_empty() {
        return Err(format!("{} holds no NAME.prs.jsonl.gz", folder.display()).into());
    }
    names.iter().map(|name| repository(folder, name)).collect()
}

fn repository(folder: &Path, name: &str) -> Result<Repository, Failed> {
    let pulls: Vec<Pull> = rows(&folder.join(format!("{name}.prs.jsonl.gz")))?;
    let truth: Vec<Truth> = rows(&folder.join(format!("{name}.truth.jsonl")))?;
    let baselines: Vec<Baselines> = rows(&folder.join(format!("{name}.baselines.jsonl.gz")))?;
    let mut tables = Tables::default();
    let changes = pulls.iter().map(|pull| tables.change(pull).map(Arc::new));
    let changes = changes.collect::<Result<_, _>>()?;
    Ok(Repository {
        name: pulls.first().map_or(name, |pull| &pull.repo).to_owned(),
        truth: truth
            .into_iter()
            .map(|truth| (truth.number, truth))
            .collect(),
        baselines: baselines.into_iter().map(|row| (row.number, row)).collect(),
        changes,
        people: tables.people,
        paths: Arc::new(tables.paths),
        pulls,
    })
}

fn rows<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, Failed> {
    let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let file = File::open(path).map_err(|e| named(&e))?;
    let plain: Box<dyn Read> = if path.extension().is_some_and(|end| end == "gz") {
        Box::new(GzDecoder::new(file))
    } else {
        Box::new(file)
    };
    let mut rows = Vec::new();
    for line in BufReader::new(plain).lines() {
        rows.push(serde_json::from_str(&line?).map_err(|e| named(&e))?);
    }
    Ok(rows)
}

impl Repository {
    /// What landed before the record at `index`, newest first.
    pub(crate) fn past(&self, index: usize) -> Past {
        let earlier = self.changes.iter().take(index).rev();
        Past {
            changes: earlier.cloned().collect(),
            people: self.people.clone(),
            paths: Arc::clone(&self.paths),
            reach: Reach::Cut {
                why: "the records begin here".to_owned(),
            },
        }
    }
}

impl Pull {
    /// What of it is known before it lands.
    pub(crate) fn outline<'a>(&self, attributes: &'a Attributes) -> Outline<'a> {
        let files = self.files.iter().map(|(path, added, deleted)| TouchedFile {
            path: path.clone(),
            path_before: None,
            lines: (added + deleted) as usize,
            role: Role::of(path, attributes),
        });
        Outline {
            files: files.collect(),
            authors: vec![person(&self.author)],
            at: Timestamp::from_second(self.created).unwrap_or_default(),
            owners: Vec::new(),
            attributes,
        }
    }

    pub(crate) fn hours_to_merge(&self) -> f64 {
        (self.merged - self.created).max(0) as f64 / 3600.0
    }
}

/// Pseudonyms are people's logins here.
fn person(name: &str) -> Person {
    Person {
        name: name.to_owned(),
        login: Some(name.to_owned()),
        ..Person::default()
    }
}

#[derive(Default)]
struct Tables {
    people: Vec<Person>,
    person_ids: HashMap<String, PersonId>,
    paths: Vec<Arc<str>>,
    path_ids: HashMap<String, PathId>,
}

impl Tables {
    fn change(&mut self, pull: &Pull) -> Result<PastChange, Failed> {
        let begun_at = Timestamp::from_second(pull.created)?;
        let files = pull.files.iter().map(|(path, added, deleted)| PastFile {
            path: self.path(path),
            lines: Some(added + deleted),
        });
        let files = files.collect();
        let reviewers = pull.reviewers.iter().map(|name| self.person(name));
        Ok(PastChange {
            reviewers: reviewers.collect(),
            // The records have no commits; nothing measured here looks at this.
            commit: format!("{:040x}", pull.number).parse()?,
            number: PullNumber::new(pull.number).ok(),
            at: Timestamp::from_second(pull.merged)?,
            begun_at,
            written_at: begun_at,
            reviewed_after: None,
            author: self.person(&pull.author),
            merged_by: None,
            intent: Intent::of(&pull.title, &pull.body),
            files,
            files_total: pull.files.len(),
        })
    }

    fn person(&mut self, name: &str) -> PersonId {
        let new = PersonId(self.people.len() as u32);
        let id = *self.person_ids.entry(name.to_owned()).or_insert(new);
        if id == new {
            self.people.push(person(name));
        }
        id
    }

    fn path(&mut self, path: &str) -> PathId {
        let new = PathId(self.paths.len() as u32);
        let id = *self.path_ids.entry(path.to_owned()).or_insert(new);
        if id == new {
            self.paths.push(path.into());
        }
        id
    }
}
