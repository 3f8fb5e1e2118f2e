//! `idwo-local`: serves the endpoint, or prints one reply.

use std::process::ExitCode;

use clap::Parser;
use idwo_core::config::{Config, Variables};
use idwo_local::args::{Args, Command};
use idwo_local::{call, serve, terminal};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = Args::parse();
    let done = match &args.command {
        None => serve::run(&args, environment())
            .await
            .map(|()| ExitCode::SUCCESS),
        Some(Command::Call(wanted)) => call::run(&args, wanted).await,
    };
    done.unwrap_or_else(|error| {
        terminal::complain(error.as_ref());
        ExitCode::FAILURE
    })
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
