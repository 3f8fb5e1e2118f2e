//! The worker as the process that Lambda starts. What every worker does, `healing_worker` tries.

use std::time::Duration;

use idwo_core::workflow::Workflow;
use idwo_sandbox::aws::Aws;
use idwo_workflows::answer_later::AnswerLater;
use idwo_workflows::track_pull_request::TrackPullRequest;
use serde_json::{Value, json};

/// What the worker takes for the longest step, before it takes up a message.
const STEP_MAX: Duration = Duration::from_secs(35);

#[tokio::test]
async fn without_keys_of_vendors_it_serves_and_a_run_that_is_gone_is_done_with() {
    let aws = Aws::start().await.unwrap();
    let variables = [("IDWO_STATE_TABLE", "state"), ("IDWO_QUEUE_URL", "queue")];
    let program = env!("CARGO_BIN_EXE_orchestration_worker");
    let name = "orchestration_worker";
    let _process = aws.run(name, program, &variables).await.unwrap();
    let event = include_str!("../../../events/orchestration_worker.json");
    let event: Value = serde_json::from_str(event).unwrap();
    let said = aws.invoke(name, event).await.unwrap().unwrap();
    assert_eq!(said, json!({ "batchItemFailures": [] }));
}

#[test]
fn every_step_fits_into_the_time_that_a_message_is_given() {
    let followed = TrackPullRequest::STEPS.iter().map(|step| step.within);
    let asked = AnswerLater::STEPS.iter().map(|step| step.within);
    assert!(followed.chain(asked).all(|within| within <= STEP_MAX));
}
