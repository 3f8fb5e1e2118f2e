//! What a message asks for.

use serde::{Deserialize, Serialize};

use super::id::RunId;

/// Goes up when an older worker could misread a newer message, or the other way round.
const VERSION: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "snake_case", deny_unknown_fields)]
pub enum Job {
    /// Do what this run has to do.
    Advance { run: RunId },
}

/// No worker of this version can do it, now or later.
#[derive(Debug, thiserror::Error)]
#[error("a message that no worker understands")]
pub struct Poison(#[source] serde_json::Error);

#[derive(Serialize, Deserialize)]
struct Message {
    version: u32,
    #[serde(flatten)]
    job: Job,
}

impl Job {
    pub fn written(&self) -> Result<String, Poison> {
        let message = Message {
            version: VERSION,
            job: self.clone(),
        };
        serde_json::to_string(&message).map_err(Poison)
    }

    pub fn read(message: &str) -> Result<Self, Poison> {
        let message: Message = serde_json::from_str(message).map_err(Poison)?;
        if message.version != VERSION {
            let what = format!("version {}", message.version);
            return Err(Poison(serde::de::Error::custom(what)));
        }
        Ok(message.job)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_read_and_nothing_else() {
        let run = RunId {
            tenant: "t".parse().unwrap(),
            entity: "pr-1".parse().unwrap(),
            attempt: 1,
        };
        let job = Job::Advance { run };
        let sent = job.written().unwrap();
        assert_eq!(Job::read(&sent).unwrap(), job);
        for poison in [
            "",
            "{}",
            &sent.replace(":1,", ":2,"),
            &sent.replace("pr-1", "../x"),
        ] {
            assert!(Job::read(poison).is_err(), "{poison}");
        }
    }
}
