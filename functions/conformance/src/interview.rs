//! A call of several rounds: asks until every question has an answer of its shape, and forgets
//! nothing that was said in the rounds before.

use std::collections::BTreeMap;

use idwo_core::dispatch::{Reply, Round};
use idwo_core::failure::Failure;
use serde_json::json;

use crate::question::Question;

pub(crate) struct Interview {
    /// The questions of a step go out together, and the next step after they are answered.
    steps: Vec<Vec<Question>>,
    has_state: bool,
}

pub(crate) enum Turn {
    Ask(Reply),
    /// All that was said, by question.
    Heard(String),
}

/// Answers by the keys of their questions.
type Said = BTreeMap<String, String>;

impl Interview {
    /// Takes an answer from whoever brings one, asked or not.
    pub(crate) fn without_state(question: Question) -> Self {
        Self {
            steps: vec![vec![question]],
            has_state: false,
        }
    }

    /// Takes answers only with the state that went out beside the questions.
    pub(crate) fn with_state(steps: impl Into<Vec<Vec<Question>>>) -> Self {
        Self {
            steps: steps.into(),
            has_state: true,
        }
    }

    pub(crate) fn turn(&self, round: &Round) -> Result<Turn, Failure> {
        let said = self.said(round)?;
        let mut open = self.steps.iter().map(|step| unanswered(step, &said));
        Ok(match open.find(|questions| !questions.is_empty()) {
            Some(questions) => Turn::Ask(self.ask(&questions, &said)),
            None => Turn::Heard(summary(&said)),
        })
    }

    fn said(&self, round: &Round) -> Result<Said, Failure> {
        let mut said = match (self.has_state, &round.state) {
            (false, _) => Said::new(),
            (true, Some(state)) => remembered(state)?,
            // Nothing was asked yet, so these answers are to nothing.
            (true, None) => return Ok(Said::new()),
        };
        for question in self.steps.iter().flatten() {
            if let Some(words) = question.heard(&round.answers)? {
                said.entry(question.key.to_owned()).or_insert(words);
            }
        }
        Ok(said)
    }

    fn ask(&self, questions: &[&Question], said: &Said) -> Reply {
        let requests = questions
            .iter()
            .map(|question| (question.key.to_owned(), question.request()));
        Reply::Questions {
            questions: requests.collect(),
            state: self.has_state.then(|| json!(said).to_string()),
        }
    }
}

fn remembered(state: &str) -> Result<Said, Failure> {
    serde_json::from_str(state).map_err(|e| Failure::ours("cannot read our own state", e))
}

fn unanswered<'a>(step: &'a [Question], said: &Said) -> Vec<&'a Question> {
    step.iter()
        .filter(|question| !said.contains_key(question.key))
        .collect()
}

fn summary(said: &Said) -> String {
    let lines: Vec<_> = said
        .iter()
        .map(|(key, words)| format!("{key}: {words}"))
        .collect();
    lines.join("\n")
}
