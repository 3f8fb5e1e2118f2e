//! What a model adds to a reply, or why it added nothing. It has room of its own and goes in after all
//! else was cut to size, so that no fact makes place for an opinion.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use super::{Cost, Degraded, Mode, drop_unfounded};
use crate::evidence::{Judgement, Skipped};

/// All that a model adds, in bytes of JSON: beside a summary of 8 KB about 1,000 tokens more.
pub const ADDED_BYTES_MAX: usize = 4 * 1024;

#[derive(Debug, Clone)]
pub struct Added {
    pub mode: Mode,
    /// Most important first: what does not fit is left out at the end.
    pub judgements: Vec<Judgement>,
    /// What the model was not shown, and what of its answer was dropped.
    pub skipped: Vec<Skipped>,
    /// Why it did not answer.
    pub degraded: Option<Degraded>,
    pub cost: Cost,
}

impl Added {
    pub(super) fn founded_on(mut self, facts: &BTreeSet<&str>) -> Self {
        let dropped = drop_unfounded(&mut self.judgements, facts);
        self.skipped.extend(dropped);
        self
    }

    /// Puts it into `reply`, whose other parts stay as they are.
    pub(super) fn join(mut self, reply: &mut Value) -> Result<(), serde_json::Error> {
        let left_out = self.cut()?;
        self.skipped.extend(left_out);
        set(reply, "/mode", &self.mode)?;
        set(reply, "/cost", &self.cost)?;
        append(reply, "/judgements", &self.judgements)?;
        append(reply, "/coverage/skipped", &self.skipped)?;
        append(reply, "/degraded", self.degraded.as_slice())
    }

    fn cut(&mut self) -> Result<Option<Skipped>, serde_json::Error> {
        let mut left_out = 0;
        while size(&self.judgements)? + size(&self.skipped)? > ADDED_BYTES_MAX
            && self.judgements.pop().is_some()
        {
            left_out += 1;
        }
        let why = format!("a model adds at most {} KB", ADDED_BYTES_MAX / 1024);
        Ok((left_out > 0).then(|| Skipped::new(format!("{left_out} judgements"), why)))
    }
}

fn size(part: &impl Serialize) -> Result<usize, serde_json::Error> {
    serde_json::to_string(part).map(|text| text.len())
}

fn set(reply: &mut Value, place: &str, part: &impl Serialize) -> Result<(), serde_json::Error> {
    if let Some(there) = reply.pointer_mut(place) {
        *there = serde_json::to_value(part)?;
    }
    Ok(())
}

fn append<T: Serialize>(
    reply: &mut Value,
    place: &str,
    parts: &[T],
) -> Result<(), serde_json::Error> {
    if let Some(Value::Array(there)) = reply.pointer_mut(place) {
        for part in parts {
            there.push(serde_json::to_value(part)?);
        }
    }
    Ok(())
}
