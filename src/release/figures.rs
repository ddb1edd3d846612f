//! From a released table to its figures in long form.

use super::area_names::NamedAreas;
use super::dimension::NOT_KNOWN;
use super::frame::{Cell, Frame, FramePart, Shown, Unit};
use super::table_data::Label;
use crate::disclosure::SchemeWords;
use crate::error::Result;
use crate::figures::{
    DimensionKind, FigureArea, FigureRow, Figures, NOT_APPLICABLE, PROJECTED, SUPPRESSED, TableForm,
};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// The form of a released table in long form.
#[derive(Debug, Clone)]
pub(super) struct FrameForm {
    /// The dimensions of its rows, by their columns.
    pub rows: Vec<String>,
    /// The dimension across.
    pub across: Option<String>,
    /// What those dimensions are that are more than words.
    pub kinds: BTreeMap<String, DimensionKind>,
    /// For each measure, whether it has limits.
    pub limits: Vec<bool>,
}

impl FrameForm {
    /// The form of a table.
    pub(super) fn of(frame: &Frame, areas: &NamedAreas) -> Self {
        let rows: Vec<String> = frame
            .row_dimensions
            .iter()
            .map(|(c, _)| c.clone())
            .collect();
        let across = frame.across.as_ref().map(|(column, _)| column.clone());
        let mut kinds = BTreeMap::new();
        let dimensions: Vec<&String> = rows.iter().chain(&across).collect();
        for (at, dimension) in dimensions.iter().enumerate() {
            let is_area = |kind: &DimensionKind| matches!(kind, DimensionKind::Area { .. });
            let has_area = kinds.values().any(is_area);
            let has_period = kinds.values().any(|kind| !is_area(kind));
            let kind = match areas.get(*dimension) {
                Some(areas) if !has_area => Some(DimensionKind::Area {
                    code: code_column(dimension, areas, &dimensions),
                }),
                // Nothing was observed in a year to come: it is no period of a series.
                None if !has_period && !frame.is_projection() => {
                    period_kind(&own_labels(frame, at))
                }
                _ => None,
            };
            kinds.extend(kind.map(|kind| ((*dimension).clone(), kind)));
        }
        FrameForm {
            rows,
            across,
            kinds,
            limits: frame.measures.iter().map(|m| m.has_limits).collect(),
        }
    }

    /// The same as figures need it.
    pub(super) fn form(&self) -> TableForm<'_> {
        TableForm {
            rows: &self.rows,
            across: self.across.as_deref(),
            kinds: &self.kinds,
            limits: self.limits.clone(),
        }
    }
}

/// The figures of a released table, as `report` shows them.
///
/// # Errors
/// Data, when two of its rows have the same labels.
pub(super) fn figures(
    report: &str,
    frame: &Frame,
    form: &FrameForm,
    areas: &NamedAreas,
    words: &SchemeWords,
) -> Result<Figures> {
    let slugs = slugs(frame);
    let mut rows = Vec::with_capacity(frame.cells.len());
    for (r, row) in frame.rows.iter().enumerate() {
        for (g, group) in frame.groups.iter().enumerate() {
            let labels: Vec<Option<&Label>> = placed(frame, r, g);
            let place = FigurePlace::of(form, areas, &labels);
            for (m, measure) in frame.measures.iter().enumerate() {
                let cell = frame.cell(r, g, m);
                let number = |part| number(cell.shown(part));
                let has_limits = measure.has_limits;
                let limit = |part| number(part).filter(|_| has_limits);
                rows.push(FigureRow {
                    report: report.to_owned(),
                    table: frame.id.clone(),
                    table_title: frame.title.clone(),
                    row: u32::try_from(r).unwrap_or(u32::MAX),
                    area: place.area.as_ref().or(frame.area.as_ref()).cloned(),
                    period: place.period.clone(),
                    breakdown: place.breakdown.clone(),
                    breakdown_words: place.words.clone(),
                    is_total: row.is_total || group.is_total,
                    measure: slugs.get(m).cloned().unwrap_or_default(),
                    measure_label: measure.label.clone(),
                    unit: unit(measure.unit),
                    value: number(FramePart::Value),
                    lower_95: limit(FramePart::Lower),
                    upper_95: limit(FramePart::Upper),
                    status: status(cell, words).to_owned(),
                    held_from: frame.held(r, g, m),
                    flags: String::new(),
                });
            }
        }
    }
    Figures::of_rows(&rows)
}

/// The unit of a measure, as files have it.
pub(super) fn unit(unit: Unit) -> String {
    match unit {
        Unit::Count => "count".to_owned(),
        Unit::Percent => "percent".to_owned(),
        Unit::Per(n) => format!("per {n}"),
        Unit::Mean => "mean".to_owned(),
        Unit::Percentile => "percentile".to_owned(),
        Unit::Years => "years".to_owned(),
        Unit::Projected => PROJECTED.to_owned(),
    }
}

/// The outcome of a cell, in a word.
fn status(cell: Cell, words: &SchemeWords) -> &'static str {
    match (cell, cell.shown(FramePart::Value)) {
        (_, Shown::Suppressed) => SUPPRESSED,
        (_, Shown::NotApplicable) => NOT_APPLICABLE,
        (Cell::Count(_), Shown::Count(0)) => words.zero,
        (Cell::Count(_), _) => words.shown,
        (Cell::Figure(_), _) => "calculated",
    }
}

fn number(shown: Shown) -> Option<f64> {
    match shown {
        #[allow(clippy::cast_precision_loss)]
        Shown::Count(n) => Some(n as f64),
        Shown::Decimal(n) => Some(n),
        Shown::Suppressed | Shown::NotApplicable => None,
    }
}

/// The labels of a cell in the order of the dimensions; None where it is the total over one.
fn placed(frame: &Frame, row: usize, group: usize) -> Vec<Option<&Label>> {
    let (row, group) = (&frame.rows[row], &frame.groups[group]);
    let mut labels: Vec<Option<&Label>> = row
        .labels
        .iter()
        .map(|label| (!row.is_total).then_some(label))
        .collect();
    if frame.across.is_some() {
        labels.push(group.label.as_ref().filter(|_| !group.is_total));
    }
    labels
}

/// The labels of a dimension, without those of totals.
fn own_labels(frame: &Frame, dimension: usize) -> Vec<&Label> {
    let width = frame.row_dimensions.len();
    match dimension.checked_sub(width) {
        None => {
            let rows = frame.rows.iter().filter(|row| !row.is_total);
            rows.filter_map(|row| row.labels.get(dimension)).collect()
        }
        Some(_) => {
            let groups = frame.groups.iter().filter(|group| !group.is_total);
            groups.filter_map(|group| group.label.as_ref()).collect()
        }
    }
}

/// Where a figure stands.
struct FigurePlace {
    area: Option<FigureArea>,
    period: Option<String>,
    breakdown: BTreeMap<String, String>,
    words: String,
}

impl FigurePlace {
    fn of(form: &FrameForm, areas: &NamedAreas, labels: &[Option<&Label>]) -> Self {
        let mut place = FigurePlace {
            area: None,
            period: None,
            breakdown: BTreeMap::new(),
            words: String::new(),
        };
        let dimensions = form.rows.iter().chain(&form.across);
        let mut words = Vec::new();
        let mut has_breakdown = false;
        for (dimension, label) in dimensions.zip(labels) {
            let kind = form.kinds.get(dimension);
            has_breakdown |= kind.is_none();
            let Some(label) = label else { continue };
            let value = label.value.clone();
            let known = value != NOT_KNOWN;
            match kind {
                Some(DimensionKind::Area { .. }) if known => {
                    let area = areas.get(dimension).and_then(|areas| areas.get(&value));
                    place.area = area.cloned();
                    if area.is_some() {
                        continue;
                    }
                }
                Some(DimensionKind::Month) if known => {
                    place.period = value.get(..7).map(str::to_owned);
                    continue;
                }
                Some(DimensionKind::Period) if known => {
                    place.period = Some(value);
                    continue;
                }
                _ => (),
            }
            words.push(label.text.clone());
            place.breakdown.insert(dimension.clone(), value);
        }
        place.words = match words.is_empty() && has_breakdown {
            true => crate::figures::TOTAL.to_owned(),
            false => words.join(", "),
        };
        place
    }
}

/// What the values of a dimension are, when they are all of time.
fn period_kind(labels: &[&Label]) -> Option<DimensionKind> {
    let known: Vec<&&Label> = labels.iter().filter(|l| l.value != NOT_KNOWN).collect();
    let is_day = |value: &str| NaiveDate::parse_from_str(value, "%Y-%m-%d").is_ok();
    let is_month = |label: &Label| {
        is_day(&label.value)
            && label.value.ends_with("-01")
            && label.text != label.value
            && NaiveDate::parse_from_str(&format!("1 {}", label.text), "%d %b %Y").is_ok()
    };
    if known.is_empty() {
        return None;
    }
    if known.iter().all(|label| is_month(label)) {
        return Some(DimensionKind::Month);
    }
    let is_period = known
        .iter()
        .all(|l| is_day(&l.value) || is_period(&l.value));
    is_period.then_some(DimensionKind::Period)
}

/// Whether a text is a year, a quarter or a month, or a part of one: 2025/26, 2025/26 Q1, 2026-Q1, 2026-09,
/// 2026, 2026/27 (part: 183 of 365 days), 2023-10 to 2026-09.
fn is_period(text: &str) -> bool {
    let text = match text.split_once(" (part: ") {
        Some((whole, part)) if part.ends_with(')') => whole,
        _ => text,
    };
    let form: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '9' } else { c })
        .collect();
    let forms = [
        "9999/99",
        "9999/99 Q9",
        "9999-Q9",
        "9999 Q9",
        "9999-99",
        "9999-99 to 9999-99",
        "9999",
    ];
    let year = text.get(..4).and_then(|year| year.parse::<u32>().ok());
    forms.contains(&form.as_str()) && year.is_some_and(|year| (1900..=2199).contains(&year))
}

/// The column of codes beside that of names; none where no area has one, or the name is taken.
fn code_column(
    dimension: &str,
    areas: &BTreeMap<String, FigureArea>,
    taken: &[&String],
) -> Option<String> {
    let any = areas.values().any(|area| area.code.is_some());
    let stem = dimension.strip_suffix("_name").unwrap_or(dimension);
    let name = format!("{stem}_code");
    (any && !taken.contains(&&name)).then_some(name)
}

/// A name for each measure, unique in the table: its column, or its heading in lower-case letters.
fn slugs(frame: &Frame) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let mut slugs = Vec::new();
    for measure in &frame.measures {
        let of = measure.column.as_ref().unwrap_or(&measure.label);
        let words = of.split(|c: char| !c.is_alphanumeric());
        let words: Vec<String> = words
            .filter(|w| !w.is_empty())
            .map(str::to_lowercase)
            .collect();
        let mut slug = words.join("_");
        while !taken.insert(slug.clone()) {
            slug.push_str("_2");
        }
        slugs.push(slug);
    }
    slugs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(labels: &[&str]) -> Option<DimensionKind> {
        let labels: Vec<Label> = labels.iter().map(|label| Label::new(*label)).collect();
        period_kind(&labels.iter().collect::<Vec<_>>())
    }

    #[test]
    fn a_part_of_a_year_is_a_period() {
        let year = "2026/27 (part: 183 of 365 days)";
        assert_eq!(
            kind(&["2024/25", "2025/26", year]),
            Some(DimensionKind::Period)
        );
        assert_eq!(kind(&[year]), Some(DimensionKind::Period));
        let years = kind(&["2023-10 to 2026-09"]);
        assert_eq!(years, Some(DimensionKind::Period));
        assert_eq!(kind(&["2025/26", "Not known"]), Some(DimensionKind::Period));
        for other in [
            "2025/26 (part",
            "2025/26 (3)",
            "Other (part: 1 of 2 days)",
            "All",
        ] {
            assert_eq!(kind(&["2025/26", other]), None, "{other}");
        }
    }
}
