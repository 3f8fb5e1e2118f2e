//! Files at their commits, many in one question. What lies at a commit never changes, so it is kept.

use std::collections::{BTreeMap, HashMap};

use idwo_core::cache::Key;
use idwo_core::failure::Failure;
use idwo_core::forge::{FILE_BYTES_MAX, File, Place};
use idwo_core::input::RepositoryName;
use idwo_core::watcher::Watcher;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::GitHub;
use super::pull_request::unknown_repository;
use crate::http::Unanswered;

/// Most files of one question: at their largest they are 15 MB, and an answer may have 20.
const AT_ONCE_MAX: usize = 30;

#[derive(Deserialize)]
struct Data {
    repository: Option<BTreeMap<String, Option<Blob>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Blob {
    #[serde(rename = "__typename")]
    kind: String,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    is_binary: Option<bool>,
    #[serde(default)]
    is_truncated: bool,
}

impl GitHub {
    pub(super) async fn read_files(
        &self,
        repository: &RepositoryName,
        wanted: &[Place],
        watcher: &Watcher,
    ) -> Result<Vec<File>, Failure> {
        let mut known: HashMap<&Place, File> = HashMap::new();
        for place in wanted {
            if let Some(file) = self.kept_file(repository, place).await {
                known.insert(place, file);
            }
        }
        let mut unknown: Vec<_> = wanted
            .iter()
            .filter(|place| !known.contains_key(place))
            .collect();
        unknown.sort_by(|a, b| (a.commit.as_str(), &a.path).cmp(&(b.commit.as_str(), &b.path)));
        unknown.dedup();
        for places in unknown.chunks(AT_ONCE_MAX) {
            let files = self.ask_files(repository, places, watcher).await?;
            for (place, file) in places.iter().zip(files) {
                self.keep_file(repository, place, &file).await;
                known.insert(*place, file);
            }
        }
        let found = wanted.iter().map(|place| known.get(place).cloned());
        Ok(found.map(|file| file.unwrap_or(File::Missing)).collect())
    }

    async fn ask_files(
        &self,
        repository: &RepositoryName,
        places: &[&Place],
        watcher: &Watcher,
    ) -> Result<Vec<File>, Failure> {
        let told = self
            .ask_graphql::<Data>(
                "Blobs",
                &query(places.len()),
                variables(repository, places),
                watcher,
            )
            .await?;
        let names = || (0..places.len()).map(|at| format!("f{at}"));
        // What went wrong is not what does not exist, and must not be kept as that.
        if told.is_broken("repository") || names().any(|name| told.is_broken(&name)) {
            return Err(self.failure(Unanswered::Partial));
        }
        let blobs = told.data.repository;
        let mut blobs = blobs.ok_or_else(|| unknown_repository(repository))?;
        let files = names().map(|name| blobs.remove(&name).flatten());
        Ok(files.map(file).collect())
    }

    async fn kept_file(&self, repository: &RepositoryName, place: &Place) -> Option<File> {
        let bytes = self.cache.get(&self.key_of_file(repository, place)).await?;
        match bytes.split_first()? {
            (b'c', content) => Some(File::Content(content.to_vec())),
            (b'm', _) => Some(File::Missing),
            (b'u', _) => Some(File::Unread),
            _ => None,
        }
    }

    async fn keep_file(&self, repository: &RepositoryName, place: &Place, file: &File) {
        let bytes = match file {
            File::Content(content) => [b"c", content.as_slice()].concat(),
            File::Missing => b"m".to_vec(),
            File::Unread => b"u".to_vec(),
        };
        let key = self.key_of_file(repository, place);
        self.cache.put(&key, bytes).await;
    }

    fn key_of_file(&self, repository: &RepositoryName, place: &Place) -> Key {
        let whose = self.whose(repository);
        Key::of(&["file/1", &whose, place.commit.as_str(), &place.path])
    }
}

/// A path stands in a variable, never in the question itself.
fn query(files: usize) -> String {
    let variables: String = (0..files).map(|at| format!(", $e{at}: String!")).collect();
    let objects: String = (0..files)
        .map(|at| {
            format!(
                " f{at}: object(expression: $e{at}) {{ __typename ... on Blob {{ text isBinary isTruncated }} }}"
            )
        })
        .collect();
    format!(
        "query Blobs($owner: String!, $name: String!{variables}) {{ repository(owner: $owner, name: $name) {{{objects} }} }}"
    )
}

fn variables(repository: &RepositoryName, places: &[&Place]) -> Value {
    let mut variables = Map::new();
    variables.insert("owner".to_owned(), json!(repository.owner.as_str()));
    variables.insert("name".to_owned(), json!(repository.repo.as_str()));
    for (at, place) in places.iter().enumerate() {
        let expression = format!("{}:{}", place.commit, place.path);
        variables.insert(format!("e{at}"), json!(expression));
    }
    Value::Object(variables)
}

/// A folder and a submodule are no files.
fn file(blob: Option<Blob>) -> File {
    let Some(blob) = blob.filter(|blob| blob.kind == "Blob") else {
        return File::Missing;
    };
    match blob.text {
        Some(text)
            if !blob.is_truncated
                && blob.is_binary != Some(true)
                && text.len() <= FILE_BYTES_MAX =>
        {
            File::Content(text.into_bytes())
        }
        _ => File::Unread,
    }
}
