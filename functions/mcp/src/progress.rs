//! How far a call is, told to a client that asked: a few notifications for each phase, whatever
//! the tool reports, and none that a slow client could hold the call up with.

use std::sync::Mutex;
use std::time::Duration;

use idwo_core::watcher::{Progress, Watcher};
use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::{Peer, RoleServer};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Notifications that wait for the client; what comes when they are as many is left out.
const WAITING_MAX: usize = 16;

/// Notifications for one phase whose length is known.
const STEPS_PER_PHASE: u64 = 20;

/// How long the last notifications may hold up the answer.
const LAST_WORDS_TIMEOUT: Duration = Duration::from_millis(500);

/// Passes on what a watcher hears.
pub(crate) struct Relay {
    notes: mpsc::Receiver<Note>,
    to: Option<(Peer<RoleServer>, ProgressToken)>,
}

/// One notification: the protocol wants `progress` to grow from each to the next.
#[derive(Debug, PartialEq)]
struct Note {
    progress: u64,
    total: Option<u64>,
    message: &'static str,
}

/// A watcher for a call, and what passes on its words; without a token nobody listens.
pub(crate) fn watched(peer: &Peer<RoleServer>, token: Option<ProgressToken>) -> (Watcher, Relay) {
    let (sender, notes) = mpsc::channel(WAITING_MAX);
    let Some(token) = token else {
        return (Watcher::silent(), Relay { notes, to: None });
    };
    let pace = Mutex::new(Pace::default());
    let watcher = Watcher::new(move |progress| {
        let note = pace.lock().ok().and_then(|mut pace| pace.note(progress));
        if let Some(note) = note {
            // Full or closed: the client is slow or gone, and the call goes on.
            let _ = sender.try_send(note);
        }
    });
    let to = Some((peer.clone(), token));
    (watcher, Relay { notes, to })
}

impl Relay {
    /// Passes on what comes until the call has `ended`, and then what was reported before that: a
    /// note under way is not cut off, unless the client takes too long for it.
    pub(crate) async fn pass_on(mut self, ended: CancellationToken) {
        let too_long = async {
            ended.cancelled().await;
            let _ = tokio::time::timeout(LAST_WORDS_TIMEOUT, std::future::pending::<()>()).await;
        };
        tokio::select! {
            () = self.pass_on_all(&ended) => (),
            () = too_long => tracing::debug!("a client was too slow for the last of its progress"),
        }
    }

    async fn pass_on_all(&mut self, ended: &CancellationToken) {
        while !ended.is_cancelled() {
            match ended.run_until_cancelled(self.notes.recv()).await {
                Some(Some(note)) => self.tell(note).await,
                Some(None) => return,
                None => break,
            }
        }
        while let Ok(note) = self.notes.try_recv() {
            self.tell(note).await;
        }
    }

    async fn tell(&self, note: Note) {
        let Some((peer, token)) = &self.to else {
            return;
        };
        let mut told = ProgressNotificationParam::new(token.clone(), note.progress as f64)
            .with_message(note.message);
        if let Some(total) = note.total {
            told = told.with_total(total as f64);
        }
        // A client that has left is seen by the call itself.
        let _ = peer.notify_progress(told).await;
    }
}

/// Joins the phases of a call into one growing count, and thins it out.
#[derive(Debug, Default)]
struct Pace {
    /// What the phases before counted.
    before: u64,
    phase: Option<&'static str>,
    /// Of this phase, as it was last told.
    told: u64,
    last: Option<u64>,
}

impl Pace {
    fn note(&mut self, now: Progress) -> Option<Note> {
        let is_new_phase = self.phase != Some(now.what);
        if is_new_phase {
            self.before = self.before.saturating_add(self.told);
            self.told = 0;
            self.phase = Some(now.what);
        }
        let progress = self.before.saturating_add(now.done);
        let grew = self.last.is_none_or(|last| progress > last);
        if !grew || !(is_new_phase || self.is_worth_telling(now)) {
            return None;
        }
        self.told = now.done;
        self.last = Some(progress);
        Some(Note {
            progress,
            total: now.total.map(|total| self.before.saturating_add(total)),
            message: now.what,
        })
    }

    /// Without a known length at each doubling, so that a long phase is told of ever more rarely.
    fn is_worth_telling(&self, now: Progress) -> bool {
        match now.total {
            Some(total) if self.told < total && now.done >= total => true,
            Some(total) => now.done - self.told.min(now.done) >= total.div_ceil(STEPS_PER_PHASE),
            None => now.done >= self.told.saturating_mul(2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(reports: impl IntoIterator<Item = Progress>) -> Vec<Note> {
        let mut pace = Pace::default();
        reports
            .into_iter()
            .filter_map(|now| pace.note(now))
            .collect()
    }

    fn report(what: &'static str, done: u64, total: Option<u64>) -> Progress {
        Progress { what, done, total }
    }

    #[test]
    fn a_long_phase_is_told_of_a_few_times_and_at_its_end() {
        let notes = told((0..=10_000).map(|done| report("reading", done, Some(10_000))));
        assert!(
            notes.len() <= 1 + STEPS_PER_PHASE as usize,
            "{}",
            notes.len()
        );
        assert_eq!(notes.last().unwrap().progress, 10_000);
        let notes = told((0..=10_000).map(|done| report("looking", done, None)));
        assert!((5..20).contains(&notes.len()), "{}", notes.len());
    }

    #[test]
    fn the_count_grows_from_phase_to_phase() {
        let phases = [("one", 3), ("two", 2), ("three", 4)];
        let reports = phases
            .into_iter()
            .flat_map(|(what, total)| (0..=total).map(move |done| report(what, done, Some(total))));
        let notes = told(reports);
        assert!(
            notes
                .windows(2)
                .all(|pair| pair[0].progress < pair[1].progress),
            "{notes:?}"
        );
        assert_eq!(
            notes.last(),
            Some(&Note {
                progress: 9,
                total: Some(9),
                message: "three"
            })
        );
    }

    #[test]
    fn a_phase_that_outgrows_its_total_is_still_thinned_out() {
        let notes = told((0..=1000).map(|done| report("reading", done, Some(10))));
        assert!(notes.iter().any(|note| note.progress == 10));
        let thinned = told((0..=1000).map(|done| report("reading", done, Some(100))));
        assert!(thinned.len() <= 210, "{}", thinned.len());
    }

    #[test]
    fn nothing_is_told_twice() {
        let notes = told([
            report("one", 1, None),
            report("one", 1, None),
            report("one", 0, None),
        ]);
        assert_eq!(notes.len(), 1);
    }
}
