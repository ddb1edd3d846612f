//! The figures and tables that are not the same in two releases, and why.

use crate::figures::derive::FigureChange;
use crate::publication::{ChangeKind, ReleaseChange};
use crate::release::manifest::Manifest;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A table that only one of two releases has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TableCame {
    /// The report.
    pub report: String,
    /// The table.
    pub table: String,
    /// `came` or `went`.
    pub what: &'static str,
}

/// A figure that is not the same in two releases, with the reasons that may have made it so.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct ExplainedChange {
    /// The figure.
    #[serde(flatten)]
    pub figure: FigureChange,
    /// Every reason that applies.
    pub why: Vec<ChangeKind>,
}

/// The same figures with their reasons.
pub(super) fn explained(
    figures: Vec<FigureChange>,
    causes: &[ReleaseChange],
) -> Vec<ExplainedChange> {
    let kinds = kinds(causes);
    let explained = figures.into_iter().map(|figure| ExplainedChange {
        why: match figure.what.as_str() {
            "new" | "gone" => Vec::new(),
            _ => why(&figure, &kinds),
        },
        figure,
    });
    explained.collect()
}

/// The kinds of changes that concern each report.
fn kinds(causes: &[ReleaseChange]) -> BTreeMap<&str, BTreeSet<ChangeKind>> {
    let mut kinds: BTreeMap<&str, BTreeSet<ChangeKind>> = BTreeMap::new();
    for cause in causes {
        for report in &cause.reports {
            kinds.entry(report).or_default().insert(cause.kind);
        }
    }
    kinds
}

/// Every reason why a figure may be another one.
fn why(figure: &FigureChange, kinds: &BTreeMap<&str, BTreeSet<ChangeKind>>) -> Vec<ChangeKind> {
    let own = kinds.get(figure.report.as_str()).into_iter().flatten();
    let why: BTreeSet<ChangeKind> = own
        .map(|kind| match kind {
            // The same period again, with newer data.
            ChangeKind::Data if figure.period.is_some() => ChangeKind::Revised,
            kind => *kind,
        })
        .collect();
    why.into_iter().collect()
}

/// The tables that only one of two releases has.
pub(super) fn tables(old: &Manifest, new: &Manifest) -> Vec<TableCame> {
    let tables = |manifest: &Manifest| -> BTreeSet<(String, String)> {
        let reports = manifest.reports.iter();
        let of = reports.flat_map(|(report, used)| {
            used.tables
                .keys()
                .map(move |table| (report.clone(), table.clone()))
        });
        of.collect()
    };
    let (before, now) = (tables(old), tables(new));
    let made = |what| {
        move |(report, table): &(String, String)| TableCame {
            report: report.clone(),
            table: table.clone(),
            what,
        }
    };
    let came = now.difference(&before).map(made("came"));
    came.chain(before.difference(&now).map(made("went")))
        .collect()
}
