//! `idwo-local`: serves the endpoint, prints one reply, or looks whether all is well.

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use idwo_core::config::Variables;
use idwo_local::args::{Args, Command};
use idwo_local::{call, doctor, key, sandbox, serve, stdio, terminal};

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
    let done = match &args.command {
        None if args.stdio => Box::pin(stdio::run(args, &environment()))
            .await
            .map(|()| ExitCode::SUCCESS),
        None => serve::run(args, &environment())
            .await
            .map(|()| ExitCode::SUCCESS),
        Some(Command::Call(wanted)) => call::run(args, wanted, &environment()).await,
        Some(Command::Sandbox(wanted)) => {
            sandbox::run(args, wanted).await.map(|()| ExitCode::SUCCESS)
        }
        Some(Command::Key(wanted)) => key::run(wanted).map(|()| ExitCode::SUCCESS),
        Some(Command::Doctor) => doctor::run(args, &environment()).await,
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
fn environment() -> Variables {
    Variables::of_environment(std::env::vars_os())
}
