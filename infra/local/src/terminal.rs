//! How far a call is, on a terminal; nothing where standard error is a file or a pipe.

use std::time::Duration;

use idwo_core::watcher::{Progress, Watcher};
use indicatif::ProgressBar;

/// How often the spinner moves, in milliseconds.
const TICK: Duration = Duration::from_millis(120);

pub(crate) struct Spinner(ProgressBar);

impl Spinner {
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::new_spinner();
        bar.enable_steady_tick(TICK);
        Self(bar)
    }

    pub(crate) fn watcher(&self) -> Watcher {
        let bar = self.0.clone();
        Watcher::new(move |progress| bar.set_message(words(progress)))
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

fn words(Progress { what, done, total }: Progress) -> String {
    match total {
        Some(total) => format!("{what}: {done} of {total}"),
        None => format!("{what}: {done}"),
    }
}
