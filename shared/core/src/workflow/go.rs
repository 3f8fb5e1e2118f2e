//! Where a workflow says that a run goes on.

use std::time::Duration;

use serde_json::Value;

use super::event::{Fact, What};
use super::id::Entity;
use super::json::misfit;
use super::next::{Effect, Refused, Turn};
use super::plan::{Child, Happened, Move, Then};
use super::run::{ChildRun, Doing, Outcome, Work};
use super::worker::OUTPUT_BYTES_MAX;

/// Most steps, waits and the like of one run: a workflow that goes round in circles ends.
const ORDINALS_MAX: u32 = 250;

/// Most facts that wait until a run can take them.
const HEARD_MAX: usize = 50;

/// Largest fact, in bytes of JSON.
const FACT_BYTES_MAX: usize = 2000;

/// Largest state, in bytes of JSON.
const STATE_BYTES_MAX: usize = 64 * 1024;

/// Largest output of one that somebody else keeps as its child's, in bytes of JSON. That of others may be a step's:
/// with input and state it fits into an item of the store.
const CHILD_OUTPUT_BYTES_MAX: usize = 2000;

/// Most bytes of JSON that the inputs of children have together.
const CHILDREN_BYTES_MAX: usize = 32 * 1024;

/// Most children at a time.
const CHILDREN_MAX: usize = 20;

impl Turn<'_> {
    pub(super) fn called(&mut self, fact: Fact) -> Result<(), Refused> {
        if !self.run.goes_on() {
            return Err(Refused::Ended);
        }
        if fact.is_too_large(FACT_BYTES_MAX) {
            return Err(Refused::TooLarge);
        }
        let (id, name) = (fact.id.clone(), fact.name.clone());
        if matches!(self.run.doing, Doing::Callback { .. }) {
            self.effects.push(Effect::Heard { id });
            self.answer(&fact);
            return Ok(());
        }
        if self.run.heard.len() >= HEARD_MAX {
            return Err(Refused::Full);
        }
        self.effects.push(Effect::Heard { id });
        self.run.heard.push(fact);
        self.record(What::Heard { name });
        Ok(())
    }

    fn answer(&mut self, fact: &Fact) {
        let name = fact.name.clone();
        self.record(What::Called { name });
        self.ask(Happened::Called {
            name: &fact.name,
            with: &fact.with,
        });
    }

    /// Asks the workflow, and goes where it says.
    pub(super) fn ask(&mut self, happened: Happened<'_>) {
        let said = self.kind.next(&self.run.state, happened);
        self.run.doing = Doing::Nothing;
        self.go(said);
    }

    pub(super) fn go(&mut self, said: Result<Move<Value>, String>) {
        let Ok(Move { state, then }) = said else {
            // Another version of the code may be able to.
            self.is_unfit = true;
            return;
        };
        // Each fact comes from outside: a run that lives on them goes round in no circle.
        if !matches!(then, Then::Callback(_)) {
            self.run.ordinals += 1;
        }
        self.run.work = Work::default();
        if self.run.ordinals > ORDINALS_MAX {
            return self.fail(format!("it has taken more than {ORDINALS_MAX} steps"));
        }
        if let Some(what) = misfit(&state, STATE_BYTES_MAX) {
            return self.fail(format!("its state: {what}"));
        }
        self.run.state = state;
        match then {
            Then::Step { name, input } => self.go_to_step(name, input),
            Then::Wait(time) => {
                let until = self.after(time);
                self.record(What::Waiting { until });
                self.run.doing = Doing::Wait { until };
                self.wake();
            }
            Then::Callback(within) => self.listen(within),
            Then::Children(children) => self.go_to_children(children),
            Then::End(output) => self.end_with(output),
            Then::Fail(what) => self.fail(what),
        }
    }

    fn go_to_step(&mut self, name: &str, input: Value) {
        if self.kind.terms(name).is_none() {
            return self.fail(format!("it has no step {name}"));
        }
        self.run.doing = Doing::Step {
            ordinal: self.run.ordinals,
            step: name.to_owned(),
            input,
        };
        self.wake();
    }

    fn listen(&mut self, within: Duration) {
        let until = self.after(within);
        self.run.doing = Doing::Callback { until };
        if self.run.heard.is_empty() {
            self.record(What::Listening { until });
            return self.wake();
        }
        let fact = self.run.heard.remove(0);
        self.answer(&fact);
    }

    fn end_with(&mut self, output: Value) {
        let is_child = self.run.parent.is_some();
        let bytes_max = if is_child {
            CHILD_OUTPUT_BYTES_MAX
        } else {
            OUTPUT_BYTES_MAX
        };
        match misfit(&output, bytes_max) {
            Some(what) => self.fail(format!("its output: {what}")),
            None => self.end(Outcome::Done { output }),
        }
    }

    fn go_to_children(&mut self, children: Vec<Child>) {
        if children.len() > CHILDREN_MAX {
            return self.fail(format!("it asked for more than {CHILDREN_MAX} children"));
        }
        let inputs = Value::from_iter(children.iter().map(|child| child.input.clone()));
        if let Some(what) = misfit(&inputs, CHILDREN_BYTES_MAX) {
            return self.fail(format!("what its children are to do: {what}"));
        }
        let ordinal = self.run.ordinals;
        let named = |(nth, child)| {
            let entity = Entity::child_of(&self.run.id, ordinal, nth)?;
            Ok(ChildRun::asked(entity, child))
        };
        let named: Result<Vec<_>, &str> = children.into_iter().enumerate().map(named).collect();
        match named {
            Err(what) => self.fail(format!("a child cannot be named: {what}")),
            Ok(children) => {
                let entities = children.iter().map(|child| child.entity.clone()).collect();
                self.run.children = children;
                self.run.doing = Doing::StartChildren { ordinal };
                self.record(What::ChildrenAsked { entities });
                self.wake();
            }
        }
    }
}
