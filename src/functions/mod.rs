//! SQL functions, one file each.

mod age_at;
mod age_band;
mod days_between;
mod icd10_normalise;
pub mod interval;
mod proportion;
mod rate;
mod signature;

use datafusion::logical_expr::ScalarUDF;
use datafusion::prelude::SessionContext;

/// Changes when a function's results do: models made with another version are built again.
pub const VERSION: u32 = 1;

/// All functions of Populace.
pub fn all() -> Vec<ScalarUDF> {
    vec![
        ScalarUDF::from(age_at::AgeAt::new()),
        ScalarUDF::from(age_band::AgeBand::new()),
        ScalarUDF::from(days_between::DaysBetween::new()),
        ScalarUDF::from(icd10_normalise::Icd10Normalise::new()),
        ScalarUDF::from(proportion::Proportion::new()),
        ScalarUDF::from(rate::Rate::new()),
    ]
}

/// Makes the functions known to a session.
pub fn register(context: &SessionContext) {
    for function in all() {
        context.register_udf(function);
    }
}
