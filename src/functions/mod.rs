//! SQL functions for public health, one file each, in folders by what they are for.
//!
//! A function's file holds what an analyst must know of it ([`Doc`]) beside what it computes;
//! `docs/functions.md`, `show functions` and the prompt's `\h` are made from that.

mod aggregate;
#[cfg(test)]
mod any_order;
mod arguments;
mod broken_rule;
mod definition;
mod demand;
mod distribution;
mod doc;
mod fold;
mod frame_rows;
mod group_rows;
mod inequality;
pub(crate) mod interval;
mod list;
mod named;
pub(crate) mod need;
pub(crate) mod person;
mod risk;
mod scalar;
mod settings;
mod sliding;
mod standardise;
mod sum;
mod sums;
mod variation;
mod waiting;
mod window;

pub(crate) use aggregate::{many_groups, one_group};
pub(crate) use broken_rule::BrokenRule;
pub use definition::Definition;
pub use definition::Function;
pub use definition::Section;
pub use doc::Doc;
pub(crate) use fold::{Fold, FoldRows, Kept};
pub(crate) use frame_rows::FrameRows;
pub(crate) use list::{doc_of, list_of_functions};
pub(crate) use sum::Sum;
pub(crate) use window::{WindowCompute, compute_of};

use datafusion::prelude::SessionContext;

/// Changes when a function's results do: models made with another version are built again.
pub(crate) const VERSION: u32 = 3;

/// All functions of Populace, over the code lists that come with it.
pub fn sections() -> Vec<Section> {
    vec![
        interval::section(),
        standardise::section(),
        inequality::section(),
        variation::section(),
        risk::section(),
        distribution::section(),
        need::section(&need::CodeLists::shipped()),
        waiting::section(),
        demand::section(),
        person::section(),
    ]
}

/// Makes the functions known to a session.
pub(crate) fn register(context: &SessionContext) {
    register_sections(context, sections());
}

/// Gives the functions that read code lists these ones.
pub(crate) fn register_code_lists(context: &SessionContext, lists: &need::CodeLists) {
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
