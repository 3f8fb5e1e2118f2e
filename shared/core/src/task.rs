//! Work that outlasts its call, handed over to the client instead of an answer: where it stands, what it asks
//! the user, and in the end what the call would have been answered.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::dispatch::{Asker, Reply, Round};
use crate::failure::Failure;
use crate::input::WorkflowId;
use crate::later;
use crate::wire::Returned;
use crate::workflow::{Loaded, Workflows};

mod ending;
mod hearing;

/// Who cancels, where nobody in particular asks.
const THE_CLIENT: &str = "the client that it was handed over to";

/// What a client wants of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    Look,
    /// By the ids of the questions. What is not asked, or not any more, is ignored.
    Answer {
        answers: Map<String, Value>,
    },
    /// What has ended stays as it is.
    Cancel,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// With its attempt: the next one is another task.
    pub id: WorkflowId,
    pub stands: Stands,
    pub started_at: Timestamp,
    pub changed_at: Timestamp,
    /// Until then it can be asked for.
    pub kept_until: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "stands", rename_all = "snake_case")]
pub enum Stands {
    Working,
    /// Forms for the user, by ids that are good for these very questions.
    Asking {
        questions: Map<String, Value>,
    },
    /// As the call would have.
    Ended {
        returned: Box<Returned>,
    },
    Cancelled,
}

/// Does what is wished of the task `id`, for a client that can be asked what its `round` says.
///
/// # Errors
/// The caller's where there is no such task, or an answer is larger than a run hears.
pub async fn answer(
    workflows: &Workflows,
    (id, wish): (&WorkflowId, &Wish),
    asker: &Asker,
    round: &Round,
) -> Result<Reply, Failure> {
    let found = workflows.find(id).await?;
    match wish {
        Wish::Look => {
            later::let_see(asker, &found.run)?;
            look(workflows, &found, round).await.map(Reply::Task)
        }
        Wish::Answer { answers } if round.takes_forms() => {
            let questions = hearing::heard(workflows, &found, answers, asker).await?;
            Ok(Reply::Heard { questions })
        }
        // Nobody was asked.
        Wish::Answer { .. } => Ok(Reply::Heard {
            questions: Vec::new(),
        }),
        Wish::Cancel => {
            let by = Some(asker.name()).filter(|name| !name.is_empty());
            let by = by.unwrap_or(THE_CLIENT);
            let cause = Some(asker.correlation);
            workflows.cancel(&found.run, by, cause).await?;
            let now = workflows.find(&WorkflowId::of(&found.run.id)).await?;
            look(workflows, &now, round).await.map(Reply::Task)
        }
    }
}

async fn look(workflows: &Workflows, found: &Loaded, round: &Round) -> Result<Task, Failure> {
    let run = &found.run;
    let stands = match &run.outcome {
        Some(outcome) => ending::of(run, outcome),
        None if round.takes_forms() => asking(workflows, found).await?,
        None => Stands::Working,
    };
    Ok(Task {
        id: WorkflowId::of(&run.id),
        stands,
        started_at: run.started_at,
        changed_at: run.changed_at,
        kept_until: run.kept_until,
    })
}

async fn asking(workflows: &Workflows, found: &Loaded) -> Result<Stands, Failure> {
    let (runs, _) = workflows.kept()?;
    let asked = runs.questions(&found.run).await?.into_iter();
    let questions: Map<String, Value> = asked.map(|asked| (asked.id(), asked.form)).collect();
    if questions.is_empty() {
        return Ok(Stands::Working);
    }
    Ok(Stands::Asking { questions })
}
