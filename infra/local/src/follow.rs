//! `idwo-local workflows --follow`: what happens to workflows, a line for each event, until they have ended.

mod reading;

use std::collections::BTreeMap;
use std::time::Duration;

use idwo_core::input::WorkflowId;
use idwo_core::tool::Answer;
use serde_json::{Value, json};
use tokio::time::Instant;

use self::reading::{changes, happened, is_open, news, number, open, standing, workflow};
use crate::desk::Desk;
use crate::host;
use crate::serving::Unanswered;
use crate::stories::{event, events, newest, table, word};
use crate::terminal::{self, Failed};

/// How long one question waits for a change, in seconds. A change between two questions is heard when the
/// second one ends: at most so late.
const WAIT_S: u8 = 2;

/// How often it is asked which of the newest have changed: nobody tells of all of them at once.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long whoever serves may be gone, such as from one start to the next, and how often it is asked then.
const GONE_MAX: Duration = Duration::from_secs(10);
const AGAIN_AFTER: Duration = Duration::from_millis(500);

/// Of one workflow, or of the newest.
pub(crate) async fn run(desk: &Desk, id: Option<&WorkflowId>) -> Result<(), Failed> {
    let end = host::asked_to_end()?;
    let mut follower = Follower {
        desk,
        told: BTreeMap::new(),
        line: terminal::Spinner::new(),
    };
    let followed = async {
        match id {
            Some(id) => follower.one(id).await,
            None => follower.newest().await,
        }
    };
    tokio::select! {
        () = end => Ok(()),
        followed = followed => followed,
    }
}

struct Follower<'a> {
    desk: &'a Desk,
    /// How many events of each workflow were told.
    told: BTreeMap<String, u64>,
    /// The last one on a terminal, where it is rewritten; nowhere else is it shown.
    line: terminal::Spinner,
}

impl Follower<'_> {
    async fn one(&mut self, id: &WorkflowId) -> Result<(), Failed> {
        let mut answer = self.desk.ask(&about(id.as_str(), 0)).await?;
        self.line.above(&format!("{}\n", answer.text))?;
        self.tell(&answer, "")?;
        while is_open(workflow(&answer)) {
            self.somebody_works()?;
            self.line.say(&standing(workflow(&answer)));
            // The attempt that was answered, whatever is newer by then.
            let id = word(workflow(&answer), "workflow_id");
            answer = self.patiently(&about(id, WAIT_S)).await?;
            self.tell(&answer, "")?;
            if !is_open(workflow(&answer)) {
                self.line.above(&format!("\n{}", answer.text))?;
            }
        }
        Ok(())
    }

    /// Only what happens from now on, and all of what starts meanwhile.
    async fn newest(&mut self) -> Result<(), Failed> {
        let before = self.desk.ask(&json!({})).await?;
        for line in newest(&before).iter().filter(|line| is_open(line)) {
            let id = word(line, "workflow_id");
            let known = self.patiently(&about(id, 0)).await?;
            self.told.insert(id.to_owned(), happened(&known));
        }
        // Asked once more: what has happened meanwhile is in the table or is told.
        let mut answer = self.patiently(&json!({})).await?;
        self.line.above(&table(newest(&answer)))?;
        let mut changed_at = changes(&before);
        while let open @ 1.. = open(&answer) {
            self.somebody_works()?;
            self.line.say(&format!("{open} of the newest are open"));
            rest(LOOK_EVERY).await;
            answer = self.patiently(&json!({})).await?;
            let before = std::mem::replace(&mut changed_at, changes(&answer));
            for id in news(&changed_at, &before) {
                let story = self.patiently(&about(id, 0)).await?;
                self.tell(&story, &format!("{id}  "))?;
            }
        }
        Ok(())
    }

    /// The events that were not told yet, each after `prefix`.
    fn tell(&mut self, answer: &Answer, prefix: &str) -> Result<(), Failed> {
        let id = word(workflow(answer), "workflow_id").to_owned();
        let told = self.told.insert(id, happened(answer)).unwrap_or(0);
        let first = events(answer).first().map_or(told, number);
        let missed = first.saturating_sub(told);
        if missed > 0 {
            let missed = format!("{prefix}{missed} events before are not told here");
            self.line.above(&missed)?;
        }
        for new in events(answer).iter().filter(|event| number(event) >= told) {
            self.line.above(&format!("{prefix}{}", event(new)))?;
        }
        Ok(())
    }

    /// Where the store is held by nobody else, nothing will happen.
    fn somebody_works(&self) -> Result<(), Failed> {
        match self.desk {
            Desk::There(_) => Ok(()),
            Desk::Here { .. } => {
                Err("nobody works on it: start `idwo-local` in this folder, then follow".into())
            }
        }
    }

    /// The same question again while whoever serves is gone, but not for ever.
    async fn patiently(&self, question: &Value) -> Result<Answer, Failed> {
        let begun = Instant::now();
        loop {
            match self.desk.ask(question).await {
                Err(error) if is_gone(&error) && begun.elapsed() < GONE_MAX => {
                    rest(AGAIN_AFTER).await;
                }
                answered => return answered,
            }
        }
    }
}

fn about(id: &str, wait_s: u8) -> Value {
    json!({ "workflow_id": id, "detail": "full", "wait_s": wait_s })
}

fn is_gone(error: &Failed) -> bool {
    let unanswered = error.downcast_ref::<Unanswered>();
    matches!(unanswered, Some(Unanswered::Nobody { .. }))
}

#[expect(
    clippy::disallowed_methods,
    reason = "who serves tells of no change by itself"
)]
async fn rest(time: Duration) {
    tokio::time::sleep(time).await;
}
