//! SQL functions for public health, one file each, in folders by what they are for.
//!
//! A function's file holds what an analyst must know of it ([`Doc`]) beside what it computes;
//! `docs/functions.md`, `show functions` and the prompt's `\h` are made from that.

mod aggregate;
mod arguments;
mod doc;
pub mod interval;
mod list;
mod need;
mod person;
mod scalar;
#[allow(dead_code)]
mod window;

pub use doc::Doc;
pub use list::list_of_functions;
pub use window::{Compute, compute_of};

use datafusion::logical_expr::{AggregateUDF, ScalarUDF, WindowUDF};
use datafusion::prelude::SessionContext;

/// Changes when a function's results do: models made with another version are built again.
pub const VERSION: u32 = 1;

/// A function: what is said of it, and what it does.
#[derive(Debug)]
pub struct Function {
    /// For people.
    pub doc: &'static Doc,
    /// For the engine.
    pub definition: Definition,
}

/// A function, as the engine knows it.
#[derive(Debug, Clone)]
pub enum Definition {
    /// One value for each row.
    Scalar(ScalarUDF),
    /// One value for each group of rows.
    Aggregate(AggregateUDF),
    /// One value for each row, which depends on the rows beside it.
    Window(WindowUDF),
}

/// Functions of one kind, under their heading.
#[derive(Debug)]
pub struct Section {
    /// The heading.
    pub title: &'static str,
    /// In the order in which they are explained.
    pub functions: Vec<Function>,
}

/// All functions of Populace.
pub fn sections() -> Vec<Section> {
    vec![interval::section(), need::section(), person::section()]
}

/// Makes the functions known to a session.
pub fn register(context: &SessionContext) {
    for function in sections().into_iter().flat_map(|section| section.functions) {
        match function.definition {
            Definition::Scalar(scalar) => context.register_udf(scalar),
            Definition::Aggregate(aggregate) => context.register_udaf(aggregate),
            Definition::Window(window) => context.register_udwf(window),
        }
    }
}
