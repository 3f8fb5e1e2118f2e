//! The tools on offer, as `catalogue.json` has them. The file is written from the tools' own
//! contracts; a test fails when the two differ.

use rmcp::model::Tool;

const CATALOGUE: &str = include_str!("../catalogue.json");

#[derive(Debug, Clone)]
pub struct Catalogue(Vec<Tool>);

impl Catalogue {
    pub fn load() -> Result<Self, serde_json::Error> {
        serde_json::from_str(CATALOGUE).map(Self)
    }

    /// In the order of the file, which never varies: clients cache the list.
    pub fn tools(&self) -> Vec<Tool> {
        self.0.clone()
    }

    pub fn find(&self, name: &str) -> Option<&Tool> {
        self.0.iter().find(|tool| tool.name == name)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|tool| tool.name.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What all definitions together may cost a client, in bytes of JSON: about 4,000 tokens.
    const CATALOGUE_BYTES_MAX: usize = 16 * 1024;

    #[test]
    fn every_tool_tells_hosts_what_it_does() {
        for tool in Catalogue::load().unwrap().tools() {
            let hints = tool
                .annotations
                .unwrap_or_else(|| panic!("{} has no annotations", tool.name));
            assert!(hints.read_only_hint.is_some() && hints.destructive_hint.is_some());
            assert!(hints.idempotent_hint.is_some() && hints.open_world_hint.is_some());
            assert!(tool.title.is_some() && tool.description.is_some_and(|text| text.len() > 40));
        }
    }

    #[test]
    fn no_schema_uses_what_some_hosts_reject() {
        for tool in Catalogue::load().unwrap().tools() {
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
    fn the_list_stays_small() {
        let bytes = serde_json::to_string(&Catalogue::load().unwrap().tools())
            .unwrap()
            .len();
        assert!(bytes <= CATALOGUE_BYTES_MAX, "{bytes} bytes");
    }
}
