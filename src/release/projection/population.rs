//! A published projection of people, as the lake has it.

use super::people::{PeopleByAge, ProjectedPeople};
use super::source::{ages, source};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::lake::TableName;
use crate::pipeline::AreaLevel;
use crate::release::pack_area::PackArea;
use crate::release::proof::texts;
use crate::release::report::Report;
use crate::release::{ReportFile, looks_personal};
use arrow::array::{Array, AsArray, PrimitiveArray};
use arrow::compute::cast;
use arrow::datatypes::{ArrowPrimitiveType, Float64Type, Int64Type};
use arrow::record_batch::RecordBatch;
use chrono::{Datelike, NaiveDate};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// How many years after that of the release are projected: what lies further off rests on births to come.
const YEARS: i32 = 15;

/// Levels whose areas are made of small areas, and so may be made of whole local authorities.
const OF_RESIDENCE: [AreaLevel; 3] = [
    AreaLevel::Place,
    AreaLevel::LocalAuthority,
    AreaLevel::Neighbourhood,
];

/// A published projection of people by local authority.
#[derive(Debug, Default)]
pub(in crate::release) struct PopulationProjection {
    /// Its variants that may come true, the likeliest first.
    pub(super) variants: Vec<String>,
    /// By grouping of ages, which is a column of `reference.age_band`.
    pub(super) people: BTreeMap<String, BTreeMap<AuthorityYear, PeopleByAge>>,
    /// The local authorities of the site.
    pub(super) authorities: BTreeSet<String>,
    /// The local authorities of areas that are made of whole ones, by level and code.
    pub(super) areas: BTreeMap<(AreaLevel, String), BTreeSet<String>>,
}

/// Of whom a part of a projection is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct AuthorityYear {
    pub variant: String,
    pub year: i32,
    pub authority: String,
}

/// The tables that a projection is made from, beside that of its rates.
pub(in crate::release) fn projected_from() -> [TableName; 4] {
    [
        "population_projection",
        "population_variant",
        "age_band",
        "lsoa",
    ]
    .map(|name| TableName::new("reference", name))
}

/// People by variant, year, local authority and age group, with how many bands of both sexes they are of and
/// how many there are, and how many lines they are of and how many there should be.
fn sql(group: &str, first: i32) -> String {
    let last = first + YEARS;
    format!(
        "with bands as (
            select age_band, lower_age, upper_age, \"{group}\" as age_group,
                count(*) over (partition by \"{group}\") as of_group
            from reference.age_band
        ),
        authorities as (select distinct ltla_code from reference.lsoa where ltla_code is not null)
        select projection.variant, projection.ltla_code, bands.age_group,
            projection.year as year,
            sum(cast(projection.persons as double)) as people,
            min(cast(projection.persons as double)) as fewest,
            count(distinct concat(bands.age_band, ' ', lower(projection.sex))) as found,
            max(2 * bands.of_group) as wanted,
            count(projection.persons) as lines,
            count(distinct concat(projection.age, ' ', lower(projection.sex))) as different
        from authorities
        inner join reference.population_projection as projection
            on authorities.ltla_code = projection.ltla_code
        inner join bands on projection.age between bands.lower_age and bands.upper_age
        where projection.year between {first} and {last}
            and lower(projection.sex) in ('female', 'male')
        group by projection.variant, projection.ltla_code, bands.age_group, projection.year"
    )
}

impl PopulationProjection {
    /// Reads what the projections of reports need; nothing where there are none.
    ///
    /// # Errors
    /// Data, when the projection is not whole: a sum of a part of the ages would look like a fall in demand.
    pub(in crate::release) async fn read(
        engine: &Engine,
        reports: &[Report],
        as_of: NaiveDate,
    ) -> Result<Self> {
        let of_report = |report: &&'_ Report| !report.report.projections.is_empty();
        let projecting: Vec<&Report> = reports.iter().filter(of_report).collect();
        let specs = projecting.iter().flat_map(|report| {
            let specs = report.report.projections.iter();
            specs.map(|spec| (spec, &report.report.tables))
        });
        let groups: BTreeSet<&str> = specs
            .filter_map(|(spec, tables)| ages(source(spec, tables)?.0))
            .collect();
        let mut read = PopulationProjection::default();
        if groups.is_empty() {
            return Ok(read);
        }
        read.variants = variants(engine).await?;
        for group in groups {
            let batches = collect(engine, &sql(group, as_of.year())).await?;
            let people = read.people.entry(group.to_owned()).or_default();
            for batch in &batches {
                take(batch, people)?;
            }
            people.retain(|of, _| read.variants.contains(&of.variant));
        }
        let levels = projecting.iter().flat_map(|report| &report.levels);
        let levels: BTreeSet<AreaLevel> = levels.copied().collect();
        read.areas(engine, &levels).await?;
        Ok(read)
    }

    /// The local authorities of the site, and which areas of these levels are made of whole ones.
    async fn areas(&mut self, engine: &Engine, levels: &BTreeSet<AreaLevel>) -> Result<()> {
        let mut all: BTreeMap<(AreaLevel, String), BTreeSet<String>> = BTreeMap::new();
        // That of local authorities always: it has all of them.
        let levels = OF_RESIDENCE
            .into_iter()
            .filter(|level| *level == AreaLevel::LocalAuthority || levels.contains(level));
        for level in levels {
            let (table, code, _) = level.listed();
            let sql = format!(
                "select distinct \"{code}\" as code, ltla_code from {table} where ltla_code is not null"
            );
            for batch in collect(engine, &sql).await? {
                let pairs = texts(&batch, 0)?.into_iter().zip(texts(&batch, 1)?);
                for (code, authority) in pairs {
                    let Some(authority) = authority else { continue };
                    self.authorities.insert(authority.clone());
                    // Small areas that no area of the level has are an area of their own.
                    let area = (level, code.unwrap_or_default());
                    all.entry(area).or_default().insert(authority);
                }
            }
        }
        let parts_of = |level: AreaLevel, authority: &String| {
            let areas = all.iter().filter(|((of, _), _)| *of == level);
            areas.filter(|(_, has)| has.contains(authority)).count()
        };
        let is_whole = |((level, code), has): &(&(AreaLevel, String), &BTreeSet<String>)| {
            !code.is_empty() && has.iter().all(|authority| parts_of(*level, authority) == 1)
        };
        let whole = all.iter().filter(is_whole);
        self.areas = whole
            .map(|(area, has)| (area.clone(), has.clone()))
            .collect();
        Ok(())
    }

    /// Whether the site has none of its local authorities.
    pub(in crate::release) fn is_empty(&self) -> bool {
        self.people.values().all(BTreeMap::is_empty)
    }

    /// A report with a note where nothing can be projected for want of a population projection.
    pub(in crate::release) fn noted<'a>(&self, report: &'a ReportFile) -> Cow<'a, ReportFile> {
        if !self.is_empty() || report.projections.is_empty() {
            return Cow::Borrowed(report);
        }
        let mut noted = report.clone();
        noted.notes.push(format!(
            "Not projected, because the site has no population projection of its local authorities: {}.",
            titles(report.projections.iter().map(|projection| projection.title.as_str()))
        ));
        Cow::Owned(noted)
    }

    /// The projected people of an area, or of all, by a grouping of ages; None where no projection is of it.
    ///
    /// # Errors
    /// Data, when a variant lacks a local authority in a year in which it has others.
    pub(super) fn of(
        &self,
        group: &str,
        area: Option<&PackArea>,
    ) -> Result<Option<ProjectedPeople>> {
        let authorities = match area {
            None => &self.authorities,
            Some(area) => match self.areas.get(&(area.level, area.code.clone())) {
                Some(authorities) => authorities,
                None => return Ok(None),
            },
        };
        let Some(all) = self.people.get(group) else {
            return Ok(None);
        };
        let of_area = || {
            all.iter()
                .filter(|(of, _)| authorities.contains(&of.authority))
        };
        let known: BTreeSet<&String> = of_area().map(|(of, _)| &of.authority).collect();
        let mut found: BTreeMap<(String, i32), (PeopleByAge, BTreeSet<&String>)> = BTreeMap::new();
        for (of, people) in of_area() {
            let (sum, has) = found.entry((of.variant.clone(), of.year)).or_default();
            has.insert(&of.authority);
            for (group, people) in people {
                *sum.entry(group.clone()).or_default() += people;
            }
        }
        for ((variant, year), (_, has)) in &found {
            if let Some(lacks) = known.difference(has).next() {
                return Err(not_whole(&format!(
                    "it lacks {lacks} in {year} of the variant {variant}, and has other local authorities"
                )));
            }
        }
        if found.is_empty() {
            return Ok(None);
        }
        let is_used = |variant: &&String| found.keys().any(|(known, _)| known == *variant);
        let without = authorities
            .iter()
            .filter(|authority| !known.contains(authority));
        Ok(Some(ProjectedPeople {
            variants: self.variants.iter().filter(is_used).cloned().collect(),
            without: without.cloned().collect(),
            people: found
                .into_iter()
                .map(|(of, (people, _))| (of, people))
                .collect(),
        }))
    }
}

/// Titles in a sentence.
fn titles<'a>(titles: impl Iterator<Item = &'a str>) -> String {
    titles.collect::<Vec<_>>().join("; ")
}

/// The variants that may come true, the likeliest first.
async fn variants(engine: &Engine) -> Result<Vec<String>> {
    let sql = "select variant, max(cast(probability as double)) as probability from reference.population_variant where cast(probability as double) > 0 group by variant order by probability desc, variant";
    let mut variants = Vec::new();
    for batch in collect(engine, sql).await? {
        variants.extend(texts(&batch, 0)?.into_iter().flatten());
    }
    match variants.iter().any(|variant| looks_personal(variant)) {
        true => Err(Error::usage(
            "a variant of reference.population_variant looks like a number or an address of somebody",
        )
        .hint("name variants by words: principal, high, low")),
        false => Ok(variants),
    }
}

/// Adds the people of a batch.
fn take(batch: &RecordBatch, people: &mut BTreeMap<AuthorityYear, PeopleByAge>) -> Result<()> {
    let (variants, authorities) = (texts(batch, 0)?, texts(batch, 1)?);
    let groups = texts(batch, 2)?;
    let years = numbers::<Int64Type>(batch, 3)?;
    let persons = numbers::<Float64Type>(batch, 4)?;
    let fewest = numbers::<Float64Type>(batch, 5)?;
    let counts: Vec<PrimitiveArray<Int64Type>> = (6..10)
        .map(|at| numbers::<Int64Type>(batch, at))
        .collect::<Result<_>>()?;
    for row in 0..batch.num_rows() {
        let text = |texts: &[Option<String>]| texts.get(row).cloned().flatten();
        let place = text(&variants).zip(text(&authorities)).zip(text(&groups));
        let Some(((variant, authority), group)) = place else {
            continue;
        };
        let year = i32::try_from(years.value(row)).unwrap_or(i32::MAX);
        let at = || format!("{authority} in {year} of the variant {variant}");
        let [found, wanted, lines, different] = [0, 1, 2, 3].map(|n: usize| counts[n].value(row));
        if found != wanted {
            let found = format!("it lacks ages of {group} of {}", at());
            return Err(not_whole(&found));
        }
        if lines != different {
            return Err(not_whole(&format!(
                "it has an age of {} twice, or without a number",
                at()
            )));
        }
        let is_count = |people: f64| !people.is_nan() && people >= 0.0;
        if persons.is_null(row) || !is_count(fewest.value(row)) {
            return Err(not_whole(&format!(
                "it has fewer than no people for {}",
                at()
            )));
        }
        let of = AuthorityYear {
            variant,
            year,
            authority,
        };
        people
            .entry(of)
            .or_default()
            .insert(group, persons.value(row));
    }
    Ok(())
}

fn numbers<T: ArrowPrimitiveType>(batch: &RecordBatch, at: usize) -> Result<PrimitiveArray<T>> {
    let numbers = cast(batch.column(at), &T::DATA_TYPE);
    let numbers = numbers.map_err(|e| not_whole("it cannot be read as numbers").cause(e))?;
    Ok(numbers.as_primitive::<T>().clone())
}

async fn collect(engine: &Engine, sql: &str) -> Result<Vec<RecordBatch>> {
    const PLACE: &str = "the published population projection";
    let frame = engine.query(PLACE, sql).await?;
    engine.collect(PLACE, frame).await
}

fn not_whole(what: &str) -> Error {
    Error::data("reference.population_projection cannot be used")
        .cause(what)
        .hint("take the whole file of each local authority: every age, both sexes, each once in a year of a variant")
}
