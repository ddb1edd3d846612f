//! Charts as they are declared in a report file: what each shows, from released cells alone, before
//! Excel or SVG draws it.

mod alternative;
mod benchmark;
mod control;
mod fan;
mod funnel;
mod make;
mod map;
mod model;
mod names;
mod outline;
mod point;
mod profile;
mod series;
mod shape;
#[cfg(test)]
mod tests;

pub(super) use control::{ControlChart, ControlMark};
pub(super) use fan::{FanBand, fan_chart};
pub(super) use funnel::{FunnelChart, FunnelLine, FunnelPlace};
pub(super) use make::chart;
pub(super) use map::{MapChart, MapClass};
pub(super) use model::Chart;
pub(super) use outline::Outline;
pub(super) use point::{ChartSeries, Point};
pub(super) use profile::profile_chart;
