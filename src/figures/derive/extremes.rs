//! The areas with the highest and the lowest figures.

use super::collected;
use super::rank::{RankFirst, with_rank};
use crate::error::Result;
use crate::figures::Figures;
use polars::prelude::{DataFrame, Expr, col, lit, when};

/// The figures of the areas in the first and last `places` of their ranks, with `extreme` (`best` or `worst`
/// where `better` says which way is better). Areas that share a place are all there. Nothing where there are
/// not more areas than twice the places: best and worst would be the same.
///
/// # Errors
/// Data, when they cannot be derived.
pub(crate) fn best_and_worst(
    figures: &Figures,
    better: RankFirst,
    places: u32,
) -> Result<DataFrame> {
    let worse = match better {
        RankFirst::Highest => RankFirst::Lowest,
        RankFirst::Lowest => RankFirst::Highest,
    };
    let from_the_end = |query| {
        let query = with_rank(query, worse)?;
        let query = query.rename(["rank"], ["rank_from_the_end"], true);
        with_rank(query, better)
    };
    let first = |rank: &str| -> Expr { col(rank.to_owned()).lt_eq(lit(places)) };
    let query = from_the_end(figures.lazy()).map(|query| {
        query
            .filter(col("ranked").gt(lit(places.saturating_mul(2))))
            // Where all areas are equal none is better.
            .filter(first("rank").neq(first("rank_from_the_end")))
            .with_column(
                when(first("rank"))
                    .then(lit("best"))
                    .otherwise(lit("worst"))
                    .alias("extreme"),
            )
    });
    collected(query)
}
