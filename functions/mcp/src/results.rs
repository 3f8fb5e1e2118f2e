//! What a function replied, as the protocol's result of each kind of request.

use idwo_core::dispatch::Reply;
use idwo_core::failure::Failure;
use idwo_core::task::Task;
use idwo_core::untrusted;
use rmcp::model::{
    CallToolResponse, CallToolResult, CompleteResult, ContentBlock, ErrorData, GetPromptResult,
    InputRequiredResult, ReadResourceResult, ResultType,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// How a call ended, when not by our own failure.
#[derive(Debug)]
pub(crate) enum Asked<R> {
    Result(R),
    Questions(InputRequiredResult),
    /// By the caller's fault or an upstream's: they are told.
    Refused(Failure),
}

pub(crate) fn tool(reply: Reply) -> Result<CallToolResult, Failure> {
    let Reply::Answer(answer) = reply else {
        return protocols_own(reply);
    };
    let mut result = CallToolResult::success(vec![ContentBlock::text(answer.text)]);
    result.structured_content = Some(answer.structured);
    Ok(result)
}

pub(crate) fn task(reply: Reply) -> Result<Task, Failure> {
    match reply {
        Reply::Task(task) => Ok(task),
        _ => Err(unfit()),
    }
}

/// The ids of the questions that were answered.
pub(crate) fn heard(reply: Reply) -> Result<Vec<String>, Failure> {
    match reply {
        Reply::Heard { questions } => Ok(questions),
        _ => Err(unfit()),
    }
}

pub(crate) fn prompt(reply: Reply) -> Result<GetPromptResult, Failure> {
    protocols_own(reply)
}

pub(crate) fn resource(reply: Reply) -> Result<ReadResourceResult, Failure> {
    protocols_own(reply)
}

pub(crate) fn completion(reply: Reply) -> Result<CompleteResult, Failure> {
    protocols_own(reply)
}

/// What a tool's caller can act on is a result that says so, not an error of the protocol: only
/// results reach the model.
pub(crate) fn told(asked: Asked<CallToolResult>) -> CallToolResponse {
    match asked {
        Asked::Result(result) => result.into(),
        Asked::Questions(questions) => questions.into(),
        Asked::Refused(failure) => told_of(&failure).into(),
    }
}

pub(crate) fn told_of(failure: &Failure) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(failure.to_string())])
}

/// For all but tools a refusal is an error of the protocol, since their results have no room for it.
pub(crate) fn or_error<R, P: From<R> + From<InputRequiredResult>>(
    asked: Asked<R>,
    refused: impl FnOnce(&Failure) -> ErrorData,
) -> Result<P, ErrorData> {
    match asked {
        Asked::Result(result) => Ok(result.into()),
        Asked::Questions(questions) => Ok(questions.into()),
        Asked::Refused(failure) => Err(refused(&failure)),
    }
}

pub(crate) fn refused(failure: &Failure) -> ErrorData {
    match failure {
        Failure::Caller { .. } => ErrorData::invalid_params(failure.to_string(), None),
        _ => ErrorData::internal_error(failure.to_string(), None),
    }
}

/// Longest URI that is sent back, in characters.
const URI_CHARS_MAX: usize = 400;

/// The error that the protocol has for it, with the URI as its data.
pub(crate) fn no_such_resource(uri: &str) -> ErrorData {
    let uri = untrusted::plain(uri, URI_CHARS_MAX);
    let why = "there is no such resource; resources/list and resources/templates/list name them";
    ErrorData::resource_not_found(why, Some(json!({ "uri": uri })))
}

/// A result in the protocol's words, marked as the last one of its call.
fn protocols_own<R: DeserializeOwned>(reply: Reply) -> Result<R, Failure> {
    let Reply::Result { mut result } = reply else {
        return Err(unfit());
    };
    result.insert("resultType".to_owned(), json!(ResultType::COMPLETE));
    serde_json::from_value(Value::Object(result))
        .map_err(|e| Failure::ours("the function's result is not the protocol's", e))
}

fn unfit() -> Failure {
    Failure::ours_without_source("the function's reply does not answer this kind of request")
}
