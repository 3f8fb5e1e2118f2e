//! Names that Jira gives.

use super::text::text_input;

text_input!(
    /// A Jira issue's key: project key, hyphen, number.
    IssueKey, longest: 20,
    expected: "a Jira issue key of a project of 2 to 10 capitals or digits and a number, such as PROJ-123",
    rule: is_issue_key
);

fn is_issue_key(text: &str) -> bool {
    text.split_once('-')
        .is_some_and(|(project, number)| is_project_key(project) && is_number(number))
}

fn is_project_key(text: &str) -> bool {
    (2..=10).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

fn is_number(text: &str) -> bool {
    (1..=9).contains(&text.len())
        && !text.starts_with('0')
        && text.bytes().all(|b| b.is_ascii_digit())
}
