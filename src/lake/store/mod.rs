//! Object stores: addresses, credentials, and what the lake asks of a store.

mod address;
mod aws_profile;
mod cloud;
mod create;
mod errors;
mod open;
mod retry;
mod retrying_store;
mod upload;

pub use address::Address;
pub use errors::{of_a_store, store_error};
pub(super) use open::{open_bucket, server};
pub(super) use upload::upload;

use object_store::ObjectStore;
use std::sync::Arc;

/// A store that several threads use.
pub type Store = Arc<dyn ObjectStore>;
