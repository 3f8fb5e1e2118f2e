//! The resources: what this server can do, how it is, what each tool promises, and where a workflow stands.

use std::time::Duration;

use idwo_core::dispatch::Ask;
use idwo_core::failure::Failure;
use idwo_core::health::{self, Component, State};
use rmcp::RoleServer;
use rmcp::model::{
    CacheScope, CompleteResult, ErrorData, ProtocolVersion, ReadResourceResult, Resource,
    ResourceContents, ResourceTemplate, TASKS_EXTENSION_ID,
};
use rmcp::service::RequestContext;
use serde_json::{Map, Value, json};

use crate::body::BODY_BYTES_MAX;
use crate::completion;
use crate::gateway::{Gateway, LIST_TTL_MS};
use crate::results::{self, Asked, no_such_resource, refused};
use crate::rounds::Brought;
use crate::sound::DEPTH_MAX;
use crate::visible::Visible;

const CAPABILITIES: &str = "orchestrator://capabilities";
const HEALTH: &str = "orchestrator://health";
const SCHEMAS: &str = "orchestrator://schemas/";
const WORKFLOWS: &str = "orchestrator://workflows/";

/// The tool that answers for a workflow, to whoever may call it.
const GET_WORKFLOW: &str = "get_workflow";

const JSON: &str = "application/json";

/// How long the parts of the system may take to say how they are: then they are not well.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(5);

pub(crate) fn list() -> Vec<Resource> {
    vec![
        Resource::new(CAPABILITIES, "capabilities")
            .with_title("Capabilities")
            .with_description(
                "The tools, prompts and limits of this server, and what it does not offer.",
            )
            .with_mime_type(JSON),
        Resource::new(HEALTH, "health")
            .with_title("Health")
            .with_description("The state of every component, looked at when it is read.")
            .with_mime_type(JSON),
    ]
}

pub(crate) fn templates() -> Vec<ResourceTemplate> {
    vec![
        ResourceTemplate::new(format!("{SCHEMAS}{{tool}}"), "schemas")
            .with_title("A tool's contract")
            .with_description("All that is promised of one tool: texts, annotations, scopes, and the schemas of its input and its reply.")
            .with_mime_type(JSON),
        ResourceTemplate::new(format!("{WORKFLOWS}{{id}}"), "workflows")
            .with_title("A workflow")
            .with_description("Where a workflow stands and what has happened to it: what get_workflow answers.")
            .with_mime_type(JSON),
    ]
}

pub(crate) async fn read(
    uri: &str,
    gateway: &Gateway,
    context: &RequestContext<RoleServer>,
) -> Result<ReadResourceResult, ErrorData> {
    let visible = Visible::of(&gateway.setup.catalogue, context);
    match uri {
        CAPABILITIES => Ok(lasting(
            uri,
            capabilities(gateway, &visible).to_string(),
            &visible,
        )),
        HEALTH => Ok(of_now(uri, health(gateway, &visible).await.to_string())),
        _ => match uri.strip_prefix(WORKFLOWS) {
            Some(id) if visible.has(GET_WORKFLOW) => workflow(uri, id, gateway, context).await,
            _ => contract(uri, gateway, &visible),
        },
    }
}

fn contract(
    uri: &str,
    gateway: &Gateway,
    visible: &Visible<'_>,
) -> Result<ReadResourceResult, ErrorData> {
    let tool = uri.strip_prefix(SCHEMAS).filter(|tool| visible.has(tool));
    let contract = tool.and_then(|tool| gateway.setup.catalogue.contract(tool));
    let contract = contract.ok_or_else(|| no_such_resource(uri))?;
    Ok(lasting(uri, contract.to_owned(), visible))
}

/// What the tool answers, asked as any call of it.
async fn workflow(
    uri: &str,
    id: &str,
    gateway: &Gateway,
    context: &RequestContext<RoleServer>,
) -> Result<ReadResourceResult, ErrorData> {
    let id = ("workflow_id".to_owned(), Value::String(id.to_owned()));
    let ask = Ask::Tool {
        name: GET_WORKFLOW.to_owned(),
        arguments: Map::from_iter([id]),
    };
    let (function, brought) = (GET_WORKFLOW.to_owned(), Brought::default());
    let asked = gateway.ask(function, ask, brought, context, results::tool);
    match asked.await? {
        Asked::Result(result) => {
            let told = result.structured_content.unwrap_or_default();
            Ok(of_now(uri, told.to_string()))
        }
        Asked::Refused(Failure::Caller { .. }) | Asked::Questions(_) => Err(no_such_resource(uri)),
        Asked::Refused(failure) => Err(refused(&failure)),
    }
}

/// The names of tools, for the template of their contracts.
pub(crate) fn complete(
    template: &str,
    argument: &str,
    value: &str,
    visible: &Visible<'_>,
) -> Result<CompleteResult, ErrorData> {
    if template.strip_prefix(WORKFLOWS) == Some("{id}") && argument == "id" {
        // Whoever asks for one has its id from who started it.
        return completion::of(std::iter::empty(), value);
    }
    if template.strip_prefix(SCHEMAS) != Some("{tool}") || argument != "tool" {
        let why =
            "there is no such resource template or argument; resources/templates/list names them";
        return Err(ErrorData::invalid_params(why, None));
    }
    completion::of(
        visible.tools().map(|listed| listed.tool.name.as_ref()),
        value,
    )
}

fn capabilities(gateway: &Gateway, visible: &Visible<'_>) -> Value {
    let tools = visible.tools().map(|listed| {
        json!({
            "name": listed.tool.name,
            "title": listed.tool.title,
            "toolset": listed.toolset,
            "read_only": listed.read_only,
            "contract": format!("{SCHEMAS}{}", listed.tool.name),
        })
    });
    let prompts = gateway
        .setup
        .catalogue
        .prompts
        .iter()
        .map(|prompt| &prompt.name);
    json!({
        "server": { "name": "idwo", "version": env!("CARGO_PKG_VERSION") },
        "protocol_versions": ProtocolVersion::KNOWN_VERSIONS,
        "tools": tools.collect::<Vec<_>>(),
        "prompts": prompts.collect::<Vec<_>>(),
        "limits": {
            "request_bytes": BODY_BYTES_MAX,
            "request_depth": DEPTH_MAX,
            "call_seconds": gateway.setup.call_timeout.as_secs(),
        },
        "headers_that_tighten": [
            "X-MCP-Readonly", "X-MCP-Toolsets", "X-MCP-Tools", "X-MCP-Exclude-Tools"
        ],
        "extensions": [TASKS_EXTENSION_ID],
        "not_offered": ["sampling", "roots", "logging", "resource subscriptions", "list changes"],
    })
}

/// A tool that the caller does not see is not there, whatever its state.
async fn health(gateway: &Gateway, visible: &Visible<'_>) -> Value {
    let patience = HEALTH_TIMEOUT.min(gateway.setup.call_timeout);
    let asked = tokio::time::timeout(patience, gateway.setup.dispatch.components()).await;
    let mut components = vec![Component::ok(
        "endpoint",
        format!("version {}", env!("CARGO_PKG_VERSION")),
    )];
    let found = asked.unwrap_or_else(|_| vec![silent(patience)]);
    let catalogue = &gateway.setup.catalogue;
    let is_theirs = |name: &str| catalogue.find(name).is_none() || visible.has(name);
    components.extend(
        found
            .into_iter()
            .filter(|component| is_theirs(&component.name)),
    );
    json!({ "state": health::overall(&components), "components": components })
}

fn silent(patience: Duration) -> Component {
    let found = format!("no answer within {} ms", patience.as_millis());
    Component::wrong(
        "functions",
        State::Down,
        found,
        "look into the server's log",
    )
}

fn lasting(uri: &str, body: String, visible: &Visible<'_>) -> ReadResourceResult {
    of_now(uri, body)
        .with_ttl_ms(LIST_TTL_MS)
        .with_cache_scope(visible.cache_scope())
}

/// Old as soon as it is read.
fn of_now(uri: &str, body: String) -> ReadResourceResult {
    let contents = ResourceContents::text(body, uri).with_mime_type(JSON);
    ReadResourceResult::new(vec![contents])
        .with_ttl_ms(0)
        .with_cache_scope(CacheScope::Private)
}
