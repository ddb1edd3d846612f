//! The small areas of the census of 2011 and their deprivation of 2019: most are areas of 2021 too, some
//! were split and some merged since.

use super::geography::{DistrictPlace, Geography};

/// LSOAs of England in the Index of Multiple Deprivation 2019: ranks run from 1 to this.
const RANKS: u32 = 32_844;

/// An LSOA of 2011.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Lsoa2011 {
    /// ONS-form code.
    pub code: String,
    /// Rank in the Index of Multiple Deprivation 2019.
    pub rank: u32,
    /// Where it lay.
    pub place: usize,
    /// The areas of 2021 that it became, alone or with others, by their place in the geography.
    pub became: Vec<usize>,
}

impl Lsoa2011 {
    /// Decile of the rank, 1 the most deprived.
    pub(super) fn decile(&self) -> u32 {
        (self.rank * 10).div_ceil(RANKS)
    }

    /// Where it lay.
    pub(super) fn district(&self) -> &'static DistrictPlace {
        &super::geography::PLACES[self.place]
    }
}

/// The areas of 2011, in the order of what they became: of every six areas of 2021 one was two, and two
/// were one where they are of one place.
pub(super) fn areas_2011(geography: &Geography) -> Vec<Lsoa2011> {
    let mut areas = Vec::new();
    let lsoas = &geography.lsoas;
    let mut at = 0;
    while let Some(lsoa) = lsoas.get(at) {
        let area = |code: String, became: Vec<usize>| Lsoa2011 {
            code,
            rank: earlier_rank(lsoa.rank, at as u32 + became.len() as u32),
            place: lsoa.place,
            became,
        };
        let former = |block: usize| format!("E01{}", block + at);
        let next_of_place = lsoas
            .get(at + 1)
            .is_some_and(|next| next.place == lsoa.place);
        match at % 6 {
            2 => {
                areas.push(area(former(980_001), vec![at]));
                areas.push(Lsoa2011 {
                    rank: earlier_rank(lsoa.rank, at as u32 + 7),
                    ..area(former(985_001), vec![at])
                });
            }
            4 if next_of_place => {
                areas.push(area(former(980_001), vec![at, at + 1]));
                at += 1;
            }
            _ => areas.push(area(lsoa.code.clone(), vec![at])),
        }
        at += 1;
    }
    areas
}

/// A rank of 2019 near one of 2025, by a fixed rule, so that no other numbers are drawn.
fn earlier_rank(rank: u32, salt: u32) -> u32 {
    let near = u64::from(rank) * u64::from(RANKS) / u64::from(super::geography::RANKS);
    let moved = near + u64::from(salt * 1_237 % 4_001);
    moved.saturating_sub(2_000).clamp(1, u64::from(RANKS)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_area_of_2021_was_one_or_two_or_a_half() {
        let geography = Geography::new(1, 20_000);
        let areas = areas_2011(&geography);
        let codes: BTreeSet<&String> = areas.iter().map(|area| &area.code).collect();
        assert_eq!(codes.len(), areas.len());
        let of = |at: usize| areas.iter().filter(move |area| area.became.contains(&at));
        assert_eq!(of(0).count(), 1);
        assert_eq!(of(0).next().unwrap().code, geography.lsoas[0].code);
        assert_eq!(of(2).count(), 2);
        // A place ends with 4; 10 and 11 are of one.
        assert_eq!(of(4).next().unwrap().became, [4]);
        assert_eq!(of(11).next().unwrap().became, [10, 11]);
        assert!(areas.iter().all(|area| (1..=10).contains(&area.decile())));
        for at in 0..geography.lsoas.len() {
            assert!(of(at).all(|area| area.place == geography.lsoas[at].place));
        }
    }
}
