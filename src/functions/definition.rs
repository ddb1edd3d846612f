//! A function: what is said of it, and what the engine runs.

use super::Doc;
use datafusion::logical_expr::{AggregateUDF, ScalarUDF, WindowUDF};

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
