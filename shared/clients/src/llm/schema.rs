//! The shape of an answer. Providers refuse schemas with limits in them, so these stay here, where every
//! answer is checked against the whole schema.

use serde_json::{Map, Value};

/// Words of JSON schema that at least one provider refuses.
const LIMITS: [&str; 8] = [
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "multipleOf",
    "pattern",
];

pub(super) fn fits(schema: &Value, said: &Value) -> bool {
    jsonschema::validator_for(schema).is_ok_and(|validator| validator.is_valid(said))
}

pub(super) fn without_limits(schema: &Value) -> Value {
    match schema {
        Value::Object(words) => {
            let words = words
                .iter()
                .filter(|(word, _)| !LIMITS.contains(&word.as_str()));
            let words = words.map(|(word, value)| match (word.as_str(), value) {
                ("properties" | "$defs", Value::Object(named)) => (word.clone(), each(named)),
                _ => (word.clone(), without_limits(value)),
            });
            Value::Object(words.collect())
        }
        Value::Array(items) => items.iter().map(without_limits).collect(),
        _ => schema.clone(),
    }
}

/// The names here are the answer's own, whatever they are.
fn each(named: &Map<String, Value>) -> Value {
    let named = named.iter();
    let named = named.map(|(name, schema)| (name.clone(), without_limits(schema)));
    Value::Object(named.collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn limits_go_and_names_stay() {
        let schema = json!({
            "type": "object",
            "properties": { "pattern": { "type": "string", "maxLength": 3 } },
            "required": ["pattern"],
        });
        let bare = json!({
            "type": "object",
            "properties": { "pattern": { "type": "string" } },
            "required": ["pattern"],
        });
        assert_eq!(without_limits(&schema), bare);
        assert!(fits(&schema, &json!({ "pattern": "abc" })));
        assert!(!fits(&schema, &json!({ "pattern": "abcd" })));
        assert!(!fits(&json!({ "type": 7 }), &json!({})));
    }
}
