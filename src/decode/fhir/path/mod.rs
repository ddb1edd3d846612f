//! The FHIRPath subset of SQL on FHIR v2: from text to a tree.

mod choice;
mod function;
mod lex;
mod parse;
mod tree;

use crate::pipeline::settings_file::distance;

pub(super) use function::Function;
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

/// The candidate nearest to `name`, when one is near enough to be what was meant.
pub(super) fn nearest<'n>(
    name: &str,
    candidates: impl IntoIterator<Item = &'n str>,
) -> Option<&'n str> {
    candidates
        .into_iter()
        .filter_map(|candidate| Some((distance(name, candidate)?, candidate)))
        .min()
        .map(|(_, candidate)| candidate)
}
