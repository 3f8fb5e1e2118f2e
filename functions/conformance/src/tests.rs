//! How the stories of clients are told.

use idwo_core::dispatch::{Asker, Round};
use idwo_core::watcher::Watcher;
use serde_json::{Map, Value, json};

use super::*;

mod asked;
mod listed;
mod outlasting;

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(map) = value else {
        panic!("{value} is not an object")
    };
    map
}

fn accepted(content: Value) -> Value {
    json!({ "action": "accept", "content": content })
}

fn without_a_store() -> Workflows {
    Workflows::NotHere("there is no store".to_owned())
}

async fn ask(ask: Ask, round: Round, watcher: Watcher) -> Result<Reply, Failure> {
    ask_over(without_a_store(), ask, round, watcher).await
}

async fn ask_over(
    workflows: Workflows,
    ask: Ask,
    round: Round,
    watcher: Watcher,
) -> Result<Reply, Failure> {
    let call = Call {
        function: NAME.to_owned(),
        ask,
        asker: Asker::default(),
        round,
        correlation_id: Default::default(),
        watcher,
    };
    answer(call, workflows).await
}

async fn tool(name: &str, answers: Value, state: Option<&str>) -> Result<Reply, Failure> {
    let round = Round {
        capabilities: object(json!({ "elicitation": {}, "sampling": {}, "roots": {} })),
        answers: object(answers),
        state: state.map(str::to_owned),
    };
    tool_in(name, round).await
}

async fn tool_in(name: &str, round: Round) -> Result<Reply, Failure> {
    let tool = Ask::Tool {
        name: name.to_owned(),
        arguments: Map::new(),
    };
    ask(tool, round, Watcher::silent()).await
}

/// The keys that are asked for, sorted, and the state.
fn questions(reply: Result<Reply, Failure>) -> (Vec<String>, Option<String>) {
    match reply.unwrap() {
        Reply::Questions { questions, state } => (questions.keys().cloned().collect(), state),
        other => panic!("no question, but {other:?}"),
    }
}

fn result(reply: Result<Reply, Failure>) -> Value {
    match reply.unwrap() {
        Reply::Result { result } => Value::Object(result),
        other => panic!("no result, but {other:?}"),
    }
}
