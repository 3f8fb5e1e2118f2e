//! A client that says as little as GitHub allows, and a served sample.

use std::sync::{Arc, Mutex, Weak};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client as Http;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::github::{GitHub, World, sample};

pub(super) const PULL_REQUEST: &str =
    include_str!("../../../../clients/src/github/pull_request.graphql");
pub(super) const HISTORY: &str = include_str!("../../../../clients/src/github/history.graphql");
const BLOBS: &str = "query Blobs($owner: String!, $name: String!, $e0: String!) {
  repository(owner: $owner, name: $name) {
    f0: object(expression: $e0) { __typename ... on Blob { text isBinary isTruncated } }
  }
}";

/// A path that exists, to nothing that does.
pub(super) const NOTHING: &str = "/repos/sample/storefront/compare/a...b";

pub(super) struct Client {
    http: Http<HttpConnector, Full<Bytes>>,
    url: String,
    token: String,
}

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
}

/// Written once for all tests that run at the same time, and gone with the last of them.
static SAMPLE: Mutex<Weak<TempDir>> = Mutex::new(Weak::new());

/// The sample, changed by `change`, and a client of it. The folder lives as long as they do.
pub(super) async fn served(change: impl FnOnce(&mut World)) -> (GitHub, Client, Arc<TempDir>) {
    let folder = shared_sample();
    let mut world = sample(folder.path()).await.unwrap();
    world.recorded_for_the_judge();
    change(&mut world);
    let github = GitHub::start(world).unwrap();
    let client = Client::of(&github);
    (github, client, folder)
}

fn shared_sample() -> Arc<TempDir> {
    let mut shared = SAMPLE.lock().unwrap();
    shared.upgrade().unwrap_or_else(|| {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        crate::sample::written_in(folder.path()).unwrap();
        *shared = Arc::downgrade(&folder);
        folder
    })
}

impl Client {
    pub(super) fn of(github: &GitHub) -> Self {
        Self {
            http: Http::builder(TokioExecutor::new()).build_http(),
            url: github.url(),
            token: github.token(),
        }
    }

    pub(super) fn with_token(&self, token: &str) -> Self {
        Self {
            http: self.http.clone(),
            url: self.url.clone(),
            token: token.to_owned(),
        }
    }

    pub(super) async fn without_name(&self) -> Answer {
        let request = Request::get(format!("{}{NOTHING}", self.url))
            .body(Full::default())
            .unwrap();
        let response = self.http.request(request).await.unwrap();
        read(response).await.unwrap()
    }

    pub(super) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", path, headers, String::new())
            .await
            .unwrap()
    }

    pub(super) async fn query(&self, operation: &str, query: &str, variables: Value) -> Answer {
        let mut variables = variables;
        variables["owner"] = "sample".into();
        variables["name"] = "storefront".into();
        let body = json!({ "query": query, "operationName": operation, "variables": variables });
        self.send("POST", "/graphql", &[], body.to_string())
            .await
            .unwrap()
    }

    pub(super) async fn pull_request(&self, number: u32) -> Value {
        let answer = self
            .query("PullRequest", PULL_REQUEST, json!({ "number": number }))
            .await;
        assert_eq!(answer.status, 200);
        answer.body["data"]["repository"].clone()
    }

    /// The commit of the pull request that landed first.
    pub(super) async fn first_landed(&self) -> String {
        let all = self
            .query("History", HISTORY, json!({ "first": 100 }))
            .await;
        let nodes = &all.body["data"]["repository"]["pullRequests"]["nodes"];
        let first = nodes.as_array().unwrap().last().unwrap();
        first["mergeCommit"]["oid"].as_str().unwrap().to_owned()
    }

    /// Files by `SHA:path`, asked for as the query of one is.
    pub(super) async fn files(&self, expressions: &[&str]) -> Value {
        let one = "    f0: object(expression: $e0) ";
        let line = BLOBS.lines().find(|line| line.starts_with(one)).unwrap();
        let (mut lines, mut defined) = (String::new(), String::new());
        let mut variables = json!({});
        for (number, expression) in expressions.iter().enumerate() {
            let (file, name) = (format!("f{number}"), format!("e{number}"));
            lines += &format!("{}\n", line.replace("f0", &file).replace("e0", &name));
            defined += &format!(", ${name}: String!");
            variables[name] = (*expression).into();
        }
        let query = BLOBS.replace(line, &lines);
        let query = query.replace(", $e0: String!", &defined);
        let answer = self.query("Blobs", &query, variables).await;
        answer.body["data"]["repository"].clone()
    }

    pub(super) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Result<Answer, Box<dyn std::error::Error>> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header("user-agent", "idwo")
            .header("authorization", format!("Bearer {}", self.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body.into()))?;
        read(self.http.request(request).await?).await
    }
}

async fn read(response: Response<Incoming>) -> Result<Answer, Box<dyn std::error::Error>> {
    let (head, body) = response.into_parts();
    let body = body.collect().await?.to_bytes();
    Ok(Answer {
        status: head.status.as_u16(),
        headers: head.headers,
        body: serde_json::from_slice(&body).unwrap_or_default(),
    })
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}
