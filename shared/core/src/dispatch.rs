//! The way from the endpoint to the functions behind it: in process on a laptop, another function
//! on AWS. What crosses it is written down here, so that neither side can tell which.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::access::Principal;
use crate::failure::Failure;
use crate::health::Component;
use crate::input::WorkflowId;
use crate::task::{Task, Wish};
use crate::tool::Answer;
use crate::watcher::Watcher;

/// The extension of the protocol that a client declares which takes tasks.
pub const TASKS: &str = "io.modelcontextprotocol/tasks";

#[async_trait]
pub trait Dispatch: Send + Sync + 'static {
    /// Asks a function once; never twice, whatever happens.
    async fn call(&self, call: Call) -> Result<Reply, Failure>;

    /// Everything behind the endpoint, as it is now.
    async fn components(&self) -> Vec<Component>;
}

#[derive(Debug, Clone)]
pub struct Call {
    /// Who is asked: a folder of `functions/`.
    pub function: String,
    pub ask: Ask,
    pub asker: Asker,
    pub round: Round,
    /// The same in every log line about this call, and in what the caller is told of our failures.
    pub correlation_id: Uuid,
    pub watcher: Watcher,
}

/// The id under which the host knows a request already, and its own log has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CorrelationId(pub Uuid);

/// What is asked, each as the client sent it: the function parses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Ask {
    Tool {
        name: String,
        arguments: Map<String, Value>,
    },
    Prompt {
        name: String,
        arguments: Map<String, Value>,
    },
    Resource {
        uri: String,
    },
    /// What a client could mean by the first letters of an argument.
    Completion {
        of: Argument,
        value: String,
    },
    /// Of work that outlasts its call, by whom it was handed over to.
    Task {
        id: WorkflowId,
        wish: Wish,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Argument {
    OfPrompt { prompt: String, argument: String },
    OfTemplate { template: String, argument: String },
}

/// Who asks, as the host has found out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asker {
    /// Nobody in particular on a laptop, where whoever reaches the port is its owner.
    pub principal: Option<Principal>,
    /// Where people reach this server: an URL without a path of ours, and without a slash at its end. `None`
    /// where no host knows.
    pub address: Option<String>,
    /// The call's own id, for what is written down of it.
    #[serde(skip)]
    pub correlation: Uuid,
    /// Set where it is no client that waits but a workflow, which can do so for longer.
    #[serde(default)]
    pub is_workflow: bool,
}

/// Where a call stands that was answered with a question before.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// What this client can be asked at all, in the protocol's words (`elicitation`, …).
    pub capabilities: Map<String, Value>,
    /// Its answers, by the keys of the questions. They are input like any other.
    pub answers: Map<String, Value>,
    /// What the function left for itself in the round before; nobody has changed it.
    pub state: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "snake_case")]
pub enum Reply {
    /// A tool's answer, in the envelope of all tools.
    Answer(Answer),
    /// A result in the protocol's own words, for what the envelope cannot say: pictures, messages
    /// of a prompt, contents of a resource.
    Result {
        result: Map<String, Value>,
    },
    /// Questions to the client, in the protocol's own words, by keys that its answers come back
    /// with. `state` is readable by the client, and not changeable.
    Questions {
        questions: Map<String, Value>,
        state: Option<String>,
    },
    /// What a client has to declare before it can be answered, in the protocol's words.
    Needs {
        capabilities: Map<String, Value>,
    },
    Task(Task),
    /// The ids of a task's questions that were answered.
    Heard {
        questions: Vec<String>,
    },
}

impl Asker {
    /// Empty for nobody in particular.
    pub fn name(&self) -> &str {
        let principal = self.principal.as_ref();
        principal.map_or("", |principal| principal.name.as_str())
    }

    pub fn holds(&self, scope: &str) -> bool {
        let principal = self.principal.as_ref();
        principal.is_some_and(|principal| principal.holds(&[scope.to_owned()]))
    }
}

impl Round {
    /// Whether its user can be given a form. A client that declares elicitation and no mode of it means forms.
    pub fn takes_forms(&self) -> bool {
        let modes = self.capabilities.get("elicitation");
        modes.is_some_and(|modes| modes.get("form").is_some() || modes.get("url").is_none())
    }

    /// Whether a task can be handed over to it instead of an answer.
    pub fn takes_tasks(&self) -> bool {
        let extensions = self.capabilities.get("extensions");
        extensions.is_some_and(|extensions| extensions.get(TASKS).is_some())
    }
}
