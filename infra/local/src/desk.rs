//! Where it is asked how workflows stand: in this process, or in the one that holds their store.

use std::sync::Arc;

use idwo_core::config::Variables;
use idwo_core::tool::Answer;
use idwo_core::watcher::Watcher;
use serde_json::Value;

use crate::args::Args;
use crate::host;
use crate::in_process::InProcess;
use crate::repositories::Repositories;
use crate::serving::Serving;
use crate::terminal::Failed;

const TOOL: &str = "get_workflow";

pub(crate) enum Desk {
    /// Nobody else holds the store, so that nobody works on what is in it.
    Here {
        dispatch: Arc<InProcess>,
        _repositories: Repositories,
    },
    There(Serving),
}

impl Desk {
    pub(crate) async fn open(args: &Args, variables: &Variables) -> Result<Self, Failed> {
        let repositories = Repositories::open(args)?;
        let dispatch = host::working_dispatch(&repositories, variables).await?;
        if dispatch.workshop().is_held_by_another() {
            return Ok(Self::There(Serving(args.bind)));
        }
        Ok(Self::Here {
            dispatch,
            _repositories: repositories,
        })
    }

    /// What `get_workflow` answers: the same at either.
    pub(crate) async fn ask(&self, arguments: &Value) -> Result<Answer, Failed> {
        self.call(TOOL, arguments).await
    }

    /// What a tool answers.
    pub(crate) async fn call(&self, tool: &str, arguments: &Value) -> Result<Answer, Failed> {
        match self {
            Self::Here { dispatch, .. } => {
                let arguments = arguments.as_object().cloned().unwrap_or_default();
                Ok(dispatch.tool(tool, arguments, Watcher::silent()).await?)
            }
            Self::There(serving) => Ok(serving.call(tool, arguments.clone()).await?),
        }
    }
}
