//! The lake: the folder or bucket that holds every table, as Delta Lake tables.
//!
//! A table `record.patient` lives in `record/patient/`. Every write is a new file that nobody sees
//! until one atomic commit names it, so a reader finds the old table or the new one and never a
//! mixture, and a crash leaves at most files that no table names.

mod access;
mod advice;
mod aggregates;
mod append;
mod bytes;
mod checksum;
mod commit;
mod data_file;
mod decision_lock;
mod deletion_vector;
mod epoch;
mod file;
mod handle;
mod history;
mod identity;
mod intact;
mod integrity;
mod kept_state;
mod kept_tables;
mod known_states;
mod known_versions;
mod location;
mod lock;
mod log_digest;
mod member_key;
mod newest;
mod open;
mod probe;
pub mod properties;
mod read;
mod remove_table;
mod row_hashes;
mod rows;
mod scrub;
mod sealed;
mod settings;
mod snapshot;
mod sort_order;
mod state_row;
mod state_table;
pub mod store;
mod table;
mod table_name;
mod together;
mod vacuum;
mod verify;

pub(crate) use access::{FilesFor, tighten};
pub(crate) use advice::advice;
pub use commit::Change;
pub(crate) use commit::CommitAttempts;
pub use data_file::DataFile;
pub(crate) use data_file::NewFile;
pub(crate) use decision_lock::DecisionLock;
pub use deletion_vector::DeletionVector;
pub(crate) use epoch::Epoch;
pub use file::FileWriter;
pub use file::encode;
pub use handle::Lake;
pub(crate) use identity::shard_of;
pub(crate) use integrity::{Damage, IntegrityFault};
pub use location::Location;
pub(crate) use lock::{Holder, Lock};
pub(crate) use probe::Probe;
pub(crate) use row_hashes::{digest_of_rows, row_hashes};
pub(crate) use scrub::Scrubbed;
pub(crate) use sealed::sealed;
pub use sealed::unsealed;
pub use settings::Settings;
pub use sort_order::SortOrder;
pub(crate) use state_row::{
    StateRow, Timestamp, VisitColumns, state_batch, state_schema, state_table_name,
};
pub use table::Table;
pub use table_name::TableName;
pub(crate) use verify::Verified;
