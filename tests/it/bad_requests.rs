//! Every bad request of `bad_requests.json`, as a client sends it over HTTP and as API Gateway hands
//! it to a function (REST and HTTP APIs, plain and base64): refused alike, and nobody hurt.

use http::{HeaderName, HeaderValue, Method, Request};
use http_body_util::BodyExt;
use idwo_history::clones::Clones;
use lambda_http::lambda_runtime::{Context, LambdaEvent};
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Service};
use mcp::endpoint::Endpoint;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::door::{self, Door};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bad {
    situation: String,
    #[serde(default = "post")]
    method: String,
    #[serde(default = "mcp")]
    path: String,
    /// API Gateway finds its functions by host, and takes none that is no name.
    #[serde(default)]
    only_http: bool,
    /// Instead of those of an honest request; null for none, a list for several.
    #[serde(default)]
    headers: serde_json::Map<String, Value>,
    #[serde(default = "honest")]
    body: Body,
    status: Statuses,
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

/// Several where what comes in between may already refuse.
#[derive(Deserialize)]
#[serde(untagged)]
enum Statuses {
    One(u16),
    OneOf(Vec<u16>),
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
        let mut request = Request::builder()
            .method(bad.method.parse::<Method>().unwrap())
            .uri(&bad.path);
        for (name, value) in bad.headers() {
            request = request.header(
                name.parse::<HeaderName>().unwrap(),
                HeaderValue::from_str(&value).unwrap(),
            );
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
        for (kind, event) in bad.events() {
            let (status, body) = invoke(&endpoint, event).await;
            bad.judge(kind, status, &body);
        }
    }
}

/// As the Lambda runtime does, without a network.
async fn invoke(endpoint: &Endpoint, event: Value) -> (u16, String) {
    let endpoint = endpoint.clone();
    let service = lambda_http::service_fn(move |request: lambda_http::Request| {
        let endpoint = endpoint.clone();
        async move {
            let answer = endpoint.answer(request).await;
            let (parts, body) = answer.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            let body = String::from_utf8(body.to_vec()).unwrap();
            Ok::<_, std::convert::Infallible>(http::Response::from_parts(parts, body))
        }
    });
    let event: LambdaRequest = serde_json::from_value(event).unwrap();
    let mut adapter = Adapter::from(service);
    let event = LambdaEvent::new(event, Context::default());
    let reply = json!(adapter.call(event).await.unwrap());
    let status = reply["statusCode"].as_u64().unwrap();
    let body = reply["body"].as_str().unwrap_or_default().to_owned();
    (u16::try_from(status).unwrap(), body)
}

impl Bad {
    fn headers(&self) -> Vec<(String, String)> {
        let honest = [
            ("host", "localhost"),
            ("content-type", "application/json"),
            ("accept", "application/json, text/event-stream"),
        ];
        let kept = honest
            .iter()
            .filter(|(name, _)| !self.headers.contains_key(*name))
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let given = self.headers.iter().flat_map(|(name, values)| {
            let values = match values {
                Value::Array(values) => values.clone(),
                Value::Null => Vec::new(),
                value => vec![value.clone()],
            };
            let texts = values
                .into_iter()
                .map(|value| value.as_str().unwrap().to_owned());
            texts.map(|value| (name.clone(), value)).collect::<Vec<_>>()
        });
        kept.chain(given).collect()
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

    /// What API Gateway makes of it; a body that is no text only ever comes in base64.
    fn events(&self) -> Vec<(&'static str, Value)> {
        let encoded = base64(&self.bytes());
        let mut events = vec![
            ("REST, base64", self.rest(&encoded, true)),
            ("HTTP, base64", self.http(&encoded, true)),
        ];
        if let Ok(text) = String::from_utf8(self.bytes()) {
            events.push(("REST", self.rest(&text, false)));
            events.push(("HTTP", self.http(&text, false)));
        }
        events
    }

    fn rest(&self, body: &str, is_base64: bool) -> Value {
        let (mut single, mut all) = (json!({}), json!({}));
        for (name, value) in self.headers() {
            single[&name] = json!(value);
            match all[&name].as_array_mut() {
                Some(values) => values.push(json!(value)),
                None => all[&name] = json!([value]),
            }
        }
        json!({
            "resource": "/{proxy+}",
            "path": self.path,
            "httpMethod": self.method,
            "headers": single,
            "multiValueHeaders": all,
            "queryStringParameters": null,
            "multiValueQueryStringParameters": null,
            "pathParameters": null,
            "stageVariables": null,
            "requestContext": {
                "accountId": "123456789012", "apiId": "api", "httpMethod": self.method,
                "identity": { "sourceIp": "203.0.113.7" }, "path": self.path, "protocol": "HTTP/1.1",
                "requestId": "r", "resourceId": "x", "resourcePath": "/{proxy+}", "stage": "$default",
            },
            "body": body,
            "isBase64Encoded": is_base64,
        })
    }

    /// Several headers of one name arrive as one, with commas.
    fn http(&self, body: &str, is_base64: bool) -> Value {
        let mut headers = json!({});
        for (name, value) in self.headers() {
            let before = headers[&name]
                .as_str()
                .map(|before| format!("{before},{value}"));
            headers[&name] = json!(before.unwrap_or(value));
        }
        json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": self.path,
            "rawQueryString": "",
            "headers": headers,
            "requestContext": {
                "accountId": "123456789012", "apiId": "api", "domainName": "localhost",
                "domainPrefix": "x", "requestId": "r", "routeKey": "$default", "stage": "$default",
                "time": "22/Nov/2026:00:00:00 +0000", "timeEpoch": 0,
                "http": {
                    "method": self.method, "path": self.path, "protocol": "HTTP/1.1",
                    "sourceIp": "203.0.113.7", "userAgent": "t",
                },
            },
            "body": body,
            "isBase64Encoded": is_base64,
        })
    }

    fn judge(&self, kind: &str, status: u16, body: &str) {
        let what = format!("{} as {kind}: {status} {body:.300}", self.situation);
        let expected = match &self.status {
            Statuses::One(one) => vec![*one],
            Statuses::OneOf(several) => several.clone(),
        };
        assert!(expected.contains(&status), "{what}");
        let json: Value = serde_json::from_str(body).unwrap_or_else(|_| panic!("{what}"));
        assert_eq!(
            (&json["jsonrpc"], &json["error"]["code"]),
            (&json!("2.0"), &json!(self.code)),
            "{what}"
        );
        assert!(
            !json
                .as_object()
                .unwrap()
                .get("id")
                .is_some_and(Value::is_null),
            "{what}"
        );
        for leak in [
            "panicked",
            ".rs",
            "/root",
            "/home",
            "src/",
            "a key of the tests",
            "RUST",
        ] {
            assert!(!body.contains(leak), "{what}");
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let all = chunk
            .iter()
            .fold(0_u32, |all, byte| all << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let digit = DIGITS[(all >> (18 - 6 * at)) as usize & 63];
            text.push(if at <= chunk.len() {
                char::from(digit)
            } else {
                '='
            });
        }
    }
    text
}
