//! The terminal: what is printed, and how far a call is (nothing of that where standard error is
//! a file or a pipe).

use std::error::Error;
use std::io::{self, Write};
use std::time::Duration;

use idwo_core::watcher::{Progress, Watcher};
use indicatif::ProgressBar;

/// How often the spinner moves, in milliseconds.
const TICK: Duration = Duration::from_millis(120);

/// Prints a line of the program's product. A reader who has gone (`| head`) is no failure.
pub(crate) fn print(text: &str) -> io::Result<()> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        printed => printed,
    }
}

/// Tells the person something that is no part of the product.
#[expect(clippy::print_stderr, reason = "the command line's own voice")]
pub(crate) fn tell(text: &str) {
    eprintln!("{text}");
}

/// Whatever ends the program early.
pub type Failed = Box<dyn Error + Send + Sync>;

/// Says what went wrong and why, outermost first.
#[expect(clippy::print_stderr, reason = "the command line's own voice")]
pub fn complain(error: &(dyn Error + 'static)) {
    eprintln!("idwo-local: {}", with_causes(error));
}

pub(crate) fn with_causes(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |cause: &&(dyn Error + 'static)| {
        (*cause).source()
    });
    let why: String = causes.map(|cause| format!(": {cause}")).collect();
    format!("{error}{why}")
}

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

    /// On its own line, in place of what it said before.
    pub(crate) fn say(&self, text: &str) {
        self.0.set_message(text.to_owned());
    }

    /// Prints whole lines of the program's product, out of its way.
    pub(crate) fn above(&self, text: &str) -> io::Result<()> {
        self.0.suspend(|| print(text))
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
