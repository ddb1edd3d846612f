//! The reference files that come with a record: geography, populations, organisations, opt-outs.

use std::fmt::Write;

use super::areas_2011::areas_2011;
use super::calendar::date;
use super::geography::{ICB, ICB_ODS, PLACES, REGION, SUB_ICB};
use super::person::band_weight;
use super::random::{Random, Stream, exp};
use super::world::World;
use chrono::Datelike;

/// `postcode_lsoa.csv`.
pub(super) fn postcodes(world: &World) -> String {
    let mut out = String::from("postcode,lsoa21_code\n");
    for lsoa in &world.geography.lsoas {
        for postcode in &lsoa.postcodes {
            let _ = writeln!(out, "{postcode},{}", lsoa.code);
        }
    }
    out
}

/// The area that all areas lie in.
fn wider() -> String {
    [SUB_ICB, ICB, REGION]
        .map(|(code, name)| format!("{code},{name}"))
        .join(",")
}

/// `lsoa.csv`.
pub(super) fn lsoas(world: &World) -> String {
    let mut out = String::from(
        "lsoa21_code,lsoa21_name,place_code,place_name,neighbourhood_code,neighbourhood_name,\
         ltla_code,ltla_name,sub_icb_code,sub_icb_name,icb_code,icb_name,region_code,region_name,\
         imd_rank,imd_decile,lsoa11_code,imd_2019_rank,imd_2019_decile\n",
    );
    let former = areas_2011(&world.geography);
    for (index, lsoa) in world.geography.lsoas.iter().enumerate() {
        let place = world.geography.place(index);
        let (neighbourhood, called) = world.geography.neighbourhood(index);
        let mut was = former.iter().filter(|area| area.became.contains(&index));
        let of_2011 = match (was.next(), was.next()) {
            (Some(one), None) => format!("{},{},{}", one.code, one.rank, one.decile()),
            _ => ",,".to_owned(),
        };
        let _ = writeln!(
            out,
            "{},{},{},{},{neighbourhood},{called},{},{},{},{},{},{of_2011}",
            lsoa.code,
            lsoa.name,
            place.code,
            place.name,
            place.ltla_code,
            place.ltla_name,
            wider(),
            lsoa.rank,
            lsoa.decile
        );
    }
    out
}

/// `lsoa_2011.csv`.
pub(super) fn lsoas_2011(world: &World) -> String {
    let mut out = String::from(
        "lsoa11_code,place_code,place_name,ltla_code,ltla_name,sub_icb_code,sub_icb_name,\
         icb_code,icb_name,region_code,region_name,imd_rank,imd_decile,lsoa21_code\n",
    );
    for area in areas_2011(&world.geography) {
        let place = area.district();
        let became = match area.became[..] {
            [one] => world.geography.lsoas[one].code.as_str(),
            _ => "",
        };
        let _ = writeln!(
            out,
            "{},{},{},{},{},{},{},{},{became}",
            area.code,
            place.code,
            place.name,
            place.ltla_code,
            place.ltla_name,
            wider(),
            area.rank,
            area.decile()
        );
    }
    out
}

/// `organisation.csv`.
pub(super) fn organisations(world: &World) -> String {
    let mut out =
        String::from("ods_code,name,kind,pcn_code,pcn_name,sub_icb_code,icb_code,connected\n");
    for organisation in &world.organisations.all {
        let (code, name) = organisation
            .pcn
            .as_ref()
            .map_or(("", ""), |(code, name)| (code, name));
        let sub_icb = SUB_ICB.0;
        let connected = if organisation.connected { "yes" } else { "no" };
        let _ = writeln!(
            out,
            "{},{},{},{code},{name},{sub_icb},{ICB_ODS},{connected}",
            organisation.code,
            organisation.name,
            organisation.kind.name(),
        );
    }
    out
}

/// `population.csv`: mid-year estimates. They are near the registered population and not equal
/// to it, as estimates are; single ages share out what their five years hold.
pub(super) fn population(world: &World) -> String {
    let mut out = String::from("year,lsoa21_code,age,sex,persons\n");
    let mut random = Random::new(world.seed, Stream::Population);
    let total = f64::from(world.people);
    for year in date(world.from).year()..=date(world.to).year() {
        for (index, lsoa) in world.geography.lsoas.iter().enumerate() {
            let place = world.geography.place(index);
            let siblings = world
                .geography
                .lsoas
                .iter()
                .filter(|other| other.place == lsoa.place);
            let here: f64 = siblings.map(|other| other.weight).sum();
            let people = total * place.share * lsoa.weight / here * random.normal(1.0, 0.015);
            let bands: f64 = (0..19).map(|band| band_weight(band, place.older)).sum();
            // What is left over from one age is carried to the next, so that small areas keep
            // their total.
            let mut carried = [0.0f64; 2];
            for age in 0..=90usize {
                let band = age / 5;
                let width = if age == 90 { 1.0 } else { 5.0 };
                let mut share = band_weight(band, place.older) / bands / width;
                if (75..90).contains(&age) {
                    share *= 1.0 + 0.09 * (2.0 - (age % 5) as f64);
                }
                let share = share * exp(random.normal(0.0, 0.05));
                let women = if age >= 75 { 0.56 } else { 0.502 };
                for (sex, name) in ["female", "male"].into_iter().enumerate() {
                    let part = if sex == 0 { women } else { 1.0 - women };
                    let exact = people * share * part + carried[sex];
                    let persons = (exact + 0.5).max(0.0) as u32;
                    carried[sex] = exact - f64::from(persons);
                    let _ = writeln!(out, "{year},{},{age},{name},{persons}", lsoa.code);
                }
            }
        }
    }
    out
}

/// How many years a projection looks ahead.
const PROJECTED_YEARS: i32 = 10;
/// Variants of the projection, and what each adds to the growth of a year.
const VARIANTS: [(&str, f64); 3] = [("principal", 0.0), ("high", 0.003), ("low", -0.003)];

/// `population_projection.csv`: invented, in the form of subnational projections by five-year band,
/// named by its youngest age. More old people and fewer children, as in most of England.
pub(super) fn population_projection(world: &World) -> String {
    let mut out = String::from("variant,year,ltla_code,age,sex,persons\n");
    let total = f64::from(world.people);
    let first = date(world.to).year() - 1;
    for (variant, more) in VARIANTS {
        for ahead in 0..=PROJECTED_YEARS + 1 {
            for place in &PLACES {
                let bands: f64 = (0..19).map(|band| band_weight(band, place.older)).sum();
                for band in 0..19usize {
                    let growth = more
                        + match band {
                            0..=3 => -0.006,
                            4..=12 => 0.002,
                            13..=14 => 0.010,
                            15..=17 => 0.018,
                            _ => 0.030,
                        };
                    // Multiplied year by year: a power may differ in its last bit by machine.
                    let grown = (0..ahead).fold(1.0, |grown, _| grown * (1.0 + growth));
                    let people =
                        total * place.share * band_weight(band, place.older) / bands * grown;
                    let women = if band >= 15 { 0.56 } else { 0.502 };
                    for (sex, part) in [("female", women), ("male", 1.0 - women)] {
                        let _ = writeln!(
                            out,
                            "{variant},{},{},{},{sex},{:.3}",
                            first + ahead,
                            place.ltla_code,
                            band * 5,
                            people * part
                        );
                    }
                }
            }
        }
    }
    out
}
