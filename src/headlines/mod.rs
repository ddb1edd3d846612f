//! Sentences computed from released figures alone: what is different here, what changes, what is
//! not complete. Each names the figures that it reads, so that it can be checked against them.

mod change;
mod comparison;
mod headline;
mod incomplete;
mod largest;
mod profile;
mod quality;
mod signal;
mod spread;
mod table;
mod trend;
mod words;

pub(crate) use headline::Headline;
#[cfg(test)]
pub(crate) use headline::HeadlineKind;
pub(crate) use profile::{ProfileLine, against, is_indicator, profile};
pub(crate) use quality::{QualityFact, quality};
#[cfg(test)]
pub(crate) use spread::AreaSpread;
pub(crate) use trend::RecentTrend;
pub(crate) use words::{number, period};

use crate::figures::{FigureRow, MeasurePolarity};
use table::tables;

/// More of one kind than this is no longer a summary.
const MOST_OF_A_KIND: usize = 4;

/// More of one kind from one table would hide the others.
const MOST_OF_A_TABLE: usize = 2;

/// The headlines of some figures, those that ask for action first.
pub(crate) fn headlines(rows: &[FigureRow], polarity: &MeasurePolarity) -> Vec<Headline> {
    let tables = tables(rows);
    let mut all = Vec::new();
    let mut add = |found: Vec<Headline>| {
        let mut kept: Vec<Headline> = Vec::new();
        for headline in found {
            let of_table = kept.iter().filter(|known| known.table == headline.table);
            let is_new = kept.iter().all(|known| !known.says_the_same(&headline));
            if is_new && of_table.count() < MOST_OF_A_TABLE && kept.len() < MOST_OF_A_KIND {
                kept.push(headline);
            }
        }
        all.extend(kept);
    };
    add(tables
        .iter()
        .flat_map(|table| comparison::comparisons(table, polarity))
        .collect());
    add(tables
        .iter()
        .flat_map(|table| trend::trends(table, polarity))
        .collect());
    add(tables.iter().flat_map(signal::signals).collect());
    add(tables.iter().flat_map(change::changes).collect());
    add(tables.iter().filter_map(largest::largest).collect());
    add(tables.iter().filter_map(incomplete::incomplete).collect());
    all.extend(incomplete::revised(rows));
    all.extend(incomplete::held(rows));
    all
}

#[cfg(test)]
mod tests;
