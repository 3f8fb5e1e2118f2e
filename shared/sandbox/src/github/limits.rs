//! How many requests are left in this hour, counted for REST and GraphQL apart.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use serde_json::json;

use super::reply::Reply;

/// After which a limit begins anew.
const WINDOW: SignedDuration = SignedDuration::from_hours(1);

#[derive(Default)]
pub(super) struct Limits(HashMap<&'static str, Window>);

#[derive(Clone, Copy)]
struct Window {
    used: u32,
    resets_at: Timestamp,
}

impl Limits {
    /// Takes one of `limit` requests; false when none is left.
    pub(super) fn take(&mut self, resource: &'static str, limit: u32, now: Timestamp) -> bool {
        let window = self.window(resource, now);
        if window.used >= limit {
            return false;
        }
        window.used += 1;
        true
    }

    /// Gives back one that turned out to be free.
    pub(super) fn give_back(&mut self, resource: &'static str, now: Timestamp) {
        let window = self.window(resource, now);
        window.used = window.used.saturating_sub(1);
    }

    /// Adds what GitHub says of its limits to every answer.
    pub(super) fn shown_on(
        &mut self,
        reply: Reply,
        resource: &'static str,
        limit: u32,
        now: Timestamp,
    ) -> Reply {
        let window = *self.window(resource, now);
        reply
            .with("x-ratelimit-limit", limit)
            .with("x-ratelimit-remaining", limit.saturating_sub(window.used))
            .with("x-ratelimit-reset", window.resets_at.as_second())
            .with("x-ratelimit-used", window.used)
            .with("x-ratelimit-resource", resource)
    }

    /// All of them, as GitHub tells them to whoever asks; asking is free.
    pub(super) fn told(&mut self, limit: u32, now: Timestamp) -> Reply {
        self.give_back("core", now);
        let mut shown = |resource| {
            let window = *self.window(resource, now);
            let left = limit.saturating_sub(window.used);
            json!({
                "limit": limit, "used": window.used, "remaining": left,
                "reset": window.resets_at.as_second(),
            })
        };
        let (core, graphql) = (shown("core"), shown("graphql"));
        Reply::ok(json!({
            "resources": { "core": core, "graphql": graphql, "search": core }, "rate": core,
        }))
    }

    fn window(&mut self, resource: &'static str, now: Timestamp) -> &mut Window {
        let fresh = Window {
            used: 0,
            resets_at: now.saturating_add(WINDOW).unwrap_or(now),
        };
        let window = self.0.entry(resource).or_insert(fresh);
        if window.resets_at <= now {
            *window = fresh;
        }
        window
    }
}
