//! Why a request is not answered as it wished, and what is said of it.

use http::header::{ALLOW, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use idwo_core::failure::{Failure, Retry};

use crate::answers::{self, HttpAnswer};
use crate::form::BODY_BYTES_MAX;
use crate::shown;

#[derive(Debug)]
pub(crate) enum Refused {
    /// Whatever is wrong with a link: who guesses learns nothing from how.
    NoSuchPage,
    Bad(&'static str),
    Forbidden(&'static str),
    OtherMethod,
    NoForm,
    TooLarge,
    TooSlow,
    Failed(Failure),
}

impl Refused {
    pub(crate) fn answer(self) -> HttpAnswer {
        let (status, why) = self.said();
        let mut answer = answers::page(status, shown::refusal(&why));
        match self {
            Self::OtherMethod => {
                let methods = HeaderValue::from_static("GET, POST");
                answer.headers_mut().insert(ALLOW, methods);
            }
            Self::Failed(Failure::Upstream {
                retry: Retry::AfterSeconds(seconds),
                ..
            }) => {
                answer.headers_mut().insert(RETRY_AFTER, seconds.into());
            }
            _ => {}
        }
        answer
    }

    fn said(&self) -> (StatusCode, String) {
        let said = |status, why: &str| (status, why.to_owned());
        match self {
            Self::NoSuchPage => said(
                StatusCode::NOT_FOUND,
                "There is no such approval, or the link to it is not whole.",
            ),
            Self::Bad(why) => (StatusCode::BAD_REQUEST, format!("Not taken: {why}.")),
            Self::Forbidden(why) => (StatusCode::FORBIDDEN, format!("Not taken: {why}.")),
            Self::OtherMethod => said(
                StatusCode::METHOD_NOT_ALLOWED,
                "This page is looked at, and its form is sent.",
            ),
            Self::NoForm => said(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Not taken: it is not the form of this page.",
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("Not taken: a form has at most {BODY_BYTES_MAX} bytes."),
            ),
            Self::TooSlow => said(
                StatusCode::REQUEST_TIMEOUT,
                "Not taken: the form took longer than 10 s.",
            ),
            Self::Failed(failure) => of_failure(failure),
        }
    }
}

/// What is ours is for the log alone.
fn of_failure(failure: &Failure) -> (StatusCode, String) {
    tracing::error!(error = failure.chain(), "the page of an approval failed");
    match failure {
        Failure::Upstream { .. } => {
            let why = format!("Approvals cannot be read or decided now: {failure}.");
            (StatusCode::SERVICE_UNAVAILABLE, why)
        }
        _ => {
            let why = "Something failed here; the log of the server says what.".to_owned();
            (StatusCode::INTERNAL_SERVER_ERROR, why)
        }
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}
