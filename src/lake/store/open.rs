//! Opening the store behind an address.

use super::retrying_store::RetryingStore;
use super::{Address, Store, cloud};
use crate::error::Result;
use std::sync::Arc;

/// Opens the whole bucket, whatever the prefix.
pub(in crate::lake) fn open_bucket(address: &Address) -> Result<Store> {
    let store = cloud::open(address)?;
    Ok(Arc::new(RetryingStore::new(store)))
}

/// Which server stands behind an address: it differs from cloud to cloud and by endpoint.
pub(in crate::lake) fn server(address: &Address) -> String {
    match cloud::endpoint(address) {
        Some(endpoint) => format!("{address} at {endpoint}"),
        None => address.to_string(),
    }
}
