//! What a client that was refused can read without a key (RFC 9728): what this is, and that it takes
//! bearer tokens. It names no authorization server, for there is none: keys are made by hand. Clients
//! look for it at the root of a host, so that only a domain of one's own, mapped there, lets them find it.

use http::StatusCode;
use http::request::Parts;
use idwo_core::reach::ReachedAs;
use serde_json::json;

use crate::answers::{self, HttpAnswer, refusal};
use crate::catalogue::Catalogue;

/// The root's, and that of `/mcp`.
const PATHS: [&str; 2] = [
    "/.well-known/oauth-protected-resource",
    "/.well-known/oauth-protected-resource/mcp",
];

pub(crate) fn is_at(path: &str) -> bool {
    PATHS.contains(&path)
}

/// Where nothing is protected there is nothing to describe: a laptop's host is not told under which
/// name it is reached.
pub(crate) fn described(head: &Parts, catalogue: &Catalogue) -> HttpAnswer {
    let Some(ReachedAs { host, base }) = head.extensions.get() else {
        let why = "nothing is protected here: MCP is served at /mcp";
        return refusal(StatusCode::NOT_FOUND, why);
    };
    let description = json!({
        "resource": format!("https://{host}{base}/mcp"),
        "resource_name": "IDWO",
        "bearer_methods_supported": ["header"],
        "scopes_supported": catalogue.scopes(),
    });
    answers::json(StatusCode::OK, &description)
}
