//! Work that outlasts its call, started by the fixture's tools and gone on with by whoever is asked about it.

use idwo_core::dispatch::TASKS;
use idwo_core::input::WorkflowId;
use idwo_core::task::{Stands, Wish};
use idwo_core::wire::Returned;
use idwo_simulation::office::Office;
use jiff::SignedDuration;

use super::*;

async fn of_client(asked: Ask, office: &Office) -> Result<Reply, Failure> {
    let round = Round {
        capabilities: object(json!({ "elicitation": {}, "extensions": { TASKS: {} } })),
        ..Round::default()
    };
    ask_over(office.workflows(), asked, round, Watcher::silent()).await
}

/// Calls a tool whose work goes on; gives the id of that.
async fn started(name: &str, arguments: Value, office: &Office) -> WorkflowId {
    let tool = Ask::Tool {
        name: name.to_owned(),
        arguments: object(arguments),
    };
    let accepted = result(of_client(tool, office).await);
    let told = &accepted["structuredContent"];
    assert_eq!(told["status"], "accepted", "{accepted}");
    told["workflow_id"].as_str().unwrap().parse().unwrap()
}

async fn stands(id: &WorkflowId, wish: Wish, office: &Office) -> Stands {
    let id = id.clone();
    match of_client(Ask::Task { id, wish }, office).await.unwrap() {
        Reply::Task(task) => task.stands,
        other => panic!("no task, but {other:?}"),
    }
}

fn words(stands: Stands) -> String {
    match stands {
        Stands::Ended { returned } => match *returned {
            Returned::Replied {
                reply: Reply::Result { result },
            } => json!(result).to_string(),
            other => format!("{other:?}"),
        },
        other => panic!("it has not ended: {other:?}"),
    }
}

#[tokio::test]
async fn a_job_goes_on_when_it_is_asked_about_and_ends_as_it_was_told() {
    let office = Office::open(kinds());
    let computing = json!({ "seconds": 2, "label": "pi" });
    for (tool, arguments, end) in [
        ("slow_compute", computing, "pi is computed."),
        ("failing_job", json!({}), r#""isError":true"#),
        ("protocol_error_job", json!({}), "Failed"),
    ] {
        let id = started(tool, arguments, &office).await;
        assert_eq!(stands(&id, Wish::Look, &office).await, Stands::Working);
        office.clock.advance(SignedDuration::from_secs(2));
        let ended = words(stands(&id, Wish::Look, &office).await);
        assert!(ended.contains(end), "{tool}: {ended}");
    }
}

#[tokio::test]
async fn a_job_that_is_cancelled_computes_nothing() {
    let office = Office::open(kinds());
    let id = started("slow_compute", json!({ "seconds": 60 }), &office).await;
    let stopped = stands(&id, Wish::Cancel, &office).await;
    assert_eq!(stopped, Stands::Cancelled);
}

#[tokio::test]
async fn a_job_tells_in_its_end_what_was_said() {
    let office = Office::open(kinds());
    let id = started("multi_input", json!({}), &office).await;
    let Stands::Asking { questions } = stands(&id, Wish::Look, &office).await else {
        panic!("it asks nothing")
    };
    assert_eq!(questions.len(), 2);
    let answers = questions.keys().map(|id| {
        let answer = accepted(json!({ "name": "Alice" }));
        (id.clone(), answer)
    });
    let wish = Wish::Answer {
        answers: answers.collect(),
    };
    of_client(
        Ask::Task {
            id: id.clone(),
            wish,
        },
        &office,
    )
    .await
    .unwrap();
    let ended = words(stands(&id, Wish::Look, &office).await);
    assert_eq!(ended.matches("Alice").count(), 2, "{ended}");
}

#[tokio::test]
async fn without_a_store_a_job_says_who_can_act() {
    let tool = Ask::Tool {
        name: "failing_job".to_owned(),
        arguments: Map::new(),
    };
    let round = Round {
        capabilities: object(json!({ "extensions": { TASKS: {} } })),
        ..Round::default()
    };
    let refused = ask(tool, round, Watcher::silent()).await.unwrap_err();
    assert!(
        refused.to_string().contains("there is no store"),
        "{refused}"
    );
}
