//! The endpoint as the process that Lambda starts, with stand-ins for the tools' functions.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use idwo_core::access::{AccessKey, KEY_BYTES};
use idwo_sandbox::aws::{Aws, Process};
use serde_json::{Value, json};

const DOMAIN: &str = "abc123.execute-api.eu-central-1.amazonaws.com";
/// API Gateway's own id of each request here.
const REQUEST: &str = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef";
const KEY: &str = "a key of the tests, 32 bytes long";

async fn start(aws: &Aws, key: &str) -> Process {
    let variables = [
        ("IDWO_FUNCTION_PREFIX", "idwo-test-"),
        ("IDWO_REQUEST_STATE_KEY", key),
    ];
    let program = env!("CARGO_BIN_EXE_mcp");
    aws.run("mcp", program, &variables).await.unwrap()
}

/// A POST to `/mcp` at `host`, as a REST API sends it after its authorizer.
fn rest(host: &str, scopes: &str, message: &Value) -> Value {
    let mut event: Value = serde_json::from_str(include_str!("../../../events/mcp.json")).unwrap();
    event["headers"]["Host"] = json!(host);
    event["requestContext"]["authorizer"]["scopes"] = json!(scopes);
    event["body"] = json!(message.to_string());
    event
}

fn call() -> Value {
    let arguments = json!({ "owner": "a", "repo": "b", "pull_number": 1 });
    let params = json!({ "name": "analyze_pr", "arguments": arguments });
    json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params })
}

/// Status and JSON of the answer to `message`, posted to `host`.
async fn ask(aws: &Aws, host: &str, message: &Value) -> (Value, Value) {
    let answer = aws
        .invoke("mcp", rest(host, "repository:read", message))
        .await
        .unwrap()
        .unwrap();
    let body = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    (answer["statusCode"].clone(), body)
}

#[tokio::test]
async fn a_call_crosses_to_the_tools_own_function_and_back() {
    let aws = Aws::start().await.unwrap();
    aws.stand_in("idwo-test-analyze_pr", |sent| {
        assert_eq!(sent["ask"]["arguments"]["pull_number"], 1, "{sent}");
        let answer = json!({ "reply": "answer", "structured": { "a": 1 }, "text": "one" });
        Ok(json!({ "outcome": "replied", "reply": answer }))
    })
    .await;
    let _process = start(&aws, KEY).await;
    let (status, answer) = ask(&aws, DOMAIN, &call()).await;
    assert_eq!((status, &answer["id"]), (json!(200), &json!(7)), "{answer}");
    assert_eq!(
        answer["result"]["structuredContent"],
        json!({ "a": 1 }),
        "{answer}"
    );
    let (status, _) = ask(&aws, "evil.test", &call()).await;
    assert_eq!(status, 403, "only the API's own name is answered");
}

#[tokio::test]
async fn one_id_leads_from_the_gateway_to_the_tool_and_no_log_has_a_body() {
    let aws = Aws::start().await.unwrap();
    aws.stand_in("idwo-test-analyze_pr", |sent| {
        assert_eq!(sent["correlation_id"], REQUEST, "{sent}");
        Ok(json!({ "outcome": "refused", "what": "wrong", "change": "do this" }))
    })
    .await;
    let process = start(&aws, KEY).await;
    let mut call = call();
    call["params"]["arguments"]["owner"] = json!("a-secret-owner");
    let (_, answer) = ask(&aws, DOMAIN, &call).await;
    assert_eq!(answer["result"]["isError"], true, "{answer}");

    let log = process.end();
    let lines: Vec<Value> = log
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let said = lines
        .iter()
        .find(|line| line["fields"]["correlation_id"] == REQUEST);
    let said = &said.unwrap()["fields"];
    assert_eq!(
        (&said["what"], &said["caller"]),
        (&json!("analyze_pr"), &json!("ci"))
    );
    let counted = lines.iter().find(|line| line["_aws"].is_object()).unwrap();
    assert_eq!(
        (&counted["Calls"], &counted["Refused"], &counted["Failed"]),
        (&json!(1), &json!(1), &json!(0))
    );
    assert_eq!(counted["Deployment"], "idwo-test");
    let everything = log.concat();
    for private in ["a-secret-owner", KEY, "do this", "Bearer"] {
        assert!(!everything.contains(private), "{private}: {everything}");
    }
}

#[tokio::test]
async fn who_brings_a_state_that_nobody_gave_them_is_refused_and_in_the_log() {
    let aws = Aws::start().await.unwrap();
    let process = start(&aws, KEY).await;
    let mut call = call();
    call["params"]["requestState"] = json!("forged-state");
    let (_, answer) = ask(&aws, DOMAIN, &call).await;
    assert_eq!(answer["error"]["code"], -32602, "{answer}");

    let log = process.end();
    let mut lines = log.iter().map(|line| serde_json::from_str(line).unwrap());
    let said: Value = lines
        .find(|line: &Value| line["target"] == "audit")
        .unwrap();
    assert_eq!(
        (&said["fields"]["what"], &said["fields"]["caller"]),
        (&json!("analyze_pr"), &json!("ci"))
    );
    assert!(!log.concat().contains("forged-state"));
}

#[tokio::test]
async fn what_is_public_needs_no_key_and_knows_its_address() {
    let aws = Aws::start().await.unwrap();
    let _process = start(&aws, KEY).await;
    for (method, path, status) in [
        ("GET", "/health", 200),
        ("GET", "/.well-known/oauth-protected-resource", 200),
        ("GET", "/.well-known/oauth-protected-resource/mcp", 200),
        ("POST", "/.well-known/oauth-protected-resource", 405),
        ("GET", "/mcp", 405),
        ("POST", "/mcp", 401),
        ("GET", "/v1/health", 404),
    ] {
        let mut event = rest(DOMAIN, "", &json!({}));
        event["requestContext"]["authorizer"] = json!({});
        event["path"] = json!(path);
        event["httpMethod"] = json!(method);
        event["requestContext"]["path"] = json!(format!("/v1{path}"));
        let answer = aws.invoke("mcp", event).await.unwrap().unwrap();
        assert_eq!(answer["statusCode"], status, "{method} {path}: {answer}");
        if status == 200 && path.contains("well-known") {
            let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
            assert_eq!(body["resource"], format!("https://{DOMAIN}/v1/mcp"));
            let scopes = ["repository:read", "workflows:read", "workflows:write"];
            assert_eq!(body["scopes_supported"], json!(scopes));
        }
    }
}

#[tokio::test]
async fn a_function_that_fails_is_ours_and_one_that_refuses_is_the_callers() {
    let aws = Aws::start().await.unwrap();
    let _process = start(&aws, KEY).await;
    let (_, missing) = ask(&aws, DOMAIN, &call()).await;
    assert_eq!(missing["error"]["code"], -32603, "{missing}");
    for (outcome, is_ours) in [
        (Err(json!({ "errorMessage": "secret" })), true),
        (Ok(json!({ "outcome": "failed" })), true),
        (Ok(json!({ "nonsense": 1 })), true),
        (
            Ok(json!({ "outcome": "refused", "what": "wrong", "change": "do this" })),
            false,
        ),
    ] {
        let again = outcome.clone();
        aws.stand_in("idwo-test-analyze_pr", move |_| again.clone())
            .await;
        let (_, answer) = ask(&aws, DOMAIN, &call()).await;
        assert_eq!(
            answer["error"]["code"] == -32603,
            is_ours,
            "{outcome:?}: {answer}"
        );
        assert_eq!(
            answer["result"]["isError"] == true,
            !is_ours,
            "{outcome:?}: {answer}"
        );
        assert!(!answer.to_string().contains("secret"), "{answer}");
    }
}

#[tokio::test]
async fn an_account_without_a_place_left_says_when_to_try_again() {
    let aws = Aws::start().await.unwrap();
    aws.fill("idwo-test-analyze_pr").await;
    let _process = start(&aws, KEY).await;
    let (_, answer) = ask(&aws, DOMAIN, &call()).await;
    let said = answer["result"]["content"][0]["text"].as_str().unwrap();
    assert!(
        said.contains("all places are taken") && said.contains("2 s"),
        "{answer}"
    );
}

#[tokio::test]
async fn without_a_key_it_does_not_start() {
    let aws = Aws::start().await.unwrap();
    let mut process = start(&aws, "").await;
    let ended = tokio::task::spawn_blocking(move || process.ended_well().unwrap());
    assert!(!ended.await.unwrap());
}

#[tokio::test]
async fn who_was_not_let_in_is_refused_and_scopes_decide_what_is_there() {
    let aws = Aws::start().await.unwrap();
    let _process = start(&aws, KEY).await;
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
    let mut stranger = rest(DOMAIN, "repository:read", &list);
    stranger["requestContext"]["authorizer"] = json!({});
    let refused = aws.invoke("mcp", stranger).await.unwrap().unwrap();
    assert_eq!(refused["statusCode"], 401, "{refused}");

    for (scopes, is_there) in [
        ("repository:read", true),
        ("issues:read", false),
        ("", false),
    ] {
        let answer = aws
            .invoke("mcp", rest(DOMAIN, scopes, &list))
            .await
            .unwrap()
            .unwrap();
        let body = answer["body"].as_str().unwrap();
        assert_eq!(
            body.contains("\"analyze_pr\""),
            is_there,
            "{scopes}: {body}"
        );
        assert!(body.contains("\"cacheScope\":\"private\""), "{body}");
        let call = rest(DOMAIN, scopes, &call());
        let answer = aws.invoke("mcp", call).await.unwrap().unwrap();
        let is_unknown = answer["body"].as_str().unwrap().contains("-32602");
        assert_eq!(is_unknown, !is_there, "{scopes}: {answer}");
    }
}

/// As an HTTP API without an authorizer sends it, or a function's own address.
fn http(authorization: &str, message: &Value) -> Value {
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": "/mcp", "rawQueryString": "",
        "headers": {
            "host": DOMAIN,
            "content-type": "application/json",
            "accept": "application/json, text/event-stream",
            "authorization": authorization,
        },
        "requestContext": {
            "accountId": "123456789012", "apiId": "abc123", "domainName": DOMAIN,
            "domainPrefix": "abc123", "requestId": "JKJaXmPLvHcESHA=", "routeKey": "$default",
            "stage": "$default", "time": "22/Nov/2026:00:00:00 +0000", "timeEpoch": 0,
            "http": {
                "method": "POST", "path": "/mcp", "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7", "userAgent": "t",
            },
        },
        "body": message.to_string(),
        "isBase64Encoded": false,
    })
}

#[tokio::test]
async fn where_there_is_no_authorizer_a_key_lets_in_and_nothing_else() {
    let aws = Aws::start().await.unwrap();
    let key = AccessKey::of_random([7; KEY_BYTES]);
    let scopes = vec!["repository:read".to_owned()];
    let expires_at = "2100-01-01T00:00:00Z".parse().unwrap();
    let kept = json!([key.record("ci".to_owned(), scopes, expires_at)]).to_string();
    let variables = [("IDWO_REQUEST_STATE_KEY", KEY), ("IDWO_ACCESS_KEYS", &kept)];
    let program = env!("CARGO_BIN_EXE_mcp");
    let _process = aws.run("mcp", program, &variables).await.unwrap();
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
    let bearer = format!("Bearer {}", key.expose());
    for (authorization, status) in [(bearer.as_str(), 200), ("Bearer idwo_x", 401), ("", 401)] {
        let event = http(authorization, &list);
        let answer = aws.invoke("mcp", event).await.unwrap().unwrap();
        assert_eq!(answer["statusCode"], status, "{authorization}: {answer}");
        let challenge = &answer["headers"]["www-authenticate"];
        assert_eq!(
            challenge == "Bearer realm=\"idwo\"",
            status == 401,
            "{answer}"
        );
    }
}
