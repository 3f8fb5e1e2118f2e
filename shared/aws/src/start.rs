//! What every function does before its first event.

use std::sync::OnceLock;

use idwo_core::config::{Config, Variables};
use tokio::runtime::Runtime;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::account::Account;
use crate::secrets;

/// Whatever ends a function before it serves: Lambda logs it and starts another.
pub type Failed = Box<dyn std::error::Error + Send + Sync>;

/// What a function starts with.
#[derive(Clone)]
pub struct Start {
    pub config: Config,
    /// Of this process, and all that its secrets hold.
    pub variables: Variables,
    environment: Variables,
    account: OnceLock<Account>,
}

impl Start {
    /// Of this process: with the log as JSON lines on standard output, and all that its secrets hold.
    pub async fn here() -> Result<Self, Failed> {
        let mut start = Self::of(environment())?;
        log(&start.config)?;
        start.read_secrets().await?;
        Ok(start)
    }

    /// Refuses a fault plan: nothing that is deployed fails on purpose, or looks as if it would.
    pub(crate) fn of(environment: Variables) -> Result<Self, Failed> {
        if environment.optional::<String>("IDWO_FAULT_PLAN")?.is_some() {
            return Err("IDWO_FAULT_PLAN is set: functions have no planned faults".into());
        }
        Ok(Self {
            config: Config::read(&environment)?,
            variables: environment.clone(),
            environment,
            account: OnceLock::new(),
        })
    }

    /// Takes what the secrets hold now, or changes nothing.
    pub(crate) async fn read_secrets(&mut self) -> Result<(), Failed> {
        let variables = self.with_kept().await?;
        self.config = Config::read(&variables)?;
        self.variables = variables;
        Ok(())
    }

    async fn with_kept(&self) -> Result<Variables, Failed> {
        let names: Vec<String> = self.environment.list("IDWO_SECRETS")?;
        if names.is_empty() {
            return Ok(self.environment.clone());
        }
        let kept = secrets::read(self.account()?, &names).await?;
        Ok(self.environment.clone().or(kept))
    }

    /// Made once, when something needs it: a tool that calls no service of AWS pays nothing for it.
    pub(crate) fn account(&self) -> Result<&Account, Failed> {
        if let Some(account) = self.account.get() {
            return Ok(account);
        }
        let account = Account::of(&self.environment)?;
        Ok(self.account.get_or_init(|| account))
    }
}

/// One thread: a function answers one event at a time, and a second thread costs a quarter of the
/// start (1.64 against 1.31 ms of CPU, measured).
pub(crate) fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}

fn log(config: &Config) -> Result<(), Failed> {
    let filter: Targets = config
        .log
        .parse()
        .map_err(|_| "IDWO_LOG is not usable: expected a filter such as info")?;
    let lines = tracing_subscriber::fmt::layer().json().without_time();
    let log = tracing_subscriber::registry().with(filter).with(lines);
    Ok(log.try_init()?)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the host hands its environment to Config, once"
)]
fn environment() -> Variables {
    Variables::of_environment(std::env::vars_os())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_plan_ends_the_start() {
        let set = |value: &str| [("IDWO_FAULT_PLAN".to_owned(), value.to_owned())];
        assert!(Start::of(Variables::new(set("[]"))).is_err());
        assert!(Start::of(Variables::new(set(""))).is_ok());
    }
}
