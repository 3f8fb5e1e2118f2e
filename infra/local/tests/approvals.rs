//! The page of an approval on a laptop, in real processes.

#![expect(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test of a process starts it, and fails by panicking"
)]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use approval_page::kinds;
use idwo_core::approval::{Approval, LinkKey, Request};
use idwo_core::clock::{Clock, SystemClock};
use idwo_core::config::{Config, Variables};
use idwo_core::workflow::{Start, Started};
use idwo_local::own_keys;
use idwo_local::work::Work;
use uuid::Uuid;

const HOUR: Duration = Duration::from_secs(3600);

/// Of its page.
async fn path_of_one_that_is_asked(data: &Path) -> String {
    let variables = Variables::new([]);
    let config = own_keys::signing(Config::read(&variables).unwrap(), data).unwrap();
    let plan = ["merge #71".to_owned()];
    let request = Request::new("", "merge", "acme/storefront", &plan, "test", HOUR).unwrap();
    let start = Start {
        tenant: config.tenant.clone(),
        entity: "merge-71".parse().unwrap(),
        kind: request.asked().kind.to_owned(),
        input: request.asked().input,
        correlation: Uuid::nil(),
        parent: None,
    };
    let work = Work::open(data, &variables, kinds()).await.unwrap();
    let Started::New(loaded) = work.runs.start(start).await.unwrap() else {
        panic!("not started")
    };
    let approval = Approval::of(&loaded.run, SystemClock.now()).unwrap();
    let links = LinkKey::of(&config.request_state_key.unwrap()).unwrap();
    links.path(&config.tenant, &approval)
}

struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(data: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_idwo-local"))
            .env_clear()
            .args(["--bind", "127.0.0.1:0", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let screen = BufReader::new(process.stdout.take().unwrap());
        let lines = screen.lines().map(Result::unwrap);
        let first = lines.take(1).collect::<String>();
        let (_, url) = first.split_once("http://").unwrap();
        let address = url.split('/').next().unwrap().to_owned();
        Self { process, address }
    }

    /// Of one request on a connection of its own.
    fn answer(&self, head: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let (host, length) = (&self.address, body.len());
        let headers = format!("Host: {host}\r\nContent-Length: {length}\r\nConnection: close");
        write!(stream, "{head}\r\n{headers}\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn look(&self, path: &str) -> String {
        self.answer(&format!("GET {path} HTTP/1.1"), "")
    }

    fn send(&self, path: &str, form: &str) -> String {
        let kind = "Content-Type: application/x-www-form-urlencoded";
        self.answer(&format!("POST {path} HTTP/1.1\r\n{kind}"), form)
    }

    fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

#[tokio::test]
async fn the_owner_of_the_folder_approves_and_a_restart_forgets_neither_link_nor_key() {
    let data = tempfile::tempdir().unwrap();
    let path = path_of_one_that_is_asked(data.path()).await;
    let server = Server::start(data.path());
    let page = server.look(&path);
    assert!(page.starts_with("HTTP/1.1 200 "), "{page}");
    assert!(page.contains("somebody on this machine") && page.contains("<form"));
    let health = server.look("/health");
    assert!(health.starts_with("HTTP/1.1 200 "), "{health}");
    let sent = server.send(&path, "decision=approve&key=");
    assert!(sent.contains("?note=key"), "{sent}");
    server.kill();

    let key = fs::read_to_string(data.path().join("approver.key")).unwrap();
    let server = Server::start(data.path());
    let sent = server.send(&path, &format!("decision=approve&key={}", key.trim()));
    assert!(sent.starts_with("HTTP/1.1 303 "), "{sent}");
    let page = server.look(&path);
    assert!(page.contains("owner on this page"), "{page}");
    let foreign = server.answer(&format!("GET http://evil.test{path} HTTP/1.1"), "");
    assert!(foreign.starts_with("HTTP/1.1 403 "), "{foreign}");
    server.kill();
}
