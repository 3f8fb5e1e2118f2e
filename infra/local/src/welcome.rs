//! What the operator sees first: where it serves, what to paste into a client, and one real
//! answer as proof.

use std::io;
use std::net::SocketAddr;

use idwo_core::config::{Config, Served};
use idwo_core::input::{PullNumber, RepositoryName};
use serde_json::json;

use crate::args::Args;
use crate::call;
use crate::in_process::InProcess;
use crate::own_keys;
use crate::repositories::{self, Repositories};
use crate::terminal;

/// Prints the whole first screen. A proof that fails is said, and does not stop the server.
pub(crate) async fn print(
    address: SocketAddr,
    args: &Args,
    repositories: &Repositories,
    dispatch: &InProcess,
    config: &Config,
) -> io::Result<()> {
    let url = format!("http://{address}/mcp");
    if config.serves == Served::Conformance {
        let what = "the fixture of the conformance tests (IDWO_CATALOGUE=conformance), no tools";
        return terminal::print(&format!(
            "IDWO serves MCP at {url}: {what}\n\nCtrl-C ends it."
        ));
    }
    let names: Vec<_> = repositories
        .clones
        .names()
        .map(ToString::to_string)
        .collect();
    let start = format!("IDWO serves MCP at {url} (health: http://{address}/health)\n");
    terminal::print(&format!(
        "{start}\n{}\nRepositories: {}\nApprovals: their pages take the key in {}\n",
        clients(&url),
        names.join(", "),
        own_keys::approver_in(&repositories.data).display()
    ))?;
    let proof =
        tokio::time::timeout(config.call_timeout, proof(args, repositories, dispatch)).await;
    let proof = proof.unwrap_or_else(|_| {
        "The first answer takes too long to wait for; ask for another one.".to_owned()
    });
    terminal::print(&format!("{proof}\n\nCtrl-C ends it."))
}

/// For clients that reach a laptop; hosted assistants need a public address.
fn clients(url: &str) -> String {
    let vs_code = json!({ "servers": { "idwo": { "type": "http", "url": url } } });
    let cursor = json!({ "mcpServers": { "idwo": { "url": url } } });
    format!(
        "Claude Code   claude mcp add --transport http idwo {url}\n\
         VS Code       .vscode/mcp.json  {vs_code}\n\
         Cursor        .cursor/mcp.json  {cursor}\n\
         Inspector     npx @modelcontextprotocol/inspector --cli {url} --transport http --method tools/list\n"
    )
}

async fn proof(args: &Args, repositories: &Repositories, dispatch: &InProcess) -> String {
    let Some((name, number)) = showcase(repositories).await else {
        return format!(
            "{}, so there is nothing to show yet.",
            repositories::NO_PULL
        );
    };
    let arguments = json!({ "owner": name.owner, "repo": name.repo, "pull_number": number });
    let command = format!("{} call analyze_pr '{arguments}'", this_command(args));
    match call::once(dispatch, "analyze_pr", arguments).await {
        Ok(answer) => format!("{}\n\nAll of it: {command}", answer.text),
        Err(failure) => format!("{command}\n{failure}"),
    }
}

/// Looking for the newest pull request reads a clone: not on the thread that serves.
async fn showcase(repositories: &Repositories) -> Option<(RepositoryName, PullNumber)> {
    let clones = repositories.clones.clone();
    tokio::task::spawn_blocking(move || repositories::showcase(&clones))
        .await
        .ok()
        .flatten()
}

/// How to call this program again over the same repositories, from the same folder.
fn this_command(args: &Args) -> String {
    let program = std::env::args()
        .next()
        .unwrap_or_else(|| "idwo-local".to_owned());
    let repositories = args
        .repo
        .iter()
        .map(|path| format!(" --repo {}", path.display()));
    std::iter::once(program).chain(repositories).collect()
}
