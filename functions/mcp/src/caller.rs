//! Who sent a request, as the host found out; nobody in particular on a laptop, where whoever
//! reaches the port is its owner.

use http::request::Parts;
use idwo_core::access::{Caller, Principal};
use idwo_core::dispatch::CorrelationId;
use rmcp::RoleServer;
use rmcp::service::RequestContext;
use uuid::Uuid;

pub(crate) fn principal(context: &RequestContext<RoleServer>) -> Option<&Principal> {
    let head = context.extensions.get::<Parts>()?;
    match head.extensions.get::<Caller>()? {
        Caller::Admitted(principal) => Some(principal),
        Caller::Stranger => None,
    }
}

/// What tells one caller's states from another's.
pub(crate) fn name(context: &RequestContext<RoleServer>) -> &str {
    principal(context).map_or("", |principal| principal.name.as_str())
}

/// The id that the host has given the request, where it gives any.
pub(crate) fn correlation_id(context: &RequestContext<RoleServer>) -> Option<Uuid> {
    let head = context.extensions.get::<Parts>()?;
    let CorrelationId(id) = head.extensions.get()?;
    Some(*id)
}
