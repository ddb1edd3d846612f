//! Object stores: addresses, credentials, and what the lake asks of a store.

mod address;
mod again;
mod aws_profile;
mod cloud;
mod create;
mod steady;
mod trouble;
mod upload;

pub use address::Address;
pub use trouble::{of_a_store, trouble};
pub(super) use upload::upload;

use object_store::ObjectStore;
use std::sync::Arc;

/// A store that several threads use.
pub type Store = Arc<dyn ObjectStore>;
