//! Headers by which a client takes tools away from itself. They only ever tighten what the
//! operator allows: there is no value of any of them that adds a tool.
//!
//! | header | what is left |
//! |---|---|
//! | `X-MCP-Readonly: true` | tools that change nothing |
//! | `X-MCP-Toolsets: a,b` | tools of these toolsets |
//! | `X-MCP-Tools: a,b` | these tools |
//! | `X-MCP-Exclude-Tools: a,b` | all but these tools |

use std::collections::BTreeSet;

use http::HeaderMap;

use crate::catalogue::Listed;

/// Longest name of a tool or toolset, in bytes: the protocol's own limit.
const NAME_BYTES_MAX: usize = 128;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Narrowing {
    read_only: bool,
    toolsets: Option<BTreeSet<String>>,
    tools: Option<BTreeSet<String>>,
    excluded: BTreeSet<String>,
}

impl Narrowing {
    /// A header that cannot be read is refused rather than ignored: whoever sent it wanted less
    /// than everything. Names that no tool has are fine, since tools come and go; case is not
    /// looked at.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Self, String> {
        Ok(Self {
            read_only: flag(headers, "x-mcp-readonly")?,
            toolsets: names(headers, "x-mcp-toolsets")?,
            tools: names(headers, "x-mcp-tools")?,
            excluded: names(headers, "x-mcp-exclude-tools")?.unwrap_or_default(),
        })
    }

    pub(crate) fn leaves(&self, listed: &Listed) -> bool {
        let name = listed.tool.name.to_ascii_lowercase();
        let among = |names: &Option<BTreeSet<String>>, name: &str| {
            names.as_ref().is_none_or(|names| names.contains(name))
        };
        (listed.read_only || !self.read_only)
            && among(&self.toolsets, &listed.toolset)
            && among(&self.tools, &name)
            && !self.excluded.contains(&name)
    }

    /// Whether what is listed is the same for everybody.
    pub(crate) fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

fn flag(headers: &HeaderMap, header: &'static str) -> Result<bool, String> {
    let mut set = false;
    for value in headers.get_all(header) {
        set |= match value.as_bytes().to_ascii_lowercase().as_slice() {
            b"true" | b"1" => true,
            b"false" | b"0" => false,
            _ => return Err(format!("{header} takes true or false")),
        };
    }
    Ok(set)
}

fn names(headers: &HeaderMap, header: &'static str) -> Result<Option<BTreeSet<String>>, String> {
    let mut names = None::<BTreeSet<String>>;
    for value in headers.get_all(header) {
        let list = value.to_str().map_err(|_| expected_names(header))?;
        for name in list.split(',').map(str::trim) {
            if !is_name(name) {
                return Err(expected_names(header));
            }
            names
                .get_or_insert_default()
                .insert(name.to_ascii_lowercase());
        }
    }
    Ok(names)
}

fn is_name(text: &str) -> bool {
    let of_a_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    (1..=NAME_BYTES_MAX).contains(&text.len()) && text.bytes().all(of_a_name)
}

fn expected_names(header: &str) -> String {
    format!("{header} takes names between commas, such as analyze_pr; leave it out for all")
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;
    use crate::catalogue::Catalogue;

    fn read(lines: &[(&'static str, &'static str)]) -> Result<Narrowing, String> {
        let lines = lines.iter().map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        });
        let mut headers = HeaderMap::new();
        lines.for_each(|(name, value)| {
            headers.append(name, value);
        });
        Narrowing::read(&headers)
    }

    /// The names that are left of one that reads (in `a`) and one that writes (in `b`).
    fn left(lines: &[(&'static str, &'static str)]) -> Vec<String> {
        let contracts = r#"[
            {"name":"reads","toolset":"a","inputSchema":{"type":"object"},"annotations":{"readOnlyHint":true}},
            {"name":"writes","toolset":"b","inputSchema":{"type":"object"},"annotations":{"readOnlyHint":false}}
        ]"#;
        let narrowing = read(lines).unwrap();
        let tools = Catalogue::of_tools(contracts).unwrap().tools;
        let left = tools.into_iter().filter(|listed| narrowing.leaves(listed));
        left.map(|listed| listed.tool.name.into_owned()).collect()
    }

    #[test]
    fn each_header_takes_away_and_none_gives_back() {
        assert_eq!(left(&[]), ["reads", "writes"]);
        assert_eq!(left(&[("x-mcp-readonly", "true")]), ["reads"]);
        assert_eq!(left(&[("x-mcp-readonly", "0")]), ["reads", "writes"]);
        assert_eq!(left(&[("x-mcp-toolsets", "b , c")]), ["writes"]);
        assert_eq!(left(&[("x-mcp-tools", "reads,no_such")]), ["reads"]);
        assert_eq!(left(&[("x-mcp-exclude-tools", "Reads")]), ["writes"]);
        let both = [("x-mcp-tools", "writes"), ("x-mcp-readonly", "1")];
        assert!(left(&both).is_empty());
        let twice = [("x-mcp-readonly", "true"), ("x-mcp-readonly", "false")];
        assert_eq!(left(&twice), ["reads"]);
    }

    #[test]
    fn what_cannot_be_read_is_refused_not_ignored() {
        for (header, value) in [
            ("x-mcp-readonly", "maybe"),
            ("x-mcp-readonly", ""),
            ("x-mcp-tools", ""),
            ("x-mcp-tools", "a,,b"),
            ("x-mcp-exclude-tools", "a b"),
            ("x-mcp-toolsets", "*"),
        ] {
            let why = read(&[(header, value)]).unwrap_err();
            assert!(why.starts_with(header), "{why}");
        }
    }
}
