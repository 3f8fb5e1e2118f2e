//! The system through its front door: real HTTP, real clones, real processes.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod api_gateway;
mod compliance;
mod door;

// The protocol and its limits.
mod bad_requests;
mod github;
mod github_faults;
mod guards;
mod menu;
mod narrowing;
mod past;
mod progress;
mod protocol;
mod questions;
mod tasks;
mod tasks_of_tools;

// A story for each tool.
mod analyze_pr;
mod bad_arguments;
mod cancel_workflow;
mod get_workflow;
mod jira;
mod judgement;
mod later;
mod resolve_approval;
mod workshop;

// What is promised of every number and every answer.
mod against_git;
mod hindsight;

mod wiring;
