//! Projections of demand: released rates by age, multiplied by a published projection of people.
//!
//! Nothing here sees a true count: a projection is made from the released frame of a table, so that it says
//! no more than that table and the published projection do.

mod made;
mod people;
mod population;
mod source;
mod spec;
#[cfg(test)]
mod tests;

pub(super) use made::{Projecting, lists};
pub(super) use population::{PopulationProjection, projected_from};
pub(super) use source::check_projection;
pub(super) use spec::ProjectionSpec;
