//! Messages as SQS hands them to a function, and what it is told of them.

use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub(super) struct Batch {
    #[serde(rename = "Records")]
    pub(super) messages: Vec<Message>,
}

#[derive(Deserialize)]
pub(super) struct Message {
    #[serde(rename = "messageId")]
    pub(super) id: MessageId,
    pub(super) body: String,
    #[serde(default)]
    pub(super) attributes: Attributes,
}

#[derive(Default, Deserialize)]
pub(super) struct Attributes {
    /// A number, as a text.
    #[serde(default, rename = "ApproximateReceiveCount")]
    pub(super) received: String,
}

/// Never empty: an answer that names no message is taken for the failure of all, or of none.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String")]
pub(super) struct MessageId(String);

/// What SQS delivers again; it deletes all others.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    pub(super) batch_item_failures: Vec<NotDone>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NotDone {
    pub(super) item_identifier: MessageId,
}

impl TryFrom<String> for MessageId {
    type Error = &'static str;

    fn try_from(id: String) -> Result<Self, Self::Error> {
        let is_there = !id.is_empty();
        is_there
            .then_some(Self(id))
            .ok_or("a message without an id")
    }
}
