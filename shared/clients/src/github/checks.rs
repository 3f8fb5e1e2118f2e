//! Checks of the head commit: runs of apps, with what they say of single lines, and older statuses.

use idwo_core::evidence::Known;
use idwo_core::forge::{Annotation, Check, Conclusion};
use serde::Deserialize;

use super::pull_request::Nodes;

#[derive(Deserialize)]
pub(super) struct Rollup {
    contexts: Nodes<Context>,
}

#[derive(Deserialize)]
#[serde(tag = "__typename")]
enum Context {
    CheckRun(Run),
    StatusContext(Status),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    name: String,
    conclusion: Option<String>,
    details_url: Option<String>,
    annotations: Option<Nodes<Remark>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Remark {
    path: String,
    annotation_level: Option<String>,
    message: String,
    location: Location,
}

#[derive(Deserialize)]
struct Location {
    start: Position,
}

#[derive(Deserialize)]
struct Position {
    line: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    context: String,
    state: String,
    target_url: Option<String>,
}

/// No rollup means that nothing checks this commit.
pub(super) fn read(rollup: Option<&Rollup>) -> Known<Vec<Check>> {
    let Some(rollup) = rollup else {
        return Known::Value(Vec::new());
    };
    let contexts = &rollup.contexts;
    let read = contexts.iter().count();
    if contexts.total_count as usize > read || contexts.nodes.len() > read {
        let total = contexts.total_count;
        return Known::unknown(format!("{total} checks, of which {read} are read"));
    }
    Known::Value(contexts.iter().map(check).collect())
}

fn check(context: &Context) -> Check {
    match context {
        Context::CheckRun(run) => Check {
            name: run.name.clone(),
            conclusion: run.conclusion.as_deref().map(conclusion),
            url: run.details_url.clone(),
            annotations: run
                .annotations
                .iter()
                .flat_map(Nodes::iter)
                .map(annotation)
                .collect(),
            annotations_total: run.annotations.as_ref().map_or(0, |of| of.total_count),
        },
        Context::StatusContext(status) => Check {
            name: status.context.clone(),
            conclusion: of_state(&status.state),
            url: status.target_url.clone(),
            annotations: Vec::new(),
            annotations_total: 0,
        },
    }
}

fn conclusion(said: &str) -> Conclusion {
    match said {
        "SUCCESS" => Conclusion::Passed,
        "FAILURE" | "TIMED_OUT" | "STARTUP_FAILURE" => Conclusion::Failed,
        "ACTION_REQUIRED" => Conclusion::ActionRequired,
        _ => Conclusion::Nothing,
    }
}

fn of_state(state: &str) -> Option<Conclusion> {
    match state {
        "SUCCESS" => Some(Conclusion::Passed),
        "FAILURE" | "ERROR" => Some(Conclusion::Failed),
        _ => None,
    }
}

fn annotation(remark: &Remark) -> Annotation {
    let level = remark.annotation_level.as_deref().unwrap_or("notice");
    Annotation {
        path: remark.path.clone(),
        line: remark.location.start.line,
        level: level.to_lowercase(),
        message: remark.message.clone(),
    }
}
