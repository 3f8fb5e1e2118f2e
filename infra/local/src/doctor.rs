//! `idwo-local doctor`: looks at everything that serving needs, says what it found, and how to mend
//! what is wrong.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use idwo_clients::services::Misconfigured;
use idwo_core::config::{Config, ConfigError, Served, Variables};
use idwo_core::dispatch::Dispatch;
use idwo_core::failure::Failure;
use idwo_core::health::{self, Component, State};
use idwo_core::workflow::Kinds;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::args::Args;
use crate::call;
use crate::host;
use crate::in_process::InProcess;
use crate::repositories::{self, Repositories};
use crate::terminal::{self, Failed};
use crate::work::STORE_FILE;
use crate::workshop::{HELD, Workshop};

/// Longest time of one look: a dead disk or a silent server answers never.
const LOOK_TIMEOUT: Duration = Duration::from_secs(10);

/// What the mission names, and no tool uses yet.
const UNUSED: &str = "SLACK_BOT_TOKEN";

pub async fn run(args: &Args, variables: &Variables) -> Result<ExitCode, Failed> {
    let mut components = configuration(Config::read(variables));
    components.extend(unknown(variables));
    components.push(address(args).await);
    components.push(data(args));
    components.extend(workflows(args, variables).await);
    match Repositories::open(&args.without_writing()) {
        Ok(repositories) => match host::dispatch(&repositories, variables) {
            Ok(dispatch) => {
                components.extend(functions(&dispatch).await);
                components.push(analyze_pr(repositories, &dispatch).await);
            }
            Err(error) => components.push(unusable(&error)),
        },
        Err(error) => components.push(unopened(&error)),
    }
    components.extend(unused(variables));
    terminal::print(&report(&components))?;
    Ok(match health::overall(&components) {
        State::Down => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    })
}

fn configuration(config: Result<Config, ConfigError>) -> Vec<Component> {
    let usable = config.and_then(|config| host::log_filter(&config).map(|_| config));
    match usable {
        Ok(config) => {
            let found = "every IDWO_ variable that is set can be used";
            vec![
                Component::ok("configuration", found),
                catalogue(&config),
                signing(&config),
            ]
        }
        Err(error) => vec![Component::wrong(
            "configuration",
            State::Down,
            error.to_string(),
            "set it as expected, or unset it; the README lists them all",
        )],
    }
}

fn unusable(error: &Misconfigured) -> Component {
    let found = terminal::with_causes(error);
    let mend = "set it as expected, or unset it; the README lists them all";
    Component::wrong("services", State::Down, found, mend)
}

fn signing(config: &Config) -> Component {
    if config.request_state_key.is_some() {
        return Component::ok("request state key", "set");
    }
    let found = "not set: one is made and kept in the folder for data. Several processes behind one \
                 address need the same: make it once with `openssl rand -hex 32`";
    Component::not_configured("request state key", found)
}

/// A misspelt name is as if it were not set, which nobody would notice.
fn unknown(variables: &Variables) -> Option<Component> {
    let names: Vec<_> = variables.unknown().collect();
    let found = format!("nothing reads {}", names.join(", "));
    let mend = "compare with the README's table of variables";
    (!names.is_empty()).then(|| Component::wrong("variables", State::Degraded, found, mend))
}

fn catalogue(config: &Config) -> Component {
    match config.serves {
        Served::Product => Component::ok("catalogue", "the product's own tools"),
        Served::Conformance => Component::wrong(
            "catalogue",
            State::Degraded,
            "the fixture of the conformance tests is served, and no tool",
            "unset IDWO_CATALOGUE",
        ),
    }
}

async fn address(args: &Args) -> Component {
    let Err(error) = TcpListener::bind(args.bind).await else {
        return Component::ok("address", format!("{} is free", args.bind));
    };
    if is_ours(args).await {
        return Component::ok("address", format!("IDWO itself serves at {}", args.bind));
    }
    Component::wrong(
        "address",
        State::Down,
        format!("cannot listen on {}: {error}", args.bind),
        "choose another with --bind, or end what is running there",
    )
}

/// Whether who holds the address answers for its health as IDWO does.
async fn is_ours(args: &Args) -> bool {
    let asked = async {
        let mut stream = TcpStream::connect(args.bind).await?;
        let request = "GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).await?;
        let mut answer = [0; 1024];
        let length = stream.read(&mut answer).await?;
        let answer = answer.get(..length).unwrap_or_default();
        std::io::Result::Ok(String::from_utf8_lossy(answer).contains("\"analyze_pr\""))
    };
    matches!(
        tokio::time::timeout(LOOK_TIMEOUT, asked).await,
        Ok(Ok(true))
    )
}

/// Whether what is written there can be; looking leaves nothing behind.
fn data(args: &Args) -> Component {
    if args.ephemeral || !args.repo.is_empty() {
        return Component::ok("data", "nothing that lasts is written");
    }
    let folder = args.data.ancestors().find(|folder| folder.is_dir());
    let folder = folder.unwrap_or(Path::new("."));
    match tempfile::tempfile_in(folder) {
        Ok(_) => Component::ok("data", format!("{} can be written", args.data.display())),
        Err(error) => Component::wrong(
            "data",
            State::Down,
            format!("{} cannot be written: {error}", args.data.display()),
            "name another folder with --data, or use --ephemeral",
        ),
    }
}

/// Those of former times; a look makes no store.
async fn workflows(args: &Args, variables: &Variables) -> Option<Component> {
    const NAME: &str = "workflows";
    if args.ephemeral || !args.data.join(STORE_FILE).exists() {
        return Some(Component::ok(NAME, "none was started yet"));
    }
    let looked = async {
        match Workshop::open(&args.data, variables, Kinds::default()).await {
            // The look at the configuration says why.
            Err(_) => None,
            Ok(Workshop::Closed { why: HELD, .. }) => Some(Component::ok(NAME, HELD)),
            Ok(workshop) => workshop.component().await,
        }
    };
    let looked = tokio::time::timeout(LOOK_TIMEOUT, looked).await;
    looked.unwrap_or_else(|_| Some(silent(NAME)))
}

fn unopened(error: &repositories::RepositoriesError) -> Component {
    let found = terminal::with_causes(error);
    let mend = "name a folder that holds a clone, each once, with --repo";
    Component::wrong("repositories", State::Down, found, mend)
}

async fn functions(dispatch: &InProcess) -> Vec<Component> {
    let looked = tokio::time::timeout(LOOK_TIMEOUT, dispatch.components()).await;
    looked.unwrap_or_else(|_| vec![silent("repositories")])
}

/// The proof that counts: one tool answers over what is offered.
async fn analyze_pr(repositories: Repositories, dispatch: &InProcess) -> Component {
    let clones = repositories.clones.clone();
    let showcase = tokio::task::spawn_blocking(move || repositories::showcase(&clones));
    let Ok(showcase) = tokio::time::timeout(LOOK_TIMEOUT, showcase).await else {
        return silent("analyze_pr");
    };
    let Some((name, number)) = showcase.ok().flatten() else {
        return Component::wrong(
            "analyze_pr",
            State::Degraded,
            repositories::NO_PULL,
            "fetch one that did not land: git fetch origin pull/N/head:refs/pull/N/head",
        );
    };
    let arguments = json!({ "owner": name.owner, "repo": name.repo, "pull_number": number });
    let answer = call::once(dispatch, "analyze_pr", arguments);
    match tokio::time::timeout(LOOK_TIMEOUT, answer).await {
        Ok(Ok(answer)) => {
            let bytes = answer.structured.to_string().len();
            let found = format!("answered for {name}#{number} in {bytes} bytes");
            Component::ok("analyze_pr", found)
        }
        Ok(Err(failure @ Failure::Ours { .. })) => Component::wrong(
            "analyze_pr",
            State::Down,
            failure.chain(),
            "report it, with this line",
        ),
        Ok(Err(failure)) => {
            Component::wrong("analyze_pr", State::Down, failure.chain(), "do as it says")
        }
        Err(_) => silent("analyze_pr"),
    }
}

fn silent(name: &str) -> Component {
    let found = format!("no answer within {} s", LOOK_TIMEOUT.as_secs());
    Component::wrong(name, State::Down, found, "look whether the disk answers")
}

/// Only whether it is set: no value is shown, and none is sent anywhere.
fn unused(variables: &Variables) -> Option<Component> {
    let value = variables.optional::<String>(UNUSED);
    let is_set = value.is_ok_and(|value| value.is_some());
    let found = format!("{UNUSED} set, not used");
    is_set.then(|| Component::ok("slack", found))
}

fn report(components: &[Component]) -> String {
    let lines = components.iter().map(|component| {
        let mend = component.mend.as_ref();
        let mend = mend.map(|mend| format!("\n{:16}mend: {mend}", ""));
        let (state, name, found) = (word(component.state), &component.name, &component.found);
        format!("{state:16}{name}: {found}{}\n", mend.unwrap_or_default())
    });
    let overall = match health::overall(components) {
        State::Down => "Something does not work.",
        State::Degraded => "It works, and could do better.",
        _ => "All that is set up works.",
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
