//! The user's answers to what a task asks.

use serde_json::{Map, Value};

use crate::dispatch::Asker;
use crate::failure::Failure;
use crate::workflow::{
    Asked, Happening, Loaded, Refused, Runs, RunsFailure, Said, Through, Workflows,
};

/// Tells the run, or those that it waits for, each answer to a question that is open; gives the ids of those
/// that were answered.
pub(super) async fn heard(
    workflows: &Workflows,
    found: &Loaded,
    answers: &Map<String, Value>,
    asker: &Asker,
) -> Result<Vec<String>, Failure> {
    let (runs, _) = workflows.kept()?;
    let mut heard = Vec::new();
    for asked in runs.questions(&found.run).await? {
        let id = asked.id();
        let answer = answers.get(&id).filter(|answer| is_given(answer));
        if let Some(answer) = answer
            && tell(runs, &asked, answer, asker).await?
        {
            heard.push(id);
        }
    }
    Ok(heard)
}

/// A form that was closed answers nothing, and neither does what is no form.
fn is_given(answer: &Value) -> bool {
    let action = answer.get("action").and_then(Value::as_str);
    matches!(action, Some("accept" | "decline"))
}

/// Whether it counts. Somebody else may have answered first, or the run may have ended.
async fn tell(runs: &Runs, asked: &Asked, answer: &Value, asker: &Asker) -> Result<bool, Failure> {
    let said = Said::new(answer.clone(), asker.name(), Through::Elicitation);
    let came = runs.answer(asked, &said, asker.correlation).await;
    match RunsFailure::unless_untold(came)? {
        Some(Happening::Refused(Refused::TooLarge)) => Err(too_large()),
        Some(Happening::Changed(_)) | None => Ok(true),
        Some(_) => Ok(false),
    }
}

fn too_large() -> Failure {
    Failure::caller(
        "an answer is larger than 2,000 bytes",
        "answer in fewer words",
    )
}
