//! The command line.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand, ValueEnum};

use idwo_core::access::APPROVE;
use idwo_core::input::{PullNumber, RepositoryName, WorkflowId};

use crate::gate::Gate;
use crate::tools::TOOLS;

/// Serve MCP on this machine: evidence about pull requests, without account, key or network.
#[derive(Debug, Clone, Parser)]
#[command(name = "idwo-local", version)]
pub struct Args {
    /// A git clone to offer, as local/FOLDER and by the name of its GitHub origin; can be given
    /// several times. Without it, a sample repository is offered.
    #[arg(long, value_name = "PATH", global = true)]
    pub repo: Vec<PathBuf>,

    /// Where to listen: a loopback address, since there is no authentication here.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8787", value_parser = loopback, global = true)]
    pub bind: SocketAddr,

    /// Where data is kept.
    #[arg(long, value_name = "FOLDER", default_value = ".idwo", global = true)]
    pub data: PathBuf,

    /// Keep data in a temporary folder, gone at the end.
    #[arg(long, conflicts_with = "data", global = true)]
    pub ephemeral: bool,

    /// Variables to go by where the environment does not set them: lines `NAME=value`, in a file that its
    /// owner alone may reach. Without it `IDWO_ENV_FILE` says which; none is looked for, since the clone that
    /// this runs in could bring one along.
    #[arg(long, value_name = "FILE", global = true)]
    pub env_file: Option<PathBuf>,

    /// Serve one client on standard input and output instead of HTTP.
    #[arg(long, conflicts_with = "bind")]
    pub stdio: bool,

    /// Serve nobody: work on what is open until nothing goes on by itself any more, then end. 0: so it
    /// is; 1: something still went on after 60 s.
    #[arg(long, conflicts_with = "stdio")]
    pub quiesce: bool,

    /// Serve nobody: print how many workflows there are and how they stand, after --quiesce or as it is.
    #[arg(long, value_enum, value_name = "FORMAT", conflicts_with = "stdio")]
    pub dump_state: Option<StateFormat>,

    /// Start so many workflows whose steps leave lines in a file, for killing it meanwhile.
    #[cfg(feature = "rehearsal")]
    #[arg(long, value_name = "RUNS", default_value_t = 0, hide = true)]
    pub rehearse: u32,

    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum StateFormat {
    Json,
}

#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Call one tool, print its reply and end: 0 for an answer, 1 for an error, 3 for a gate that
    /// did not pass.
    Call(Call),

    /// Check configuration, address, data, repositories, tools and services; say what is missing
    /// and how to mend it. 0: all that is set up works; 1: something does not.
    Doctor,

    /// Begin to follow a pull request until it is released or closed. Serving goes on with it.
    Track(Track),

    /// Print the workflows that were started last, or the story of one. While another idwo-local holds
    /// them, that one is asked, at --bind.
    Workflows(Stories),

    /// Show what waits for an approval and let the person at this terminal decide it; without an id, name what
    /// waits.
    Approve {
        /// As `get_workflow` names it.
        id: Option<WorkflowId>,
    },

    /// Serve the sample as GitHub and Jira would, and print the variables that lead there.
    Sandbox(Sandbox),

    /// Access keys for a deployed endpoint.
    #[command(subcommand)]
    Key(Key),
}

#[derive(Debug, Clone, clap::Args)]
pub struct Track {
    #[arg(value_name = "OWNER/REPO")]
    pub repository: RepositoryName,

    pub number: PullNumber,
}

#[derive(Debug, Clone, clap::Args)]
pub struct Stories {
    /// Such as pr-rust-lang-cargo-123~1; without what is behind `~` the newest attempt.
    pub id: Option<WorkflowId>,

    /// Go on printing what happens until it has ended, or all of them have, or Ctrl-C.
    #[arg(long)]
    pub follow: bool,
}

#[derive(Debug, Clone, clap::Args)]
pub struct Sandbox {
    /// Under which the sample is served; `sample/storefront` itself is answered from a clone.
    #[arg(long, value_name = "OWNER/REPO", default_value = "acme/storefront")]
    pub name: RepositoryName,
}

#[derive(Debug, Clone, Subcommand)]
pub enum Key {
    /// Make a key, show it once, and print what the deployment keeps of it.
    New(NewKey),

    /// Make a key for the secret on standard input: the secret with it goes to standard output, the
    /// key itself to standard error.
    Add(NewKey),

    /// Take somebody's key out of the secret on standard input; what is left goes to standard output.
    Remove {
        /// Whose, as it stands in the secret.
        #[arg(long)]
        name: String,
    },
}

/// Longest life of a key, in days: one that nobody replaces is one that nobody misses.
const KEY_DAYS_MAX: i64 = 365;

#[derive(Debug, Clone, clap::Args)]
pub struct NewKey {
    /// Who will use it, such as copilot; it stands in logs.
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub name: String,

    /// What it may do, such as repository:read; can be given several times.
    #[arg(long = "scope", value_name = "SCOPE", required = true, value_parser = scope)]
    pub scopes: Vec<String>,

    /// How long it is good for.
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=KEY_DAYS_MAX))]
    pub days: u32,
}

#[derive(Debug, Clone, clap::Args)]
pub struct Call {
    /// The tool's name.
    pub tool: String,

    /// Its arguments, as a JSON object.
    pub arguments: String,

    #[arg(long, value_enum, default_value_t = Format::Json)]
    pub format: Format,

    /// Fail when the answer reaches this: risk=low|medium|high, or NAME=COUNT for a list of the
    /// result (`secret_like=1`). What is unknown fails too.
    #[arg(long, value_name = "NAME=LIMIT")]
    pub fail_on: Vec<Gate>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Format {
    Json,
    Markdown,
}

impl Args {
    /// Ends the process where the command line is wrong. Only this is beyond what clap's attributes
    /// can say: a flag that no subcommand takes.
    pub fn parse_consistent() -> Self {
        let args = Self::parse();
        let is_alone = args.stdio || args.stays_alone();
        if is_alone && args.command.is_some() {
            let why = "--stdio, --quiesce and --dump-state go with no subcommand";
            Self::command()
                .error(ErrorKind::ArgumentConflict, why)
                .exit();
        }
        args
    }

    /// Whether nobody is to be served.
    pub const fn stays_alone(&self) -> bool {
        self.quiesce || self.dump_state.is_some()
    }

    /// The same, for a look that leaves nothing behind.
    pub(crate) fn without_writing(&self) -> Self {
        Self {
            ephemeral: true,
            ..self.clone()
        }
    }
}

/// One that something asks for: a misspelt one would hide every tool from who holds the key.
fn scope(text: &str) -> Result<String, String> {
    let scopes: BTreeSet<_> = TOOLS
        .iter()
        .flat_map(|tool| (tool.contract)().scopes)
        .chain([&APPROVE])
        .collect();
    if scopes.contains(&text) {
        return Ok(text.to_owned());
    }
    let known: Vec<_> = scopes.into_iter().copied().collect();
    Err(format!("expected one of: {}", known.join(", ")))
}

fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text
        .parse()
        .map_err(|_| "expected ADDRESS:PORT, such as 127.0.0.1:8787".to_owned())?;
    if !address.ip().is_loopback() {
        return Err(
            "expected a loopback address (127.0.0.1 or [::1]): whoever reaches the port may use it"
                .to_owned(),
        );
    }
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_bound() {
        assert!(loopback("127.0.0.1:0").is_ok() && loopback("[::1]:8787").is_ok());
        for refused in [
            "0.0.0.0:8787",
            "192.168.1.2:80",
            "[::]:1",
            "localhost:8787",
            "127.0.0.1",
            "",
        ] {
            assert!(loopback(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }
}
