//! The public declarations of one file, by name.

use std::collections::BTreeMap;

use tree_sitter::{Node, Parser};

use super::DEPTH_MAX;
use super::grammar::Grammar;

/// Most declarations that are read of one file.
const DECLARED_MAX: usize = 5000;

/// What a public name is declared as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Declaration {
    /// Without its body, each run of blanks as one space.
    pub(super) text: String,
    /// Counts from 1.
    pub(super) line: u32,
}

/// By qualified name; several of one name (overloads) are told apart by their order. `None` for a
/// file that does not parse as a whole: half of it would look removed.
pub(super) fn declared(grammar: &Grammar, source: &str) -> Option<BTreeMap<String, Declaration>> {
    let mut parser = Parser::new();
    parser.set_language(&(grammar.language)()).ok()?;
    let tree = parser.parse(source, None)?;
    if tree.root_node().has_error() {
        return None;
    }
    let mut reader = Reader {
        grammar,
        source: source.as_bytes(),
        found: BTreeMap::new(),
    };
    reader.read(tree.root_node(), "", 0);
    Some(reader.found)
}

struct Reader<'a> {
    grammar: &'a Grammar,
    source: &'a [u8],
    found: BTreeMap<String, Declaration>,
}

impl Reader<'_> {
    fn read(&mut self, node: Node<'_>, within: &str, depth: usize) {
        if depth > DEPTH_MAX || self.found.len() >= DECLARED_MAX {
            return;
        }
        let kind = node.kind();
        let is = |kinds: &[&str]| kinds.contains(&kind);
        if is(self.grammar.leaves) || is(self.grammar.whole) {
            self.note(node, within);
        } else if is(self.grammar.owners) {
            self.note(node, within);
            let name = self.name(node, within);
            self.read_all(node, &name, depth);
        } else if is(self.grammar.containers) {
            let within = self.implemented(node).unwrap_or_else(|| within.to_owned());
            self.read_all(node, &within, depth);
        }
    }

    fn read_all(&mut self, node: Node<'_>, within: &str, depth: usize) {
        let mut cursor = node.walk();
        let children: Vec<_> = node.named_children(&mut cursor).collect();
        let bodies = [
            "class_body",
            "interface_body",
            "enum_body",
            "block",
            "declaration_list",
        ];
        for child in children {
            let is_known = self.grammar.containers.contains(&child.kind())
                || bodies.contains(&child.kind())
                || self.grammar.owners.contains(&child.kind())
                || self.grammar.leaves.contains(&child.kind())
                || self.grammar.whole.contains(&child.kind());
            if is_known {
                self.read(child, within, depth + 1);
            }
        }
    }

    fn note(&mut self, node: Node<'_>, within: &str) {
        let name = self.name(node, within);
        let own = name.rsplit('.').next().unwrap_or_default();
        if own.is_empty() || !(self.grammar.is_public)(&node, own, self.source) {
            return;
        }
        let declaration = Declaration {
            text: self.signature(node),
            line: node.start_position().row as u32 + 1,
        };
        let mut unique = name.clone();
        let mut again = 1;
        while self.found.contains_key(&unique) {
            again += 1;
            unique = format!("{name}#{again}");
        }
        self.found.insert(unique, declaration);
    }

    /// `Type.method`, `Outer.Inner`; a method of Go by the type that receives it.
    fn name(&self, node: Node<'_>, within: &str) -> String {
        let text = |field| self.text(node.child_by_field_name(field)?);
        let own = text("name").unwrap_or_default();
        let receiver = text("receiver").map(|receiver| {
            let mut words = receiver.split(|c: char| !c.is_alphanumeric() && c != '_');
            words
                .rfind(|word| !word.is_empty())
                .unwrap_or_default()
                .to_owned()
        });
        let within = receiver.unwrap_or_else(|| within.to_owned());
        if within.is_empty() {
            own.to_owned()
        } else {
            format!("{within}.{own}")
        }
    }

    /// For what type an `impl` of Rust is.
    fn implemented(&self, node: Node<'_>) -> Option<String> {
        let is_impl = node.kind() == "impl_item";
        let implemented = node.child_by_field_name("type").filter(|_| is_impl)?;
        self.text(implemented).map(str::to_owned)
    }

    fn signature(&self, node: Node<'_>) -> String {
        let body = node.child_by_field_name("body");
        let body = body.filter(|_| !self.grammar.whole.contains(&node.kind()));
        let end = body.map_or(node.end_byte(), |body| body.start_byte());
        let bytes = self.source.get(node.start_byte()..end).unwrap_or_default();
        let text = String::from_utf8_lossy(bytes);
        let words: Vec<_> = text.split_whitespace().collect();
        words.join(" ").trim_end_matches([':', ' ']).to_owned()
    }

    fn text(&self, node: Node<'_>) -> Option<&str> {
        node.utf8_text(self.source).ok()
    }
}
