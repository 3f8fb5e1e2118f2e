//! The words of the job, and nothing that touches the world: what a caller may say ([`input`]),
//! what a tool is ([`tool`]), what it answers ([`envelope`]), how it fails ([`failure`]) and the
//! ports through which it sees the world ([`forge`], [`clock`]).

pub mod input;

pub mod tool;

pub mod ctx;

pub mod envelope;

pub mod evidence;

pub mod failure;

pub mod forge;

pub mod clock;

pub mod watcher;

pub mod config;

pub mod untrusted;
