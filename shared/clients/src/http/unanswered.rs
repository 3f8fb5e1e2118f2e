//! Why a service gave no answer that can be used.

use http::StatusCode;
use jiff::Timestamp;

/// What a service says of its refusal is left out: it can quote the request.
#[derive(Debug, thiserror::Error)]
pub enum Unanswered {
    #[error("no answer in time")]
    TooLate,
    #[error("no connection, or one that broke")]
    Unreached(#[source] reqwest::Error),
    #[error("an answer of more than {bytes_max} bytes")]
    TooLarge { bytes_max: usize },
    #[error("an answer that cannot be unpacked")]
    Packed(#[source] reqwest::Error),
    #[error("an answer in another shape than expected")]
    Unfit(#[source] serde_json::Error),
    #[error("a part of an answer, and an error for the rest")]
    Partial,
    #[error("a redirect to another host, or too many")]
    Redirected,
    #[error("refused with {status}")]
    Refused {
        status: StatusCode,
        /// When to come back, where it says.
        until: Option<Timestamp>,
    },
    #[error("too many requests; again at {until}")]
    Limited { until: Timestamp },
    /// It failed so often that nobody asks for a while.
    #[error("at rest after failures; again at {until}")]
    Resting { until: Timestamp },
}

impl Unanswered {
    pub(super) fn unreached(error: reqwest::Error) -> Self {
        // An address can hold what should not be shown.
        let error = error.without_url();
        if error.is_timeout() {
            Self::TooLate
        } else if error.is_decode() {
            Self::Packed(error)
        } else {
            Self::Unreached(error)
        }
    }

    /// As a service says that it has nothing of the kind.
    pub fn missing() -> Self {
        Self::Refused {
            status: StatusCode::NOT_FOUND,
            until: None,
        }
    }

    /// As a service says that the credential may not see it.
    pub fn forbidden() -> Self {
        Self::Refused {
            status: StatusCode::FORBIDDEN,
            until: None,
        }
    }

    /// Whether the service has nothing of the kind, or does not show it.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Refused { status, .. } if *status == StatusCode::NOT_FOUND)
    }

    /// Whether the service is at fault, so that it should rest when it goes on like this.
    pub(super) fn is_its_failure(&self) -> bool {
        match self {
            Self::TooLate | Self::Unreached(_) | Self::Packed(_) => true,
            Self::Refused { status, .. } => status.is_server_error(),
            _ => false,
        }
    }

    /// Whether the same question can be answered a moment later.
    pub(super) fn can_pass(&self) -> bool {
        match self {
            Self::Limited { .. } => true,
            Self::Refused { status, .. } => matches!(
                *status,
                StatusCode::INTERNAL_SERVER_ERROR
                    | StatusCode::BAD_GATEWAY
                    | StatusCode::SERVICE_UNAVAILABLE
                    | StatusCode::GATEWAY_TIMEOUT
            ),
            why => why.is_its_failure(),
        }
    }

    /// When it can be asked again, where that is known.
    pub fn until(&self) -> Option<Timestamp> {
        match self {
            Self::Limited { until } | Self::Resting { until } => Some(*until),
            Self::Refused { until, .. } => *until,
            _ => None,
        }
    }
}
