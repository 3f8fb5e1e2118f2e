//! A worker as the process that Lambda starts, handed messages as SQS hands them.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use idwo_sandbox::aws::{Aws, Process};
use serde_json::{Value, json};

const PLACES: [(&str, &str); 2] = [("IDWO_STATE_TABLE", "state"), ("IDWO_QUEUE_URL", "queue")];

async fn start(aws: &Aws, places: &[(&str, &str)]) -> std::io::Result<Process> {
    let program = env!("CARGO_BIN_EXE_healing_worker");
    aws.run("healing_worker", program, places).await
}

fn event(bodies: &[&str]) -> Value {
    let sample = include_str!("../../../events/healing_worker.json");
    let sample: Value = serde_json::from_str(sample).unwrap();
    let message = |(nth, body): (usize, &&str)| {
        let mut message = sample["Records"][0].clone();
        message["messageId"] = json!(format!("id-{nth}"));
        if !body.is_empty() {
            message["body"] = json!(body);
        }
        message
    };
    let messages: Vec<_> = bodies.iter().enumerate().map(message).collect();
    json!({ "Records": messages })
}

#[tokio::test]
async fn what_is_not_understood_is_named_and_what_is_done_is_not() {
    let aws = Aws::start().await.unwrap();
    let process = start(&aws, &PLACES).await.unwrap();
    // A run that there is not is done with.
    let said = aws.invoke("healing_worker", event(&["", "a secret", ""]));
    let said = said.await.unwrap().unwrap();
    let failed = json!([{ "itemIdentifier": "id-1" }]);
    assert_eq!(said, json!({ "batchItemFailures": failed }));
    let log = process.end();
    assert!(log.iter().all(|line| !line.contains("secret")), "{log:?}");
    let done = |line: &&String| line.contains("heal-acme-storefront-71 (attempt 1)");
    assert_eq!(log.iter().filter(done).count(), 2, "{log:?}");
}

#[tokio::test]
async fn an_event_of_nobody_fails_and_the_next_is_served() {
    let aws = Aws::start().await.unwrap();
    let _process = start(&aws, &PLACES).await.unwrap();
    let odd = json!({ "Records": [{ "messageId": "", "body": "b" }] });
    let said = aws.invoke("healing_worker", odd).await.unwrap();
    assert!(said.is_err(), "{said:?}");
    let said = aws.invoke("healing_worker", event(&[""])).await.unwrap();
    assert_eq!(said.unwrap(), json!({ "batchItemFailures": [] }));
}

#[tokio::test]
async fn without_a_table_and_a_queue_it_does_not_start() {
    let aws = Aws::start().await.unwrap();
    for place in PLACES {
        let mut process = start(&aws, &[place]).await.unwrap();
        let ended = tokio::task::spawn_blocking(move || process.ended_well().unwrap());
        assert!(!ended.await.unwrap(), "{place:?} alone");
    }
}
