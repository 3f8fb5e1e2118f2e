//! Clients of outside services: each a file, over one bounded HTTP stack. Addresses come from the
//! configuration, never from a caller; credentials never leave for another host.

pub mod connect;
