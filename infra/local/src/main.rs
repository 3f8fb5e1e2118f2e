//! `idwo-local`: serves the endpoint, prints one reply, or looks whether all is well.

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use idwo_core::config::Variables;
use idwo_embedded::env_file;
use idwo_local::args::{Args, Command};
use idwo_local::terminal::{self, Failed};
use idwo_local::{approve, call, doctor, key, quiesce, sandbox, serve, stdio, stories, track};

/// How long threads that still compute may hold up the end.
const THREADS_TIMEOUT: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let args = Args::parse_consistent();
    match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => {
            let code = runtime.block_on(run(&args));
            runtime.shutdown_timeout(THREADS_TIMEOUT);
            code
        }
        Err(error) => fail(&error),
    }
}

async fn run(args: &Args) -> ExitCode {
    let done = match variables(args) {
        Ok(variables) => obeyed(args, &variables).await,
        Err(error) => Err(error),
    };
    done.unwrap_or_else(|error| fail(error.as_ref()))
}

async fn obeyed(args: &Args, variables: &Variables) -> Result<ExitCode, Failed> {
    match &args.command {
        None if args.stays_alone() => return quiesce::run(args, variables).await,
        None if args.stdio => Box::pin(stdio::run(args, variables)).await?,
        None => serve::run(args, variables).await?,
        Some(Command::Call(wanted)) => return call::run(args, wanted, variables).await,
        Some(Command::Track(wanted)) => track::run(args, wanted, variables).await?,
        Some(Command::Workflows(wanted)) => stories::run(args, wanted, variables).await?,
        Some(Command::Approve { id }) => approve::run(args, id.as_ref(), variables).await?,
        Some(Command::Sandbox(wanted)) => sandbox::run(args, wanted).await?,
        Some(Command::Key(wanted)) => key::run(wanted)?,
        Some(Command::Doctor) => return doctor::run(args, variables).await,
    }
    Ok(ExitCode::SUCCESS)
}

fn fail(error: &(dyn Error + 'static)) -> ExitCode {
    terminal::complain(error);
    ExitCode::FAILURE
}

/// The environment's, and the file's for what is not set there.
fn variables(args: &Args) -> Result<Variables, Failed> {
    let environment = environment();
    let file = match &args.env_file {
        Some(file) => Some(file.clone()),
        None => environment.optional("IDWO_ENV_FILE")?,
    };
    match file {
        Some(file) => Ok(environment.or(env_file::read(&file)?)),
        None => Ok(environment),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the host hands its environment to Config, once"
)]
fn environment() -> Variables {
    Variables::of_environment(std::env::vars_os())
}
