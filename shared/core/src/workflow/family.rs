//! What a run does for those that it has started, and for the one that has started it.

use super::event::Event;
use super::run::{ChildRun, Doing, Outcome, Parent, Run};
use super::runs::{Happening, Loaded, Runs, RunsFailure};
use super::start::{Start, Started};
use super::worker::{Unfinished, Worker};

impl Worker {
    pub(super) async fn start_children(&self, loaded: &Loaded) -> Result<(), Unfinished> {
        let run = &loaded.run;
        let Doing::StartChildren { ordinal } = run.doing else {
            return Ok(());
        };
        for child in run.children.iter().filter(|child| child.outcome.is_none()) {
            let start = Start {
                tenant: run.id.tenant.clone(),
                entity: child.entity.clone(),
                kind: child.kind.clone(),
                input: child.input.clone(),
                correlation: run.correlation,
                parent: Some(parent_of(run, ordinal)),
            };
            if let Some(what) = self.not_started(start).await? {
                let event = Event::ChildEnded {
                    ordinal,
                    entity: child.entity.clone(),
                    outcome: Outcome::Failed { what },
                };
                self.runs.happen(&run.id, event, None).await?;
            }
        }
        self.runs
            .happen(&run.id, Event::ChildrenStarted, None)
            .await
            .map(drop)
    }

    async fn not_started(&self, start: Start) -> Result<Option<String>, Unfinished> {
        match self.runs.start(start).await {
            Ok(Started::New(_) | Started::Known(_)) => Ok(None),
            Ok(Started::Conflict { .. }) => Ok(Some("something else has its name".to_owned())),
            Ok(Started::Refused(what)) => Ok(Some(what)),
            Err(unknown @ RunsFailure::UnknownKind(_)) => Ok(Some(unknown.to_string())),
            Err(failure) => Err(failure),
        }
    }

    pub(super) async fn stop_children(&self, loaded: &Loaded) -> Result<(), Unfinished> {
        let run = &loaded.run;
        let Doing::StopChildren { ordinal } = run.doing else {
            return Ok(());
        };
        for child in run.children.iter().filter(|child| child.outcome.is_none()) {
            if let Some(found) = self.runs.child(run, ordinal, child).await? {
                let by = "the workflow that it is a part of".to_owned();
                let asked = Event::CancelAsked { by };
                self.runs.happen(&found.run.id, asked, None).await?;
            }
        }
        let event = Event::ChildrenStopped;
        self.runs.happen(&run.id, event, None).await.map(drop)
    }

    /// One that is gone, or has ended and told nobody, has ended all the same.
    pub(super) async fn see_children(&self, loaded: &Loaded) -> Result<(), Unfinished> {
        let run = &loaded.run;
        let Doing::AwaitChildren { ordinal } = run.doing else {
            return Ok(());
        };
        for child in run.children.iter().filter(|child| child.outcome.is_none()) {
            let found = self.runs.child(run, ordinal, child).await?;
            let gone = || Outcome::Failed {
                what: "it is gone".to_owned(),
            };
            let outcome = found.map_or_else(|| Some(gone()), |found| found.run.outcome);
            if let Some(outcome) = outcome {
                let entity = child.entity.clone();
                let event = Event::ChildEnded {
                    ordinal,
                    entity,
                    outcome,
                };
                self.runs.happen(&run.id, event, None).await?;
            }
        }
        let event = Event::ChildrenSeen;
        self.runs.happen(&run.id, event, None).await.map(drop)
    }

    pub(super) async fn tell_parent(&self, loaded: &Loaded) -> Result<(), Unfinished> {
        let run = &loaded.run;
        if let (Some(parent), Some(outcome)) = (&run.parent, &run.outcome) {
            let event = Event::ChildEnded {
                ordinal: parent.ordinal,
                entity: run.id.entity.clone(),
                outcome: outcome.clone(),
            };
            let came = self.runs.happen(&parent.run, event, None).await?;
            // Told before, by a worker that died before it could tell the others.
            if let Happening::Refused(_) = came
                && let Some(parent) = self.runs.get(&parent.run).await?
            {
                self.runs.tell(&parent.run).await?;
            }
        }
        self.turn(loaded, Event::ParentTold).await.map(drop)
    }
}

impl Runs {
    /// The run that was started as this child, whichever attempt of its name it is.
    pub(super) async fn child(
        &self,
        run: &Run,
        ordinal: u32,
        child: &ChildRun,
    ) -> Result<Option<Loaded>, RunsFailure> {
        let newest = self.newest(&run.id.tenant, &child.entity).await?;
        let parent = Some(parent_of(run, ordinal));
        Ok(newest.filter(|newest| newest.run.parent == parent))
    }
}

fn parent_of(run: &Run, ordinal: u32) -> Parent {
    Parent {
        run: run.id.clone(),
        uid: run.uid,
        ordinal,
    }
}
