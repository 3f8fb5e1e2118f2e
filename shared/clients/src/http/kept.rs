//! Answers that are asked for again only to hear whether they still hold.

use http::{HeaderValue, Method, StatusCode};
use idwo_core::cache::Key;
use reqwest::Url;

use super::{Answer, Ask, Service};

/// An answer and the tag that the service gave it.
pub(super) struct Kept {
    pub(super) tag: HeaderValue,
    has_next: bool,
    body: Vec<u8>,
}

impl Service {
    pub(super) async fn kept(&self, ask: &Ask, url: &Url) -> Option<Kept> {
        let key = key(self.name, ask, url)?;
        Kept::parse(&self.cache.get(&key).await?)
    }

    /// What the service sent, or what is kept where it said that nothing has changed.
    pub(super) async fn keep(&self, ask: &Ask, kept: Option<Kept>, answer: Answer) -> Answer {
        match kept {
            Some(kept) if answer.status == StatusCode::NOT_MODIFIED => Answer {
                has_next: kept.has_next,
                body: kept.body,
                ..answer
            },
            _ => {
                let url = self.base.join(&ask.path, &ask.query).ok();
                let key = url.and_then(|url| key(self.name, ask, &url));
                if let (Some(key), Some(tag)) = (key, &answer.tag) {
                    self.cache.put(&key, written(tag, &answer)).await;
                }
                answer
            }
        }
    }
}

/// What was asked with one credential is not for another.
fn key(service: &str, ask: &Ask, url: &Url) -> Option<Key> {
    let is_kept = ask.method == Method::GET;
    is_kept.then(|| Key::of(&["answer/1", service, ask.whose(), url.as_str(), ask.accept()]))
}

/// The tag, whether there is a next page, and the body; a tag has no line ends.
fn written(tag: &HeaderValue, answer: &Answer) -> Vec<u8> {
    let next: &[u8] = if answer.has_next { b"next" } else { b"last" };
    [tag.as_bytes(), b"\n", next, b"\n", &answer.body].concat()
}

impl Kept {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut lines = bytes.splitn(3, |byte| *byte == b'\n');
        let tag = HeaderValue::from_bytes(lines.next()?).ok()?;
        let has_next = lines.next()? == b"next";
        Some(Self {
            tag,
            has_next,
            body: lines.next()?.to_vec(),
        })
    }
}
