//! The FHIRPath subset of SQL on FHIR v2: from text to a tree.

mod choice;
mod function;
mod lex;
mod parse;
mod tree;

pub(super) use function::PathFunction;
pub(super) use parse::parse;
pub(super) use tree::{Constants, Expr, Literal, Operator};

/// Why a path is not accepted, with a hint when there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub what: String,
    pub hint: Option<String>,
}

impl Fault {
    pub(super) fn new(what: impl Into<String>) -> Fault {
        Fault {
            what: what.into(),
            hint: None,
        }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Fault {
        self.hint = Some(hint.into());
        self
    }
}
