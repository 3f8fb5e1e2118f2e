//! The sample repository as GitHub would have it: with the checks, labels and requests that its
//! clone cannot tell.

use std::path::Path;

use super::Unusable;
use super::said::{Check, Issue, Requested};
use super::world::World;
use crate::sample::{self, NAME, RISKY_PULL};

/// The pull request of the sample that is open.
const OPEN_PULL: u32 = 72;

/// Where the sample's runs would be looked at.
const RUNS: &str = "https://github.com/sample/storefront/actions/runs";

/// The sample of this edition as a world, written in `folder` where it is not there yet.
pub async fn sample(folder: &Path) -> Result<World, Unusable> {
    sample_as(folder, NAME).await
}

/// The same under another `name`.
pub async fn sample_as(folder: &Path, name: &str) -> Result<World, Unusable> {
    let clone = sample::written_in(folder)?;
    let mut world = World::of(&clone, name).await?;
    risky(&mut world);
    open(&mut world);
    Ok(world)
}

fn risky(world: &mut World) {
    let scan = Check::ended("security scan", "FAILURE")
        .at(&format!("{RUNS}/710/job/2"))
        .says(
            "src/config.rs",
            6,
            "FAILURE",
            "A live key of a payment provider is in the source.",
        )
        .says(
            "migrations/0007_card_tokens.sql",
            1,
            "WARNING",
            "Card data is stored without encryption.",
        );
    let build = Check::ended("build", "SUCCESS").at(&format!("{RUNS}/710/job/1"));
    let issue = Issue::open(
        58,
        "Declined payments are lost",
        "A payment that the bank declines is never tried again.\n\n- [ ] Try again once a day\n- [ ] Give up after four attempts",
    );
    world
        .checks(RISKY_PULL, [build, scan])
        .label(RISKY_PULL, "payments")
        .label(RISKY_PULL, "migration")
        .request_review(RISKY_PULL, Requested::User("priya-n".to_owned()))
        .closes(RISKY_PULL, issue);
}

fn open(world: &mut World) {
    let issue = Issue::open(
        70,
        "Sort by price",
        "Customers want the cheapest result first.",
    );
    world
        .checks(
            OPEN_PULL,
            [
                Check::ended("build", "SUCCESS"),
                Check::running("browser tests"),
            ],
        )
        .label(OPEN_PULL, "catalog")
        .request_review(OPEN_PULL, Requested::User("dana-ok".to_owned()))
        .closes(OPEN_PULL, issue);
}
