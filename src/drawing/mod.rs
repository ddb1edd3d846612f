//! Charts that the page of a report and the planners' page both have: the profile of an area. It knows
//! headlines and released figures alone.

mod canvas;
mod compared;
mod key_item;
mod profile;
mod profile_table;
mod spine;
mod spine_chart;

pub(crate) use canvas::{
    Canvas, LETTER, LINE, both, drawing, label_above, label_left, px, room, wrapped,
};
pub(crate) use compared::Compared;
pub(crate) use key_item::key_item;
pub(crate) use profile::profile_table;
pub(crate) use profile_table::{ProfileRow, ProfileTable};
pub(crate) use spine::spine;
pub(crate) use spine_chart::SpineChart;

/// The rules of these charts, part of the style sheet of both pages.
pub(crate) const STYLE: &str = include_str!("style.css");
