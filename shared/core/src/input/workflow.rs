//! The name by which callers know a workflow.

use super::text::text_input;
use crate::workflow::{Entity, RunId, Tenant};

text_input!(
    /// An entity, and behind `~` which attempt; without it the newest one. Whose it is stands in no id: everybody
    /// names their own.
    WorkflowId, longest: 251,
    expected: "a workflow's id, such as pr-rust-lang-cargo-123~1",
    rule: is_workflow_id
);

impl WorkflowId {
    pub fn of(run: &RunId) -> Self {
        Self(format!("{}~{}", run.entity, run.attempt))
    }

    pub fn entity(&self) -> Option<Entity> {
        parts(&self.0).map(|(entity, _)| entity)
    }

    /// `None` where it does not say which attempt.
    pub fn run(&self, tenant: &Tenant) -> Option<RunId> {
        let (entity, attempt) = parts(&self.0)?;
        let tenant = tenant.clone();
        attempt.map(|attempt| RunId {
            tenant,
            entity,
            attempt,
        })
    }
}

fn is_workflow_id(text: &str) -> bool {
    parts(text).is_some()
}

fn parts(text: &str) -> Option<(Entity, Option<u32>)> {
    let Some((entity, attempt)) = text.split_once('~') else {
        return Some((text.parse().ok()?, None));
    };
    let is_plain = !attempt.starts_with('0') && attempt.bytes().all(|b| b.is_ascii_digit());
    let attempt = is_plain.then(|| attempt.parse().ok()).flatten()?;
    Some((entity.parse().ok()?, Some(attempt)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_back_to_its_run() {
        let tenant: Tenant = "team".parse().unwrap();
        let run = RunId {
            tenant: tenant.clone(),
            entity: "pr-a-b-1.2".parse().unwrap(),
            attempt: 10,
        };
        let id = WorkflowId::of(&run);
        assert_eq!(id.as_str(), "pr-a-b-1.2~10");
        assert_eq!(
            id.as_str().parse::<WorkflowId>().unwrap().run(&tenant),
            Some(run)
        );
        let newest: WorkflowId = "pr-a-b-1".parse().unwrap();
        assert_eq!(newest.run(&tenant), None);
        assert_eq!(newest.entity().unwrap().as_str(), "pr-a-b-1");
    }

    #[test]
    fn what_is_no_id_is_not_taken() {
        for bad in [
            "",
            "~1",
            "a~",
            "a~0",
            "a~01",
            "a~+1",
            "a~1~2",
            "a/b",
            "a b~1",
            "a~4294967296",
        ] {
            assert!(bad.parse::<WorkflowId>().is_err(), "{bad}");
        }
    }
}
