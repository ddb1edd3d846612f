//! Locality: what the rows of a model rest on, found in its plan.
//!
//! A model is *person-local* when its rows of one person rest on that person's rows alone. Then the rows of
//! some people can be made anew without the others.
//!
//! Take the rows of some people out of every table: a person-local query makes of them the rows of these
//! people, the same as among all others. Each rule keeps that true from the tables up. A person key may be
//! NULL, and NULL is one person more.

mod clause_line;
mod conditions;
mod find;
mod group;
mod join;
mod model_kind;
mod operand;
mod person_keys;
mod row_identity;
mod row_order;
mod rows;
mod verdict;
mod walk;
mod window;

pub(super) use find::{key_columns, locality_of, people_apart, people_below};
pub(crate) use model_kind::{ModelKind, model_kinds};
pub(super) use person_keys::PERSON_KEY;
pub(crate) use verdict::GlobalCause;
pub(super) use verdict::Locality;
pub(super) use walk::UniqueColumns;

#[cfg(test)]
mod tests;
