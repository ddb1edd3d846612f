//! The arguments that the indices of inequality have in common.

use crate::functions::doc::Argument;

pub(super) const QUANTILE: Argument = (
    "quantile",
    "the place in the order of deprivation: 1 the most deprived, up to 5 to 100",
);
pub(super) const POPULATION: Argument = ("population", "the quantile's people, above 0");
pub(super) const VALUE: Argument = (
    "value",
    "the quantile's indicator: a rate, a proportion, a life expectancy",
);
pub(super) const LOWER: Argument = ("lower", "the value's lower 95 % limit");
pub(super) const UPPER: Argument = ("upper", "the value's upper 95 % limit");
pub(super) const TRANSFORM: Argument = (
    "transform",
    "the scale of the line: 'none', 'log' (for rates), 'logit' (for proportions); 'none' unless \
     given",
);
pub(super) const SLOPE_MULTIPLIER: Argument = (
    "multiplier",
    "100 for percentage points, below 0 to turn the sign round; 1 unless given",
);
pub(super) const RATIO_MULTIPLIER: Argument = (
    "multiplier",
    "below 0 turns the ratio round, for indicators where more is worse; 1 unless given",
);
pub(super) const SEED: Argument = (
    "seed",
    "of the random numbers: the same seed gives the same limits; 0 unless given",
);
