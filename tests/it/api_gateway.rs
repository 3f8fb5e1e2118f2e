//! What API Gateway makes of a request, and the endpoint answering it as a function does: through
//! the adapter of the Lambda runtime, without a network.

use std::convert::Infallible;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Response;
use http_body_util::BodyExt;
use lambda_http::lambda_runtime::{Context, LambdaEvent};
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Service};
use mcp::endpoint::Endpoint;
use serde_json::{Value, json};

/// A request on its way to API Gateway; several headers can have one name.
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// The kind of API, and the event that it sends.
pub(crate) type Event = (&'static str, Value);

/// As both kinds of API send it. A body that is no text only ever comes in base64.
pub(crate) fn events(request: &Request) -> Vec<Event> {
    let encoded = STANDARD.encode(&request.body);
    let mut events = vec![
        ("REST API", rest(request, &encoded, true)),
        ("HTTP API", http(request, &encoded, true)),
    ];
    if let Ok(text) = std::str::from_utf8(&request.body) {
        events.push(("REST API", rest(request, text, false)));
        events.push(("HTTP API", http(request, text, false)));
    }
    events
}

/// Status and body of the answer.
pub(crate) async fn invoke(endpoint: &Endpoint, event: Value) -> (u16, String) {
    let endpoint = endpoint.clone();
    let service = lambda_http::service_fn(move |request: lambda_http::Request| {
        let endpoint = endpoint.clone();
        async move {
            let (parts, body) = endpoint.answer(request).await.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            let body = String::from_utf8(body.to_vec()).unwrap();
            Ok::<_, Infallible>(Response::from_parts(parts, body))
        }
    });
    let event: LambdaRequest = serde_json::from_value(event).unwrap();
    let event = LambdaEvent::new(event, Context::default());
    let reply = json!(Adapter::from(service).call(event).await.unwrap());
    let status = reply["statusCode"].as_u64().unwrap();
    let body = reply["body"].as_str().unwrap_or_default().to_owned();
    (u16::try_from(status).unwrap(), body)
}

/// Every header twice: once with its last value, once with all of them.
fn rest(request: &Request, body: &str, is_base64: bool) -> Value {
    let (mut last, mut all) = (json!({}), json!({}));
    for (name, value) in &request.headers {
        last[name] = json!(value);
        match all[name].as_array_mut() {
            Some(values) => values.push(json!(value)),
            None => all[name] = json!([value]),
        }
    }
    let (method, path) = (&request.method, &request.path);
    json!({
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": last,
        "multiValueHeaders": all,
        "queryStringParameters": null,
        "multiValueQueryStringParameters": null,
        "pathParameters": null,
        "stageVariables": null,
        "requestContext": {
            "accountId": "123456789012", "apiId": "api", "httpMethod": method,
            "identity": { "sourceIp": "203.0.113.7" }, "path": path, "protocol": "HTTP/1.1",
            "requestId": "r", "resourceId": "x", "resourcePath": "/{proxy+}", "stage": "$default",
        },
        "body": body,
        "isBase64Encoded": is_base64,
    })
}

/// Several headers of one name arrive as one, with commas.
fn http(request: &Request, body: &str, is_base64: bool) -> Value {
    let mut headers = json!({});
    for (name, value) in &request.headers {
        let before = headers[name].as_str();
        let joined = before.map(|before| format!("{before},{value}"));
        headers[name] = json!(joined.as_ref().unwrap_or(value));
    }
    let (method, path) = (&request.method, &request.path);
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012", "apiId": "api", "domainName": "localhost",
            "domainPrefix": "x", "requestId": "r", "routeKey": "$default", "stage": "$default",
            "time": "22/Nov/2026:00:00:00 +0000", "timeEpoch": 0,
            "http": {
                "method": method, "path": path, "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7", "userAgent": "t",
            },
        },
        "body": body,
        "isBase64Encoded": is_base64,
    })
}
