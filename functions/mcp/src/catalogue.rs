//! Everything on offer. The product's tools are in `catalogue.json` as clients are told of them, and
//! in `contracts.json` with all that is published, both written from their own contracts; its prompts
//! and resources are in `prompts.rs` and `resources.rs`. The conformance fixture's list is in
//! `conformance.json`. A test fails when a file is not its source's.

use std::borrow::Cow;
use std::collections::BTreeSet;

use idwo_core::config::Served;
use rmcp::model::{Prompt, Resource, ResourceTemplate, Tool};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{prompts, resources};

const PRODUCT: &str = include_str!("../catalogue.json");
/// Apart, and read only when one is asked for: schemas of replies are nine tenths of it, and would be
/// more than half of the endpoint's start.
const CONTRACTS: &str = include_str!("../contracts.json");
const CONFORMANCE: &str = include_str!("../conformance.json");

#[derive(Debug, Clone)]
pub struct Catalogue {
    pub(crate) tools: Vec<Listed>,
    pub(crate) prompts: Vec<Prompt>,
    pub(crate) resources: Vec<Resource>,
    pub(crate) templates: Vec<ResourceTemplate>,
    /// The one function that answers for all of this. Without it each tool is a function of its
    /// own name, and prompts and resources are the endpoint's own.
    pub(crate) function: Option<String>,
    /// A JSON list of all that is published of each tool.
    contracts: Cow<'static, str>,
}

/// A tool, and what decides who is shown it.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    /// Without the schema of replies, which would triple what every client has to read.
    pub(crate) tool: Tool,
    pub(crate) toolset: String,
    /// What a principal must hold to see and call it.
    pub(crate) scopes: Vec<String>,
    pub(crate) read_only: bool,
}

impl Catalogue {
    pub fn of(serves: Served) -> Result<Self, serde_json::Error> {
        match serves {
            Served::Product => Self::product(),
            Served::Conformance => Self::conformance(),
        }
    }

    /// The functions that answer for it.
    pub fn functions(&self) -> Vec<String> {
        let sole = self.function.clone();
        sole.map_or_else(
            || self.names().map(str::to_owned).collect(),
            |function| vec![function],
        )
    }

    pub fn product() -> Result<Self, serde_json::Error> {
        Self::beside_ours(PRODUCT, Cow::Borrowed(CONTRACTS))
    }

    /// The tools of a JSON list of contracts, beside the prompts and resources of the product.
    pub fn of_tools(contracts: &str) -> Result<Self, serde_json::Error> {
        Self::beside_ours(contracts, Cow::Owned(contracts.to_owned()))
    }

    fn beside_ours(tools: &str, contracts: Cow<'static, str>) -> Result<Self, serde_json::Error> {
        let tools: Vec<&RawValue> = serde_json::from_str(tools)?;
        let tools = tools.into_iter().map(|tool| listed(tool.get()));
        Ok(Self {
            contracts,
            tools: tools.collect::<Result<_, _>>()?,
            prompts: prompts::list(),
            resources: resources::list(),
            templates: resources::templates(),
            function: None,
        })
    }

    pub fn conformance() -> Result<Self, serde_json::Error> {
        let fixture: Fixture<'_> = serde_json::from_str(CONFORMANCE)?;
        let tools = fixture.tools.into_iter().map(|tool| listed(tool.get()));
        Ok(Self {
            tools: tools.collect::<Result<_, _>>()?,
            prompts: fixture.prompts,
            resources: fixture.resources,
            templates: fixture.resource_templates,
            function: Some("conformance".to_owned()),
            contracts: Cow::Borrowed("[]"),
        })
    }

    /// In the order of the file, which never varies: clients cache the list.
    pub fn tools(&self) -> impl Iterator<Item = &Tool> {
        self.tools.iter().map(|listed| &listed.tool)
    }

    pub fn find(&self, name: &str) -> Option<&Tool> {
        self.tools().find(|tool| tool.name == name)
    }

    /// All that is published of a tool, as JSON.
    pub(crate) fn contract(&self, tool: &str) -> Option<&str> {
        #[derive(Deserialize)]
        struct Named<'a> {
            #[serde(borrow)]
            name: Cow<'a, str>,
        }
        let contracts: Vec<&RawValue> = serde_json::from_str(&self.contracts).ok()?;
        contracts.into_iter().map(RawValue::get).find(|contract| {
            serde_json::from_str(contract).is_ok_and(|named: Named<'_>| named.name == tool)
        })
    }

    /// All that a principal could need.
    pub(crate) fn scopes(&self) -> BTreeSet<&str> {
        let scopes = self.tools.iter().flat_map(|listed| &listed.scopes);
        scopes.map(String::as_str).collect()
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tools().map(|tool| tool.name.as_ref())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fixture<'a> {
    #[serde(borrow)]
    tools: Vec<&'a RawValue>,
    prompts: Vec<Prompt>,
    resources: Vec<Resource>,
    resource_templates: Vec<ResourceTemplate>,
}

fn listed(contract: &str) -> Result<Listed, serde_json::Error> {
    #[derive(Deserialize)]
    struct Beside {
        #[serde(default)]
        toolset: String,
        #[serde(default)]
        scopes: Vec<String>,
    }
    let mut tool: Tool = serde_json::from_str(contract)?;
    tool.output_schema = None;
    let Beside { toolset, scopes } = serde_json::from_str(contract)?;
    let hints = tool.annotations.as_ref();
    Ok(Listed {
        read_only: hints.and_then(|hints| hints.read_only_hint) == Some(true),
        tool,
        toolset,
        scopes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What all definitions together may cost a client, in bytes of JSON: about 4,000 tokens.
    const CATALOGUE_BYTES_MAX: usize = 16 * 1024;

    /// The eleven of the mission, and three for jobs that outlive a call.
    const TOOLS_PLANNED: usize = 14;

    #[test]
    fn every_tool_tells_hosts_what_it_does() {
        for tool in Catalogue::product().unwrap().tools() {
            let hints = tool
                .annotations
                .as_ref()
                .unwrap_or_else(|| panic!("{} has no annotations", tool.name));
            assert!(hints.read_only_hint.is_some() && hints.destructive_hint.is_some());
            assert!(hints.idempotent_hint.is_some() && hints.open_world_hint.is_some());
            let description = tool.description.as_ref();
            assert!(tool.title.is_some() && description.is_some_and(|text| text.len() > 40));
        }
    }

    #[test]
    fn every_tool_belongs_to_a_toolset() {
        for listed in Catalogue::product().unwrap().tools {
            assert!(!listed.toolset.is_empty(), "{}", listed.tool.name);
        }
    }

    #[test]
    fn no_schema_uses_what_some_hosts_reject() {
        for tool in Catalogue::product().unwrap().tools() {
            for word in ["anyOf", "oneOf", "allOf", "$ref", "$defs"] {
                assert!(
                    !tool.input_schema.contains_key(word),
                    "{} has {word} at its top",
                    tool.name
                );
            }
        }
    }

    #[test]
    fn the_list_leaves_room_for_the_tools_to_come() {
        let catalogue = Catalogue::product().unwrap();
        let tools: Vec<_> = catalogue.tools().collect();
        let bytes = serde_json::to_string(&tools).unwrap().len();
        let room = CATALOGUE_BYTES_MAX * tools.len() / TOOLS_PLANNED;
        assert!(bytes <= room, "{bytes} bytes of {room}");
    }

    #[test]
    fn the_fixture_is_whole() {
        let fixture = Catalogue::conformance().unwrap();
        assert!(fixture.find("test_simple_text").is_some() && !fixture.prompts.is_empty());
    }
}
