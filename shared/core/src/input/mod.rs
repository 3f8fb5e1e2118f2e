//! What a caller may say: each value is parsed once, at the edge, into a type that cannot hold
//! anything else.

mod github;
mod jira;
mod release;
mod slack;
mod text;
mod workflow;

pub use github::{CommitSha, GithubIssueUrl, Owner, PullNumber, Repo, RepositoryName};
pub use jira::IssueKey;
pub use release::ReleaseTag;
pub use slack::SlackChannel;
pub use text::Rejected;
pub use workflow::WorkflowId;

#[cfg(test)]
mod tests;
