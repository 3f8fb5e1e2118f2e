//! `idwo-local doctor`: looks at everything that serving needs, says what it found, and how to mend
//! what is wrong.

use std::process::ExitCode;

use idwo_core::config::{Config, Variables};
use idwo_core::dispatch::Dispatch;
use idwo_core::failure::Failure;
use idwo_core::health::{self, Component, State};
use serde_json::json;
use tokio::net::TcpListener;

use crate::args::Args;
use crate::call;
use crate::host;
use crate::in_process::InProcess;
use crate::repositories::{self, Repositories};
use crate::terminal::{self, Failed};

/// Names that the mission gives to credentials, and the service that each is for.
const CREDENTIALS: [(&str, &str); 7] = [
    ("GITHUB_TOKEN", "github"),
    ("JIRA_URL", "jira"),
    ("JIRA_USERNAME", "jira"),
    ("JIRA_API_TOKEN", "jira"),
    ("SLACK_BOT_TOKEN", "slack"),
    ("OPENAI_API_KEY", "models"),
    ("ANTHROPIC_API_KEY", "models"),
];

pub async fn run(args: &Args, variables: &Variables) -> Result<ExitCode, Failed> {
    let mut components = vec![
        configuration(variables),
        signing(variables),
        address(args).await,
    ];
    match Repositories::open(args) {
        Ok(repositories) => {
            components.push(Component::ok("data", whereabouts(args)));
            let dispatch = host::dispatch(&repositories);
            components.extend(dispatch.components().await);
            components.push(analyze_pr(&repositories, &dispatch).await);
        }
        Err(error) => components.push(unopened(&error)),
    }
    for component in &mut components {
        mention_credentials(component, variables);
    }
    terminal::print(&report(&components))?;
    Ok(match health::overall(&components) {
        State::Down => ExitCode::FAILURE,
        State::Ok | State::NotConfigured | State::Degraded => ExitCode::SUCCESS,
    })
}

fn configuration(variables: &Variables) -> Component {
    match Config::read(variables) {
        Ok(_) => Component::ok(
            "configuration",
            "every IDWO_ variable that is set can be read",
        ),
        Err(error) => Component::wrong(
            "configuration",
            State::Down,
            error.to_string(),
            "set it as expected, or unset it; the README lists them all",
        ),
    }
}

fn signing(variables: &Variables) -> Component {
    let key = Config::read(variables)
        .ok()
        .and_then(|config| config.request_state_key);
    if key.is_some() {
        return Component::ok("request state key", "set");
    }
    Component::wrong(
        "request state key",
        State::NotConfigured,
        "not set: each start makes up its own, which is right for one process",
        "for several processes behind one address: IDWO_REQUEST_STATE_KEY=$(openssl rand -hex 32)",
    )
}

async fn address(args: &Args) -> Component {
    match TcpListener::bind(args.bind).await {
        Ok(_) => Component::ok("address", format!("{} is free", args.bind)),
        Err(error) => Component::wrong(
            "address",
            State::Degraded,
            format!("cannot listen on {}: {error}", args.bind),
            "if it is not IDWO itself that is running there, choose another with --bind",
        ),
    }
}

fn whereabouts(args: &Args) -> String {
    match (args.ephemeral, args.repo.is_empty()) {
        (true, _) => "in a temporary folder, gone at the end".to_owned(),
        (false, true) => format!("{} can be written", args.data.display()),
        (false, false) => "nothing is written while clones are offered".to_owned(),
    }
}

fn unopened(error: &repositories::RepositoriesError) -> Component {
    let found = terminal::with_causes(error);
    let mend = "name another folder with --repo or --data";
    Component::wrong("repositories", State::Down, found, mend)
}

/// The proof that counts: one tool answers over what is offered.
async fn analyze_pr(repositories: &Repositories, dispatch: &InProcess) -> Component {
    let Some((name, number)) = repositories::showcase(&repositories.clones) else {
        return Component::wrong(
            "analyze_pr",
            State::Degraded,
            "no commit of the newest thousand names a pull request",
            "offer a clone whose merge or squash commits say which pull request they are",
        );
    };
    let arguments = json!({ "owner": name.owner, "repo": name.repo, "pull_number": number });
    match call::once(dispatch, "analyze_pr", arguments).await {
        Ok(answer) => {
            let bytes = answer.structured.to_string().len();
            Component::ok(
                "analyze_pr",
                format!("answered for {name}#{number} in {bytes} bytes"),
            )
        }
        Err(failure) => {
            let mend = match failure {
                Failure::Ours { .. } => "report it with the log",
                _ => "see what it says",
            };
            Component::wrong("analyze_pr", State::Down, failure.chain(), mend)
        }
    }
}

/// Only whether they are set: no value is shown, and none is sent anywhere.
fn mention_credentials(component: &mut Component, variables: &Variables) {
    let of_it = CREDENTIALS
        .iter()
        .filter(|(_, service)| component.name == *service);
    let set: Vec<_> = of_it
        .filter(|(name, _)| {
            variables
                .optional::<String>(name)
                .is_ok_and(|value| value.is_some())
        })
        .map(|(name, _)| *name)
        .collect();
    if !set.is_empty() {
        component
            .found
            .push_str(&format!("; {} set, not used", set.join(", ")));
    }
}

fn report(components: &[Component]) -> String {
    let lines = components.iter().map(|component| {
        let mend = component.mend.as_ref();
        let mend = mend.map(|mend| format!("\n{:16}mend: {mend}", ""));
        let (state, name, found) = (word(component.state), &component.name, &component.found);
        format!("{state:16}{name}: {found}{}\n", mend.unwrap_or_default())
    });
    let overall = match health::overall(components) {
        State::Ok | State::NotConfigured => "All that is set up works.",
        State::Degraded => "It works, and could do better.",
        State::Down => "Something does not work.",
    };
    format!("{}\n{overall}", lines.collect::<String>())
}

fn word(state: State) -> &'static str {
    match state {
        State::Ok => "ok",
        State::NotConfigured => "not configured",
        State::Degraded => "degraded",
        State::Down => "down",
    }
}
