//! What could be meant by the first letters of an argument.

use idwo_core::dispatch::Reply;
use idwo_core::failure::Failure;
use serde_json::json;

use crate::content::result;
use crate::{prompts, resources};

pub(crate) fn answer(of: &str, argument: &str, value: &str) -> Result<Reply, Failure> {
    let known: &[&str] = match (of, argument) {
        (prompts::WITH_ARGUMENTS, "arg1") => &["testValue1", "testing", "other"],
        (prompts::WITH_ARGUMENTS, "arg2") => &["testValue2"],
        (prompts::WITH_EMBEDDED_RESOURCE, "resourceUri") => &[resources::TEXT, resources::BINARY],
        (resources::TEMPLATE, "id") => &["123"],
        _ => return Err(unknown(of, argument)),
    };
    let mut values = known.to_vec();
    values.retain(|known| known.starts_with(value));
    let completion = json!({ "total": values.len(), "values": values, "hasMore": false });
    Ok(result("completion", completion))
}

fn unknown(of: &str, argument: &str) -> Failure {
    Failure::caller(
        format!("{of} has no argument `{argument}`"),
        "name a prompt or a resource template, and one of its arguments, as they are listed",
    )
}
