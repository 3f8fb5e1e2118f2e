//! What the log tells of decisions, and what it never does.

use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::Once;

use crate::bench::{Bench, key};

/// What was logged on this thread, which is that of one test alone.
struct Log;

thread_local! {
    static LOGGED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOGGED.with_borrow_mut(|logged| logged.extend(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// For all tests of the process: one that listened alone would come upon lines that others have switched off.
pub(crate) fn listen() {
    static LISTENING: Once = Once::new();
    LISTENING.call_once(|| {
        let lines = tracing_subscriber::fmt()
            .with_writer(|| Log)
            .with_ansi(false);
        tracing::subscriber::set_global_default(lines.finish()).unwrap();
    });
}

fn taken() -> Vec<String> {
    let logged = LOGGED.take();
    let text = String::from_utf8(logged).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn each_decision_and_each_refusal_is_one_line_without_what_is_secret() {
    let (bench, _, path) = Bench::waiting().await;
    let (rest, signature) = path.rsplit_once('/').unwrap();
    let forged = format!("{rest}/{}", "a".repeat(64));
    let approve = format!("decision=approve&key={}", key(1));
    let lacking = format!("decision=approve&key={}", key(2));
    taken();

    let mut lines = Vec::new();
    bench.get(&path).await;
    assert!(taken().is_empty(), "a look is no decision");
    bench.get(&forged).await;
    lines.push(taken());
    bench
        .post_with(&path, &approve, &[("origin", "https://evil.test")])
        .await;
    lines.push(taken());
    for form in [lacking.as_str(), "decision=approve", &approve, &approve] {
        bench.post(&path, form).await;
        lines.push(taken());
    }
    let told: [&[&str]; 6] = [
        &["WARN", "a link was refused"],
        &["WARN", "another page has sent it"],
        &[
            "WARN",
            "by=\"bot\"",
            "decision=\"approve\"",
            "why=who asked may not approve",
            "key=\"known\"",
        ],
        &[
            "WARN",
            "by=\"somebody with the link\"",
            "key=\"no bearer token\"",
        ],
        &[
            "INFO",
            "by=\"ada\"",
            "decision=\"approve\"",
            "an approval was decided",
        ],
        &["WARN", "by=\"ada\"", "why=it was decided before"],
    ];
    for (lines, words) in lines.iter().zip(told) {
        let [line] = lines.as_slice() else {
            panic!("{lines:?}")
        };
        for word in [" audit: ", "approval=merge-71~1", "through=\"link\""]
            .iter()
            .chain(words)
        {
            assert!(line.contains(word), "{word}: {line}");
        }
        for secret in [signature, "aaaa", "idwo_"] {
            assert!(!line.contains(secret), "{line}");
        }
    }
}
