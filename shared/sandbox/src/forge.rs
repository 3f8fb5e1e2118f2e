//! The sample repository as the forge of a function that cannot ask GitHub yet.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use idwo_core::forge::Forge;
use idwo_history::clones::Clones;

use crate::sample;

/// The one folder that a function can write.
const SAMPLE: &str = "/tmp/sample.git";

/// Writes the sample where there is none yet.
pub fn over_sample() -> Result<Arc<dyn Forge>, Box<dyn Error + Send + Sync>> {
    let path = Path::new(SAMPLE);
    if !path.exists() {
        sample::write(path)?;
    }
    let mut clones = Clones::default();
    clones.offer_sample(path, sample::NAME.parse()?, sample::NOTE)?;
    Ok(Arc::new(clones))
}
