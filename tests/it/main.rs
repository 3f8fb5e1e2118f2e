//! The system through its front door: real HTTP, real clones, real processes.

mod door;

mod protocol;

mod guards;

mod analyze_pr;

mod bad_arguments;

mod hindsight;

mod against_git;

mod wiring;
