//! The invented area: places, LSOAs with their deprivation, and postcodes that do not exist.

use super::random::{Random, Stream};

/// ONS-form code and name of the area's integrated care board.
pub(super) const ICB: (&str, &str) = ("E54999999", "NHS Wendale Integrated Care Board");
/// ODS code of the same board.
pub(super) const ICB_ODS: &str = "QZZ";
/// ODS code and name of the area's sub-ICB location.
pub(super) const SUB_ICB: (&str, &str) = ("99Z", "NHS Wendale ICB - 99Z");
/// ONS-form code and name of the region.
pub(super) const REGION: (&str, &str) = ("E12999999", "The Far North");
/// LSOAs of England in the Index of Multiple Deprivation 2025: ranks run from 1 to this.
pub(super) const RANKS: u32 = 33_755;
/// Postcodes in each LSOA.
pub(super) const POSTCODES_PER_LSOA: usize = 40;

/// A locality of the size of a district, with its own mix of people.
#[derive(Debug)]
pub(super) struct DistrictPlace {
    /// Short code of the place.
    pub code: &'static str,
    /// Name of the place.
    pub name: &'static str,
    /// ONS-form code of the district it coincides with.
    pub ltla_code: &'static str,
    /// Name of that district.
    pub ltla_name: &'static str,
    /// Towns and villages for addresses.
    pub towns: &'static [&'static str],
    /// Share of the area's people.
    pub share: f64,
    /// Multiplies the weight of people over 65 (and divides that of people aged 18 to 40).
    pub older: f64,
    /// Share of people who are not of the ethnic category British.
    pub diversity: f64,
    /// IMD deciles of its LSOAs, taken in turn.
    deciles: &'static [u32],
}

/// The places: a city, a market-town valley and a coast.
pub(super) const PLACES: [DistrictPlace; 3] = [
    DistrictPlace {
        code: "WHM",
        name: "Harrowmere",
        ltla_code: "E07990001",
        ltla_name: "Harrowmere City",
        towns: &["Harrowmere", "Kettlegate", "Millbank Cross"],
        share: 0.45,
        older: 0.72,
        diversity: 0.42,
        deciles: &[1, 3, 2, 5, 9, 1, 4, 2, 7, 3],
    },
    DistrictPlace {
        code: "WUW",
        name: "Upper Wendale",
        ltla_code: "E07990002",
        ltla_name: "Upper Wendale",
        towns: &["Wendleton", "Askerby Green", "Little Thurl", "Marsh Oakley"],
        share: 0.25,
        older: 1.35,
        diversity: 0.07,
        deciles: &[8, 10, 7, 9, 6, 10, 5, 9],
    },
    DistrictPlace {
        code: "WTM",
        name: "Thurlmouth",
        ltla_code: "E07990003",
        ltla_name: "Thurlmouth and Coast",
        towns: &["Thurlmouth", "Saltersea", "Gullhaven"],
        share: 0.30,
        older: 1.2,
        diversity: 0.14,
        deciles: &[4, 1, 6, 2, 3, 8, 5, 2],
    },
];

/// A lower-layer super output area.
#[derive(Debug)]
pub(super) struct Lsoa {
    /// ONS-form code, `E0199nnnn`.
    pub code: String,
    /// Name, such as `Harrowmere 001A`.
    pub name: String,
    /// Which of [`PLACES`].
    pub place: usize,
    /// IMD rank, 1 the most deprived.
    pub rank: u32,
    /// IMD decile, 1 the most deprived.
    pub decile: u32,
    /// Share of the place's people, as a weight.
    pub weight: f64,
    /// Its postcodes.
    pub postcodes: Vec<String>,
}

/// All LSOAs of the area, in the order of their codes.
#[derive(Debug)]
pub(super) struct Geography {
    /// The LSOAs; those of one place stand together.
    pub lsoas: Vec<Lsoa>,
}

impl Geography {
    /// The geography for so many people: one LSOA for about 1,600, and at least twelve.
    pub(super) fn new(seed: u64, people: u32) -> Self {
        let mut random = Random::new(seed, Stream::Area);
        let wanted = (people / 1_600).max(12);
        let mut lsoas = Vec::new();
        for (place, about) in PLACES.iter().enumerate() {
            let count = ((f64::from(wanted) * about.share + 0.5) as usize).max(3);
            for nth in 0..count {
                let decile = about.deciles[nth % about.deciles.len()];
                let low = RANKS * (decile - 1) / 10 + 1;
                let high = RANKS * decile / 10;
                let rank = low + random.below(high - low + 1);
                let code = format!("E01{}", 990_001 + lsoas.len());
                let letter = char::from(b'A' + (nth % 5) as u8);
                lsoas.push(Lsoa {
                    name: format!("{} {:03}{letter}", about.name, nth / 5 + 1),
                    postcodes: postcodes(place, nth),
                    weight: 0.8 + 0.4 * random.unit(),
                    code,
                    place,
                    rank,
                    decile: (rank * 10).div_ceil(RANKS),
                });
            }
        }
        Geography { lsoas }
    }

    /// An LSOA, places by their share and LSOAs by their size.
    pub(super) fn pick(&self, random: &mut Random) -> usize {
        let place = random.weighted(&PLACES, |place| place.share);
        self.pick_in(random, place)
    }

    /// An LSOA of one place.
    pub(super) fn pick_in(&self, random: &mut Random, place: usize) -> usize {
        random.weighted(&self.lsoas, |lsoa| {
            if lsoa.place == place {
                lsoa.weight
            } else {
                0.0
            }
        })
    }

    /// Code and name of the neighbourhood an LSOA lies in: LSOAs of one number, such as 001A and 001B, are one.
    pub(super) fn neighbourhood(&self, lsoa: usize) -> (String, String) {
        let name = &self.lsoas[lsoa].name;
        let name = name.trim_end_matches(|c: char| c.is_ascii_uppercase());
        let number = name.rsplit(' ').next().unwrap_or_default();
        (
            format!("{}{number}", self.place(lsoa).code),
            name.to_owned(),
        )
    }

    /// The place an LSOA lies in.
    pub(super) fn place(&self, lsoa: usize) -> &'static DistrictPlace {
        &PLACES[self.lsoas[lsoa].place]
    }
}

/// `ZW` is not a postcode area, so none of these can be a real address.
fn postcodes(place: usize, nth: usize) -> Vec<String> {
    // The second part of a postcode never uses C, I, K, M, O or V.
    const LETTERS: &[u8; 20] = b"ABDEFGHJLNPQRSTUWXYZ";
    (0..POSTCODES_PER_LSOA)
        .map(|unit| {
            let number = nth * POSTCODES_PER_LSOA + unit;
            let district = (place + 1) + 3 * (number / 3_600);
            let within = number % 3_600;
            let (sector, pair) = (within / 400 + 1, within % 400);
            let (first, second) = (LETTERS[pair / 20], LETTERS[pair % 20]);
            format!(
                "ZW{district} {sector}{}{}",
                char::from(first),
                char::from(second)
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_decile_and_no_postcode_twice() {
        for people in [100, 1_000_000] {
            let geography = Geography::new(3, people);
            let deciles: BTreeSet<u32> = geography.lsoas.iter().map(|l| l.decile).collect();
            assert_eq!(deciles.len(), 10, "{people}");
            let all: Vec<&String> = geography.lsoas.iter().flat_map(|l| &l.postcodes).collect();
            let different: BTreeSet<&&String> = all.iter().collect();
            assert_eq!(all.len(), different.len());
        }
    }
}
