//! What the reviewers of a pull request said last.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::tracked::AsOf;
use super::{Login, Verdict};

/// Most reviewers that are kept, those who spoke last: 5 KB of the run's item.
const REVIEWERS_MAX: usize = 50;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reviews(BTreeMap<Login, AsOf<Verdict>>);

impl Reviews {
    pub(super) fn learn(&mut self, at: Timestamp, by: Login, verdict: Verdict) {
        if verdict == Verdict::Commented {
            return;
        }
        let said = AsOf { at, what: verdict };
        let newest = self.0.get(&by).copied().max(Some(said)).unwrap_or(said);
        self.0.insert(by, newest);
        if self.0.len() > REVIEWERS_MAX {
            self.forget_the_oldest();
        }
    }

    /// Which one does not hang on the order in which they came: nobody becomes older by what is told later.
    fn forget_the_oldest(&mut self) {
        let oldest = self.0.iter().min_by_key(|(by, said)| (**said, *by));
        if let Some(by) = oldest.map(|(by, _)| by.clone()) {
            self.0.remove(&by);
        }
    }

    /// At least one approves, and nobody wants changes.
    pub fn is_approved(&self) -> bool {
        let has = |verdict| self.0.values().any(|said| said.what == verdict);
        has(Verdict::Approved) && !has(Verdict::ChangesRequested)
    }

    pub fn said(&self) -> impl Iterator<Item = (&Login, AsOf<Verdict>)> {
        self.0.iter().map(|(by, said)| (by, *said))
    }
}
