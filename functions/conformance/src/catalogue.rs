//! What the endpoint lists for this function, in the protocol's words.

use serde_json::{Value, json};

use crate::{prompts, resources};

mod texts;

pub fn catalogue() -> Value {
    json!({
        "tools": tools(),
        "prompts": prompts(),
        "resources": resources(),
        "resourceTemplates": [template()],
    })
}

/// In the order of the texts: the suite calls the first one without arguments.
fn tools() -> Vec<Value> {
    texts::TOOLS
        .iter()
        .map(|(name, title, description)| {
            json!({
                "name": name,
                "title": title,
                "description": description,
                "inputSchema": input_schema(name),
                "annotations": annotations(),
            })
        })
        .collect()
}

fn input_schema(tool: &str) -> Value {
    match tool {
        "test_custom_header" => custom_header_schema(),
        "json_schema_2020_12_tool" => every_keyword_schema(),
        _ => json!({ "type": "object" }),
    }
}

fn custom_header_schema() -> Value {
    let region = json!({
        "type": "string",
        "description": "Any text; a client repeats it in the header Mcp-Param-Region.",
        "x-mcp-header": "Region",
    });
    json!({ "type": "object", "properties": { "region": region } })
}

/// The keywords of JSON Schema 2020-12 that servers have been seen to lose on the way.
fn every_keyword_schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": { "address": address_schema() },
        "properties": {
            "name": { "type": "string" },
            "address": { "$ref": "#/$defs/address" },
            "contactMethod": { "type": "string", "enum": ["phone", "email"] },
            "phone": { "type": "string" },
            "email": { "type": "string" },
        },
        "allOf": [{ "anyOf": [{ "required": ["phone"] }, { "required": ["email"] }] }],
        "if": {
            "properties": { "contactMethod": { "const": "phone" } },
            "required": ["contactMethod"],
        },
        "then": { "required": ["phone"] },
        "else": { "required": ["email"] },
        "additionalProperties": false,
    })
}

fn address_schema() -> Value {
    json!({
        "$anchor": "addressDef",
        "type": "object",
        "properties": { "street": { "type": "string" }, "city": { "type": "string" } },
    })
}

/// The same for all: nothing is kept, and nobody else is asked.
fn annotations() -> Value {
    json!({
        "readOnlyHint": true,
        "destructiveHint": false,
        "idempotentHint": true,
        "openWorldHint": false,
    })
}

fn prompts() -> Vec<Value> {
    texts::PROMPTS
        .iter()
        .map(|(name, title, description)| {
            json!({
                "name": name,
                "title": title,
                "description": description,
                "arguments": arguments(name),
            })
        })
        .collect()
}

fn arguments(prompt: &str) -> Value {
    let argument =
        |name, description| json!({ "name": name, "description": description, "required": true });
    match prompt {
        prompts::WITH_ARGUMENTS => json!([
            argument("arg1", "Any text; it is repeated first."),
            argument("arg2", "Any text; it is repeated second."),
        ]),
        prompts::WITH_EMBEDDED_RESOURCE => json!([argument(
            "resourceUri",
            "The URI that the embedded resource is given."
        )]),
        _ => json!([]),
    }
}

fn resources() -> Value {
    json!([
        {
            "uri": resources::TEXT,
            "name": "static-text",
            "title": "Text that never changes",
            "description": "For the suite's reading of a resource of text.",
            "mimeType": "text/plain",
        },
        {
            "uri": resources::BINARY,
            "name": "static-binary",
            "title": "A picture that never changes",
            "description": "For the suite's reading of a resource of bytes: a PNG of one pixel.",
            "mimeType": "image/png",
        },
    ])
}

fn template() -> Value {
    json!({
        "uriTemplate": resources::TEMPLATE,
        "name": "template-data",
        "title": "Data by id",
        "description": "For the suite's reading of a resource by template: it repeats the id.",
        "mimeType": "application/json",
    })
}
