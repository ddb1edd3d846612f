//! The report file: what a planner downloads, as an analyst writes it in TOML.

use super::dimension::ValuesOf;
use super::projection::ProjectionSpec;
use crate::figures::BetterWhen;
use crate::pipeline::AreaLevel;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A report: its words and its tables.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportFile {
    /// File name stem of everything the report makes: lower case letters, digits, `_` and `-`.
    pub name: String,
    /// Title as shown.
    pub title: String,
    /// What the report answers, in a sentence or two.
    pub description: String,
    /// Whom it is for.
    pub audience: String,
    /// The levels of areas of which each has the report for itself too; those of the pipeline file
    /// otherwise.
    pub for_each: Option<Vec<AreaLevel>>,
    /// Notes on the whole report, each a sentence or two.
    #[serde(default)]
    pub notes: Vec<String>,
    /// The tables, in the order they are shown.
    pub tables: Vec<ReportTable>,
    /// What is projected from them, shown after them.
    #[serde(default)]
    pub projections: Vec<ProjectionSpec>,
}

/// One table of a report, with its chart.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportTable {
    /// Identifier, unique in the report: part of the CSV's file name and of the page's address.
    pub id: String,
    /// Title as shown: what is counted, and by what.
    pub title: String,
    /// The definition of what is counted.
    pub description: String,
    /// The model whose people or rows it counts.
    pub of: String,
    /// Which of them: a condition over the model's columns.
    #[serde(rename = "where")]
    pub condition: Option<String>,
    /// Dimension columns that become the first columns of the table.
    pub rows: Vec<String>,
    /// A dimension column whose values become columns.
    pub across: Option<String>,
    /// Where the values of each dimension come from.
    #[serde(default)]
    pub dimensions: BTreeMap<String, ValuesOf>,
    /// What is shown of each combination.
    pub measures: Vec<Measure>,
    /// Which totals are shown. Leave them out where a person can be in two rows.
    #[serde(default)]
    pub totals: Totals,
    /// A count measure to order rows by, largest released figure first; otherwise they come in the
    /// order of their labels.
    pub order: Option<String>,
    /// Headings of the dimensions; the column name in words otherwise.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Whether the reports of single areas have it. One that compares areas has the figures of all in them.
    #[serde(default = "ReportTable::is_in_packs")]
    pub in_packs: bool,
    /// Notes on this table, each a sentence or two.
    #[serde(default)]
    pub notes: Vec<String>,
    /// The chart.
    pub chart: Option<ChartSpec>,
    /// The map of its areas, where the site gives their boundaries.
    pub map: Option<MapSpec>,
}

/// A column of figures.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Measure {
    /// For a count, what the table calls it. For a percentage `of` something and a percentile, the count it is
    /// of.
    pub column: Option<String>,
    /// Heading.
    pub label: String,
    /// What kind of figure it is.
    pub kind: MeasureKind,
    /// For a percentage: which total it is a part of. For a count: its own model.
    pub of: Option<String>,
    /// For a count: which people or rows of its own model, or of the table's.
    #[serde(rename = "where")]
    pub condition: Option<String>,
    /// For a count: dimensions that do not divide it.
    #[serde(default)]
    pub without: Vec<String>,
    /// For a rate, or a percentage without `of`: the count above the line. For a mean, the sum.
    pub numerator: Option<String>,
    /// For a rate, a mean, or a percentage without `of`: the count below the line.
    pub denominator: Option<String>,
    /// For a rate, a ratio or an index: per how many, such as 100000.
    pub multiplier: Option<u32>,
    /// For a standardised rate, a ratio or an index: the dimension of age groups, which the table does not
    /// show. For a percentile: that of bands of the amount. For a life expectancy: that of its age bands.
    pub by: Option<String>,
    /// For a percentile: how many of a hundred rows are below it.
    pub percent: Option<f64>,
    /// For a life expectancy: from which age on years are counted; from birth otherwise.
    pub age: Option<u8>,
    /// For a sum: the column of the model that is added up, whole numbers from 0 on.
    pub amount: Option<String>,
    /// For a sum: the column of the model that names the provider, where one is at risk too.
    pub provider: Option<String>,
    /// Which figures are better; not given where neither is.
    pub better: Option<BetterWhen>,
}

/// The kinds of measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MeasureKind {
    /// Different people.
    People,
    /// Rows of the model: contacts, admissions.
    Rows,
    /// The sum of an amount over rows of the model: bed days, pounds.
    Sum,
    /// A released sum for each of a released count.
    Mean,
    /// A percentage of released counts.
    Percent,
    /// A crude rate of released counts, with 95% limits.
    Rate,
    /// A rate of released counts that is directly standardised for age, with 95% limits.
    Dsr,
    /// A ratio of released counts to those that the whole's rates by age let expect, with 95% limits.
    Isr,
    /// The difference of the rates of the most and the least deprived end, with 95% limits.
    Sii,
    /// The rate of the most deprived end for so many at the least deprived, with 95% limits.
    Rii,
    /// The amount that so many of a hundred rows are below, from released counts by bands of it.
    Percentile,
    /// The years that people can expect to live, from released deaths and people, with 95% limits.
    LifeExpectancy,
}

/// What a percentage is a part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// The total of its column.
    Column,
    /// The total of its row.
    Row,
    /// The total of the table.
    Table,
}

/// Which totals a table shows.
#[derive(Debug, Clone, Deserialize)]
#[serde(
    untagged,
    expecting = "expected true, false, or a list of \"rows\" and \"across\""
)]
pub(crate) enum Totals {
    /// All that make sense, or none.
    All(bool),
    /// Those listed.
    Some(Vec<TotalOf>),
}

/// A total of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TotalOf {
    /// A row of column totals.
    Rows,
    /// A column of row totals.
    Across,
}

impl Default for Totals {
    fn default() -> Self {
        Totals::All(false)
    }
}

impl Totals {
    /// Whether a total is asked for.
    pub(crate) fn has(&self, total: TotalOf) -> bool {
        match self {
            Totals::All(all) => *all,
            Totals::Some(some) => some.contains(&total),
        }
    }
}

/// The chart of a table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChartSpec {
    /// The form.
    pub kind: ChartKind,
    /// The row dimension along the chart.
    pub x: String,
    /// The dimension that makes the series: the one across, or none.
    pub series: Option<String>,
    /// Which measure is drawn: its column or label. The first one otherwise.
    pub y: Option<String>,
    /// What the figures are, on the axis.
    pub y_label: String,
    /// For a pyramid: the series on the left.
    pub left: Option<String>,
    /// For a pyramid: the series on the right.
    pub right: Option<String>,
    /// For a chart of one column of a table with `across`: which value of it. The last otherwise that is
    /// no part of a year.
    pub at: Option<String>,
    /// For a ranked bar, a forest or a funnel: the label of the row that the others are compared with. The
    /// row of totals otherwise.
    pub benchmark: Option<String>,
    /// For a ranked bar, a forest or a control chart: which figures are better.
    pub better: Option<BetterWhen>,
    /// For a funnel: the count measure that its figures are of.
    pub size: Option<String>,
    /// For a control chart: the figure to be reached.
    pub target: Option<f64>,
}

/// The map of a table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MapSpec {
    /// Which measure is shown: its column or label.
    pub y: String,
    /// What the figures are.
    pub y_label: String,
    /// For a table with `across`: which value of it. The last otherwise that is no part of a year.
    pub at: Option<String>,
    /// The label of the row that the others are compared with. The row of totals otherwise.
    pub benchmark: Option<String>,
    /// Which figures are better.
    pub better: Option<BetterWhen>,
}

/// The forms of chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChartKind {
    /// A bar for each row, with confidence limits where the measure has them.
    Bar,
    /// A bar for each row, made of the series.
    StackedBar,
    /// Two series back to back.
    Pyramid,
    /// A line for each series; one small chart each when there are many.
    Line,
    /// A bar for each row, the largest first, with limits and a benchmark line.
    Ranked,
    /// A point with its limits for each row, beside a benchmark line.
    Forest,
    /// A line with mean, process limits and signals for each series.
    Control,
    /// A point for each row by its size, between the limits of chance.
    Funnel,
    /// The lines of a projection within their limits; a table of observed figures has none.
    #[serde(skip)]
    Fan,
}

impl MeasureKind {
    /// Whether it is a count, or a sum, which is treated like one.
    pub(crate) fn counts(self) -> bool {
        matches!(
            self,
            MeasureKind::People | MeasureKind::Rows | MeasureKind::Sum
        )
    }

    /// Whether its figures may have limits.
    pub(crate) fn has_limits(self) -> bool {
        !self.counts() && !matches!(self, MeasureKind::Mean | MeasureKind::Percentile)
    }
}

impl Measure {
    /// What the table calls a count.
    pub(crate) fn name(&self) -> Option<&str> {
        match (&self.column, self.kind) {
            (Some(column), _) => Some(column),
            (None, MeasureKind::People) => Some("people"),
            (None, MeasureKind::Rows) => Some("rows"),
            (None, MeasureKind::Sum) => self.amount.as_deref(),
            (None, _) => None,
        }
    }

    /// Whether it is one figure of all rows together.
    pub(crate) fn is_of_quantiles(&self) -> bool {
        matches!(self.kind, MeasureKind::Sii | MeasureKind::Rii)
    }

    /// Which total a percentage is a part of.
    pub(crate) fn whole(&self) -> Option<Of> {
        let of = self.of.as_deref().filter(|_| !self.kind.counts())?;
        match of {
            "column" => Some(Of::Column),
            "row" => Some(Of::Row),
            "table" => Some(Of::Table),
            _ => None,
        }
    }
}

impl ReportTable {
    fn is_in_packs() -> bool {
        true
    }

    /// Which figures of a measure are better: as it says itself, or as a chart of it does.
    pub(crate) fn better(&self, measure: &Measure) -> Option<BetterWhen> {
        let chart = self.chart.as_ref();
        let drawn = chart.filter(|chart| chart.y.as_ref() == Some(&measure.label));
        measure.better.or(drawn.and_then(|chart| chart.better))
    }

    /// The count measures: what the table calls them, and themselves.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (&str, &Measure)> {
        self.measures
            .iter()
            .filter(|measure| measure.kind.counts())
            .filter_map(|measure| measure.name().map(|name| (name, measure)))
    }

    /// The dimension that divides counts and that the table does not show: age groups by which rates are
    /// standardised, bands of an amount, or those of a life table.
    pub(crate) fn hidden(&self) -> Option<&str> {
        self.measures
            .iter()
            .find_map(|measure| measure.by.as_deref())
    }

    /// The kind of measure that goes by bands of an amount, in place of ages of the standard population.
    pub(crate) fn kind_by_bands(&self) -> Option<MeasureKind> {
        let mut kinds = self.measures.iter().map(|measure| measure.kind);
        kinds.find(|kind| matches!(kind, MeasureKind::Percentile | MeasureKind::LifeExpectancy))
    }

    /// Whether the hidden dimension divides a count.
    pub(crate) fn is_divided(&self, count: &str) -> bool {
        let mut made = self.measures.iter().filter(|measure| measure.by.is_some());
        made.any(|made| {
            [&made.numerator, &made.denominator, &made.column]
                .map(Option::as_deref)
                .contains(&Some(count))
        })
    }

    /// Whether a percentage is of one of these totals.
    pub(crate) fn has_percentages_of(&self, totals: &[Of]) -> bool {
        let mut wholes = self.measures.iter().filter_map(Measure::whole);
        wholes.any(|of| totals.contains(&of))
    }

    /// Whether readers see the totals over rows, or can work them out from percentages of them.
    pub(crate) fn tells_totals_of_rows(&self) -> bool {
        self.totals.has(TotalOf::Rows) || self.has_percentages_of(&[Of::Column, Of::Table])
    }

    /// Whether readers see the totals across, or can work them out from percentages of them.
    pub(crate) fn tells_totals_across(&self) -> bool {
        self.across.is_some()
            && (self.totals.has(TotalOf::Across) || self.has_percentages_of(&[Of::Row, Of::Table]))
    }

    /// The dimension columns: rows, then across.
    pub(crate) fn dimensions(&self) -> impl Iterator<Item = &str> {
        self.rows
            .iter()
            .chain(self.across.iter())
            .map(String::as_str)
    }

    /// The heading of a dimension.
    pub(crate) fn label(&self, column: &str) -> String {
        if let Some(label) = self.labels.get(column) {
            return label.clone();
        }
        let words = column.replace('_', " ");
        let mut letters = words.chars();
        letters.next().map_or(String::new(), |first| {
            first.to_uppercase().chain(letters).collect()
        })
    }
}
