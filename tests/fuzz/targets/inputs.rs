//! Every newtype's parser: what it takes is shown as it was given, and taken again from JSON.
#![no_main]

use std::fmt::{Debug, Display};
use std::str::FromStr;

use idwo_core::config::{Served, StateKey};
use idwo_core::input::{
    CommitSha, GithubIssueUrl, IssueKey, Owner, PullNumber, ReleaseTag, Repo, RepositoryName,
    SlackChannel,
};
use idwo_core::reach::{Host, Origin};
use idwo_core::untrusted;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    same::<Owner>(text);
    same::<Repo>(text);
    same::<RepositoryName>(text);
    same::<CommitSha>(text);
    same::<GithubIssueUrl>(text);
    same::<IssueKey>(text);
    same::<ReleaseTag>(text);
    same::<SlackChannel>(text);
    if let Ok(number) = text.parse::<PullNumber>() {
        assert_eq!(number.to_string().parse::<PullNumber>().ok(), Some(number));
    }
    if let Ok(host) = text.parse::<Host>() {
        assert_eq!(host.to_string().parse::<Host>().ok(), Some(host));
    }
    let _ = text.parse::<Origin>();
    let _ = text.parse::<Served>();
    if let Ok(key) = text.parse::<StateKey>() {
        assert_eq!(format!("{key:?}"), "StateKey(SecretBox<str>([REDACTED]))");
    }
    let plain = untrusted::plain(text, 80);
    assert!(plain.chars().count() <= 80 && !untrusted::hides_characters(&plain));
});

/// What is taken is inert (no control, no space) and comes out as it went in.
fn same<T: FromStr + Display + PartialEq + Debug>(text: &str) {
    if let Ok(taken) = text.parse::<T>() {
        let shown = taken.to_string();
        assert!(!shown.contains(|c: char| c.is_control() || c.is_whitespace()), "{shown:?}");
        assert_eq!(shown.parse::<T>().ok(), Some(taken), "{text:?}");
    }
}
