//! Every fault at every commit point, and every pair of crashes.

use idwo_simulation::simulate::try_everything;

use crate::Failed;

pub(crate) fn play() -> Result<String, Failed> {
    let tried = try_everything().map_err(|failing| {
        let plays = failing.plays;
        format!("after {plays} plays: {}", failing.told())
    })?;
    let unvisited = tried.unvisited();
    if !unvisited.is_empty() {
        return Err(format!("nothing came to {}", unvisited.join(", ")));
    }
    Ok(format!(
        "all held: {} scenarios, {} commit points, {} faults, {} pairs of crashes",
        tried.scenarios, tried.commit_points, tried.faults, tried.pairs
    ))
}
