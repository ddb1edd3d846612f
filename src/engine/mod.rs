//! DataFusion with a memory limit, spilling to the temporary folder, reading tables of the lake.

mod arithmetic;
mod cancellable;
mod check;
mod clauses;
mod count_distinct;
mod dialect;
#[cfg(test)]
mod empty_lake;
mod errors;
mod fault;
mod filters;
mod frames;
mod function_names;
mod grouping_sets;
mod idioms;
mod in_lists;
mod lasting;
mod length;
mod pool;
mod prepared;
mod profile;
mod ranges;
mod run;
mod session;
mod struct_fields;
mod table;
mod temporal;
mod totals;
mod typed_parameters;
mod unsound;
mod window;

pub use errors::execution_error;
pub(crate) use errors::{plan_error, plan_error_in};
pub(crate) use idioms::of_table as table_written_here;
pub(crate) use lasting::by_chance;
pub(crate) use prepared::PreparedQuery;
pub(crate) use profile::{Profiles, QueryProfile};
pub use session::Engine;
pub use session::Limits;
pub(crate) use table::{LakeTable, PickedRows};
