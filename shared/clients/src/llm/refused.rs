//! Why one model gave no answer that can be used. Nothing that it said is in here.

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    #[error("this process's budget for the day is used up")]
    Budget,
    #[error("the question is larger than the budget of one call allows")]
    TooLarge,
    #[error(
        "its price is not known, and at the dearest the question is over the budget of one call"
    )]
    Unpriced,
    #[error("no answer in time")]
    TooLate,
    #[error("it cannot be reached")]
    Unreached,
    #[error("HTTP {0}")]
    Status(u16),
    #[error("the connection broke within the answer")]
    Broken,
    #[error("the answer is larger than 1 MiB")]
    Flood,
    #[error("the answer is not in the provider's format")]
    Unreadable,
    #[error("the answer was cut off")]
    Cut,
    #[error("it declined")]
    Declined,
    #[error("the answer does not fit the schema")]
    Misfit,
}

impl Refused {
    /// Whether nothing was computed that a provider could bill.
    pub(super) fn is_free(&self) -> bool {
        matches!(self, Self::Unreached | Self::Status(_))
    }
}
