//! What crosses between the endpoint and a function where they are not one process: JSON, with a
//! version, because the two are deployed one after the other.

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::dispatch::{Ask, Asker, Call, Reply, Round};
use crate::failure::{Failure, Retry};
use crate::watcher::Watcher;

/// Goes up when an older function could misread a newer endpoint, or the other way round.
const VERSION: u32 = 1;

/// A [`Call`], but for who watches it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sent {
    version: u32,
    ask: Ask,
    /// An endpoint of before there was one says nothing of it.
    #[serde(default)]
    asker: Asker,
    round: Round,
    correlation_id: Uuid,
    /// From when it was sent, in milliseconds; afterwards nobody waits for the answer.
    answer_within_ms: u32,
}

/// How a call ended. Of a failure of the function's own only that it was one: its log has the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Returned {
    Replied {
        reply: Reply,
    },
    Refused {
        what: String,
        change: String,
    },
    LetDown {
        service: String,
        what: String,
        /// `None` where calling again is pointless.
        again_in_s: Option<u32>,
    },
    Failed,
}

impl Sent {
    pub fn of(call: Call, answer_within: Duration) -> Self {
        Self {
            version: VERSION,
            ask: call.ask,
            asker: call.asker,
            round: call.round,
            correlation_id: call.correlation_id,
            answer_within_ms: u32::try_from(answer_within.as_millis()).unwrap_or(u32::MAX),
        }
    }

    /// The call as the function `named` takes it up, and how long there is for it.
    pub fn taken_up(self, named: &str, watcher: Watcher) -> Result<(Call, Duration), Failure> {
        if self.version != VERSION {
            let what = format!("sent in version {} and read in {VERSION}", self.version);
            return Err(Failure::ours_without_source(what));
        }
        let call = Call {
            function: named.to_owned(),
            ask: self.ask,
            asker: Asker {
                correlation: self.correlation_id,
                ..self.asker
            },
            round: self.round,
            correlation_id: self.correlation_id,
            watcher,
        };
        Ok((call, Duration::from_millis(self.answer_within_ms.into())))
    }

    pub fn correlation_id(&self) -> Uuid {
        self.correlation_id
    }
}

impl From<Result<Reply, Failure>> for Returned {
    fn from(outcome: Result<Reply, Failure>) -> Self {
        match outcome {
            Ok(reply) => Self::Replied { reply },
            Err(Failure::Caller { what, change }) => Self::Refused { what, change },
            Err(Failure::Upstream {
                service,
                what,
                retry,
                source: _,
            }) => Self::LetDown {
                service: service.into_owned(),
                what,
                again_in_s: match retry {
                    Retry::Pointless => None,
                    Retry::AfterSeconds(seconds) => Some(seconds),
                },
            },
            Err(Failure::Stopped | Failure::Ours { .. }) => Self::Failed,
        }
    }
}

impl From<Returned> for Result<Reply, Failure> {
    fn from(returned: Returned) -> Self {
        match returned {
            Returned::Replied { reply } => Ok(reply),
            Returned::Refused { what, change } => Err(Failure::Caller { what, change }),
            Returned::LetDown {
                service,
                what,
                again_in_s,
            } => Err(Failure::Upstream {
                service: Cow::Owned(service),
                what,
                retry: again_in_s.map_or(Retry::Pointless, Retry::AfterSeconds),
                source: None,
            }),
            Returned::Failed => {
                let what = "the function failed; its own log says how, under the same id";
                Err(Failure::ours_without_source(what))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;
    use crate::tool::Answer;

    fn there_and_back(outcome: Result<Reply, Failure>) -> Result<Reply, Failure> {
        let text = serde_json::to_string(&Returned::from(outcome)).unwrap();
        serde_json::from_str::<Returned>(&text).unwrap().into()
    }

    #[test]
    fn a_reply_and_what_the_caller_may_read_cross_unchanged() {
        let answer = Answer {
            structured: json!({ "a": 1 }),
            text: "a".to_owned(),
        };
        for reply in [
            Reply::Answer(answer),
            Reply::Result { result: Map::new() },
            Reply::Questions {
                questions: Map::new(),
                state: Some("s".to_owned()),
            },
        ] {
            assert_eq!(there_and_back(Ok(reply.clone())).unwrap(), reply);
        }
        let busy = || Failure::busy(8, 5);
        for failure in [
            || Failure::caller("wrong", "change it"),
            busy,
            || Failure::unreadable_repository("gone", std::io::Error::other("secret")),
        ] {
            let crossed = there_and_back(Err(failure())).unwrap_err();
            assert_eq!(crossed.to_string(), failure().to_string());
            assert!(!crossed.chain().contains("secret"));
        }
    }

    #[test]
    fn a_failure_of_ours_crosses_without_its_detail() {
        let ours = Failure::ours("secret", std::io::Error::other("secret"));
        let crossed = there_and_back(Err(ours)).unwrap_err();
        assert!(matches!(crossed, Failure::Ours { .. }));
        assert!(!crossed.chain().contains("secret"), "{}", crossed.chain());
    }

    #[test]
    fn another_version_is_not_guessed_at() {
        let call = Call {
            function: "t".to_owned(),
            ask: Ask::Resource {
                uri: "u".to_owned(),
            },
            asker: Asker::default(),
            round: Round::default(),
            correlation_id: Uuid::nil(),
            watcher: Watcher::silent(),
        };
        let sent = Sent::of(call, Duration::from_secs(25));
        let newer = Sent {
            version: VERSION + 1,
            ..sent.clone()
        };
        assert!(newer.taken_up("t", Watcher::silent()).is_err());
        let (taken, within) = sent.taken_up("t", Watcher::silent()).unwrap();
        assert_eq!((taken.function.as_str(), within.as_secs()), ("t", 25));
    }
}
