//! Who decides, and that it counts once.

use http::StatusCode;
use idwo_core::approval::State;
use idwo_core::workflow::Through;

use crate::bench::{Bench, HOUR, key};

#[tokio::test]
async fn an_approver_approves_once_and_a_replay_changes_nothing() {
    let (bench, approval, path) = Bench::waiting().await;
    let form = format!("decision=approve&key={}", key(1));
    let sent = bench.post(&path, &form).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let signature = path.rsplit('/').next().unwrap();
    assert_eq!(sent.header("location"), signature);
    let decided = bench.now(&approval.id).await;
    let by = decided.decided.clone().unwrap();
    assert_eq!(decided.state, State::Approved);
    assert_eq!((by.by.as_str(), by.through), ("ada", Through::Link));

    let page = bench.get(&path).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.body.contains("ada on this page") && !page.has_form(),
        "{}",
        page.body
    );

    for replayed in [form.as_str(), "decision=decline"] {
        let sent = bench.post(&path, replayed).await;
        assert_eq!(sent.header("location"), format!("{signature}?note=late"));
    }
    let page = bench.get(&format!("{path}?note=late")).await;
    assert!(page.body.contains("changed nothing"), "{}", page.body);
    assert_eq!(bench.now(&approval.id).await.decided, decided.decided);
    let notes = bench.notes(&approval.id).await;
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes[0].contains("`ada` wanted to approve it (link): it was decided before"));
}

#[tokio::test]
async fn whoever_has_the_link_may_decline() {
    for (form, by) in [
        ("decision=decline".to_owned(), "somebody with the link"),
        ("decision=decline&key=".to_owned(), "somebody with the link"),
        (format!("decision=decline&key={}", key(2)), "bot"),
        (
            format!("decision=decline&key={}", key(9)),
            "somebody with the link",
        ),
    ] {
        let (bench, approval, path) = Bench::waiting().await;
        bench.post(&path, &form).await;
        let declined = bench.now(&approval.id).await;
        assert_eq!(declined.state, State::Declined);
        assert_eq!(declined.decided.unwrap().by, by);
        assert!(!bench.get(&path).await.has_form());
    }
}

/// A model may hold the link, and keys that it works with.
#[tokio::test]
async fn without_an_approvers_key_nothing_is_approved() {
    let (bench, approval, path) = Bench::waiting().await;
    let tried = ["", &key(2), &key(3), &key(9), "idwo_", "Bearer x"];
    for key in tried {
        let form = format!("decision=approve&key={key}");
        let sent = bench.post(&path, &form).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER);
        assert!(sent.header("location").ends_with("?note=key"), "{key}");
        assert_eq!(bench.now(&approval.id).await.state, State::Pending);
    }
    let page = bench.get(&format!("{path}?note=key")).await;
    assert!(page.body.contains("Nothing was decided") && page.has_form());
    let notes = bench.notes(&approval.id).await;
    assert_eq!(notes.len(), tried.len(), "{notes:?}");
    assert!(notes[1].contains("`bot` wanted to approve it (link): who asked may not approve"));

    bench
        .post(&path, &format!("decision=approve&key=+{}%0a", key(1)))
        .await;
    assert_eq!(bench.now(&approval.id).await.state, State::Approved);
}

#[tokio::test]
async fn what_is_too_late_is_refused_and_stands_in_its_story() {
    let (bench, approval, path) = Bench::waiting().await;
    bench.later(HOUR);
    let form = format!("decision=approve&key={}", key(1));
    bench.post(&path, &form).await;
    assert_eq!(bench.now(&approval.id).await.state, State::Expired);
    let notes = bench.notes(&approval.id).await;
    assert!(notes[0].contains("its time is over"), "{notes:?}");

    let (bench, approval, path) = Bench::waiting().await;
    bench.withdrawn(&approval.id).await;
    bench.post(&path, &form).await;
    let notes = bench.notes(&approval.id).await;
    assert!(notes[0].contains("goes no further"), "{notes:?}");
}
