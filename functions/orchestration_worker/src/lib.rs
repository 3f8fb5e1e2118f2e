//! `orchestration_worker`: goes on with the product's workflows, one step for each message of its queue.

pub use idwo_workflows::asking as kinds;
