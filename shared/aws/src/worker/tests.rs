use std::cell::RefCell;

use idwo_core::queue::QueueFailure;
use serde_json::{Value, json};

use super::*;

/// As long as the template gives.
const TIMEOUT: Duration = Duration::from_secs(60);

fn batch(bodies: &[&str]) -> Batch {
    let message = |(nth, body)| json!({ "messageId": format!("id-{nth}"), "body": body });
    let messages: Vec<_> = bodies.iter().enumerate().map(message).collect();
    serde_json::from_value(json!({ "Records": messages })).unwrap()
}

/// What SQS is told, letter by letter.
async fn told_of(
    bodies: &[&str],
    take: impl AsyncFn(&str) -> Result<Advanced, Unfinished>,
) -> Value {
    let ends_at = Instant::now() + TIMEOUT;
    let answer = answered(&batch(bodies), ends_at, take).await;
    serde_json::to_value(answer).unwrap()
}

fn failure() -> Unfinished {
    RunsFailure::Untold(QueueFailure("down".into()))
}

#[tokio::test]
async fn what_is_done_is_deleted() {
    let done = told_of(&["a", "b"], async |_| Ok(Advanced::Acted)).await;
    assert_eq!(done, json!({ "batchItemFailures": [] }));
    let done = told_of(&[], async |_| Err(failure())).await;
    assert_eq!(done, json!({ "batchItemFailures": [] }));
}

#[tokio::test]
async fn exactly_those_that_failed_are_delivered_again() {
    let take = async |body: &str| match body {
        "well" => Ok(Advanced::NoSuchRun),
        _ => Err(failure()),
    };
    let told = told_of(&["well", "ill", "well", "ill"], take).await;
    let failed = [
        json!({ "itemIdentifier": "id-1" }),
        json!({ "itemIdentifier": "id-3" }),
    ];
    assert_eq!(told, json!({ "batchItemFailures": failed }));
}

#[tokio::test(start_paused = true)]
async fn who_has_little_time_left_takes_nothing_up() {
    let taken = RefCell::new(Vec::new());
    let take = async |body: &str| {
        taken.borrow_mut().push(body.to_owned());
        tokio::time::advance(Duration::from_secs(21)).await;
        Ok(Advanced::Acted)
    };
    let told = told_of(&["first", "second", "third"], take).await;
    assert_eq!(taken.into_inner(), ["first"]);
    let left = [
        json!({ "itemIdentifier": "id-1" }),
        json!({ "itemIdentifier": "id-2" }),
    ];
    assert_eq!(told, json!({ "batchItemFailures": left }));
}

#[tokio::test(start_paused = true)]
async fn a_message_that_takes_too_long_is_let_go_in_time_to_say_so() {
    let begun = Instant::now();
    let told = told_of(&["long"], async |_| std::future::pending().await).await;
    assert_eq!(begun.elapsed().as_secs(), TIMEOUT.as_secs());
    let left = [json!({ "itemIdentifier": "id-0" })];
    assert_eq!(told, json!({ "batchItemFailures": left }));
}

#[test]
fn a_message_that_could_not_be_named_is_not_taken_at_all() {
    for id in [json!(null), json!(""), json!(1)] {
        let event = json!({ "Records": [{ "messageId": id, "body": "b" }] });
        assert!(serde_json::from_value::<Batch>(event).is_err(), "{id}");
    }
    assert!(serde_json::from_value::<Batch>(json!({})).is_err());
}

#[tokio::test]
async fn of_a_poison_no_word_is_told() {
    let runs = crate::runs::of(
        &crate::stand_in::function_at(
            "http://127.0.0.1:9",
            &[("IDWO_STATE_TABLE", "t"), ("IDWO_QUEUE_URL", "q")],
        ),
        Kinds::default(),
    );
    let worker = Worker::new(Arc::new(runs.unwrap()), uuid::Uuid::nil());
    let poison = r#"{"version":1,"job":"advance","run":"a secret"}"#;
    let why = worker.take(poison).await.unwrap_err();
    assert!(chain(&why).contains("secret"), "what is to be left out");
    assert_eq!(told(&why), "a message that no worker understands");
    assert_eq!(
        told(&failure()),
        "a run has gone on and nobody was told: the queue did not take a message: down"
    );
}
