//! SQL functions for public health, one file each, in folders by what they are for.
//!
//! A function's file holds what an analyst must know of it ([`Doc`]) beside what it computes;
//! `docs/functions.md`, `show functions` and the prompt's `\h` are made from that.

mod aggregate;
#[cfg(test)]
mod any_order;
mod arguments;
mod broken_rule;
mod distribution;
mod doc;
mod inequality;
pub mod interval;
mod list;
mod named;
pub mod need;
pub mod person;
mod scalar;
mod settings;
mod sliding;
mod standardise;
mod sum;
mod sums;
mod variation;
mod waiting;
mod window;

pub use broken_rule::BrokenRule;
pub use doc::Doc;
pub use list::{doc_of, list_of_functions};
pub use window::{Compute, compute_of};

use datafusion::logical_expr::{AggregateUDF, ScalarUDF, WindowUDF};
use datafusion::prelude::SessionContext;

/// Changes when a function's results do: models made with another version are built again.
pub const VERSION: u32 = 2;

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

/// All functions of Populace, over the code lists that come with it.
pub fn sections() -> Vec<Section> {
    vec![
        interval::section(),
        standardise::section(),
        inequality::section(),
        variation::section(),
        distribution::section(),
        need::section(&need::CodeLists::shipped()),
        waiting::section(),
        person::section(),
    ]
}

/// Makes the functions known to a session.
pub fn register(context: &SessionContext) {
    register_sections(context, sections());
}

/// Gives the functions that read code lists these ones.
pub fn register_code_lists(context: &SessionContext, lists: &need::CodeLists) {
    register_sections(context, vec![need::section(lists)]);
}

fn register_sections(context: &SessionContext, sections: Vec<Section>) {
    for function in sections.into_iter().flat_map(|section| section.functions) {
        match function.definition {
            Definition::Scalar(scalar) => context.register_udf(scalar),
            Definition::Aggregate(aggregate) => context.register_udaf(aggregate),
            Definition::Window(window) => context.register_udwf(window),
        }
    }
}
