//! What a function replied, as the protocol's result of each kind of request.

use idwo_core::failure::Failure;
use idwo_core::tool::Answer;
use rmcp::model::{
    CallToolResponse, CallToolResult, CompleteResult, ContentBlock, ErrorData, GetPromptResponse,
    GetPromptResult, InputRequiredResult, ReadResourceResponse, ReadResourceResult, ResultType,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// How a call ended, when the end is not our own failure.
pub(crate) enum Outcome {
    Answer(Answer),
    Result(Map<String, Value>),
    Questions(InputRequiredResult),
    /// By the caller's fault or an upstream's: they are told.
    Refused(Failure),
}

/// What a tool's caller can act on is a result that says so, not an error of the protocol: only
/// results reach the model.
pub(crate) fn tool(outcome: Outcome) -> Result<CallToolResponse, ErrorData> {
    let result = match outcome {
        Outcome::Questions(questions) => return Ok(questions.into()),
        Outcome::Refused(failure) => {
            CallToolResult::error(vec![ContentBlock::text(failure.to_string())])
        }
        Outcome::Answer(answer) => {
            let mut result = CallToolResult::success(vec![ContentBlock::text(answer.text)]);
            result.structured_content = Some(answer.structured);
            result
        }
        Outcome::Result(result) => read(result)?,
    };
    Ok(result.into())
}

pub(crate) fn prompt(outcome: Outcome) -> Result<GetPromptResponse, ErrorData> {
    match outcome {
        Outcome::Questions(questions) => Ok(questions.into()),
        Outcome::Result(result) => read::<GetPromptResult>(result).map(GetPromptResponse::from),
        Outcome::Refused(failure) => Err(refused(&failure)),
        Outcome::Answer(_) => Err(misfit()),
    }
}

pub(crate) fn resource(outcome: Outcome, uri: &str) -> Result<ReadResourceResponse, ErrorData> {
    match outcome {
        Outcome::Questions(questions) => Ok(questions.into()),
        Outcome::Result(result) => {
            read::<ReadResourceResult>(result).map(ReadResourceResponse::from)
        }
        Outcome::Refused(Failure::Caller { .. }) => Err(no_such_resource(uri)),
        Outcome::Refused(failure) => Err(refused(&failure)),
        Outcome::Answer(_) => Err(misfit()),
    }
}

pub(crate) fn completion(outcome: Outcome) -> Result<CompleteResult, ErrorData> {
    match outcome {
        Outcome::Result(result) => read(result),
        Outcome::Refused(failure) => Err(refused(&failure)),
        Outcome::Answer(_) | Outcome::Questions(_) => Err(misfit()),
    }
}

/// The error that the protocol has for it, with the URI as its data.
pub(crate) fn no_such_resource(uri: &str) -> ErrorData {
    let why = "there is no such resource; resources/list and resources/templates/list name them";
    ErrorData::resource_not_found(why, Some(json!({ "uri": uri })))
}

/// A result in the protocol's words, marked as the last one of its call.
fn read<R: DeserializeOwned>(mut result: Map<String, Value>) -> Result<R, ErrorData> {
    result.insert("resultType".to_owned(), json!(ResultType::COMPLETE));
    serde_json::from_value(Value::Object(result)).map_err(|_| misfit())
}

fn refused(failure: &Failure) -> ErrorData {
    match failure {
        Failure::Caller { .. } => ErrorData::invalid_params(failure.to_string(), None),
        _ => ErrorData::internal_error(failure.to_string(), None),
    }
}

fn misfit() -> ErrorData {
    tracing::error!("a function replied what does not answer its request");
    ErrorData::internal_error("internal error", None)
}
