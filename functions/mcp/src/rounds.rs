//! Calls that were answered with a question: what the client brings back is checked, and what a
//! function left for itself is sealed, so that no process has to remember and nobody can change it.

use std::time::Duration;

use idwo_core::config::StateKey;
use idwo_core::dispatch::{Ask, Round};
use rmcp::RoleServer;
use rmcp::model::{
    ClientCapabilities, ErrorData, InputRequests, InputRequiredResult, InputResponses,
    ProtocolVersion, RequestStateCodec, RequestStateError, SealOptions,
};
use rmcp::service::RequestContext;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// How long a question stays open.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(15 * 60);

/// Questions in a row for one call: a function that asks for ever is a bug.
const ROUNDS_MAX: u32 = 10;

/// Longest state that a function may leave for itself, in bytes: it travels with every round.
const STATE_BYTES_MAX: usize = 8 * 1024;

pub(crate) struct Rounds(RequestStateCodec);

/// What a client sends along with a call it makes again.
#[derive(Debug, Default)]
pub(crate) struct Brought {
    pub(crate) answers: Option<InputResponses>,
    pub(crate) state: Option<String>,
}

/// What is sealed.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Sealed {
    round: u32,
    state: Option<String>,
}

/// A call that may go on, and the round that it is in.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) round: Round,
    number: u32,
}

impl Rounds {
    pub(crate) fn new(key: &StateKey) -> Result<Self, RequestStateError> {
        RequestStateCodec::try_new(key.expose()).map(Self)
    }

    /// The round in which `ask` is, by what the client brought.
    pub(crate) fn open(
        &self,
        ask: &Ask,
        brought: Brought,
        context: &RequestContext<RoleServer>,
    ) -> Result<Opened, ErrorData> {
        let sealed = match brought.state {
            None => Sealed::default(),
            Some(state) => self
                .0
                .open_json_with(&state, &bound_to(ask)?)
                .map_err(|_| not_ours())?,
        };
        let capabilities = json!(context.client_capabilities().unwrap_or_default());
        let round = Round {
            capabilities: capabilities.as_object().cloned().unwrap_or_default(),
            answers: brought.answers.unwrap_or_default().into_iter().collect(),
            state: sealed.state,
        };
        let number = sealed.round;
        Ok(Opened { round, number })
    }

    /// The questions of `ask`, for a client that has said it can answer them.
    pub(crate) fn questions(
        &self,
        ask: &Ask,
        round: u32,
        questions: Map<String, Value>,
        state: Option<String>,
        context: &RequestContext<RoleServer>,
    ) -> Result<InputRequiredResult, ErrorData> {
        if round >= ROUNDS_MAX || state.as_ref().is_some_and(|s| s.len() > STATE_BYTES_MAX) {
            return Err(broken_question());
        }
        if context.protocol_version() >= Some(ProtocolVersion::V_2026_07_28) {
            can_answer(context, &questions)?;
        }
        let questions: InputRequests =
            serde_json::from_value(Value::Object(questions)).map_err(|_| broken_question())?;
        let round = round + 1;
        let bound_to = bound_to(ask)?;
        let options = SealOptions::new()
            .associated_data(&bound_to)
            .ttl(ANSWER_TIMEOUT);
        let sealed = self
            .0
            .seal_json_with(&Sealed { round, state }, &options)
            .map_err(|_| broken_question())?;
        Ok(InputRequiredResult::new(Some(questions), Some(sealed)))
    }
}

impl Opened {
    pub(crate) fn number(&self) -> u32 {
        self.number
    }
}

/// A state is good for the very call that it was made for. Until there is authentication all
/// callers are the same principal.
fn bound_to(ask: &Ask) -> Result<Vec<u8>, ErrorData> {
    serde_json::to_vec(ask).map_err(|_| broken_question())
}

/// The protocol forbids to ask what a client has not declared.
fn can_answer(
    context: &RequestContext<RoleServer>,
    questions: &Map<String, Value>,
) -> Result<(), ErrorData> {
    let declared = json!(context.client_capabilities().unwrap_or_default());
    for question in questions.values() {
        let method = question.get("method").and_then(Value::as_str);
        let needed = match method {
            Some("elicitation/create") => "elicitation",
            Some("sampling/createMessage") => "sampling",
            Some("roots/list") => "roots",
            _ => return Err(broken_question()),
        };
        if declared.get(needed).is_none() {
            let needed: ClientCapabilities =
                serde_json::from_value(json!({ needed: {} })).map_err(|_| broken_question())?;
            return Err(ErrorData::missing_required_client_capability(needed));
        }
    }
    Ok(())
}

fn not_ours() -> ErrorData {
    let why = "the requestState was changed, is too old, or belongs to another call; \
               call again without it";
    ErrorData::invalid_params(why, None)
}

fn broken_question() -> ErrorData {
    ErrorData::internal_error("internal error", None)
}
