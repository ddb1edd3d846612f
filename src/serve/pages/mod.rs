//! The pages that planners see.

mod about;
mod area;
mod areas;
mod changed_inputs;
mod changes;
mod compare;
mod fault;
mod feed;
mod figure_text;
mod file;
mod groups;
mod home;
mod latest;
mod layout;
mod links;
mod partial;
mod release;
mod releases;
mod report;
mod search;
mod words;

pub(super) use about::about;
pub(super) use area::area;
pub(super) use areas::{areas, readable_areas};
pub(super) use changes::changes;
pub(super) use compare::compare;
pub(super) use fault::fault_page;
pub(super) use feed::feed;
pub(super) use file::file;
pub(super) use groups::groups;
pub(super) use home::home;
pub(super) use latest::{latest, latest_of_area};
pub(super) use release::release;
pub(super) use releases::releases;
pub(super) use report::{report, report_of_area};
pub(super) use search::{readable_measures, search};
