//! The catalogue as one request may see it.

use http::request::Parts;
use idwo_core::access::Principal;
use idwo_core::untrusted;
use rmcp::RoleServer;
use rmcp::model::{CacheScope, ErrorData};
use rmcp::service::RequestContext;

use crate::caller;
use crate::catalogue::{Catalogue, Listed};
use crate::narrowing::Narrowing;

/// Longest name that is quoted in a refusal, in characters.
const QUOTED_CHARS_MAX: usize = 60;

pub(crate) struct Visible<'a> {
    catalogue: &'a Catalogue,
    narrowing: Narrowing,
    /// Whose scopes decide; without one all tools are there.
    principal: Option<Principal>,
}

impl<'a> Visible<'a> {
    /// The endpoint has read the request's headers; a client on standard input has none.
    pub(crate) fn of(catalogue: &'a Catalogue, context: &RequestContext<RoleServer>) -> Self {
        let head = context.extensions.get::<Parts>();
        let narrowing = head.and_then(|head| head.extensions.get::<Narrowing>());
        Self {
            catalogue,
            narrowing: narrowing.cloned().unwrap_or_default(),
            principal: caller::principal(context).cloned(),
        }
    }

    #[cfg(test)]
    pub(crate) fn narrowed(catalogue: &'a Catalogue, narrowing: Narrowing) -> Self {
        Self {
            catalogue,
            narrowing,
            principal: None,
        }
    }

    pub(crate) fn tools(&self) -> impl Iterator<Item = &'a Listed> {
        let tools = self.catalogue.tools.iter();
        tools.filter(|listed| self.narrowing.leaves(listed) && self.is_allowed(listed))
    }

    fn is_allowed(&self, listed: &Listed) -> bool {
        let principal = self.principal.as_ref();
        principal.is_none_or(|principal| principal.holds(&listed.scopes))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.tools().any(|listed| listed.tool.name == name)
    }

    /// The name of a tool that is on offer.
    pub(crate) fn named(&self, name: &str) -> Result<String, ErrorData> {
        if self.has(name) {
            return Ok(name.to_owned());
        }
        let name = untrusted::plain(name, QUOTED_CHARS_MAX);
        let why = format!("there is no tool `{name}` here; tools/list names those there are");
        Err(ErrorData::invalid_params(why, None))
    }

    /// What depends on a request's headers or on who sent it is no other's to keep.
    pub(crate) fn cache_scope(&self) -> CacheScope {
        if self.narrowing.is_none() && self.principal.is_none() {
            return CacheScope::Public;
        }
        CacheScope::Private
    }
}
