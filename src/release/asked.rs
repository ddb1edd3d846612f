//! The answers to the queries of all reports, with the figures of the whole release chosen together.

use super::amount_bands::amount_bands;
use super::area_names::{compares_areas, named_areas};
use super::areas::Areas;
use super::choice::{Chosen, ReleaseChoice};
use super::counted::{
    self, CellFigures, CountedCells, ReleaseNodes, conditions, counted_in_words, counts_made,
};
use super::label_order::OrderColumns;
use super::pack_area::PackAreas;
use super::proof::lists;
use super::report::{Report, place};
use super::report_file::ReportTable;
use super::reports::Proved;
use super::standard_population::standard_weights;
use super::table_data::TableData;
use crate::disclosure::Scheme;
use crate::disclosure::ledger::{CellName, Ledger, LedgerEntry};
use crate::disclosure::members::MemberKey;
use crate::disclosure::protect::{Certificate, Danger, Unsafe};
use crate::engine::Engine;
use crate::error::{Error, Result};
use arrow::datatypes::DataType;
use std::collections::{BTreeMap, BTreeSet};

/// The figures of reports, by table.
pub(super) type Answers = BTreeMap<String, TableData>;

/// The answers of all reports, and what is published with them for the first time.
pub(super) struct AskedReports {
    /// By report, in their order.
    pub answers: Vec<Answers>,
    /// Entries of the ledger.
    pub published: Vec<LedgerEntry>,
    /// What was proved of the figures.
    pub certificate: Certificate,
}

/// The cells of a table, with the report that it is of and its name.
type OfReport = (usize, String, CountedCells);

/// Figures that errors name; more are counted.
const NAMED: usize = 8;

/// What the tables of all reports are made from.
pub(super) struct Asking<'a> {
    /// What earlier releases have said, and what an entry of this one begins with.
    pub earlier: Option<&'a (Ledger, LedgerEntry)>,
    pub engine: &'a Engine,
    pub areas: &'a Areas,
    /// The areas that have reports of their own.
    pub packs: &'a PackAreas,
    pub orders: &'a OrderColumns,
    pub scheme: &'a Scheme,
    pub key: &'a MemberKey,
}

impl Asking<'_> {
    /// Asks for all tables of all reports, and chooses their figures.
    ///
    /// # Errors
    /// Refused, when a figure may not leave; data, when something cannot be read.
    pub(super) async fn all(
        &self,
        reports: &[Report],
        proved: Vec<Vec<Proved>>,
    ) -> Result<AskedReports> {
        let mut nodes = ReleaseNodes::of(self.scheme.protects_zeros());
        let mut all = Vec::new();
        let mut counted = Vec::new();
        for (at, (report, proved)) in reports.iter().zip(proved).enumerate() {
            let mut answers = Answers::new();
            for (table, proved) in report.report.tables.iter().zip(proved) {
                let (answer, cells) = self.one(report, table, proved, &mut nodes).await?;
                counted.push((at, table.id.clone(), cells));
                answers.insert(table.id.clone(), answer);
            }
            all.push(answers);
        }
        counted::between(&mut nodes);
        self.same_sums(reports)?;
        let chosen = self.chosen(&nodes, &counted)?;
        for (number, (at, table, cells)) in counted.into_iter().enumerate() {
            let Some(answer) = all.get_mut(at).and_then(|answers| answers.get_mut(&table)) else {
                continue;
            };
            let left_out = chosen.left_out.iter().filter(|(of, _)| *of == number);
            answer.left_out = left_out.map(|(_, area)| area.clone()).collect();
            let figure = |cell: &CellName| chosen.figures.get(cell).copied();
            answer.figures = cells.figures(&answer.left_out, figure);
        }
        Ok(AskedReports {
            answers: all,
            published: chosen.published,
            certificate: chosen.certificate,
        })
    }

    /// Refuses a sum beside another one of the same model that an earlier release has.
    fn same_sums(&self, reports: &[Report]) -> Result<()> {
        let Some((ledger, _)) = self.earlier else {
            return Ok(());
        };
        let tables = reports.iter().flat_map(|report| report.counted.values());
        for counting in tables.flat_map(|table| &table.countings) {
            let Some(what) = counting.what_is_summed() else {
                continue;
            };
            if let Some(other) = ledger.other_sum(&counting.of.to_string(), &what) {
                let other = other.rsplit_once(" by ").map_or(other, |(other, _)| other);
                return Err(Error::refused(format!(
                    "an earlier release has another sum of {}: the {other}",
                    counting.of
                ))
                .cause("what one sum has more than another may be the amount of one person")
                .hint("add up the same column over the same rows as then"));
            }
        }
        Ok(())
    }

    /// Chooses the figures of the release, beside those of all earlier ones.
    fn chosen(&self, nodes: &ReleaseNodes, counted: &[OfReport]) -> Result<Chosen> {
        let figures = nodes.figures();
        for node in &figures.nodes {
            self.scheme.accepts(node.count)?;
        }
        let tables = counted.iter().enumerate();
        let told = tables.flat_map(|(number, (_, _, cells))| {
            let told = cells.told().into_iter();
            told.map(move |(area, cells)| ((number, area.to_vec()), cells))
        });
        let choice = ReleaseChoice {
            rule: self.scheme,
            few: self.scheme.few(),
            earlier: self.earlier,
            cells: nodes.cells(),
            told: told.collect(),
        };
        let chosen = choice.made(figures);
        chosen.map_err(|unsafe_| refused(&unsafe_, nodes))
    }

    async fn one(
        &self,
        report: &Report,
        table: &ReportTable,
        proved: Proved,
        nodes: &mut ReleaseNodes,
    ) -> Result<(TableData, CountedCells)> {
        let place = place(&report.file, &table.id);
        let lists = lists(self.engine, &place, table).await?;
        let counted = report
            .counted
            .get(&table.id)
            .ok_or_else(|| Error::data(format!("{place}: what it counts was not read")))?;
        let types = types(table, &proved);
        let both = (self.key, nodes);
        let standard = standard_weights(self.engine, &place, table).await?;
        let labels = (types.as_slice(), self.orders);
        let amounts = amount_bands(self.engine, &place, table).await?;
        let ages = standard.iter().map(|(age, _)| age.clone());
        let hidden: Vec<String> = ages
            .chain(amounts.iter().map(|band| band.label.clone()))
            .collect();
        let divided = (hidden.as_slice(), self.packs);
        let engine = self.engine;
        let cells = counted::answer(engine, &place, table, counted, labels, divided, both);
        let mut cells = cells.await?;
        let answer = TableData {
            batches: std::mem::take(&mut cells.batches),
            across: std::mem::take(&mut cells.across),
            lists: lists.into(),
            areas: named_areas(self.engine, &place, &proved.areas)
                .await?
                .into(),
            levels: counted.levels.clone(),
            compares_areas: compares_areas(table),
            area: None,
            own_area: None,
            standard,
            amounts,
            figures: CellFigures::default(),
            left_out: BTreeSet::new(),
            in_words: counted_in_words(table, counted),
            conditions: conditions(table, counted),
            counts: counts_made(table, counted, &proved.one_row_each),
        };
        self.areas.check(&place, table, &answer, &proved.judged)?;
        Ok((answer, cells))
    }
}

/// Says which figures would be given away, by their labels.
fn refused(unsafe_: &Unsafe, nodes: &ReleaseNodes) -> Error {
    if unsafe_.why == Danger::Contradiction {
        return Error::data("the figures of this release do not add up")
            .hint("this is a bug in Populace: nothing was released; please report it");
    }
    let count = unsafe_.nodes.len();
    let mut error = Error::refused(match count {
        1 => "a suppressed figure could be worked out from the others of this release".to_string(),
        count => format!(
            "{count} suppressed figures could be worked out from the others of this release"
        ),
    });
    let mut names: Vec<&str> = unsafe_.nodes.iter().map(|node| nodes.name(*node)).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| !name.is_empty());
    if names.is_empty() {
        error = error.cause(
            "what changed since an earlier release, or differs between two tables, is about few people",
        );
    }
    for name in names.iter().take(NAMED) {
        error = error.cause(name);
    }
    if names.len() > NAMED {
        error = error.cause(format!("and {} more", names.len() - NAMED));
    }
    error.hint("use coarser bands or fewer dimensions in these tables, leave out totals, release fewer of them together, or take another scheme")
}

/// The types of the dimensions of a table.
fn types(table: &ReportTable, proved: &Proved) -> Vec<DataType> {
    let of = |name: &str| {
        let mut schemas = proved.frames.iter().map(|frame| frame.schema());
        let field = schemas.find_map(|schema| schema.field_with_unqualified_name(name).ok());
        field.map_or(DataType::Utf8, |field| field.data_type().clone())
    };
    table.dimensions().map(of).collect()
}
