//! Names that many records share, each kept once: paths, and people as commits name them.

use std::collections::HashMap;
use std::sync::Arc;

use idwo_core::past::{PathId, PersonId};
use serde::{Deserialize, Serialize};

/// Somebody as a commit names them, before any mailmap.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Named {
    Signature {
        name: String,
        email: String,
    },
    /// By GitHub's name alone: `r=login`, `@login`.
    Login(String),
}

impl Named {
    fn bytes(&self) -> usize {
        match self {
            Self::Signature { name, email } => name.len() + email.len(),
            Self::Login(login) => login.len(),
        }
    }
}

#[derive(Default)]
pub(crate) struct Tables {
    paths: Arc<Vec<Arc<str>>>,
    path_ids: HashMap<Arc<str>, PathId>,
    people: Arc<Vec<Named>>,
    person_ids: HashMap<Named, PersonId>,
    bytes: usize,
}

impl Tables {
    pub(crate) fn path(&mut self, path: &str) -> PathId {
        if let Some(id) = self.path_ids.get(path) {
            return *id;
        }
        let id = PathId(self.paths.len() as u32);
        self.bytes += path.len();
        let path: Arc<str> = path.into();
        Arc::make_mut(&mut self.paths).push(Arc::clone(&path));
        self.path_ids.insert(path, id);
        id
    }

    pub(crate) fn person(&mut self, named: Named) -> PersonId {
        if let Some(id) = self.person_ids.get(&named) {
            return *id;
        }
        let id = PersonId(self.people.len() as u32);
        self.bytes += named.bytes();
        Arc::make_mut(&mut self.people).push(named.clone());
        self.person_ids.insert(named, id);
        id
    }

    /// Of all names, each counted once.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn paths(&self) -> &Arc<Vec<Arc<str>>> {
        &self.paths
    }

    pub(crate) fn people(&self) -> &Arc<Vec<Named>> {
        &self.people
    }
}
