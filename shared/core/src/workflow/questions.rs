//! What a run asks people while it waits, and how their answers reach it: as facts that count once.

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::event::{Event, Fact};
use super::id::RunId;
use super::run::{Doing, Run};
use super::runs::{Happening, Runs, RunsFailure};
use crate::untrusted;

/// Longest name of who answers, in characters.
const BY_CHARS_MAX: usize = 200;

/// Of the digest that an id shows.
const ID_BYTES: usize = 16;

/// A question that is open.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Who asks: the run itself, or one that it waits for.
    pub run: RunId,
    uid: Uuid,
    /// The name of the fact that tells the answer.
    pub name: String,
    /// In the protocol's words.
    pub form: Value,
    pub until: Timestamp,
}

/// An answer, as the run is told of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// In the protocol's words: `action`, and the form's `content`.
    pub answer: Value,
    /// Empty for nobody in particular, on a laptop.
    pub by: String,
    pub through: Through,
}

/// How somebody was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Through {
    /// A form in the client.
    Elicitation,
    /// A page that a signed link led to.
    Link,
    /// The command line of this machine.
    Terminal,
    /// A tool, called by a principal that may.
    Tool,
}

impl Through {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Elicitation => "elicitation",
            Self::Link => "link",
            Self::Terminal => "terminal",
            Self::Tool => "tool",
        }
    }
}

impl Asked {
    /// Of this very question: another one, of another run or in other words, has another.
    pub fn id(&self) -> String {
        let asked = json!([self.uid, self.name, self.form]).to_string();
        let digest = Sha256::digest(asked);
        let (half, _) = digest.split_at(ID_BYTES);
        format!("ask-{}", HEXLOWER.encode(half))
    }
}

impl Said {
    pub fn new(answer: Value, by: &str, through: Through) -> Self {
        Self {
            answer,
            by: Self::name(by),
            through,
        }
    }

    /// As it is written down: one line, cut where it is long.
    pub fn name(by: &str) -> String {
        untrusted::plain(by, BY_CHARS_MAX)
    }
}

impl Runs {
    /// The questions of a run, and of those that it waits for, whose time is not over.
    pub async fn questions(&self, run: &Run) -> Result<Vec<Asked>, RunsFailure> {
        let mut asked = self.own_questions(run);
        let Doing::AwaitChildren { ordinal } = run.doing else {
            return Ok(asked);
        };
        for child in run.children.iter().filter(|child| child.outcome.is_none()) {
            if let Some(child) = self.child(run, ordinal, child).await? {
                asked.extend(self.own_questions(&child.run));
            }
        }
        Ok(asked)
    }

    /// Those of the run alone; none where no worker here knows its kind.
    pub fn own_questions(&self, run: &Run) -> Vec<Asked> {
        let Doing::Callback { until } = run.doing else {
            return Vec::new();
        };
        if until <= self.clock.now() {
            return Vec::new();
        }
        let kind = self.kinds.named(&run.kind);
        let forms = kind.map(|kind| kind.questions(&run.state, until));
        let forms = forms.into_iter().flatten();
        forms
            .map(|(name, form)| Asked {
                run: run.id.clone(),
                uid: run.uid,
                name,
                form,
                until,
            })
            .collect()
    }

    /// Tells the answer to an open question. Told twice, it counts once.
    pub async fn answer(
        &self,
        asked: &Asked,
        said: &Said,
        correlation: Uuid,
    ) -> Result<Happening, RunsFailure> {
        let fact = Fact {
            id: asked.id(),
            name: asked.name.clone(),
            with: json!(said),
        };
        let event = Event::Called(fact);
        self.happen(&asked.run, event, Some(correlation)).await
    }
}
