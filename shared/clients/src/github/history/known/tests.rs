use std::collections::BTreeSet;

use idwo_core::forge::Provenance;
use proptest::prelude::*;

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// One that was merged and last touched at these times; each has a file of its own.
fn merged(number: u32, second: i64) -> Merged {
    let author = serde_json::json!({ "login": "ann", "name": "Ann", "email": "", "bot": false });
    let merged = serde_json::json!({
        "number": number, "commit": format!("{number:040x}"), "at": at(second),
        "begun_at": at(second), "written_at": at(second), "reviewed_after": null,
        "author": author, "reviewers": [], "merged_by": null, "fix": false, "revert": false,
        "files": [[format!("f{number}"), 1]], "files_total": 1,
    });
    serde_json::from_value(merged).unwrap()
}

fn page(merged: Vec<Merged>, cursor: Option<&str>) -> Page {
    let times: Vec<_> = merged.iter().map(|merged| merged.at).collect();
    let newest = times.iter().max().copied();
    Page {
        touched: newest.zip(times.iter().min().copied()),
        merged,
        cursor: cursor.map(str::to_owned),
    }
}

fn pull(number: u64, state: State) -> PullRequest {
    let sha: idwo_core::input::CommitSha = "0".repeat(40).parse().unwrap();
    PullRequest {
        since: None,
        repository: "a/b".parse().unwrap(),
        number: PullNumber::new(number).unwrap(),
        title: String::new(),
        body: String::new(),
        branch: None,
        author: Person::default(),
        branch_owner: None,
        co_authors: Vec::new(),
        state,
        base: sha.clone(),
        head: sha.clone(),
        as_of: sha,
        as_of_at: None,
        commits: Vec::new(),
        files: Vec::new(),
        files_total: 0,
        lines_complete: true,
        skipped: Vec::new(),
        provenance: Provenance {
            web: None,
            note: None,
        },
        record: None,
    }
}

fn landed(number: u64, second: i64) -> PullRequest {
    let commit = "1".repeat(40).parse().unwrap();
    let at = Some(at(second));
    pull(number, State::Merged { commit, at })
}

fn numbers(past: &Past) -> Vec<u32> {
    let changes = past.changes.iter();
    changes
        .filter_map(|change| Some(change.number?.get()))
        .collect()
}

#[test]
fn a_pull_request_is_seen_with_what_was_merged_before_it_and_not_with_itself() {
    let mut known = Known::default();
    known.take(page(
        vec![merged(4, 40), merged(3, 30), merged(2, 20)],
        None,
    ));
    assert_eq!(numbers(&known.before(&landed(3, 30))), [2]);
    assert_eq!(numbers(&known.before(&pull(9, State::Open))), [4, 3, 2]);
    assert_eq!(numbers(&known.before(&pull(4, State::Open))), [3, 2]);
    assert_eq!(known.before(&landed(3, 30)).reach, Reach::Whole);
}

#[test]
fn what_is_new_is_read_and_what_was_kept_is_gone_on_from() {
    let mut kept = Known::default();
    kept.take(page(vec![merged(2, 20), merged(1, 10)], Some("after 1")));
    let mut known = Known::default();
    known.take(page(vec![merged(4, 40), merged(3, 30)], Some("after 3")));
    let kept = known.joined(Some(kept)).expect("a page lies between them");
    assert_eq!(known.cursor().as_deref(), Some("after 3"));
    known.take(page(vec![merged(2, 20)], Some("after 2")));
    assert!(known.joined(Some(kept)).is_none());
    assert_eq!(known.cursor().as_deref(), Some("after 1"));
    assert_eq!(numbers(&known.before(&pull(9, State::Open))), [4, 3, 2, 1]);
}

#[test]
fn what_was_merged_before_all_that_was_read_is_not_taken_for_all_of_its_time() {
    // Number 1 was touched again lately; what else was merged when it was is unread.
    let mut known = Known::default();
    let mut read = page(vec![merged(3, 30), merged(1, 1)], Some("more"));
    read.touched = Some((at(30), at(25)));
    known.take(read);
    assert_eq!(numbers(&known.before(&pull(9, State::Open))), [3]);
    assert_eq!(known.before(&pull(9, State::Open)).reach, Reach::Unfinished);
}

#[test]
fn a_repository_without_merged_pull_requests_is_known_whole() {
    let mut known = Known::default();
    assert!(known.wants_more());
    known.take(page(Vec::new(), None));
    assert!(!known.wants_more());
    assert_eq!(known.before(&pull(1, State::Open)).reach, Reach::Whole);
}

#[test]
fn a_list_that_leads_back_to_itself_has_an_end() {
    let mut known = Known::default();
    known.take(page(vec![merged(2, 20)], Some("here")));
    assert!(known.wants_more());
    known.take(page(vec![merged(2, 20)], Some("here")));
    assert!(!known.wants_more());
    let reach = known.before(&pull(9, State::Open)).reach;
    assert!(matches!(reach, Reach::Cut { .. }), "{reach:?}");
}

#[test]
fn enough_is_enough_and_there_is_an_end() {
    let mut known = Known::default();
    let all = (1..=ENOUGH as u32).map(|number| merged(number, number.into()));
    known.take(page(all.collect(), Some("more")));
    let past = known.before(&pull(9999, State::Open));
    assert!(matches!(past.reach, Reach::Cut { .. }));
    assert!(known.wants_more());
    let more = (1000..=1000 + KEPT_MAX as u32).map(|number| merged(number, number.into()));
    known.take(page(more.collect(), Some("more")));
    assert!(!known.wants_more());
    assert_eq!(known.len(), KEPT_MAX);
}

#[test]
fn what_had_to_be_forgotten_is_said_even_where_all_was_read() {
    let mut known = Known::default();
    let all = (1..=KEPT_MAX as u32 + 5).map(|number| merged(number, number.into()));
    known.take(page(all.collect(), None));
    let past = known.before(&pull(9999, State::Open));
    // Of the time of the newest that was forgotten not all is known.
    assert_eq!((known.len(), past.changes.len()), (KEPT_MAX, KEPT_MAX));
    assert!(matches!(past.reach, Reach::Cut { .. }), "{:?}", past.reach);
}

proptest! {
    /// However it was cut into pages and calls, the same past comes out.
    #[test]
    fn pages_and_calls_do_not_show(sizes in prop::collection::vec(1usize..7, 1..8), told in 0usize..8) {
        let total: usize = sizes.iter().sum();
        let all: Vec<_> = (1..=total as u32).rev().map(|number| merged(number, i64::from(number))).collect();
        let mut pages = Vec::new();
        let mut rest = all.as_slice();
        for size in &sizes {
            let (page, more) = rest.split_at(*size);
            pages.push(page.to_vec());
            rest = more;
        }
        let cursor = |read: usize| (read < pages.len()).then(|| format!("{read}"));
        // An earlier call read what was there then: all but the newest page, up to `told` pages.
        let mut kept = Known::default();
        for (read, merged) in pages.iter().enumerate().skip(1).take(told) {
            kept.take(page(merged.clone(), cursor(read + 1).as_deref()));
        }
        let mut kept = kept.touched.is_some().then_some(kept);
        let mut known = Known::default();
        while known.wants_more() {
            let read = known.cursor().map_or(0, |cursor| cursor.parse::<usize>().unwrap());
            known.take(page(pages[read].clone(), cursor(read + 1).as_deref()));
            kept = known.joined(kept);
        }
        let past = known.before(&pull(100_000, State::Open));
        let found: BTreeSet<_> = numbers(&past).into_iter().collect();
        prop_assert_eq!(found.len(), total);
        prop_assert_eq!(past.reach, Reach::Whole);
    }
}
