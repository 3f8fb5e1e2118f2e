//! Languages whose public declarations are known, and which nodes of their grammars declare.

use tree_sitter::{Language, Node};

/// One language: where declarations stand, what they are, and which of them others can use.
pub(super) struct Grammar {
    pub(super) language: fn() -> Language,
    /// Nodes with declarations inside, other than declarations themselves.
    pub(super) containers: &'static [&'static str],
    /// Nodes that declare something and can hold declarations of their own.
    pub(super) owners: &'static [&'static str],
    /// Nodes that declare something whose body tells nobody else anything.
    pub(super) leaves: &'static [&'static str],
    /// Nodes that are a signature from end to end.
    pub(super) whole: &'static [&'static str],
    pub(super) is_public: fn(&Node<'_>, &str, &[u8]) -> bool,
}

pub(super) fn of(path: &str) -> Option<&'static Grammar> {
    let (_, extension) = path.rsplit('/').next()?.rsplit_once('.')?;
    match extension {
        "rs" => Some(&RUST),
        "py" | "pyi" => Some(&PYTHON),
        "js" | "jsx" | "mjs" | "cjs" => Some(&JAVASCRIPT),
        "ts" | "mts" | "cts" => Some(&TYPESCRIPT),
        "tsx" => Some(&TSX),
        "go" => Some(&GO),
        "java" => Some(&JAVA),
        _ => None,
    }
}

const RUST: Grammar = Grammar {
    language: || tree_sitter_rust::LANGUAGE.into(),
    containers: &[
        "source_file",
        "declaration_list",
        "impl_item",
        "field_declaration_list",
    ],
    owners: &["mod_item", "trait_item", "struct_item", "union_item"],
    leaves: &["function_item"],
    whole: &[
        "function_signature_item",
        "enum_item",
        "field_declaration",
        "const_item",
        "static_item",
        "type_item",
    ],
    is_public: |node, _, source| {
        let mut cursor = node.walk();
        let visibility = node
            .children(&mut cursor)
            .find(|child| child.kind() == "visibility_modifier");
        let said = visibility.and_then(|node| node.utf8_text(source).ok());
        said == Some("pub") || is_within(node, "trait_item")
    },
};

const PYTHON: Grammar = Grammar {
    language: || tree_sitter_python::LANGUAGE.into(),
    containers: &["module", "block", "decorated_definition"],
    owners: &["class_definition"],
    leaves: &["function_definition"],
    whole: &[],
    is_public: |node, name, _| {
        let is_dunder = name.starts_with("__") && name.ends_with("__");
        (!name.starts_with('_') || is_dunder) && !is_within(node, "function_definition")
    },
};

const JAVASCRIPT: Grammar = Grammar {
    language: || tree_sitter_javascript::LANGUAGE.into(),
    containers: &[
        "program",
        "export_statement",
        "class_body",
        "lexical_declaration",
    ],
    owners: &["class_declaration"],
    leaves: &[
        "function_declaration",
        "generator_function_declaration",
        "method_definition",
        "variable_declarator",
    ],
    whole: &[],
    is_public: is_exported,
};

const TYPESCRIPT: Grammar = Grammar {
    language: || tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
    owners: &["class_declaration", "abstract_class_declaration"],
    whole: &[
        "interface_declaration",
        "type_alias_declaration",
        "enum_declaration",
        "abstract_method_signature",
        "function_signature",
    ],
    ..JAVASCRIPT
};

const TSX: Grammar = Grammar {
    language: || tree_sitter_typescript::LANGUAGE_TSX.into(),
    ..TYPESCRIPT
};

const GO: Grammar = Grammar {
    language: || tree_sitter_go::LANGUAGE.into(),
    containers: &[
        "source_file",
        "type_declaration",
        "const_declaration",
        "var_declaration",
        "var_spec_list",
    ],
    owners: &[],
    leaves: &["function_declaration", "method_declaration"],
    whole: &["type_spec", "type_alias", "const_spec", "var_spec"],
    is_public: |_, name, _| name.starts_with(char::is_uppercase),
};

const JAVA: Grammar = Grammar {
    language: || tree_sitter_java::LANGUAGE.into(),
    containers: &[
        "program",
        "class_body",
        "interface_body",
        "enum_body",
        "enum_body_declarations",
    ],
    owners: &[
        "class_declaration",
        "interface_declaration",
        "enum_declaration",
        "record_declaration",
    ],
    leaves: &["method_declaration", "constructor_declaration"],
    whole: &["annotation_type_declaration"],
    is_public: |node, _, source| {
        let mut cursor = node.walk();
        let modifiers = node
            .children(&mut cursor)
            .find(|child| child.kind() == "modifiers");
        let said = modifiers
            .and_then(|node| node.utf8_text(source).ok())
            .unwrap_or_default();
        let mut words = said.split_whitespace();
        words.any(|word| matches!(word, "public" | "protected"))
            || is_within(node, "interface_body")
    },
};

/// Whether a declaration of JavaScript or TypeScript is exported, and not kept to its class.
fn is_exported(node: &Node<'_>, name: &str, source: &[u8]) -> bool {
    let mut cursor = node.walk();
    let said = node
        .children(&mut cursor)
        .find(|child| child.kind() == "accessibility_modifier");
    let access = said.and_then(|node| node.utf8_text(source).ok());
    let is_kept = name.starts_with('#') || matches!(access, Some("private"));
    !is_kept && is_within(node, "export_statement")
}

fn is_within(node: &Node<'_>, kind: &str) -> bool {
    let parents = std::iter::successors(node.parent(), Node::parent);
    parents
        .take(super::DEPTH_MAX)
        .any(|parent| parent.kind() == kind)
}
