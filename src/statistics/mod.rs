//! The formulas of distributions and confidence limits: numbers in, numbers out. SQL functions and
//! disclosure control both use them, and neither knows the other.

mod exact;
pub(crate) mod funnel;
pub(crate) mod gamma;
#[cfg(test)]
mod golden;
pub(crate) mod inequality_index;
pub(crate) mod life_table;
pub(crate) mod limits;
pub(crate) mod normal;
pub(crate) mod philox;
pub(crate) mod poisson;
pub(crate) mod process;
pub(crate) mod quantile_line;
pub(crate) mod signals;
pub(crate) mod transform;
pub(crate) mod trend_slope;
