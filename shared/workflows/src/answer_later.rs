//! Goes on asking a tool that could not answer in the time of a call, until it does.

use std::sync::Arc;
use std::time::Duration;

use idwo_core::dispatch::{self, Ask, Asker, Dispatch, Reply, Round};
use idwo_core::later::{Question, WORKFLOW};
use idwo_core::watcher::Watcher;
use idwo_core::workflow::{
    Acting, Again, Call, Happened, Move, OnFailure, Retry, Step, StepFailure, Then, Workflow,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// Longest time of one try: with what is around it, a function of AWS has 60 s.
pub const ASK_WITHIN: Duration = Duration::from_secs(35);

/// What of that is for saying how it went.
const MARGIN: Duration = Duration::from_secs(1);

/// GitHub's limits are over within the hour, an outage within some: 19 pauses of together 3 to 6 hours.
const PATIENCE: Retry = Retry {
    tries: 20,
    first_pause: Duration::from_secs(10),
    longest_pause: Duration::from_secs(30 * 60),
};

const ASK: &str = "ask";

pub struct AnswerLater;

type Tools = Arc<dyn Dispatch>;

impl Workflow for AnswerLater {
    const NAME: &'static str = WORKFLOW;
    const STEPS: &'static [Step<Tools>] = &[Step {
        name: ASK,
        act: ask,
        // Only what reads is asked so: asked twice, it leaves no more than asked once.
        find: None,
        undo: None,
        retry: PATIENCE,
        within: ASK_WITHIN,
    }];
    const ON_FAILURE: OnFailure = OnFailure::Keep;
    const LIFE: Duration = Duration::from_secs(24 * 3600);

    type Hands = Tools;
    type Input = Question;
    type State = ();

    fn begin(question: Question) -> Move<()> {
        let input = json!(question);
        Move::to((), Then::Step { name: ASK, input })
    }

    fn next((): (), happened: Happened<'_>) -> Move<()> {
        let then = match happened {
            Happened::Done { output, .. } => Then::End(output.clone()),
            _ => Then::Fail("it was told what nobody asked for".to_owned()),
        };
        Move::to((), then)
    }
}

fn ask<'a>(tools: &'a Tools, call: &'a Call) -> Acting<'a, Value> {
    Box::pin(async move {
        let question = Question::deserialize(&call.input)
            .map_err(|error| StepFailure::new(error, Again::Pointless))?;
        let watcher = Watcher::silent().within(ASK_WITHIN.saturating_sub(MARGIN));
        let _stop = watcher.stop_on_drop();
        let asked = dispatch::Call {
            function: question.tool.clone(),
            ask: Ask::Tool {
                name: question.tool,
                arguments: question.arguments,
            },
            asker: Asker {
                correlation: call.correlation,
                is_workflow: true,
                ..Asker::default()
            },
            round: Round::default(),
            correlation_id: call.correlation,
            watcher,
        };
        match tools.call(asked).await? {
            Reply::Answer(answer) => Ok(json!(answer)),
            _ => Err(StepFailure::new("it asks back", Again::Pointless)),
        }
    })
}
