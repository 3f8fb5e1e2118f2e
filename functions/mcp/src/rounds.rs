//! Calls that were answered with a question: what the client brings back is checked, and what a
//! function left for itself is sealed, so that no process has to remember and nobody can change it.

use std::time::Duration;

use idwo_core::config::StateKey;
use idwo_core::dispatch::{Ask, Round};
use idwo_core::failure::Failure;
use rmcp::RoleServer;
use rmcp::model::{
    ClientCapabilities, ErrorData, InputRequest, InputRequests, InputRequiredResult,
    InputResponses, ProtocolVersion, RequestStateCodec, RequestStateError, SealOptions,
};
use rmcp::service::RequestContext;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::caller;

/// How long a question stays open.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(15 * 60);

/// Questions in a row for one call: a function that asks for ever is a bug.
const ROUNDS_MAX: u32 = 10;

/// Longest state that a function may leave for itself, in bytes: it travels with every round.
const STATE_BYTES_MAX: usize = 8 * 1024;

pub(crate) struct Rounds {
    codec: RequestStateCodec,
    answer_timeout: Duration,
}

/// What a client sends along with a call that it makes again.
#[derive(Debug, Default)]
pub(crate) struct Brought {
    pub(crate) answers: Option<InputResponses>,
    pub(crate) state: Option<String>,
}

/// What is sealed.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Sealed {
    /// Rounds before the one that opens it.
    rounds: u32,
    state: Option<String>,
}

/// The place of a call among its rounds.
#[derive(Debug)]
pub(crate) struct Place {
    /// What its function gets of it.
    pub(crate) round: Round,
    pub(crate) rounds_before: u32,
}

/// Why a question does not reach the client.
#[derive(Debug)]
pub(crate) enum Unasked {
    /// The client has not declared that it can be asked this.
    ByTheClient(ErrorData),
    ByUs(Failure),
}

impl Rounds {
    pub(crate) fn new(key: &StateKey) -> Result<Self, RequestStateError> {
        Ok(Self {
            codec: RequestStateCodec::try_new(key.expose())?,
            answer_timeout: ANSWER_TIMEOUT,
        })
    }

    /// Where `ask` stands, by what the client brought.
    pub(crate) fn open(
        &self,
        ask: &Ask,
        whose: &str,
        brought: Brought,
        client: &ClientCapabilities,
    ) -> Result<Place, ErrorData> {
        let sealed = match brought.state {
            None => Sealed::default(),
            Some(state) => self
                .codec
                .open_json_with(&state, &bound_to(ask, whose))
                .map_err(|_| not_ours())?,
        };
        let round = Round {
            capabilities: json!(client).as_object().cloned().unwrap_or_default(),
            answers: brought.answers.unwrap_or_default().into_iter().collect(),
            state: sealed.state,
        };
        let rounds_before = sealed.rounds;
        Ok(Place {
            round,
            rounds_before,
        })
    }

    /// The questions of `ask`, for a client that has said it can answer them. One that speaks an
    /// older protocol has no way to say so: the library tells it that it is too old.
    pub(crate) fn questions(
        &self,
        ask: &Ask,
        rounds_before: u32,
        questions: Map<String, Value>,
        state: Option<String>,
        context: &RequestContext<RoleServer>,
    ) -> Result<InputRequiredResult, Unasked> {
        let questions: InputRequests = serde_json::from_value(Value::Object(questions))
            .map_err(|e| ours("a question is not in the protocol's words", e))?;
        if context.protocol_version() >= Some(ProtocolVersion::V_2026_07_28) {
            let client = context.client_capabilities().unwrap_or_default();
            can_answer(&client, &questions).map_err(Unasked::ByTheClient)?;
        }
        let whose = caller::name(context);
        let state = self
            .sealed(ask, whose, rounds_before, state)
            .map_err(Unasked::ByUs)?;
        Ok(InputRequiredResult::new(Some(questions), Some(state)))
    }

    fn sealed(
        &self,
        ask: &Ask,
        whose: &str,
        rounds_before: u32,
        state: Option<String>,
    ) -> Result<String, Failure> {
        let rounds = rounds_before + 1;
        if rounds > ROUNDS_MAX {
            let what = format!("the questions were not answered in {ROUNDS_MAX} rounds");
            return Err(Failure::caller(
                what,
                "call again from the beginning, and answer each",
            ));
        }
        if state
            .as_ref()
            .is_some_and(|state| state.len() > STATE_BYTES_MAX)
        {
            let what = format!("the function left itself more than {STATE_BYTES_MAX} bytes");
            return Err(Failure::ours_without_source(what));
        }
        let bound_to = bound_to(ask, whose);
        let options = SealOptions::new()
            .associated_data(&bound_to)
            .ttl(self.answer_timeout);
        self.codec
            .seal_json_with(&Sealed { rounds, state }, &options)
            .map_err(|e| Failure::ours("cannot seal the state of a call", e))
    }
}

impl Unasked {
    pub(crate) fn undeclared(needed: Map<String, Value>) -> Self {
        Self::ByTheClient(undeclared(Value::Object(needed)))
    }
}

impl Brought {
    pub(crate) fn of(answers: Option<InputResponses>, state: Option<String>) -> Self {
        Self { answers, state }
    }
}

/// A state is good for the very call that it was made for, whatever the order of its arguments, and
/// for who made it.
fn bound_to(ask: &Ask, whose: &str) -> Vec<u8> {
    let mut bound_to = json!([whose, ask]);
    bound_to.sort_all_objects();
    bound_to.to_string().into_bytes()
}

/// The protocol forbids to ask what a client has not declared. A client that declares elicitation
/// and no mode of it means forms.
fn can_answer(client: &ClientCapabilities, questions: &InputRequests) -> Result<(), ErrorData> {
    for question in questions.values() {
        let (declared, needed) = match question {
            InputRequest::Elicitation(_) => {
                let modes = client.elicitation.as_ref();
                let forms = modes.is_some_and(|modes| modes.form.is_some() || modes.url.is_none());
                (forms, "elicitation")
            }
            InputRequest::CreateMessage(_) => (client.sampling.is_some(), "sampling"),
            InputRequest::ListRoots(_) => (client.roots.is_some(), "roots"),
            _ => (false, "experimental"),
        };
        if !declared {
            return Err(undeclared(json!({ needed: {} })));
        }
    }
    Ok(())
}

fn undeclared(needed: Value) -> ErrorData {
    let needed = serde_json::from_value(needed).unwrap_or_default();
    ErrorData::missing_required_client_capability(needed)
}

fn ours(what: &str, source: serde_json::Error) -> Unasked {
    Unasked::ByUs(Failure::ours(what, source))
}

fn not_ours() -> ErrorData {
    let why = "the requestState was changed, is too old, or belongs to another call; \
               call again without it";
    ErrorData::invalid_params(why, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(arguments: Value) -> Ask {
        Ask::Tool {
            name: "t".to_owned(),
            arguments: arguments.as_object().cloned().unwrap(),
        }
    }

    fn rounds() -> Rounds {
        Rounds::new(&"a key of the tests, 32 bytes long".parse().unwrap()).unwrap()
    }

    fn open(ask: &Ask, state: String) -> Result<Place, ErrorData> {
        let brought = Brought::of(None, Some(state));
        rounds().open(ask, "ann", brought, &ClientCapabilities::default())
    }

    #[test]
    fn a_state_is_good_for_the_same_arguments_in_any_order_and_no_others() {
        let first = ask(json!({ "a": 1, "b": { "c": 2, "d": 3 } }));
        let state = rounds()
            .sealed(&first, "ann", 0, Some("kept".to_owned()))
            .unwrap();
        let again: Value = serde_json::from_str(r#"{"b":{"d":3,"c":2},"a":1}"#).unwrap();
        let place = open(&ask(again), state.clone()).unwrap();
        assert_eq!(place.round.state.as_deref(), Some("kept"));
        assert_eq!(place.rounds_before, 1);
        assert!(open(&ask(json!({ "a": 2 })), state).is_err());
        let bobs = rounds().sealed(&first, "bob", 0, None).unwrap();
        assert!(open(&first, bobs).is_err(), "it is for who made the call");
    }

    #[test]
    fn a_function_cannot_ask_for_ever_or_leave_itself_a_book() {
        let ask = ask(json!({}));
        let mut before = 0;
        for _ in 0..ROUNDS_MAX {
            let state = rounds().sealed(&ask, "ann", before, None).unwrap();
            before = open(&ask, state).unwrap().rounds_before;
        }
        assert!(rounds().sealed(&ask, "ann", before, None).is_err());
        let book = "x".repeat(STATE_BYTES_MAX + 1);
        assert!(rounds().sealed(&ask, "ann", 0, Some(book)).is_err());
    }

    #[test]
    fn a_question_that_stayed_open_too_long_is_closed() {
        let ask = ask(json!({}));
        let mut hurried = rounds();
        assert_eq!(hurried.answer_timeout, ANSWER_TIMEOUT);
        hurried.answer_timeout = Duration::ZERO;
        let state = hurried.sealed(&ask, "ann", 0, None).unwrap();
        // Of the library's clock, which counts milliseconds, the same one may still go on.
        let closed = (0..100_000_000).any(|_| open(&ask, state.clone()).is_err());
        assert!(closed);
    }
}
