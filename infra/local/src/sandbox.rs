//! `idwo-local sandbox`: the sample as GitHub and Jira would serve it, so that the way over HTTP can be tried
//! without an account.

use std::net::TcpListener;

use idwo_sandbox::github::{self, GitHub};
use idwo_sandbox::jira::{self, Jira};

use crate::args::{Args, Sandbox};
use crate::host;
use crate::repositories::{data_of, prepared};
use crate::terminal::{self, Failed};

/// Who asks Jira's stand-in, and with what; they open nothing else.
const JIRA_USER: &str = "sandbox@storefront.example";
const JIRA_TOKEN: &str = "a-token-of-the-sandbox";

/// Prints the variables that lead there, and serves until Ctrl-C, SIGTERM or SIGHUP.
pub async fn run(args: &Args, wanted: &Sandbox) -> Result<(), Failed> {
    let end = host::asked_to_end()?;
    let (data, _folder) = data_of(args)?;
    prepared(&data)?;
    let world = github::sample_as(&data, &wanted.name.to_string()).await?;
    let listener = TcpListener::bind(args.bind).map_err(|e| {
        format!(
            "cannot listen on {}: {e}; --bind takes another address",
            args.bind
        )
    })?;
    let github = GitHub::serve(listener, world)?;
    let jira = Jira::start(JIRA_USER, JIRA_TOKEN).await?;
    for issue in jira::sample::issues() {
        jira.has(issue);
    }
    terminal::print(&variables(&github, &jira))?;
    end.await;
    Ok(())
}

fn variables(github: &GitHub, jira: &Jira) -> String {
    format!(
        "GITHUB_API_URL={}\nGITHUB_TOKEN={}\nJIRA_URL={}\nJIRA_USERNAME={JIRA_USER}\nJIRA_API_TOKEN={JIRA_TOKEN}",
        github.url(),
        github.token(),
        jira.url(),
    )
}
