//! What could be meant by the first letters of an argument.

use idwo_core::dispatch::{Argument, Reply};
use idwo_core::failure::Failure;
use serde_json::json;

use crate::content::result;
use crate::{prompts, resources};

pub(crate) fn answer(of: &Argument, value: &str) -> Result<Reply, Failure> {
    let mut values = known(of).ok_or_else(unknown)?.to_vec();
    values.retain(|known| known.starts_with(value));
    let completion = json!({ "total": values.len(), "values": values, "hasMore": false });
    Ok(result("completion", completion))
}

fn known(of: &Argument) -> Option<&'static [&'static str]> {
    match of {
        Argument::OfPrompt { prompt, argument } => match (prompt.as_str(), argument.as_str()) {
            (prompts::WITH_ARGUMENTS, "arg1") => Some(&["testValue1", "testing", "other"]),
            (prompts::WITH_ARGUMENTS, "arg2") => Some(&["testValue2"]),
            (prompts::WITH_EMBEDDED_RESOURCE, "resourceUri") => {
                Some(&[resources::TEXT, resources::BINARY])
            }
            _ => None,
        },
        Argument::OfTemplate { template, argument } => {
            let is_known = template == resources::TEMPLATE && argument == "id";
            is_known.then_some(&["123"])
        }
    }
}

fn unknown() -> Failure {
    Failure::caller(
        "there is no such argument",
        "name a prompt or a resource template, and one of its arguments, as they are listed",
    )
}
