//! A process that is killed while it writes: what it has answered is there, and no half of a batch.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use idwo_core::store::Store;
use idwo_embedded::store::OpenError;

use crate::given::{all, batch, insert, open};

/// Names the store to the process that is killed.
const STORE: &str = "STORE_OF_THE_KILLED";

const ROUNDS: usize = 12;

/// Of one body, in bytes: a batch takes several pages, so that a kill can hit it midway.
const BODY_BYTES: usize = 40_000;

#[tokio::test]
async fn a_kill_costs_nothing_that_was_answered_and_leaves_no_half_batch() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.redb");
    let mut written = 0;
    for round in 0..ROUNDS {
        let mut writer = writer(&path);
        let mut answers = BufReader::new(writer.stderr.take().unwrap()).lines();
        // Each round a little later, and always on the way into the next write.
        let first = answers.by_ref().nth(round % 4).unwrap().unwrap();
        let refused = open(&path).await.err().unwrap();
        assert!(matches!(refused, OpenError::Held { .. }), "{refused}");
        writer.kill().unwrap();
        writer.wait().unwrap();
        let last = answers.map(Result::unwrap).last().unwrap_or(first);
        let answered: u128 = last.parse().unwrap();

        let found = pairs(&path).await;
        assert!(answered > written, "{answered} in round {round}");
        // The last one may have been written without having been answered.
        assert!(
            found == answered || found == answered + 1,
            "{found} of {answered}"
        );
        written = found;
    }
}

#[expect(clippy::disallowed_methods, reason = "a process is killed")]
fn writer(path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "kill::writes_until_it_is_killed",
            "--ignored",
            "--nocapture",
        ])
        .env(STORE, path)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[tokio::test]
#[ignore = "the process that is killed, started by the test above"]
async fn writes_until_it_is_killed() {
    #[expect(clippy::disallowed_methods, reason = "how it is told its store")]
    let Some(path) = std::env::var_os(STORE) else {
        return;
    };
    let written = pairs(Path::new(&path)).await;
    let store = open(Path::new(&path)).await.unwrap();
    for n in written + 1.. {
        let both = ["left", "right"].map(|side| insert(&format!("{n:05} {side}"), body(n)));
        store.write(&batch(n, both.to_vec())).await.unwrap();
        eprintln!("{n}");
    }
}

fn body(n: u128) -> String {
    format!("{n:05}").repeat(BODY_BYTES / 5)
}

/// How many batches are there, each whole and none missing.
async fn pairs(path: &Path) -> u128 {
    let items = all(&open(path).await.unwrap()).await;
    let (pairs, half) = items.as_chunks::<2>();
    assert!(half.is_empty(), "half a batch");
    for (n, [left, right]) in (1..).zip(pairs) {
        assert_eq!(
            (left.0.as_str(), right.0.as_str()),
            (
                format!("{n:05} left").as_str(),
                format!("{n:05} right").as_str()
            )
        );
        assert!(left.2 == body(n) && right.2 == body(n), "the body of {n}");
    }
    pairs.len() as u128
}
