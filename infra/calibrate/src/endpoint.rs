//! The endpoint as clients see it: a process of its own, asked over HTTP.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

use crate::Failed;

/// What the kernel counts processor time in, a second.
const TICKS_A_SECOND: f64 = 100.0;

pub(crate) struct Endpoint {
    server: Child,
    url: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Endpoint {
    /// Starts `idwo-local` over `clone` with its data in `data`, and waits until it listens.
    pub(crate) fn start(clone: &Path, data: &Path) -> Result<Self, Failed> {
        let server = command(&binary()?)
            .args(["--bind", "127.0.0.1:0"])
            .arg("--repo")
            .arg(clone)
            .arg("--data")
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut endpoint = Self {
            server,
            url: String::new(),
            client: Client::builder(TokioExecutor::new()).build_http(),
        };
        let output = endpoint.server.stdout.take().ok_or("no output")?;
        let mut lines = BufReader::new(output).lines();
        while endpoint.url.is_empty() {
            let line = lines.next().ok_or("the endpoint ended at its start")??;
            let mut words = line.split_whitespace();
            let url = words.find(|word| word.starts_with("http://"));
            endpoint.url = url.unwrap_or_default().to_owned();
        }
        // What it goes on printing has to go somewhere.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Ok(endpoint)
    }

    /// Calls `analyze_pr`; gives the structured reply.
    pub(crate) async fn analyze(&self, repository: &str, number: u64) -> Result<Value, Failed> {
        let (owner, repo) = repository
            .split_once('/')
            .ok_or("a repository is owner/repo")?;
        let arguments =
            json!({ "owner": owner, "repo": repo, "pull_number": number, "detail": "full" });
        let params = json!({ "name": "analyze_pr", "arguments": arguments });
        let message =
            json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params });
        let request = Request::post(&self.url)
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream")
            .body(Full::from(message.to_string()))?;
        let response = self.client.request(request).await?;
        let body = response.into_body().collect().await?.to_bytes();
        let reply: Value = serde_json::from_slice(&body)?;
        let result = reply.get("result").cloned().unwrap_or_default();
        if result.get("isError") != Some(&Value::Bool(false)) {
            return Err(format!("#{number}: {reply}").into());
        }
        Ok(result.get("structuredContent").cloned().unwrap_or_default())
    }

    /// Processor seconds that it used so far.
    pub(crate) fn cpu_s(&self) -> Result<f64, Failed> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.server.id()))?;
        let (_, fields) = stat.rsplit_once(") ").ok_or("a strange /proc/PID/stat")?;
        let ticks = fields.split(' ').skip(11).take(2).map(str::parse::<f64>);
        Ok(ticks.sum::<Result<f64, _>>()? / TICKS_A_SECOND)
    }

    /// The most memory that it held at once, in MB.
    pub(crate) fn peak_mb(&self) -> Result<f64, Failed> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.server.id()))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = peak.and_then(|peak| peak.split_whitespace().next());
        Ok(kilobytes.ok_or("no VmHWM")?.parse::<f64>()? / 1024.0)
    }

    /// Ends it without a chance to clean up.
    pub(crate) fn kill(mut self) -> Result<(), Failed> {
        self.server.kill()?;
        self.server.wait()?;
        Ok(())
    }
}

/// Nobody is left behind when a measurement fails.
impl Drop for Endpoint {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Built beside this program, in the same profile.
fn binary() -> Result<PathBuf, Failed> {
    let own = std::env::current_exe()?;
    let folder = own.parent().ok_or("this program lies nowhere")?;
    let built = command(Path::new("cargo"))
        .args(["build", "-q", "--profile", "laptop", "-p", "idwo-local"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()?;
    if !built.success() {
        return Err("idwo-local does not build".into());
    }
    Ok(folder.join("idwo-local"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "a chore of the project, never deployed"
)]
fn command(program: &Path) -> Command {
    Command::new(program)
}
