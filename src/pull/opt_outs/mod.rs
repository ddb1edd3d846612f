//! Opt-outs: what the lists say now, how they changed, and what that did.

pub(super) mod change;
pub(super) mod effect;
pub(super) mod growth;
pub(super) mod stored;
pub(super) mod withheld;
