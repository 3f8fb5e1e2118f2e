//! Writes down what was asked and answered, for the judge that knows GitHub's own schemas.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use serde_json::json;

use super::reply::Reply;
use super::request::Asked;

/// Appends one exchange as a line of JSON. `answer` is missing where a fault kept the true one back.
pub(super) fn append(path: &Path, asked: &Asked, answer: Option<&Reply>) -> io::Result<()> {
    let line = json!({
        "method": asked.method, "path": asked.path, "query": asked.query,
        "operation": asked.operation, "request": asked.body,
        "status": answer.map(|reply| reply.status.as_u16()),
        "answer": answer.map(|reply| &reply.body),
    });
    // Tests of several processes share the file: each line in one write.
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(format!("{line}\n").as_bytes())
}
