use proptest::prelude::*;

use super::*;

/// What an attacker puts where a name belongs.
const HOSTILE: &[&str] = &[
    "",
    ".",
    "..",
    "../etc",
    "a/b",
    "a\\b",
    "a b",
    "a\r\nHost: x",
    "a\0",
    "a%2e",
    "\u{202e}a",
    "a\u{200b}",
    "é",
    "-a",
    "a;b",
    "$(a)",
];

fn taken<T: std::str::FromStr>(texts: &[&str]) -> Vec<bool> {
    texts.iter().map(|t| t.parse::<T>().is_ok()).collect()
}

#[test]
fn hostile_names_are_refused_everywhere() {
    for text in HOSTILE {
        assert!(text.parse::<Owner>().is_err(), "owner {text:?}");
        assert!(
            *text == "-a" || text.parse::<Repo>().is_err(),
            "repo {text:?}"
        );
        assert!(text.parse::<IssueKey>().is_err(), "issue key {text:?}");
        assert!(text.parse::<SlackChannel>().is_err(), "channel {text:?}");
        assert!(
            *text == "a/b" || text.parse::<ReleaseTag>().is_err(),
            "tag {text:?}"
        );
        assert!(text.parse::<CommitSha>().is_err(), "sha {text:?}");
    }
}

#[test]
fn real_names_are_taken() {
    assert_eq!(
        taken::<Owner>(&["rust-lang", "a", "name_company", &"x".repeat(39)]),
        [true; 4]
    );
    assert_eq!(
        taken::<Repo>(&[".github", "cargo", "a.b_c-d", &"x".repeat(100)]),
        [true; 4]
    );
    assert_eq!(taken::<IssueKey>(&["PROJ-123", "K8-1", "A_B-9"]), [true; 3]);
    assert_eq!(
        taken::<SlackChannel>(&["#releases", "#a", "C0123ABCDE"]),
        [true; 3]
    );
    assert_eq!(
        taken::<ReleaseTag>(&["v2.1.0", "2.1.0-rc.1+5", "release/2.1"]),
        [true; 3]
    );
}

#[test]
fn near_misses_are_refused() {
    assert_eq!(taken::<Owner>(&["a-", &"x".repeat(40)]), [false; 2]);
    assert_eq!(
        taken::<IssueKey>(&["proj-1", "P-1", "PROJ-0", "PROJ-01", "PROJ-", "PROJ--1"]),
        [false; 6]
    );
    assert_eq!(
        taken::<SlackChannel>(&["releases", "#", "#Big", "U0123ABCDE"]),
        [false; 4]
    );
    assert_eq!(
        taken::<ReleaseTag>(&["v1..2", "v1/", "/v1", "a.lock", "a/.b", "v1@{2"]),
        [false; 6]
    );
}

#[test]
fn an_issue_url_has_exactly_one_host_and_shape() {
    let url: GithubIssueUrl = "https://github.com/org/repo/issues/456".parse().unwrap();
    assert_eq!(url.repository().unwrap().to_string(), "org/repo");
    assert_eq!(url.number().unwrap().get(), 456);

    let refused = [
        "http://github.com/org/repo/issues/456",
        "https://github.com.evil.test/org/repo/issues/456",
        "https://github.com@evil.test/org/repo/issues/456",
        "https://evil.test/https://github.com/org/repo/issues/456",
        "https://github.com:8080/org/repo/issues/456",
        "https://github.com/org/repo/issues/456?x=1",
        "https://github.com/org/repo/issues/456/../7",
        "https://github.com/org/../issues/456",
        "https://github.com/org/repo/issues/0",
        "https://github.com/org/repo/pull/456",
        "https:\\\\github.com\\org\\repo\\issues\\456",
    ];
    assert_eq!(taken::<GithubIssueUrl>(&refused), [false; 11]);
}

#[test]
fn a_pull_number_is_a_positive_32_bit_integer() {
    assert_eq!(taken::<PullNumber>(&["1", "2147483647"]), [true; 2]);
    assert_eq!(
        taken::<PullNumber>(&["0", "01", "-1", "+1", "2147483648", "1.0", "", " 1"]),
        [false; 8]
    );
}

#[test]
fn repositories_are_compared_without_case() {
    let [a, b]: [RepositoryName; 2] =
        ["Rust-Lang/Cargo", "rust-lang/cargo"].map(|n| n.parse().unwrap());
    assert_eq!(a, b);
}

proptest! {
    /// Whatever is taken survives a round trip, holds nothing that could leave its field in a
    /// path, header or URL, and is never changed on the way in.
    #[test]
    fn whatever_is_taken_is_inert_and_unchanged(text in "\\PC{0,60}|[a-zA-Z0-9._/#+-]{0,60}") {
        let parsed = [
            text.parse::<Owner>().map(|v| v.to_string()),
            text.parse::<Repo>().map(|v| v.to_string()),
            text.parse::<IssueKey>().map(|v| v.to_string()),
            text.parse::<SlackChannel>().map(|v| v.to_string()),
            text.parse::<ReleaseTag>().map(|v| v.to_string()),
            text.parse::<CommitSha>().map(|v| v.to_string()),
        ];
        for value in parsed.into_iter().flatten() {
            prop_assert_eq!(&value, &text);
            prop_assert!(value.is_ascii() && !value.contains(['\r', '\n', '\0', '\\', '%', '?', ' ']));
            prop_assert!(!value.split('/').any(|part| part == ".." || part.is_empty()));
        }
    }

    #[test]
    fn json_takes_exactly_what_parsing_takes(text in "\\PC{0,45}|[a-zA-Z0-9._-]{0,45}") {
        let json = serde_json::Value::from(text.clone());
        prop_assert_eq!(serde_json::from_value::<Owner>(json).ok(), text.parse::<Owner>().ok());
    }

    #[test]
    fn every_number_in_range_and_no_other_is_a_pull_number(n in any::<u64>()) {
        let inside = (1..=2_147_483_647).contains(&n);
        prop_assert_eq!(PullNumber::new(n).is_ok(), inside);
        prop_assert_eq!(n.to_string().parse::<PullNumber>().is_ok(), inside);
        prop_assert_eq!(serde_json::from_value::<PullNumber>(n.into()).is_ok(), inside);
    }
}
