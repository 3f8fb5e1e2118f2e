//! Answers that were given already: the same question of the same models costs nothing again.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use idwo_core::llm::{Opinion, Question};
use sha2::{Digest, Sha256};

/// Most answers that a process keeps, the newest: at some 4 KB each no more than 256 KB.
const KEPT_MAX: usize = 64;

#[derive(Default)]
pub(super) struct Kept(Mutex<VecDeque<(Key, Opinion)>>);

/// Of all that an answer depends on.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Key([u8; 32]);

impl Key {
    pub(super) fn of<'a>(
        models: impl Iterator<Item = &'a str>,
        question: &Question,
        text: &str,
    ) -> Self {
        let mut digest = Sha256::new();
        let mut add = |part: &str| {
            digest.update(part.len().to_be_bytes());
            digest.update(part.as_bytes());
        };
        models.for_each(&mut add);
        let schema = question.schema.to_string();
        let rest = [question.prompt, question.instructions, text, &schema];
        rest.into_iter().for_each(add);
        digest.update(question.tokens_out_max.to_be_bytes());
        Self(digest.finalize().into())
    }
}

impl Kept {
    pub(super) fn find(&self, key: &Key) -> Option<Opinion> {
        let kept = self.lock();
        let found = kept.iter().find(|(known, _)| known == key);
        found.map(|(_, opinion)| opinion.clone())
    }

    pub(super) fn keep(&self, key: Key, opinion: &Opinion) {
        let mut kept = self.lock();
        if kept.len() == KEPT_MAX {
            kept.pop_front();
        }
        kept.push_back((key, opinion.clone()));
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(Key, Opinion)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
