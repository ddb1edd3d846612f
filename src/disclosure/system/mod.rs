//! Figures as nodes and equations: the truth of a release, and what a reader sees of it.

mod equation;
mod figures;
mod interval;
mod network;
mod reader;

pub(crate) use equation::{Equation, NodeId};
pub(crate) use figures::{Contributions, Contributors, CountOf, TrueFigures, TrueNode};
pub(crate) use interval::Interval;
pub(crate) use network::{Network, Place, Term};
pub(crate) use reader::{System, with_own};
