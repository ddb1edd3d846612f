//! What a reader can work out from all that is published.
//!
//! The attacker gets a [`System`](super::system::System): what each figure says of its true count
//! under the published rule, and what adds up to what. It narrows bounds equation by equation
//! (`propagation`), and then asks of each protected figure whether its true count could be another
//! one. That is proved by a second possible table: by an `exchange` of people among a few figures that
//! changes nothing that is published, by the `shortest` one that a linear program finds among all
//! figures, or else by integer programs over growing neighbourhoods (`exact`). What is not proved counts as a leak.
//!
//! The possible table around which safety is proved is the true one when a release is made. It tells
//! the attacker nothing: safety is that there is another.

mod attack;
mod effort;
mod exact;
mod exchange;
mod neighbourhood;
mod possible;
mod proof;
mod propagation;
mod shortest;

pub(crate) use attack::{Attack, attack};
pub(crate) use effort::Effort;
pub(crate) use exact::SOLVER;
pub(crate) use exchange::{Exchange, Exchanged, Price};
pub(crate) use neighbourhood::Neighbourhood;
pub(crate) use possible::Possible;
pub(crate) use proof::splits;
pub(crate) use propagation::propagate;

#[cfg(test)]
mod tests;
