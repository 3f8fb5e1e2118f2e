//! The words of the job, and nothing that touches the world: what a caller may say ([`input`]),
//! what a tool is ([`tool`]), what it answers ([`envelope`]), how it fails ([`failure`]) and the
//! ports through which it sees the world ([`forge`], [`clock`]) and is reached ([`dispatch`]).

// What a call is: its input, the tool, its reply, its failure.
pub mod ctx;
pub mod envelope;
pub mod evidence;
pub mod failure;
pub mod input;
pub mod tool;
pub mod watcher;

// The ports.
pub mod cache;
pub mod chance;
pub mod clock;
pub mod dispatch;
pub mod ended;
pub mod forge;
pub mod llm;
pub mod past;
pub mod queue;
pub mod store;
pub mod tickets;
pub mod wire;

pub mod access;
pub mod bots;
pub mod config;
pub mod health;
pub mod logins;
pub mod reach;
pub mod untrusted;

// Work that outlasts a call, and what people have to agree to first.
pub mod approval;
pub mod later;
pub mod task;
pub mod workflow;
