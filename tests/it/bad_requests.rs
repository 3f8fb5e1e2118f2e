//! Every bad request of `bad_requests.json`, as a client sends it over HTTP and as API Gateway hands
//! it to a function (REST and HTTP APIs, plain and base64): refused alike, and nobody hurt.

use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue, Method};
use idwo_history::clones::Clones;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::api_gateway::{self, Request};
use crate::door::{self, Door};

/// What no answer may hold: a place in our code or on our disk, or a secret.
const LEAKS: [&str; 6] = ["panicked", ".rs", "/root", "/home", "src/", door::STATE_KEY];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bad {
    situation: String,
    #[serde(default = "post")]
    method: String,
    #[serde(default = "mcp")]
    path: String,
    /// API Gateway refuses it itself: a host that is no name, a header that is no text.
    #[serde(default)]
    only_http: bool,
    /// Instead of those of an honest request; null for none, a list for several.
    #[serde(default)]
    headers: Map<String, Value>,
    #[serde(default = "honest")]
    body: Body,
    status: Status,
    code: i64,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Body {
    Text(String),
    Hex {
        hex: String,
    },
    Long {
        before: String,
        repeat: String,
        times: usize,
        after: String,
    },
}

/// One for each way where what lies in between reads the request differently.
#[derive(Deserialize)]
#[serde(untagged)]
enum Status {
    Same(u16),
    ByWay(BTreeMap<String, u16>),
}

fn post() -> String {
    "POST".to_owned()
}

fn mcp() -> String {
    "/mcp".to_owned()
}

fn honest() -> Body {
    Body::Text(json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }).to_string())
}

fn corpus() -> Vec<Bad> {
    serde_json::from_str(include_str!("bad_requests.json")).unwrap()
}

#[tokio::test]
async fn over_http() {
    let door = Door::over(Clones::default()).await;
    for bad in corpus() {
        let mut request = http::Request::builder()
            .method(bad.method.parse::<Method>().unwrap())
            .uri(&bad.path);
        for (name, value) in bad.headers() {
            request = request.header(name.parse::<HeaderName>().unwrap(), latin_1(&value));
        }
        let request = request.body(bad.bytes().into()).unwrap();
        let reply = door.send(request).await;
        bad.judge("HTTP", reply.status, &reply.body);
        let health = door.get("/health").await;
        assert_eq!(health.status, 200, "{} has hurt the server", bad.situation);
    }
    door.close().await;
}

#[tokio::test]
async fn as_events_of_api_gateway() {
    let endpoint = door::endpoint(Clones::default());
    for bad in corpus().into_iter().filter(|bad| !bad.only_http) {
        let request = Request {
            method: bad.method.clone(),
            path: bad.path.clone(),
            headers: bad.headers(),
            body: bad.bytes(),
        };
        for (way, event) in api_gateway::events(&request) {
            let (status, body) = api_gateway::invoke(&endpoint, event).await;
            bad.judge(way, status, &body);
        }
    }
}

impl Bad {
    fn headers(&self) -> Vec<(String, String)> {
        let honest = [
            ("host", "localhost"),
            ("content-type", "application/json"),
            ("accept", "application/json, text/event-stream"),
        ];
        let mut headers = Vec::new();
        for (name, value) in honest {
            if !self.headers.contains_key(name) {
                headers.push((name.to_owned(), value.to_owned()));
            }
        }
        for (name, given) in &self.headers {
            let values = given
                .as_array()
                .map_or(vec![given], |all| all.iter().collect());
            let texts = values.into_iter().filter_map(Value::as_str);
            headers.extend(texts.map(|text| (name.clone(), text.to_owned())));
        }
        headers
    }

    fn bytes(&self) -> Vec<u8> {
        match &self.body {
            Body::Text(text) => text.clone().into_bytes(),
            Body::Hex { hex } => (0..hex.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
                .collect(),
            Body::Long {
                before,
                repeat,
                times,
                after,
            } => format!("{before}{}{after}", repeat.repeat(*times)).into_bytes(),
        }
    }

    fn judge(&self, way: &str, status: u16, body: &str) {
        let what = format!("{} as {way}: {status} {body:.300}", self.situation);
        let expected = match &self.status {
            Status::Same(status) => *status,
            Status::ByWay(statuses) => statuses[way],
        };
        assert_eq!(status, expected, "{what}");
        let answer: Value = serde_json::from_str(body).unwrap_or_else(|_| panic!("{what}"));
        assert_eq!(answer["jsonrpc"], "2.0", "{what}");
        assert_eq!(answer["error"]["code"], self.code, "{what}");
        self.judge_id(answer.get("id"), &what);
        assert!(!LEAKS.iter().any(|leak| body.contains(leak)), "{what}");
    }

    /// The id is brought back once it could be read; never another, and never null.
    fn judge_id(&self, id: Option<&Value>, what: &str) {
        let was_read = !matches!(self.code, -32700 | -32600);
        assert!(id.is_some() || !was_read, "{what}");
        assert!(id.is_none_or(|id| *id == 1), "{what}");
    }
}

/// Headers can hold bytes that are no text.
fn latin_1(text: &str) -> HeaderValue {
    let bytes: Vec<u8> = text.chars().map(|c| u8::try_from(c).unwrap()).collect();
    HeaderValue::from_bytes(&bytes).unwrap()
}
