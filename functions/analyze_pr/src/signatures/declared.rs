//! The public declarations of one file, by name.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use tree_sitter::{Node, ParseOptions, ParseState, Parser, Tree};

use super::DEPTH_MAX;
use super::grammar::Grammar;

/// Most declarations that are read of one file.
const DECLARED_MAX: usize = 5000;

/// Longest qualified name, in bytes.
const NAME_BYTES_MAX: usize = 256;

/// How often the parser may ask whether to go on before it has read anything, and then once for so many
/// bytes read. It asks every hundred steps: of 8,391 sound files none asked more than once in 50 bytes,
/// while a few kilobytes that can be read in many ways ask once in 16, and take gigabytes.
const QUESTIONS_MAX: usize = 50;
const BYTES_A_QUESTION: usize = 30;

/// What a public name is declared as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Declaration {
    /// Without its body, each run of blanks as one space.
    pub(super) text: String,
    /// Counts from 1.
    pub(super) line: u32,
}

/// By qualified name; several of one name are overloads.
pub(super) type Declarations = BTreeMap<String, Vec<Declaration>>;

/// `None` for a file that does not parse as a whole, or within bounds: what is left out of half of it
/// would look removed.
pub(super) fn declared(grammar: &Grammar, source: &str) -> Option<Declarations> {
    let tree = parsed(grammar, source.as_bytes())?;
    let mut reader = Reader {
        grammar,
        source: source.as_bytes(),
        found: BTreeMap::new(),
        count: 0,
    };
    reader.read(tree.root_node(), "", 0)?;
    Some(reader.found)
}

fn parsed(grammar: &Grammar, source: &[u8]) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&(grammar.language)()).ok()?;
    let mut asked = 0;
    let mut go_on = |state: &ParseState| {
        asked += 1;
        let allowed = QUESTIONS_MAX + state.current_byte_offset() / BYTES_A_QUESTION;
        if asked > allowed || state.has_error() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let options = ParseOptions::new().progress_callback(&mut go_on);
    let mut read = |at: usize, _| source.get(at..).unwrap_or_default();
    let tree = parser.parse_with_options(&mut read, None, Some(options))?;
    (!tree.root_node().has_error()).then_some(tree)
}

struct Reader<'a> {
    grammar: &'a Grammar,
    source: &'a [u8],
    found: Declarations,
    count: usize,
}

impl Reader<'_> {
    /// `None` once a bound is reached.
    fn read(&mut self, node: Node<'_>, within: &str, depth: usize) -> Option<()> {
        if depth > DEPTH_MAX {
            return None;
        }
        let kind = node.kind();
        let is = |kinds: &[&str]| kinds.contains(&kind);
        if is(self.grammar.leaves) || is(self.grammar.whole) {
            self.note(node, within)?;
        } else if is(self.grammar.owners) {
            // What lies in something private is out of reach, whatever it says of itself.
            if self.note(node, within)? {
                let name = self.name(node, within)?;
                self.read_all(node, &name, depth)?;
            }
        } else if is(self.grammar.containers) {
            let within = self.implemented(node).unwrap_or_else(|| within.to_owned());
            self.read_all(node, &within, depth)?;
        }
        Some(())
    }

    fn read_all(&mut self, node: Node<'_>, within: &str, depth: usize) -> Option<()> {
        let mut cursor = node.walk();
        let children: Vec<_> = node.named_children(&mut cursor).collect();
        for child in children {
            self.read(child, within, depth + 1)?;
        }
        Some(())
    }

    /// Whether it is public.
    fn note(&mut self, node: Node<'_>, within: &str) -> Option<bool> {
        let name = self.name(node, within)?;
        let own = name.rsplit('.').next().unwrap_or_default();
        if own.is_empty() || !(self.grammar.is_public)(&node, own, self.source) {
            return Some(false);
        }
        self.count += 1;
        if self.count > DECLARED_MAX {
            return None;
        }
        let declaration = Declaration {
            text: self.signature(node),
            line: node.start_position().row as u32 + 1,
        };
        self.found.entry(name).or_default().push(declaration);
        Some(true)
    }

    /// `Type.method`, `Outer.Inner`; a method of Go by the type that receives it. `None` for one that
    /// is too long.
    fn name(&self, node: Node<'_>, within: &str) -> Option<String> {
        let text = |field| self.text(node.child_by_field_name(field)?);
        let own = text("name").unwrap_or_default();
        let receiver = text("receiver").map(|receiver| {
            let mut words = receiver.split(|c: char| !c.is_alphanumeric() && c != '_');
            words.rfind(|word| !word.is_empty()).unwrap_or_default()
        });
        let within = receiver.unwrap_or(within);
        if within.len() + own.len() > NAME_BYTES_MAX {
            return None;
        }
        Some(if within.is_empty() {
            own.to_owned()
        } else {
            format!("{within}.{own}")
        })
    }

    /// For what type an `impl` of Rust is.
    fn implemented(&self, node: Node<'_>) -> Option<String> {
        let is_impl = node.kind() == "impl_item";
        let implemented = node.child_by_field_name("type").filter(|_| is_impl)?;
        self.text(implemented).map(str::to_owned)
    }

    fn signature(&self, node: Node<'_>) -> String {
        let end = self
            .body(node)
            .map_or(node.end_byte(), |body| body.start_byte());
        let bytes = self.source.get(node.start_byte()..end).unwrap_or_default();
        let text = String::from_utf8_lossy(bytes);
        let words: Vec<_> = text.split_whitespace().collect();
        let text = words.join(" ");
        text.trim_end_matches([':', '=', ' ']).trim_end().to_owned()
    }

    /// The part that tells nobody else anything; of `const f = (x) => …` that of the function.
    fn body<'t>(&self, node: Node<'t>) -> Option<Node<'t>> {
        if self.grammar.whole.contains(&node.kind()) {
            return None;
        }
        let value = node.child_by_field_name("value");
        let of_value = value.map(|value| value.child_by_field_name("body").unwrap_or(value));
        node.child_by_field_name("body").or(of_value)
    }

    fn text(&self, node: Node<'_>) -> Option<&str> {
        node.utf8_text(self.source).ok()
    }
}
