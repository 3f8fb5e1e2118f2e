//! The plumbing that every textual input shares: one rule, and serde, display and schema over it.

/// Why a value was not taken, worded so that the caller knows what to send instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}")]
pub struct Rejected {
    pub expected: &'static str,
}

/// Makes a newtype over `String` whose only way in is `$rule: fn(&str) -> bool`.
///
/// `$expected` finishes the sentence "expected …" and names an example; `$longest` is in bytes
/// (all rules admit ASCII only, or say otherwise). The schema shows length and meaning; the rule
/// decides, because a JSON schema is not validation.
macro_rules! text_input {
    ($(#[$meta:meta])* $name:ident, longest: $longest:literal, expected: $expected:literal, rule: $rule:path) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            pub const EXPECTED: &'static str = $expected;

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::input::Rejected;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                if text.len() <= $longest && $rule(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err($crate::input::Rejected { expected: Self::EXPECTED })
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Edge;
                impl serde::de::Visitor<'_> for Edge {
                    type Value = $name;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str($name::EXPECTED)
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                from.deserialize_str(Edge)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn inline_schema() -> bool {
                true
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "minLength": 1, "maxLength": $longest })
            }
        }
    };
}
pub(super) use text_input;
