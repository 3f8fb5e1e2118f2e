//! `analyze_pr` as a function of its own. Until it can ask GitHub it answers over the sample.

use idwo_aws::{Failed, tool};
use idwo_sandbox::forge;

fn main() -> Result<(), Failed> {
    tool::serve::<analyze_pr::AnalyzePr>(forge::over_sample)
}
