//! The prompts: one for each kind of content, one with arguments, and one that asks first.

use idwo_core::dispatch::{Reply, Round};
use idwo_core::failure::Failure;
use serde_json::{Map, Value};

use crate::content::{embedded, image, messages, text};
use crate::rounds;

pub(crate) const WITH_ARGUMENTS: &str = "test_prompt_with_arguments";
pub(crate) const WITH_EMBEDDED_RESOURCE: &str = "test_prompt_with_embedded_resource";

pub(crate) fn answer(
    name: &str,
    arguments: &Map<String, Value>,
    round: &Round,
) -> Result<Reply, Failure> {
    Ok(match name {
        "test_simple_prompt" => messages([text("This is a simple prompt for testing.")]),
        WITH_ARGUMENTS => {
            let (first, second) = (given(arguments, "arg1")?, given(arguments, "arg2")?);
            messages([text(&format!("arg1 is {first}, and arg2 is {second}."))])
        }
        WITH_EMBEDDED_RESOURCE => {
            let resource = embedded(given(arguments, "resourceUri")?);
            messages([resource, text("Please read the resource above.")])
        }
        "test_prompt_with_image" => messages([image(), text("Please look at the picture above.")]),
        "test_input_required_result_prompt" => rounds::prompt(round)?,
        _ => return Err(unknown(name)),
    })
}

fn given<'a>(arguments: &'a Map<String, Value>, name: &str) -> Result<&'a str, Failure> {
    arguments.get(name).and_then(Value::as_str).ok_or_else(|| {
        Failure::caller(
            format!("the argument `{name}` is missing, or not text"),
            "send it as text",
        )
    })
}

fn unknown(name: &str) -> Failure {
    Failure::caller(
        format!("there is no prompt {name}"),
        "get one that prompts/list names",
    )
}
