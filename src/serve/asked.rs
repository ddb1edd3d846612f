//! What an address asks, read by axum and refused in the words of this site.

use super::reply::PageFault;
use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

/// The parts of a path.
#[derive(Debug)]
pub(crate) struct AddressPath<T>(pub T);

/// The parameters of a query.
#[derive(Debug)]
pub(crate) struct AddressQuery<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for AddressPath<T> {
    type Rejection = PageFault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageFault> {
        let read = Path::<T>::from_request_parts(parts, state).await;
        // No name of anything here has bytes that are no text.
        read.map(|Path(asked)| AddressPath(asked))
            .map_err(|_| PageFault::NotFound)
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for AddressQuery<T> {
    type Rejection = PageFault;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PageFault> {
        let read = Query::<T>::from_request_parts(parts, state).await;
        read.map(|Query(asked)| AddressQuery(asked)).map_err(|_| {
            let why = "A part of the address behind the question mark is there twice, or is no number where one belongs. Take it out, or begin at the page that led here.";
            PageFault::BadRequest(why.to_string())
        })
    }
}
