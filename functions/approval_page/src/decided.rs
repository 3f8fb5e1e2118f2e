//! What comes of a form that was sent. The link is enough to decline; to approve it takes an approver's key too.

use idwo_core::access::{APPROVE, Denied, Principal};
use idwo_core::approval::{self, Approval, Decision, Link, NotResolved, Refusal, Resolving};
use idwo_core::failure::{Failure, Retry};
use idwo_core::workflow::Through;
use uuid::Uuid;

use crate::answers::{self, HttpAnswer};
use crate::audit;
use crate::form::Wish;
use crate::page::ApprovalPage;
use crate::refused::Refused;
use crate::shown::Note;

/// Who declines without a key.
const HOLDER: &str = "somebody with the link";

impl ApprovalPage {
    /// Leads back to the page, so that a reload sends nothing again.
    pub(crate) async fn decide(
        &self,
        link: &Link,
        wish: &Wish,
        correlation: Uuid,
    ) -> Result<HttpAnswer, Refused> {
        let approval = self.find(link).await?;
        let holder = self.holder(wish).await?;
        let resolving = Resolving {
            decision: wish.decision,
            by: name(holder.as_ref().ok()),
            through: Through::Link,
            shown: Some(approval.uid),
            correlation,
        };
        let note = if may(wish.decision, holder.as_ref().ok()) {
            self.resolve(&approval, &resolving, holder.err()).await?
        } else {
            let (why, denied) = (Refusal::NotAllowed, holder.err());
            audit::refused(&approval, &resolving, why, denied);
            approval::refused(&self.setup().workflows, approval, &resolving, why).await?;
            Some(Note::NotAllowed)
        };
        Ok(answers::back_to(&link.signature, note))
    }

    /// Whose key was typed in.
    async fn holder(&self, wish: &Wish) -> Result<Result<Principal, Denied>, Refused> {
        if wish.key.is_empty() {
            return Ok(Err(Denied::NoToken));
        }
        let authorization = format!("Bearer {}", wish.key);
        let setup = self.setup();
        let admitted = setup.keys.admit(Some(&authorization), setup.clock.now());
        match admitted.await {
            Err(Denied::Unreadable) if wish.decision == Decision::Approve => {
                Err(Refused::Failed(unreadable()))
            }
            admitted => Ok(admitted),
        }
    }

    async fn resolve(
        &self,
        approval: &Approval,
        resolving: &Resolving,
        denied: Option<Denied>,
    ) -> Result<Option<Note>, Refused> {
        let setup = self.setup();
        let now = setup.clock.now();
        match approval::resolve(&setup.workflows, &approval.id, resolving, now).await {
            Ok(decided) => {
                audit::decided(&decided, resolving);
                Ok(None)
            }
            Err(NotResolved::Refused { why, approval }) => {
                audit::refused(&approval, resolving, why, denied);
                Ok(Some(Note::Late))
            }
            Err(NotResolved::Failed(failure)) => Err(failure.into()),
        }
    }
}

fn may(decision: Decision, holder: Option<&Principal>) -> bool {
    let is_approver = || holder.is_some_and(|holder| holder.holds(&[APPROVE.to_owned()]));
    decision != Decision::Approve || is_approver()
}

fn name(holder: Option<&Principal>) -> String {
    holder.map_or_else(|| HOLDER.to_owned(), |holder| holder.name.clone())
}

fn unreadable() -> Failure {
    Failure::Upstream {
        service: "the keeper of keys".into(),
        what: "it did not answer".to_owned(),
        retry: Retry::AfterSeconds(5),
        source: None,
    }
}
