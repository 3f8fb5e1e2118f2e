use idwo_core::workflow::{Happened, Then, Workflow};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn at(s: i64) -> Timestamp {
    Timestamp::from_second(s).unwrap()
}

fn name(repository: &str) -> PullRequestName {
    PullRequestName::of(&repository.parse().unwrap(), "7".parse().unwrap()).unwrap()
}

fn login(text: &str) -> Login {
    Login::try_from(text.to_owned()).unwrap()
}

fn opened(s: i64) -> PullRequestFact {
    PullRequestFact::Opened { at: at(s) }
}

fn closed(s: i64) -> PullRequestFact {
    PullRequestFact::Closed { at: at(s) }
}

fn asked(s: i64) -> PullRequestFact {
    PullRequestFact::ReviewAsked { at: at(s) }
}

fn said(s: i64, by: &str, verdict: Verdict) -> PullRequestFact {
    let (at, by) = (at(s), login(by));
    PullRequestFact::Reviewed { at, by, verdict }
}

fn approved(s: i64, by: &str) -> PullRequestFact {
    said(s, by, Verdict::Approved)
}

fn wants_changes(s: i64, by: &str) -> PullRequestFact {
    said(s, by, Verdict::ChangesRequested)
}

fn dismissed(s: i64, by: &str) -> PullRequestFact {
    said(s, by, Verdict::Dismissed)
}

fn merged(s: i64) -> PullRequestFact {
    let commit = "a".repeat(40).parse().unwrap();
    PullRequestFact::Merged { at: at(s), commit }
}

fn released(s: i64, tag: &str) -> PullRequestFact {
    let tag = tag.parse().unwrap();
    PullRequestFact::Released { at: at(s), tag }
}

fn after(facts: impl IntoIterator<Item = PullRequestFact>) -> Tracked {
    let mut tracked = Tracked::new(name("o/r"));
    facts.into_iter().for_each(|fact| tracked.learn(fact));
    tracked
}

fn told(tracked: Tracked, fact: &PullRequestFact) -> Move<Tracked> {
    let with = json!({ "of": tracked.of, "fact": fact });
    happened(tracked, &with)
}

fn happened(tracked: Tracked, with: &Value) -> Move<Tracked> {
    let name = "told";
    TrackPullRequest::next(tracked, Happened::Called { name, with })
}

fn looks(then: &Then) -> bool {
    matches!(then, Then::Step { name: LOOK, input } if *input == json!(name("o/r")))
}

fn listens(then: &Then) -> bool {
    *then == Then::Callback(LOOK_AGAIN_AFTER)
}

#[test]
fn facts_come_to_a_stage_whatever_their_order() {
    use Stage::*;
    let cases = [
        ("nothing is known", vec![], Open),
        ("it is there", vec![opened(1)], Open),
        ("a review is asked for", vec![opened(1), asked(2)], InReview),
        (
            "somebody comments",
            vec![said(2, "ann", Verdict::Commented)],
            InReview,
        ),
        (
            "somebody approves",
            vec![asked(1), approved(2, "ann")],
            Approved,
        ),
        (
            "a bot's name is written in two ways",
            vec![wants_changes(1, "cy[bot]"), approved(2, "cy")],
            Approved,
        ),
        (
            "an approval is commented on",
            vec![approved(2, "ann"), said(3, "ann", Verdict::Commented)],
            Approved,
        ),
        (
            "an approver changes her mind",
            vec![approved(2, "ann"), wants_changes(3, "ANN")],
            InReview,
        ),
        (
            "and changes it again",
            vec![
                approved(2, "ann"),
                wants_changes(3, "ann"),
                approved(4, "ann"),
            ],
            Approved,
        ),
        (
            "one approves, another wants changes",
            vec![approved(3, "ann"), wants_changes(2, "bob")],
            InReview,
        ),
        (
            "whose review is dismissed",
            vec![
                approved(3, "ann"),
                wants_changes(2, "bob"),
                dismissed(2, "bob"),
            ],
            Approved,
        ),
        (
            "the one approval is dismissed",
            vec![approved(2, "ann"), dismissed(2, "ann")],
            InReview,
        ),
        (
            "an old approval is dismissed",
            vec![approved(1, "ann"), approved(2, "ann"), dismissed(1, "ann")],
            Approved,
        ),
        (
            "a review is asked for again",
            vec![approved(2, "ann"), asked(3)],
            Approved,
        ),
        ("it is merged", vec![approved(2, "ann"), merged(3)], Merged),
        (
            "it is merged without a review",
            vec![opened(1), merged(3)],
            Merged,
        ),
        (
            "changes are asked for too late",
            vec![approved(2, "ann"), merged(3), wants_changes(4, "bob")],
            Merged,
        ),
        (
            "it is approved too late",
            vec![merged(3), approved(4, "ann")],
            Merged,
        ),
        ("a merge closes it too", vec![merged(3), closed(3)], Merged),
        (
            "it is released",
            vec![approved(2, "ann"), merged(3), released(9, "v1")],
            Released,
        ),
        (
            "a release is known before the merge",
            vec![approved(2, "ann"), released(9, "v1")],
            Approved,
        ),
        (
            "it is closed",
            vec![opened(1), approved(2, "ann"), closed(3)],
            Closed,
        ),
        (
            "and opened again",
            vec![opened(1), approved(2, "ann"), closed(3), opened(4)],
            Approved,
        ),
        (
            "and closed once more",
            vec![closed(3), opened(4), closed(5)],
            Closed,
        ),
    ];
    for (what, facts, stage) in cases {
        assert_eq!(after(facts.clone()).stage, stage, "{what}");
        assert_eq!(
            after(facts.into_iter().rev()).stage,
            stage,
            "{what}, told backwards"
        );
    }
}

fn any_fact() -> impl Strategy<Value = PullRequestFact> {
    let verdicts = [
        Verdict::Commented,
        Verdict::Approved,
        Verdict::ChangesRequested,
        Verdict::Dismissed,
    ];
    let s = 0_i64..6;
    let by = prop::sample::select(vec!["ann", "bob", "cy[bot]"]);
    let verdict = prop::sample::select(verdicts.to_vec());
    let tag = prop::sample::select(vec!["v1", "v2"]);
    prop_oneof![
        1 => s.clone().prop_map(opened),
        1 => s.clone().prop_map(closed),
        1 => s.clone().prop_map(asked),
        5 => (s.clone(), by, verdict).prop_map(|(s, by, verdict)| said(s, by, verdict)),
        1 => s.clone().prop_map(merged),
        1 => (s, tag).prop_map(|(s, tag)| released(s, tag)),
    ]
}

/// Some facts, and the same in another order, some of them twice.
fn facts_and_again() -> impl Strategy<Value = (Vec<PullRequestFact>, Vec<PullRequestFact>)> {
    prop::collection::vec(any_fact(), 0..12).prop_flat_map(|facts| {
        let twice = facts.iter().step_by(2).cloned();
        let again: Vec<_> = facts.iter().cloned().chain(twice).collect();
        (Just(facts), Just(again).prop_shuffle())
    })
}

proptest! {
    #[test]
    fn facts_come_to_the_same_in_any_order_and_however_often((facts, again) in facts_and_again()) {
        prop_assert_eq!(after(facts), after(again));
    }
}

#[test]
fn of_very_many_reviewers_those_count_who_spoke_last() {
    let crowd = |s: i64| approved(s, &format!("r{s}"));
    let facts: Vec<_> = std::iter::once(wants_changes(1, "old"))
        .chain((2..=70).map(crowd))
        .collect();
    let tracked = after(facts.clone());
    assert_eq!(
        (tracked.reviews.said().count(), tracked.stage),
        (50, Stage::Approved)
    );
    assert_eq!(after(facts.into_iter().rev()), tracked);
    assert!(json!(tracked.reviews).to_string().len() < 5_000);
}

#[test]
fn it_looks_first_and_then_listens() {
    let first = TrackPullRequest::begin(name("o/r"));
    assert!(looks(&first.then));
    let output = json!([opened(1), approved(2, "ann")]);
    let seen = Happened::Done {
        step: LOOK,
        output: &output,
    };
    let then = TrackPullRequest::next(first.state, seen);
    assert!(listens(&then.then));
    assert_eq!(then.state.stage, Stage::Approved);
}

#[test]
fn without_a_fact_for_long_it_looks_again() {
    assert!(looks(
        &TrackPullRequest::next(after([]), Happened::NotCalled).then
    ));
}

#[test]
fn a_fact_that_it_has_no_word_for_makes_it_look() {
    for with in [
        json!(null),
        json!({ "of": name("o/r"), "fact": { "what": "queued", "at": at(1) } }),
    ] {
        assert!(looks(&happened(after([]), &with).then), "{with}");
    }
}

#[test]
fn a_release_of_what_nobody_saw_merged_makes_it_look_once() {
    let first = told(after([]), &released(9, "v1"));
    assert!(looks(&first.then));
    let output = json!([opened(1)]);
    let seen = Happened::Done {
        step: LOOK,
        output: &output,
    };
    let then = TrackPullRequest::next(first.state, seen);
    assert!(listens(&then.then));
    let then = told(then.state, &merged(3));
    assert_eq!(
        then.then,
        Then::End(json!({ "stage": "released", "commit": "a".repeat(40), "tag": "v1" }))
    );
}

#[test]
fn it_ends_when_it_is_released_or_closed_and_not_before() {
    assert!(listens(&told(after([]), &merged(3)).then));
    let end = told(after([merged(3)]), &released(9, "v1")).then;
    assert_eq!(
        end,
        Then::End(json!({ "stage": "released", "commit": "a".repeat(40), "tag": "v1" }))
    );
    let end = told(after([opened(1)]), &closed(2)).then;
    assert_eq!(
        end,
        Then::End(json!({ "stage": "closed", "commit": null, "tag": null }))
    );
    assert!(
        listens(&told(after([opened(3)]), &closed(2)).then),
        "a late tale of an old end"
    );
}

#[test]
fn what_is_told_of_another_with_the_same_name_does_not_count() {
    let [one, other] = ["a-b/c", "a/b-c"].map(name);
    assert_eq!(one.entity(), other.entity());
    let with = other.told("1".to_owned(), &closed(3)).with;
    let then = happened(Tracked::new(one.clone()), &with);
    assert!(listens(&then.then));
    assert_eq!(then.state, Tracked::new(one));
}

#[test]
fn a_pull_request_has_one_name_however_it_is_written() {
    let [one, other] = ["Rust-Lang/Cargo", "rust-lang/cargo"].map(name);
    assert_eq!(one, other);
    assert_eq!(one.entity().unwrap().as_str(), "pr-rust-lang-cargo-7");
    let longest = format!("{}/{}", "o".repeat(39), "r".repeat(100));
    assert!(name(&longest).entity().is_ok());
}

#[test]
fn a_fact_bears_the_name_that_it_is_written_with() {
    let facts = [
        opened(1),
        asked(1),
        approved(1, "ann"),
        merged(1),
        released(1, "v1"),
        closed(1),
    ];
    for fact in facts {
        assert_eq!(json!(fact)["what"], fact.name());
        let told = name("o/r").told("1".to_owned(), &fact);
        assert_eq!(Told::deserialize(&told.with).unwrap().fact, fact);
    }
}
