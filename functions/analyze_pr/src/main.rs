//! `analyze_pr` as a function of its own. Until it can ask GitHub it answers over the sample.

use std::path::Path;
use std::sync::Arc;

use idwo_aws::{Failed, tool};
use idwo_core::forge::Forge;
use idwo_history::clones::Clones;
use idwo_sandbox::sample;

/// The one folder that a function can write.
const SAMPLE: &str = "/tmp/sample.git";

fn main() -> Result<(), Failed> {
    tool::serve::<analyze_pr::AnalyzePr>(forge)
}

fn forge() -> Result<Arc<dyn Forge>, Failed> {
    let path = Path::new(SAMPLE);
    if !path.exists() {
        sample::write(path)?;
    }
    let mut clones = Clones::default();
    clones.offer_sample(path, sample::NAME.parse()?, sample::NOTE)?;
    Ok(Arc::new(clones))
}
