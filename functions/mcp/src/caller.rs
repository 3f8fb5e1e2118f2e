//! Who sent a request, as the host found out; nobody in particular on a laptop, where whoever
//! reaches the port is its owner.

use http::header::HOST;
use http::request::Parts;
use idwo_core::access::{Caller, Principal};
use idwo_core::dispatch::{Asker, CorrelationId};
use idwo_core::reach::{Host, ReachedAs};
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

/// As functions are told of it.
pub(crate) fn asker(context: &RequestContext<RoleServer>, correlation: Uuid) -> Asker {
    Asker {
        principal: principal(context).cloned(),
        address: context.extensions.get::<Parts>().and_then(address),
        correlation,
        is_workflow: false,
    }
}

/// A `Host` that nobody vouches for is none that people are sent to, unless it is this machine.
fn address(head: &Parts) -> Option<String> {
    if let Some(ReachedAs { host, base }) = head.extensions.get() {
        return Some(format!("https://{host}{base}"));
    }
    let host: Host = head.headers.get(HOST)?.to_str().ok()?.parse().ok()?;
    host.is_loopback().then(|| format!("http://{host}"))
}

/// The id that the host has given the request, where it gives any.
pub(crate) fn correlation_id(context: &RequestContext<RoleServer>) -> Option<Uuid> {
    let head = context.extensions.get::<Parts>()?;
    let CorrelationId(id) = head.extensions.get()?;
    Some(*id)
}
