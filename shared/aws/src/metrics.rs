//! What is counted of each call: one line of the log in `CloudWatch`'s embedded metric format, which
//! costs no request of its own. Five metrics in one dimension: each further one is $0.30 a month, and
//! each tool would be five; by tool they are in the log.

use std::sync::Arc;

use idwo_core::clock::{Clock, SystemClock};
use idwo_core::ended::{Ended, Outcome};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::start::Start;

const NAMESPACE: &str = "IDWO";

/// Names and units.
const METRICS: [(&str, &str); 5] = [
    ("Calls", "Count"),
    ("CallTime", "Milliseconds"),
    ("Refused", "Count"),
    ("LetDown", "Count"),
    ("Failed", "Count"),
];

/// Counts the calls of this deployment, which goes by what stands before its functions' names.
pub fn of(start: &Start) -> Arc<dyn Fn(&Ended<'_>) + Send + Sync> {
    let prefix = &start.config.function_prefix;
    let deployment = prefix.trim_end_matches('-').to_owned();
    Arc::new(move |ended| print(&line(&deployment, ended, SystemClock.now())))
}

#[expect(
    clippy::print_stdout,
    reason = "CloudWatch reads metrics from what a function prints"
)]
fn print(line: &Value) {
    println!("{line}");
}

fn line(deployment: &str, ended: &Ended<'_>, now: Timestamp) -> Value {
    let metrics = METRICS.map(|(name, unit)| json!({ "Name": name, "Unit": unit }));
    let count = |outcome| u8::from(ended.outcome == outcome);
    json!({
        "_aws": {
            "Timestamp": now.as_millisecond(),
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": [["Deployment"]],
                "Metrics": metrics,
            }],
        },
        "Deployment": deployment,
        "Calls": 1,
        "CallTime": u64::try_from(ended.took.as_millis()).unwrap_or(u64::MAX),
        "Refused": count(Outcome::Refused),
        "LetDown": count(Outcome::LetDown),
        "Failed": count(Outcome::Failed),
        "what": ended.what,
        "caller": ended.caller,
        "correlation_id": ended.correlation_id,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_line_holds_a_number_for_each_metric_and_the_dimension_it_names() {
        let ended = Ended {
            what: "analyze_pr",
            caller: "ci",
            correlation_id: "00000000-0000-0000-0000-000000000007".parse().unwrap(),
            outcome: Outcome::LetDown,
            took: Duration::from_micros(12_900),
        };
        let line = line("idwo", &ended, Timestamp::from_millisecond(1_700).unwrap());
        assert_eq!(line["_aws"]["Timestamp"], 1_700);
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(directive["Dimensions"], json!([["Deployment"]]));
        assert_eq!(line["Deployment"], "idwo");
        let named = directive["Metrics"].as_array().unwrap();
        assert!(named.len() <= 10, "ten metrics are free");
        let numbers: Vec<_> = named
            .iter()
            .map(|metric| line[metric["Name"].as_str().unwrap()].as_u64().unwrap())
            .collect();
        assert_eq!(numbers, [1, 12, 0, 1, 0]);
    }
}
