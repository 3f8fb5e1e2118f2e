//! The tools that answer at once: one for each kind of content, and what surrounds it.

use idwo_core::dispatch::{Reply, Round};
use idwo_core::failure::Failure;
use idwo_core::untrusted;
use idwo_core::watcher::{Progress, Watcher};
use serde_json::{Map, Value, json};

use crate::content::{audio, blocks, embedded, image, text};
use crate::rounds;

/// Longest region that is repeated, in characters.
const REGION_CHARS_MAX: usize = 200;

pub(crate) fn answer(
    name: &str,
    arguments: &Map<String, Value>,
    round: &Round,
    watcher: &Watcher,
) -> Result<Reply, Failure> {
    Ok(match name {
        "test_simple_text" => blocks([text("This is a simple text response for testing.")]),
        "test_image_content" => blocks([image()]),
        "test_audio_content" => blocks([audio()]),
        "test_embedded_resource" => blocks([embedded("test://embedded-resource")]),
        "test_multiple_content_types" => blocks([
            text("A picture and a resource follow."),
            image(),
            embedded("test://mixed-content-resource"),
        ]),
        "test_error_handling" => refusal(),
        "test_tool_with_progress" => in_steps(watcher),
        "test_logging_tool" => blocks([text("Nothing was logged to the client.")]),
        "test_custom_header" => region(arguments)?,
        "json_schema_2020_12_tool" => blocks([text("The schema of this tool is what it is for.")]),
        _ => return rounds::tool(name, round),
    })
}

fn refusal() -> Reply {
    let words = text("This tool fails on purpose; there is nothing to change.");
    Reply::Result {
        result: Map::from_iter([
            ("content".to_owned(), json!([words])),
            ("isError".to_owned(), json!(true)),
        ]),
    }
}

fn in_steps(watcher: &Watcher) -> Reply {
    for done in [0, 50, 100] {
        watcher.report(Progress {
            what: "steps",
            done,
            total: Some(100),
        });
    }
    blocks([text("All 100 steps are done.")])
}

fn region(arguments: &Map<String, Value>) -> Result<Reply, Failure> {
    let Some(region) = arguments.get("region") else {
        return Ok(blocks([text("No region was named.")]));
    };
    let region = region.as_str().ok_or_else(|| {
        Failure::caller(
            "`region` is not text",
            "name the region in text, or leave it out",
        )
    })?;
    let region = untrusted::plain(region, REGION_CHARS_MAX);
    Ok(blocks([text(&format!("The region is {region}."))]))
}
