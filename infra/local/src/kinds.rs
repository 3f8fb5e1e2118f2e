//! The workflows that this process works on: the product's, and in builds with the feature `rehearsal` one to
//! rehearse with.

use std::path::Path;
use std::sync::Arc;

use idwo_core::dispatch::Dispatch;
use idwo_core::forge::Forge;
use idwo_core::workflow::Kinds;

#[cfg(feature = "rehearsal")]
pub(crate) fn all(forge: Arc<dyn Forge>, tools: Arc<dyn Dispatch>, data: &Path) -> Kinds {
    idwo_workflows::asking(forge, tools).and(Kinds::of([crate::rehearsal::kind_in(data)]))
}

#[cfg(not(feature = "rehearsal"))]
pub(crate) fn all(forge: Arc<dyn Forge>, tools: Arc<dyn Dispatch>, _data: &Path) -> Kinds {
    idwo_workflows::asking(forge, tools)
}
