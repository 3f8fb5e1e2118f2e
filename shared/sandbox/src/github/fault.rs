//! What can go wrong between a client and GitHub, planned for requests to come.

use std::time::Duration;

use serde_json::Value;

use super::request::Asked;

/// One way of going wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// This status, with these headers; GitHub's way of saying no, or `body` where there is one.
    Status {
        status: u16,
        headers: Vec<(String, String)>,
        body: Option<Value>,
    },
    /// The limit on too many requests at once: 403 with `retry-after`.
    SecondaryLimit { retry_after: String },
    /// A page for people, as a proxy sends it.
    Html { status: u16 },
    /// Half of the answer, of which the head promised the whole.
    CutOff,
    /// Takes the request and never answers.
    Silence,
    /// The answer, a byte at a time.
    Trickle { every: Duration },
    /// To `to`: a path of this host, or another's address.
    Redirect { to: String },
    /// The answer, whose next page is itself.
    PagingLoop,
    /// So many bytes once unpacked, in mebibytes: a thousandth of that on the wire.
    GzipBomb { mebibytes: u32 },
    /// The connection is reset before anything is answered.
    Reset,
    /// GraphQL: the checks may not be read; all else is answered.
    ChecksForbidden,
    /// GraphQL: 200, and nothing but the error that the limit is used up.
    RateLimited,
    /// GraphQL: 200, and neither data nor errors.
    NoData,
}

/// Which requests it happens to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    Any,
    /// Whose path holds this.
    Path(String),
    /// GraphQL's operation of this name.
    Operation(String),
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    Next(u32),
    Always,
}

#[derive(Debug, Clone)]
struct Plan {
    fault: Fault,
    at: At,
    times: Times,
    used: u32,
}

/// Faults in the order in which they were planned; the first that fits happens.
#[derive(Default)]
pub(super) struct Faults(Vec<Plan>);

impl Fault {
    /// GitHub's way of saying no with `status`.
    pub fn status(status: u16) -> Self {
        Self::Status {
            status,
            headers: Vec::new(),
            body: None,
        }
    }

    /// With one more header; of [`Fault::Status`] only.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        if let Self::Status { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// With this body; of [`Fault::Status`] only.
    #[must_use]
    pub fn saying(mut self, said: Value) -> Self {
        if let Self::Status { body, .. } = &mut self {
            *body = Some(said);
        }
        self
    }
}

impl At {
    pub fn path(part: &str) -> Self {
        Self::Path(part.to_owned())
    }

    pub fn operation(name: &str) -> Self {
        Self::Operation(name.to_owned())
    }

    fn fits(&self, asked: &Asked) -> bool {
        match self {
            Self::Any => true,
            Self::Path(part) => asked.path.contains(part),
            Self::Operation(name) => asked.operation.as_ref() == Some(name),
        }
    }
}

impl Faults {
    pub(super) fn plan(&mut self, at: At, times: Times, fault: Fault) {
        self.0.push(Plan {
            fault,
            at,
            times,
            used: 0,
        });
    }

    pub(super) fn forget(&mut self) {
        self.0.clear();
    }

    /// What happens to this request.
    pub(super) fn happening(&mut self, asked: &Asked) -> Option<Fault> {
        let mut plans = self.0.iter_mut();
        let plan = plans.find(|plan| plan.is_left() && plan.at.fits(asked))?;
        plan.used += 1;
        Some(plan.fault.clone())
    }

    /// Those that did not happen as often as they were planned, in words.
    pub(super) fn rest(&self) -> Vec<String> {
        let unmet = self.0.iter().filter(|plan| plan.is_unmet());
        unmet.map(|plan| format!("{plan:?}")).collect()
    }
}

impl Plan {
    fn is_left(&self) -> bool {
        match self.times {
            Times::Always => true,
            Times::Next(times) => self.used < times,
        }
    }

    fn is_unmet(&self) -> bool {
        match self.times {
            Times::Always => self.used == 0,
            Times::Next(_) => self.is_left(),
        }
    }
}
