//! `--fail-on`: what turns an answer into a failed CI step. A gate passes only on what is known.

use std::str::FromStr;

use serde_json::Value;

/// Lowest first.
const LEVELS: [&str; 3] = ["low", "medium", "high"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// Closed by this level of risk or a higher one.
    Risk(usize),
    /// Closed by a list of the result that has this many entries or more.
    Count { name: String, limit: u64 },
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    #[error("the gate {gate} is closed: {found}")]
    Reached { gate: String, found: String },
    #[error("the gate {gate} is closed: {name} is unknown{why}")]
    Unknown {
        gate: String,
        name: String,
        why: String,
    },
    /// A gate that could never open is a mistake in the command.
    #[error("--fail-on {gate}: the result has no list of that name; it has {lists}")]
    NoSuchList { gate: String, lists: String },
}

impl FromStr for Gate {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str =
            "expected risk=low, risk=medium, risk=high or NAME=COUNT such as secret_like=1";
        let (name, limit) = text.split_once('=').ok_or(EXPECTED)?;
        if name == "risk" {
            return LEVELS
                .iter()
                .position(|level| *level == limit)
                .map(Self::Risk)
                .ok_or(EXPECTED);
        }
        let limit = limit
            .parse()
            .ok()
            .filter(|limit| *limit > 0)
            .ok_or(EXPECTED)?;
        let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        is_name
            .then(|| Self::Count {
                name: name.to_owned(),
                limit,
            })
            .ok_or(EXPECTED)
    }
}

impl Gate {
    /// Fails when `reply` reaches the limit, or does not tell.
    pub fn closed_by(&self, reply: &Value) -> Result<(), Closed> {
        match self {
            Self::Risk(limit) => self.risk(reply, *limit),
            Self::Count { name, limit } => self.count(reply, name, *limit),
        }
    }

    fn risk(&self, reply: &Value, limit: usize) -> Result<(), Closed> {
        let level = reply.pointer("/result/risk/level").and_then(Value::as_str);
        let known = level.and_then(|level| LEVELS.iter().position(|l| *l == level));
        match known {
            None => Err(self.unknown(reply, "risk")),
            Some(level) if level >= limit => {
                Err(self.reached(format!("risk is {}", LEVELS.get(level).unwrap_or(&""))))
            }
            Some(_) => Ok(()),
        }
    }

    fn count(&self, reply: &Value, name: &str, limit: u64) -> Result<(), Closed> {
        let section = reply.pointer(&format!("/result/{name}"));
        let total = section.and_then(|section| section.get("total")?.as_u64());
        match (total, section.and_then(|section| section.get("unknown"))) {
            (Some(total), _) if total >= limit => Err(self.reached(format!("{name} has {total}"))),
            (Some(_), _) if is_partial(section) => Err(self.partial(name)),
            (Some(_), _) => Ok(()),
            (None, Some(_)) => Err(self.unknown(reply, name)),
            (None, None) => Err(Closed::NoSuchList {
                gate: self.to_string(),
                lists: lists(reply),
            }),
        }
    }

    fn reached(&self, found: String) -> Closed {
        Closed::Reached {
            gate: self.to_string(),
            found,
        }
    }

    fn partial(&self, name: &str) -> Closed {
        let why = " (not all of the change was read)".to_owned();
        Closed::Unknown {
            gate: self.to_string(),
            name: name.to_owned(),
            why,
        }
    }

    fn unknown(&self, reply: &Value, name: &str) -> Closed {
        let why = reply
            .pointer(&format!("/result/{name}/unknown"))
            .and_then(Value::as_str);
        let why = why.map_or(String::new(), |why| format!(" ({why})"));
        Closed::Unknown {
            gate: self.to_string(),
            name: name.to_owned(),
            why,
        }
    }
}

fn is_partial(section: Option<&Value>) -> bool {
    section.and_then(|section| section.get("complete")) == Some(&Value::Bool(false))
}

fn lists(reply: &Value) -> String {
    let sections = reply
        .get("result")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    let lists = sections
        .filter(|(_, section)| section.get("total").is_some())
        .map(|(name, _)| name.as_str());
    lists.collect::<Vec<_>>().join(", ")
}

impl std::fmt::Display for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Risk(level) => write!(f, "risk={}", LEVELS.get(*level).unwrap_or(&"")),
            Self::Count { name, limit } => write!(f, "{name}={limit}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn passes(gate: &str, result: Value) -> Result<(), String> {
        let gate: Gate = gate.parse().unwrap();
        gate.closed_by(&json!({ "result": result }))
            .map_err(|closed| closed.to_string())
    }

    #[test]
    fn risk_closes_at_its_level_and_above() {
        let risk = |level: &str| json!({ "risk": { "level": level } });
        assert_eq!(passes("risk=high", risk("medium")), Ok(()));
        assert_eq!(
            passes("risk=medium", risk("high")).unwrap_err(),
            "the gate risk=medium is closed: risk is high"
        );
    }

    #[test]
    fn a_count_closes_at_its_limit() {
        let secrets = |total: u32| json!({ "secret_like": { "total": total } });
        assert_eq!(passes("secret_like=1", secrets(0)), Ok(()));
        assert!(passes("secret_like=1", secrets(1)).is_err());
        let partial = json!({ "secret_like": { "total": 0, "complete": false } });
        assert!(
            passes("secret_like=1", partial)
                .unwrap_err()
                .contains("not all of the change was read")
        );
    }

    #[test]
    fn what_is_unknown_does_not_pass() {
        let said = passes("risk=high", json!({ "risk": { "unknown": "no history" } })).unwrap_err();
        assert_eq!(
            said,
            "the gate risk=high is closed: risk is unknown (no history)"
        );
    }

    #[test]
    fn a_misspelt_list_is_told_from_a_closed_gate() {
        let said = passes(
            "secrets=1",
            json!({ "secret_like": { "total": 0 }, "risk": {} }),
        )
        .unwrap_err();
        assert_eq!(
            said,
            "--fail-on secrets=1: the result has no list of that name; it has secret_like"
        );
    }

    #[test]
    fn a_gate_that_could_never_work_is_refused() {
        for text in [
            "risk",
            "risk=huge",
            "todos=0",
            "todos=-1",
            "a/b=1",
            "=1",
            "todos=many",
        ] {
            assert!(text.parse::<Gate>().is_err(), "{text}");
        }
    }
}
