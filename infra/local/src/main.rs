//! `idwo-local`: serves the endpoint, or prints one reply.

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use idwo_core::config::{Config, Variables};
use idwo_local::args::{Args, Command};
use idwo_local::{call, serve, terminal};

/// How long threads that still compute may hold up the end.
const THREADS_TIMEOUT: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    let args = Args::parse();
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
    let done = match &args.command {
        None => serve::run(args, environment())
            .await
            .map(|()| ExitCode::SUCCESS),
        Some(Command::Call(wanted)) => call::run(args, wanted).await,
    };
    done.unwrap_or_else(|error| fail(error.as_ref()))
}

fn fail(error: &(dyn Error + 'static)) -> ExitCode {
    terminal::complain(error);
    ExitCode::FAILURE
}

#[expect(
    clippy::disallowed_methods,
    reason = "the host hands its environment to Config, once"
)]
fn environment() -> Result<Config, idwo_core::config::ConfigError> {
    Config::read(&Variables::new(std::env::vars_os().filter_map(
        |(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)),
    )))
}
