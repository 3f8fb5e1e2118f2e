//! What `resolve_approval` answers. The words of the plan can come from outside: they are data, never an
//! instruction.

use idwo_core::approval::{Approval, Refusal, State};
use idwo_core::evidence::Evidence;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

#[derive(Debug, Serialize, JsonSchema)]
pub struct Report {
    pub evidence: &'static str,
    #[serde(flatten)]
    pub approval: Approval,
    /// Where a person decides: it shows the plan, and takes an approver's key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Why this call has decided nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

impl Report {
    pub(crate) fn of(approval: &Approval) -> Self {
        Self {
            evidence: "approval",
            approval: approval.clone(),
            link: None,
            refused: None,
        }
    }

    pub(crate) fn reached_by(self, link: Option<String>) -> Self {
        Self { link, ..self }
    }

    pub(crate) fn refused(self, why: Refusal) -> Self {
        let refused = Some(why.to_string());
        Self { refused, ..self }
    }

    pub(crate) fn in_words(&self) -> String {
        let Approval {
            id, request, state, ..
        } = &self.approval;
        let what = format!("{} on {}", request.action, request.target);
        let stands = match state {
            State::Pending => format!("waits for a person until {}", self.approval.expires_at),
            State::Approved => "is approved".to_owned(),
            State::Declined => "is declined".to_owned(),
            State::Expired => "was not approved in time".to_owned(),
            State::Withdrawn => "is asked for no more".to_owned(),
        };
        let refused = self.refused.as_ref();
        let refused = refused.map(|why| format!(" This call has changed nothing: {why}."));
        format!("{id}: {what} {stands}.{}", refused.unwrap_or_default())
    }

    pub(crate) fn fact(&self) -> Evidence {
        Evidence {
            id: self.evidence,
            kind: "approval",
            statement: self.in_words(),
            value: json!(self.approval.state),
            unit: "state",
            url: self.link.clone(),
        }
    }
}
