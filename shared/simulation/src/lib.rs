//! What durable work is tried with. Nothing in here is deployed, and nothing in here starts a runtime:
//! the caller's runs it.

// What a store is tried with.
pub mod clock;
pub mod contract;
pub mod model;

// What a whole process is tried with.
pub mod fault_plan;

// What the engine of durable work is tried with.
pub mod elsewhere;
pub mod invariants;
pub mod script;
pub mod simulate;
pub mod stage;
pub mod staged;
pub mod voyage;
pub mod world;

// What every workflow is tried with.
pub mod every_workflow;
