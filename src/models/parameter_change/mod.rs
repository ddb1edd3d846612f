//! People for whom a parameter that changed makes a difference, or a table without people.
//!
//! A table keeps the values of parameters that it was built with. The query is planned with these and with the
//! values of now, and both plans are walked side by side. Where two nodes differ in an expression, those people
//! are affected for whom it comes out otherwise in a row of the node's input, over the tables as they are.
//!
//! From the tables up: whoever is affected at no node below, and has no changed record, has the same rows at
//! a node's input in both plans. If the node's expressions come out the same in all of these, its own rows are
//! the same too. What is not known to be told that way makes the model be built in full.
//!
//! Parts of the plans that rest on no people are compared by their rows (`changed_parts`), be it that an expression
//! differs in them or a table.

mod changed_parts;
mod changed_rows;
mod conditions;
mod node_result;
mod plan_before;
mod query;
mod row_person;
mod scans;
mod side_by_side;

pub(super) use plan_before::plan_before;
pub(super) use query::affected_people;
pub(super) use scans::is_same_plan;
pub(super) use side_by_side::{changed_nodes, changed_tables};
