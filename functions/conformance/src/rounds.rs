//! The tools, and the prompt, that ask the client something before they answer.

use idwo_core::dispatch::{Reply, Round};
use idwo_core::failure::Failure;
use serde_json::{Map, Value};

use crate::content::{blocks, messages, text};
use crate::interview::{Interview, Turn};
use crate::question::{Kind, Question};

pub(crate) const USER_NAME: Question = Question {
    key: "user_name",
    kind: Kind::Text {
        words: "What is your name?",
        field: "name",
    },
};
const CAPITAL: Question = Question {
    key: "capital_question",
    kind: Kind::Sampling {
        words: "What is the capital of France?",
    },
};
const GREETING: Question = Question {
    key: "greeting",
    kind: Kind::Sampling {
        words: "Write a greeting of one line.",
    },
};
const ROOTS: Question = Question {
    key: "client_roots",
    kind: Kind::Roots,
};
const CONFIRMATION: Question = Question {
    key: "confirm",
    kind: Kind::YesOrNo {
        words: "Shall it go on?",
        field: "ok",
    },
};
const FIRST_STEP: Question = Question {
    key: "step1",
    kind: Kind::Text {
        words: "Step 1 of 2: what is your name?",
        field: "name",
    },
};
const SECOND_STEP: Question = Question {
    key: "step2",
    kind: Kind::Text {
        words: "Step 2 of 2: what is your favourite colour?",
        field: "color",
    },
};
const CONTEXT: Question = Question {
    key: "user_context",
    kind: Kind::Text {
        words: "What should the prompt know about your work?",
        field: "context",
    },
};

pub(crate) fn tool(name: &str, round: &Round) -> Result<Reply, Failure> {
    let interview = match name {
        "test_streaming_elicitation" | "test_input_required_result_elicitation" => {
            Interview::without_state(USER_NAME)
        }
        "test_missing_capability" | "test_input_required_result_sampling" => {
            Interview::without_state(CAPITAL)
        }
        "test_input_required_result_list_roots" => Interview::without_state(ROOTS),
        "test_input_required_result_capabilities" => possible(&round.capabilities),
        "test_input_required_result_request_state"
        | "test_input_required_result_tampered_state" => {
            Interview::with_state([vec![CONFIRMATION]])
        }
        "test_input_required_result_multiple_inputs" => {
            Interview::with_state([vec![USER_NAME, GREETING, ROOTS]])
        }
        "test_input_required_result_multi_round" => {
            Interview::with_state([vec![FIRST_STEP], vec![SECOND_STEP]])
        }
        _ => return Err(unknown(name)),
    };
    Ok(match interview.turn(round)? {
        Turn::Ask(questions) => questions,
        Turn::Heard(words) => blocks([text(&words)]),
    })
}

pub(crate) fn prompt(round: &Round) -> Result<Reply, Failure> {
    Ok(match Interview::without_state(CONTEXT).turn(round)? {
        Turn::Ask(questions) => questions,
        Turn::Heard(words) => messages([text(&words)]),
    })
}

/// Only what this client can be asked. One that can be asked nothing is asked all the same: the
/// gateway's refusal tells it which capability is missing.
fn possible(capabilities: &Map<String, Value>) -> Interview {
    let asked: Vec<_> = [CAPITAL, USER_NAME]
        .into_iter()
        .filter(|question| capabilities.contains_key(question.kind.capability()))
        .collect();
    if asked.is_empty() {
        return Interview::with_state([vec![CAPITAL]]);
    }
    Interview::with_state([asked])
}

fn unknown(name: &str) -> Failure {
    Failure::caller(
        format!("there is no tool {name}"),
        "call one that tools/list names",
    )
}
