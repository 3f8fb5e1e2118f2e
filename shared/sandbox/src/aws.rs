//! A stand-in for what functions talk to on AWS, over real HTTP: the Runtime API from which a
//! function's process takes its events, the API by which functions invoke each other, Secrets
//! Manager, and a table in which there is nothing.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc, oneshot, watch};

/// Longest wait for a function's answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a function has for an event, as it is told, in milliseconds: a date far away.
const DEADLINE_MS: &str = "4102444800000";

/// What a function answered, or the error that it reported.
pub type Outcome = Result<Value, Value>;

/// Functions by name, each a queue of events that processes or stand-ins answer.
#[derive(Clone)]
pub struct Aws {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    functions: Mutex<HashMap<String, Function>>,
    /// Events that were taken and are not answered, by request id.
    taken: Mutex<HashMap<String, oneshot::Sender<Outcome>>>,
    events: AtomicU64,
    /// How often each function has asked for an event.
    asked: watch::Sender<HashMap<String, u64>>,
    /// By name, as they were put.
    secrets: Mutex<HashMap<String, String>>,
}

#[derive(Clone)]
enum Function {
    /// A process polls for it.
    Process {
        events: mpsc::UnboundedSender<Event>,
        queue: Arc<Mutex<mpsc::UnboundedReceiver<Event>>>,
    },
    /// Lambda has no place for it.
    Full,
    /// Answered here.
    StandIn(Arc<dyn Fn(Value) -> Outcome + Send + Sync>),
}

/// A function's own process; ends with this.
pub struct Process {
    child: Child,
    /// Gives all lines that it has printed, once it has ended.
    log: Option<JoinHandle<Vec<String>>>,
}

struct Event {
    payload: Value,
    answer: oneshot::Sender<Outcome>,
}

impl Aws {
    pub async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let aws = Self {
            address: listener.local_addr()?,
            state: Arc::default(),
        };
        tokio::spawn(aws.clone().accept(listener));
        Ok(aws)
    }

    /// Starts `program` as the function `name`, with these variables and those of Lambda.
    #[expect(
        clippy::disallowed_methods,
        reason = "Lambda starts processes, and this stands for it"
    )]
    pub async fn run(
        &self,
        name: &str,
        program: &str,
        variables: &[(&str, &str)],
    ) -> std::io::Result<Process> {
        let runtime_api = self.runtime_api(name).await;
        let mut child = Command::new(program)
            .env_clear()
            .envs([
                ("AWS_LAMBDA_RUNTIME_API", runtime_api.as_str()),
                ("AWS_LAMBDA_FUNCTION_NAME", name),
                ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
                ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
                ("AWS_LAMBDA_LOG_GROUP_NAME", name),
                ("AWS_LAMBDA_LOG_STREAM_NAME", name),
                ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
                ("AWS_ENDPOINT_URL", &self.url()),
                ("AWS_REGION", "eu-central-1"),
                ("AWS_ACCESS_KEY_ID", "test"),
                ("AWS_SECRET_ACCESS_KEY", "test"),
            ])
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let printed = child.stdout.take();
        let log = printed.map(|printed| std::thread::spawn(move || lines(printed)));
        Ok(Process { child, log })
    }

    async fn runtime_api(&self, name: &str) -> String {
        let (events, queue) = mpsc::unbounded_channel();
        let queue = Arc::new(Mutex::new(queue));
        let mut functions = self.state.functions.lock().await;
        functions.insert(name.to_owned(), Function::Process { events, queue });
        format!("{}/{name}", self.url())
    }

    /// Keeps `secret` under `name`.
    pub async fn keep(&self, name: &str, secret: &Value) {
        let mut secrets = self.state.secrets.lock().await;
        secrets.insert(name.to_owned(), secret.to_string());
    }

    /// Lets `answer` stand for the function `name`.
    pub async fn stand_in(
        &self,
        name: &str,
        answer: impl Fn(Value) -> Outcome + Send + Sync + 'static,
    ) {
        let mut functions = self.state.functions.lock().await;
        functions.insert(name.to_owned(), Function::StandIn(Arc::new(answer)));
    }

    /// Loses what is kept under `name`.
    pub async fn lose(&self, name: &str) {
        self.state.secrets.lock().await.remove(name);
    }

    /// Leaves no place for calls of the function `name`.
    pub async fn fill(&self, name: &str) {
        let mut functions = self.state.functions.lock().await;
        functions.insert(name.to_owned(), Function::Full);
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Sends `payload` to the function; `None` if there is no such function or no answer.
    pub async fn invoke(&self, name: &str, payload: Value) -> Option<Outcome> {
        let function = self.state.functions.lock().await.get(name).cloned()?;
        match function {
            Function::StandIn(answer) => Some(answer(payload)),
            Function::Full => None,
            Function::Process { events, .. } => {
                let (answer, answered) = oneshot::channel();
                events.send(Event { payload, answer }).ok()?;
                tokio::time::timeout(ANSWER_TIMEOUT, answered)
                    .await
                    .ok()?
                    .ok()
            }
        }
    }

    async fn accept(self, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            let aws = self.clone();
            let service = service_fn(move |request| {
                let aws = aws.clone();
                async move { Ok::<_, Infallible>(aws.answer(request).await) }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.unwrap_or_default().to_bytes();
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        let path: Vec<_> = head.uri.path().split('/').skip(1).collect();
        match (&head.method, path.as_slice()) {
            (&Method::GET, [name, "2018-06-01", "runtime", "invocation", "next"]) => {
                self.next(name).await
            }
            (&Method::POST, [_, "2018-06-01", "runtime", "invocation", id, "response"]) => {
                self.done(id, Ok(body)).await
            }
            (&Method::POST, [_, "2018-06-01", "runtime", "invocation", id, "error"]) => {
                self.done(id, Err(body)).await
            }
            (&Method::POST, ["2015-03-31", "functions", name, "invocations"]) => {
                let kind = head.headers.get("x-amz-invocation-type");
                let is_dry_run = kind.is_some_and(|kind| kind == "DryRun");
                self.invoked(name, body, is_dry_run).await
            }
            (&Method::POST, [""]) if is_for(&head, "secretsmanager.GetSecretValue") => {
                self.secret(
                    body.get("SecretId")
                        .and_then(Value::as_str)
                        .unwrap_or_default(),
                )
                .await
            }
            (&Method::POST, [""]) if is_for(&head, "DynamoDB_20120810.GetItem") => {
                answer(StatusCode::OK, &json!({}))
            }
            (&Method::POST, [""]) if is_for(&head, "DynamoDB_20120810.Query") => {
                answer(StatusCode::OK, &json!({ "Items": [] }))
            }
            _ => answer(StatusCode::NOT_FOUND, &json!({ "message": "no such path" })),
        }
    }

    /// Waits until a function has asked for an event so many times: at the second time it is done with
    /// the first.
    pub async fn asked(&self, name: &str, times: u64) {
        let mut asked = self.state.asked.subscribe();
        let is_there = |asked: &HashMap<String, u64>| asked.get(name) >= Some(&times);
        // The sender lives as long as this.
        let _ = asked.wait_for(is_there).await;
    }

    /// The next event of a function, once there is one.
    async fn next(&self, name: &str) -> Response<Full<Bytes>> {
        let one_more = |asked: &mut HashMap<_, _>| *asked.entry(name.to_owned()).or_default() += 1;
        self.state.asked.send_modify(one_more);
        let function = self.state.functions.lock().await.get(name).cloned();
        let Some(Function::Process { queue, .. }) = function else {
            return answer(
                StatusCode::NOT_FOUND,
                &json!({ "message": "no such function" }),
            );
        };
        let Some(event) = queue.lock().await.recv().await else {
            return answer(StatusCode::GONE, &Value::Null);
        };
        let id = format!(
            "event-{}",
            self.state.events.fetch_add(1, Ordering::Relaxed)
        );
        let mut taken = self.state.taken.lock().await;
        taken.insert(id.clone(), event.answer);
        let mut next = answer(StatusCode::OK, &event.payload);
        let arn = format!("arn:aws:lambda:us-east-1:123456789012:function:{name}");
        for (header, value) in [
            ("lambda-runtime-aws-request-id", id.as_str()),
            ("lambda-runtime-deadline-ms", DEADLINE_MS),
            ("lambda-runtime-invoked-function-arn", &arn),
        ] {
            if let Ok(value) = value.parse() {
                next.headers_mut().insert(header, value);
            }
        }
        next
    }

    async fn done(&self, id: &str, outcome: Outcome) -> Response<Full<Bytes>> {
        let Some(waiting) = self.state.taken.lock().await.remove(id) else {
            return answer(
                StatusCode::BAD_REQUEST,
                &json!({ "message": "no such event" }),
            );
        };
        let _ = waiting.send(outcome);
        answer(StatusCode::ACCEPTED, &json!({ "status": "OK" }))
    }

    async fn secret(&self, name: &str) -> Response<Full<Bytes>> {
        match self.state.secrets.lock().await.get(name) {
            Some(secret) => {
                let found = json!({ "Name": name, "SecretString": secret });
                answer(StatusCode::OK, &found)
            }
            None => {
                let kind = "ResourceNotFoundException";
                answer(StatusCode::BAD_REQUEST, &json!({ "__type": kind }))
            }
        }
    }

    async fn invoked(&self, name: &str, payload: Value, is_dry_run: bool) -> Response<Full<Bytes>> {
        if is_dry_run {
            let is_there = self.state.functions.lock().await.contains_key(name);
            let status = if is_there {
                StatusCode::NO_CONTENT
            } else {
                StatusCode::NOT_FOUND
            };
            return answer(status, &Value::Null);
        }
        let function = self.state.functions.lock().await.get(name).cloned();
        if matches!(function, Some(Function::Full)) {
            let message = json!({ "Reason": "ConcurrentInvocationLimitExceeded" });
            return answer(StatusCode::TOO_MANY_REQUESTS, &message);
        }
        match self.invoke(name, payload).await {
            Some(Ok(reply)) => answer(StatusCode::OK, &reply),
            Some(Err(error)) => {
                let mut failed = answer(StatusCode::OK, &error);
                let unhandled = http::HeaderValue::from_static("Unhandled");
                failed
                    .headers_mut()
                    .insert("x-amz-function-error", unhandled);
                failed
            }
            None => {
                let message = json!({ "message": "Function not found" });
                let mut missing = answer(StatusCode::NOT_FOUND, &message);
                let kind = http::HeaderValue::from_static("ResourceNotFoundException");
                missing.headers_mut().insert("x-amzn-errortype", kind);
                missing
            }
        }
    }
}

impl Process {
    /// Ends it; all that it has logged, line by line.
    pub fn end(mut self) -> Vec<String> {
        self.kill();
        let log = self.log.take().map(JoinHandle::join);
        log.and_then(Result::ok).unwrap_or_default()
    }

    fn kill(&mut self) {
        // One that has ended already cannot be killed, and need not be.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Its number among the machine's processes.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it has ended by itself; whether it ended well.
    pub fn ended_well(&mut self) -> std::io::Result<bool> {
        self.child.wait().map(|status| status.success())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn lines(printed: ChildStdout) -> Vec<String> {
    let lines = BufReader::new(printed).lines();
    lines.map_while(Result::ok).collect()
}

fn is_for(head: &http::request::Parts, target: &str) -> bool {
    head.headers
        .get("x-amz-target")
        .is_some_and(|wanted| wanted == target)
}

fn answer(status: StatusCode, body: &Value) -> Response<Full<Bytes>> {
    let body = if body.is_null() {
        Bytes::new()
    } else {
        body.to_string().into()
    };
    let mut answer = Response::new(Full::new(body));
    *answer.status_mut() = status;
    let json = http::HeaderValue::from_static("application/json");
    answer
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, json);
    answer
}
