//! A stand-in for the providers of models, over real HTTP: OpenAI's chat completions and Anthropic's
//! messages. Answers as it is told to, and remembers what it was asked.

use std::convert::Infallible;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// What it counts as a token, in bytes.
const BYTES_PER_TOKEN: usize = 4;

type Script = Arc<dyn Fn(&Asked) -> Answer + Send + Sync>;

#[derive(Clone)]
pub struct Models {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

struct State {
    script: Script,
    asked: Vec<Asked>,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Value,
}

#[derive(Debug, Clone)]
pub enum Answer {
    /// What the model says, in the provider's format.
    Says(Value),
    /// The same, where a model does not keep to JSON.
    Babbles(String),
    /// The model was stopped at the limit that it was given.
    IsCutOff,
    Fails(u16),
    /// A body that is no JSON.
    Breaks,
    /// A body of so many bytes.
    Floods(usize),
    /// The connection stays open, and nothing comes.
    Hangs,
}

impl Models {
    /// Answers 503 until it is told otherwise.
    pub async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let state = State {
            script: Arc::new(|_| Answer::Fails(503)),
            asked: Vec::new(),
        };
        let models = Self {
            address: listener.local_addr()?,
            state: Arc::new(Mutex::new(state)),
        };
        tokio::spawn(models.clone().accept(listener));
        Ok(models)
    }

    /// Answers so from now on.
    pub fn answers(&self, script: impl Fn(&Asked) -> Answer + Send + Sync + 'static) {
        self.state().script = Arc::new(script);
    }

    /// All that it was asked, in order.
    pub fn asked(&self) -> Vec<Asked> {
        self.state().asked.clone()
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn accept(self, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            let models = self.clone();
            let service = service_fn(move |request| {
                let models = models.clone();
                async move { Ok::<_, Infallible>(models.answer(request).await) }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.unwrap_or_default().to_bytes();
        let asked = Asked {
            path: head.uri.path().to_owned(),
            headers: head.headers,
            body: serde_json::from_slice(&body).unwrap_or_default(),
        };
        let script = Arc::clone(&self.state().script);
        let answer = script(&asked);
        self.state().asked.push(asked.clone());
        match answer {
            Answer::Says(said) => response(200, asked.said(&said.to_string(), false)),
            Answer::Babbles(text) => response(200, asked.said(&text, false)),
            Answer::IsCutOff => response(200, asked.said("{", true)),
            // Providers quote the question in such bodies.
            Answer::Fails(status) => response(status, asked.body.to_string()),
            Answer::Breaks => response(200, "<html>".to_owned()),
            Answer::Floods(bytes) => response(200, " ".repeat(bytes)),
            Answer::Hangs => pending().await,
        }
    }
}

impl Asked {
    /// What the model is told to do.
    pub fn instructions(&self) -> &str {
        let place = self.place("/system", "/messages/0/content");
        place.and_then(Value::as_str).unwrap_or_default()
    }

    /// What it is asked about.
    pub fn material(&self) -> &str {
        let place = self.place("/messages/0/content", "/messages/1/content");
        place.and_then(Value::as_str).unwrap_or_default()
    }

    fn place(&self, anthropic: &str, openai: &str) -> Option<&Value> {
        let place = if self.is_anthropic() {
            anthropic
        } else {
            openai
        };
        self.body.pointer(place)
    }

    fn is_anthropic(&self) -> bool {
        self.path.ends_with("/v1/messages")
    }

    /// A body that says `text`.
    fn said(&self, text: &str, is_cut: bool) -> String {
        let tokens_in = self.body.to_string().len() / BYTES_PER_TOKEN;
        let tokens_out = text.len() / BYTES_PER_TOKEN;
        let body = if self.is_anthropic() {
            json!({
                "type": "message",
                "content": [{ "type": "thinking", "thinking": "" }, { "type": "text", "text": text }],
                "stop_reason": if is_cut { "max_tokens" } else { "end_turn" },
                "usage": { "input_tokens": tokens_in, "output_tokens": tokens_out },
            })
        } else {
            json!({
                "object": "chat.completion",
                "choices": [{
                    "index": 0,
                    "message": { "role": "assistant", "content": text, "refusal": null },
                    "finish_reason": if is_cut { "length" } else { "stop" },
                }],
                "usage": { "prompt_tokens": tokens_in, "completion_tokens": tokens_out },
            })
        };
        body.to_string()
    }
}

fn response(status: u16, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}
