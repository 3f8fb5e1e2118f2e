//! Under which keys a run and what belongs to it stand in the store.
//!
//! | partition | sort name | what | changes |
//! |---|---|---|---|
//! | tenant, entity | `run`, attempt | the run | with each event |
//! | tenant, entity | `record`, attempt, number | a line of its history | never |
//! | tenant, entity | `effect`, attempt, ordinal, `intended` or what is left | what a step may have left, and has | never |
//! | tenant, entity | `heard`, attempt, id | that a fact counted | never |
//! | tenant, `runs` | time of start, entity, attempt | that there is such a run | never |
//! | `due` | time, tenant, entity, attempt | when somebody has to look at a run: one of each that is open | is moved |

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::event::Record;
use super::id::{Entity, RunId, Tenant};
use super::next::{Effect, Next};
use super::run::{Begun, Left, Run};
use crate::store::{Key, Name, StoreFailure, Value as Kept, Write};

/// A line of the list of what is due, or of a tenant's runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Line {
    pub(super) at: Timestamp,
    pub(super) run: RunId,
}

/// What a step has left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct EffectRow {
    pub(super) begun: Begun,
    pub(super) output: Value,
}

type Written<T> = Result<T, StoreFailure>;

pub(super) fn run_key(id: &RunId) -> Written<Key> {
    let sort = Name::of(&["run", &number(id.attempt)])?;
    key_of(&id.tenant, &id.entity, sort)
}

pub(super) fn runs_of(tenant: &Tenant, entity: &Entity) -> Written<(Name, Name)> {
    Ok((partition(tenant, entity)?, Name::of(&["run"])?))
}

pub(super) fn history_of(id: &RunId) -> Written<(Name, Name)> {
    let under = Name::of(&["record", &number(id.attempt)])?;
    Ok((partition(&id.tenant, &id.entity)?, under))
}

/// Of the steps that this attempt has begun.
pub(super) fn effects_of(id: &RunId) -> Written<(Name, Name)> {
    let under = Name::of(&["effect", &number(id.attempt)])?;
    Ok((partition(&id.tenant, &id.entity)?, under))
}

pub(super) fn done_key(run: &Run, begun: &Begun) -> Written<Key> {
    effect_key(run, begun, stage(Left::Done))
}

pub(super) fn due() -> Written<Name> {
    Ok(Name::of(&["due"])?)
}

pub(super) fn list_of(tenant: &Tenant) -> Written<Name> {
    Ok(Name::of(&["tenant", tenant.as_str(), "runs"])?)
}

pub(super) fn heard_key(run: &Run, fact: &str) -> Written<Key> {
    let RunId { tenant, entity, .. } = &run.id;
    let sort = Name::of(&["heard", &number(run.hears_since), fact])?;
    key_of(tenant, entity, sort)
}

/// A run that was not there before.
pub(super) fn inserted(next: &Next) -> Written<Vec<Write>> {
    let run = &next.run;
    let line = Line {
        at: run.started_at,
        run: run.id.clone(),
    };
    let mut writes = vec![
        Write::Insert {
            key: run_key(&run.id)?,
            value: kept(run, run)?,
        },
        Write::Insert {
            key: listed_key(run)?,
            value: kept(run, &line)?,
        },
    ];
    writes.extend(due_line(run)?);
    writes.extend(beside(next)?);
    Ok(writes)
}

/// A run that stood there as `before`, in `version`.
pub(super) fn replaced(before: &Run, version: u64, next: &Next) -> Written<Vec<Write>> {
    let run = &next.run;
    let key = run_key(&run.id)?;
    let mut writes = vec![Write::Replace {
        key,
        version,
        value: kept(run, run)?,
    }];
    let [was, is] = [due_line(before)?, due_line(run)?];
    if was.as_ref().map(Write::key) != is.as_ref().map(Write::key) {
        writes.extend(was.map(|line| Write::Remove {
            key: line.key().clone(),
        }));
        writes.extend(is);
    }
    writes.extend(beside(next)?);
    Ok(writes)
}

fn beside(next: &Next) -> Written<Vec<Write>> {
    let run = &next.run;
    let writes = next.effects.iter().filter_map(|effect| match effect {
        Effect::Record(record) => Some(recorded(run, record)),
        Effect::Intend(begun) => Some(effected(run, begun, "intended", Value::Null)),
        Effect::Settle { begun, output } => {
            Some(effected(run, begun, stage(begun.left), output.clone()))
        }
        Effect::Heard { id } => Some(heard(run, id)),
        Effect::Wake => None,
    });
    writes.collect()
}

fn recorded(run: &Run, record: &Record) -> Written<Write> {
    let RunId {
        tenant,
        entity,
        attempt,
    } = &run.id;
    let sort = Name::of(&["record", &number(*attempt), &number(record.number)])?;
    let key = key_of(tenant, entity, sort)?;
    Ok(Write::Insert {
        key,
        value: kept(run, record)?,
    })
}

fn effected(run: &Run, begun: &Begun, stage: &str, output: Value) -> Written<Write> {
    let key = effect_key(run, begun, stage)?;
    let begun = begun.clone();
    let value = kept(run, &EffectRow { begun, output })?;
    Ok(Write::Insert { key, value })
}

fn heard(run: &Run, id: &str) -> Written<Write> {
    let key = heard_key(run, id)?;
    Ok(Write::Insert {
        key,
        value: kept(run, &json!({}))?,
    })
}

fn due_line(run: &Run) -> Written<Option<Write>> {
    let Some(at) = run.due_at() else {
        return Ok(None);
    };
    let RunId {
        tenant,
        entity,
        attempt,
    } = &run.id;
    let sort = [
        &time(at),
        tenant.as_str(),
        entity.as_str(),
        &number(*attempt),
    ];
    let key = Key {
        partition: due()?,
        sort: Name::of(&sort)?,
    };
    let line = Line {
        at,
        run: run.id.clone(),
    };
    Ok(Some(Write::Insert {
        key,
        value: kept(run, &line)?,
    }))
}

fn listed_key(run: &Run) -> Written<Key> {
    let RunId {
        tenant,
        entity,
        attempt,
    } = &run.id;
    let sort = [&time(run.started_at), entity.as_str(), &number(*attempt)];
    Ok(Key {
        partition: list_of(tenant)?,
        sort: Name::of(&sort)?,
    })
}

fn effect_key(run: &Run, begun: &Begun, stage: &str) -> Written<Key> {
    let RunId { tenant, entity, .. } = &run.id;
    let sort = [
        "effect",
        &number(begun.attempt),
        &number(begun.ordinal),
        stage,
    ];
    key_of(tenant, entity, Name::of(&sort)?)
}

const fn stage(left: Left) -> &'static str {
    match left {
        Left::Unknown => "intended",
        Left::Done => "done",
        Left::Undone => "undone",
        Left::Stuck => "stuck",
    }
}

fn key_of(tenant: &Tenant, entity: &Entity, sort: Name) -> Written<Key> {
    let partition = partition(tenant, entity)?;
    Ok(Key { partition, sort })
}

fn partition(tenant: &Tenant, entity: &Entity) -> Written<Name> {
    Ok(Name::of(&[
        "tenant",
        tenant.as_str(),
        "entity",
        entity.as_str(),
    ])?)
}

/// As long as all of the run is.
fn kept(run: &Run, body: &impl Serialize) -> Written<Kept> {
    let body = serde_json::to_string(body);
    let body = body.map_err(|error| StoreFailure::Refused(format!("no JSON: {error}")))?;
    Ok(Kept {
        body,
        expires_at: Some(run.kept_until),
    })
}

/// So that what is more sorts later.
fn number(number: u32) -> String {
    format!("{number:010}")
}

/// Milliseconds since 1970, so that what is later sorts later.
fn time(at: Timestamp) -> String {
    format!("{:015}", at.as_millisecond().max(0))
}
