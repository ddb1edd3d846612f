//! Why a page cannot be given.

use axum::http::StatusCode;

/// Why a page cannot be given. It says nothing of what is there and may not be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PageFault {
    /// The question cannot be read; in words, without what was asked.
    BadRequest(String),
    /// The reader's roles do not name it, whether it is there or not.
    Forbidden,
    /// There is no such thing, or nothing of it is for this reader, or nobody may see it yet.
    NotFound,
    /// Pages are read, and nothing else.
    Method,
    /// It was taken back, with the reason that was given.
    Withdrawn(Option<String>),
    /// It is not as it was released, or the store does not answer.
    Unavailable,
    /// Too many answers are on their way.
    Busy,
}

impl PageFault {
    /// The status of the reply.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            PageFault::BadRequest(_) => StatusCode::BAD_REQUEST,
            PageFault::Forbidden => StatusCode::FORBIDDEN,
            PageFault::NotFound => StatusCode::NOT_FOUND,
            PageFault::Method => StatusCode::METHOD_NOT_ALLOWED,
            PageFault::Withdrawn(_) => StatusCode::GONE,
            PageFault::Unavailable | PageFault::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The heading of its page.
    pub(crate) fn title(&self) -> &'static str {
        match self {
            PageFault::BadRequest(_) => "This address cannot be read",
            PageFault::Forbidden => "You may not read this",
            PageFault::NotFound => "Page not found",
            PageFault::Method => "This request cannot be answered",
            PageFault::Withdrawn(_) => "This release was withdrawn",
            PageFault::Unavailable => "This cannot be shown now",
            PageFault::Busy => "Too much is asked at once",
        }
    }

    /// What it means, and what a reader can do.
    pub(crate) fn explanation(&self) -> String {
        match self {
            PageFault::BadRequest(why) => why.clone(),
            PageFault::Forbidden => {
                "Your account may not read this report or area. Ask whoever runs this site if you need it."
                    .to_string()
            }
            PageFault::NotFound => {
                "There is no such page, or nothing of it that your account may read. Check the address, or begin at the list of releases."
                    .to_string()
            }
            PageFault::Method => "This page answers GET and HEAD only.".to_string(),
            PageFault::Withdrawn(Some(reason)) => format!("The publisher took it back: {reason}"),
            PageFault::Withdrawn(None) => {
                "The publisher took it back. Do not use its figures.".to_string()
            }
            PageFault::Unavailable => {
                "What is stored is not as it was released, or the store does not answer, so nothing of it is shown. Whoever runs this site finds the reason in its log. Try again later."
                    .to_string()
            }
            PageFault::Busy => {
                "Many large answers are on their way to others. Try again in a minute, or ask for less at once."
                    .to_string()
            }
        }
    }
}
