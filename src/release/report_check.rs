//! What can be wrong with a report file, found before any data is read.

use super::projection::check_projection;
use super::report_file::{
    ChartKind, ChartSpec, Measure, MeasureKind, Of, ReportFile, ReportTable, TotalOf,
};
use crate::error::{Context, Error, Result};
use crate::nearest::nearest;
use crate::pipeline::parse_settings;
use crate::privacy::looks_identifying;
use crate::statistics::life_table::AGES;
use std::collections::BTreeSet;
use std::path::Path;

impl ReportFile {
    /// Reads and checks a report file.
    ///
    /// # Errors
    /// Data, when the file cannot be read; usage, when it is not a valid report.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path).data(|| format!("cannot read {shown}"))?;
        Self::parse(&text, &shown)
    }

    /// Checks the text of a report file; `file` is its name in errors.
    ///
    /// # Errors
    /// Usage, naming the file, and line and column where the TOML is at fault.
    pub(crate) fn parse(text: &str, file: &str) -> Result<Self> {
        declares(text, file)?;
        let report: ReportFile = parse_settings(file, text)?;
        check(&report, file)?;
        Ok(report)
    }
}

/// Refuses tables that have SQL in place of what they count. It comes before the report is read, since
/// other keys and kinds of measure belong to such tables.
fn declares(text: &str, file: &str) -> Result<()> {
    const HINT: &str = "say what is counted: of = \"core.person\", a model with a row for each person or record; where = \"is_active\", which of them; rows = [\"sex\"], the dimensions, with [tables.dimensions] for their values; and [[tables.measures]] of kind \"people\" or \"rows\"";
    // What is no TOML is told by the reading.
    let Ok(report) = text.parse::<toml::Table>() else {
        return Ok(());
    };
    let tables = report.get("tables").and_then(toml::Value::as_array);
    for table in tables.into_iter().flatten() {
        let id = table.get("id").and_then(toml::Value::as_str);
        let place = match id.filter(|id| is_name(id)) {
            Some(id) => format!("{file}: table `{id}`"),
            None => format!("{file}: a table"),
        };
        if table.get("sql").is_some() {
            return Err(Error::usage(format!(
                "{place}: it has `sql`, and a table says what it counts"
            ))
            .cause("of counts that SQL has made nobody knows whose they are, so that other figures may give them away")
            .hint(HINT));
        }
        if table.get("of").is_none() {
            return Err(
                Error::usage(format!("{place}: it does not say what it counts")).hint(HINT),
            );
        }
    }
    Ok(())
}

/// Digits in a row that are no figure of a report.
const DIGITS: usize = 15;

/// Checks what the form of the TOML cannot.
fn check(report: &ReportFile, file: &str) -> Result<()> {
    if !is_name(&report.name) {
        return Err(Error::usage(format!(
            "{file}: the name `{}` cannot be a file name",
            report.name
        ))
        .hint("use lower case letters, digits, _ and -"));
    }
    if let Some(what) = words_of_somebody(report) {
        return Err(Error::usage(format!(
            "{file}: {what} holds what looks like somebody's number"
        ))
        .hint("titles, notes and headings are released as they are: take it out"));
    }
    if report.tables.is_empty() {
        return Err(Error::usage(format!("{file}: the report has no tables")));
    }
    let mut ids = BTreeSet::new();
    for table in &report.tables {
        check_id(&table.id, file, &mut ids)?;
        check_table(table).map_err(|e| e.within(format!("{file}: table `{}`", table.id)))?;
    }
    for projection in &report.projections {
        check_id(&projection.id, file, &mut ids)?;
        check_projection(report, projection)
            .map_err(|e| e.within(format!("{file}: projection `{}`", projection.id)))?;
    }
    Ok(())
}

/// An identifier can be in a file name, and is that of one table.
fn check_id<'a>(id: &'a String, file: &str, known: &mut BTreeSet<&'a String>) -> Result<()> {
    if !is_name(id) {
        let what = format!("{file}: the table id `{id}` cannot be in a file name");
        return Err(Error::usage(what).hint("use lower case letters, digits, _ and -"));
    }
    if !known.insert(id) {
        return Err(Error::usage(format!(
            "{file}: two tables have the id `{id}`"
        )));
    }
    Ok(())
}

/// The words of a report that hold an NHS number, or as many digits as a pseudonym has. Addresses of
/// those who made it may stand there.
fn words_of_somebody(report: &ReportFile) -> Option<&'static str> {
    let mut words: Vec<(&'static str, &str)> = vec![
        ("the title", &report.title),
        ("the description", &report.description),
        ("the audience", &report.audience),
    ];
    words.extend(report.notes.iter().map(|note| ("a note", note.as_str())));
    for table in &report.tables {
        words.push(("the title of a table", &table.title));
        words.push(("the description of a table", &table.description));
        words.extend(
            table
                .notes
                .iter()
                .map(|note| ("a note of a table", note.as_str())),
        );
        words.extend(
            table
                .labels
                .values()
                .map(|label| ("a heading", label.as_str())),
        );
        words.extend(
            table
                .measures
                .iter()
                .map(|m| ("a heading", m.label.as_str())),
        );
        words.extend(
            table
                .chart
                .iter()
                .map(|c| ("the label of a chart", c.y_label.as_str())),
        );
    }
    for projection in &report.projections {
        words.push(("the title of a projection", &projection.title));
        words.push(("the description of a projection", &projection.description));
        words.push(("the label of a projection", &projection.label));
        let notes = projection.notes.iter();
        words.extend(notes.map(|note| ("a note of a projection", note.as_str())));
    }
    let found = words.into_iter().find(|(_, text)| {
        let mut runs = text.split(|c: char| !c.is_ascii_digit());
        looks_identifying(text) == Some("an NHS number") || runs.any(|run| run.len() >= DIGITS)
    });
    found.map(|(what, _)| what)
}

fn is_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
    !name.is_empty() && name.chars().all(allowed)
}

fn check_table(table: &ReportTable) -> Result<()> {
    check_counted(table)?;
    if table.rows.is_empty() {
        return Err(Error::usage("it needs at least one column in `rows`"));
    }
    let mut columns = BTreeSet::new();
    for column in table
        .dimensions()
        .chain(table.counts().map(|(column, _)| column))
    {
        if !columns.insert(column) {
            return Err(Error::usage(format!("the column `{column}` is used twice")));
        }
    }
    if table.counts().next().is_none() {
        return Err(Error::usage(
            "it needs at least one measure of kind \"people\", \"rows\" or \"sum\"",
        ));
    }
    for measure in &table.measures {
        check_measure(table, measure)
            .map_err(|e| e.within(format!("measure `{}`", measure.label)))?;
    }
    if let Some(order) = &table.order {
        known_count(table, "order", Some(order))?;
    }
    check_hidden(table)?;
    let known_dimensions: Vec<&str> = table.dimensions().chain(table.hidden()).collect();
    for (column, list) in &table.dimensions {
        known(column, &known_dimensions, "a dimension")?;
        list.check()
            .map_err(|e| e.within(format!("dimension `{column}`")))?;
    }
    let undeclared = |column: &&str| !table.dimensions.contains_key(*column);
    if let Some(column) = table.dimensions().find(undeclared) {
        return Err(super::dimension::undeclared(column));
    }
    for column in table.labels.keys() {
        known(
            column,
            &table.dimensions().collect::<Vec<_>>(),
            "a dimension",
        )?;
    }
    if let Some(chart) = &table.chart {
        check_chart(table, chart).map_err(|e| e.within("chart"))?;
    }
    match &table.map {
        Some(map) => super::map_check::check_map(table, map).map_err(|e| e.within("map")),
        None => Ok(()),
    }
}

/// What is counted: the people or rows of a model.
fn check_counted(table: &ReportTable) -> Result<()> {
    check_model(&table.of)?;
    for (_, measure) in table.counts() {
        let within = |e: Error| e.within(format!("measure `{}`", measure.label));
        if let Some(of) = &measure.of {
            check_model(of).map_err(within)?;
        }
        for name in &measure.without {
            let dimensions: Vec<&str> = table.dimensions().collect();
            known(name, &dimensions, "a dimension").map_err(within)?;
        }
    }
    Ok(())
}

/// A model's name: `layer.name`.
fn check_model(of: &str) -> Result<()> {
    let is_part = |part: &str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_';
        !part.is_empty() && part.chars().all(allowed)
    };
    match of.split_once('.') {
        Some((layer, name)) if is_part(layer) && is_part(name) => Ok(()),
        _ => Err(Error::usage(format!("`of` names no model: `{of}`"))
            .hint("write layer.name, such as of = \"core.person\"")),
    }
}

fn check_measure(table: &ReportTable, measure: &Measure) -> Result<()> {
    let given = [
        ("column", measure.column.is_some()),
        ("of", measure.of.is_some()),
        ("where", measure.condition.is_some()),
        ("without", !measure.without.is_empty()),
        ("numerator", measure.numerator.is_some()),
        ("denominator", measure.denominator.is_some()),
        ("multiplier", measure.multiplier.is_some()),
        ("by", measure.by.is_some()),
        ("percent", measure.percent.is_some()),
        ("age", measure.age.is_some()),
        ("amount", measure.amount.is_some()),
        ("provider", measure.provider.is_some()),
    ];
    let needed: &[&str] = match (measure.kind, &measure.of) {
        (MeasureKind::People | MeasureKind::Rows, _) => &[],
        (MeasureKind::Sum, _) => &["amount"],
        (MeasureKind::Mean, _) => &["numerator", "denominator"],
        (MeasureKind::Percent, Some(_)) => &["column", "of"],
        (MeasureKind::Percent, None) => &["numerator", "denominator"],
        (MeasureKind::Rate, _) => &["numerator", "denominator", "multiplier"],
        (MeasureKind::Dsr | MeasureKind::Isr, _) => {
            &["numerator", "denominator", "multiplier", "by"]
        }
        (MeasureKind::Sii | MeasureKind::Rii, _) => &["numerator", "denominator", "multiplier"],
        (MeasureKind::Percentile, _) => &["column", "by", "percent"],
        (MeasureKind::LifeExpectancy, _) => &["numerator", "denominator", "by"],
    };
    let allowed: &[&str] = match measure.kind {
        MeasureKind::Sii | MeasureKind::Rii => &["numerator", "denominator", "multiplier", "by"],
        MeasureKind::LifeExpectancy => &["numerator", "denominator", "by", "age"],
        MeasureKind::People | MeasureKind::Rows => &["column", "of", "where", "without"],
        MeasureKind::Sum => &["column", "of", "where", "without", "amount", "provider"],
        _ => needed,
    };
    for (key, is_given) in given {
        let refused = is_given && !allowed.contains(&key);
        if refused || !is_given && needed.contains(&key) {
            let what = if is_given { "does not take" } else { "needs" };
            return Err(Error::usage(format!("it {what} `{key}`")).hint(format!(
                "this kind of measure takes: {}",
                allowed.join(", ")
            )));
        }
    }
    if let Some(of) = measure.of.as_ref().filter(|_| !measure.kind.counts())
        && measure.whole().is_none()
    {
        known(of, &["column", "row", "table"], "a total of a table")?;
    }
    if measure.multiplier == Some(0) {
        return Err(Error::usage("the multiplier is zero"));
    }
    if measure.whole() == Some(Of::Row) && table.across.is_none() {
        return Err(Error::usage("a percentage of the row needs `across`"));
    }
    if !measure.kind.counts() {
        if measure.kind == MeasureKind::Percentile {
            check_percentile(table, measure)?;
        } else if measure.of.is_some() {
            known_count(table, "column", measure.column.as_ref())?;
        } else {
            known_count(table, "numerator", measure.numerator.as_ref())?;
            known_count(table, "denominator", measure.denominator.as_ref())?;
            above_and_below(table, measure)?;
        }
        check_age(measure)?;
    }
    beside_the_whole(table, measure)?;
    for column in [&measure.amount, &measure.provider].into_iter().flatten() {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if column.is_empty() || !column.chars().all(allowed) {
            return Err(Error::usage(format!("`{column}` is no column of a model"))
                .hint("name a column by letters, digits and _: amount = \"bed_days\""));
        }
    }
    Ok(())
}

/// What is made of the whole needs its figures, and an index one dimension of quantiles.
fn beside_the_whole(table: &ReportTable, measure: &Measure) -> Result<()> {
    let needs_whole = measure.kind == MeasureKind::Isr || measure.is_of_quantiles();
    if needs_whole && !table.totals.has(TotalOf::Rows) {
        return Err(Error::usage(
            "it is made with the row of totals, which the table does not show",
        )
        .hint("write totals = [\"rows\"]"));
    }
    if measure.is_of_quantiles() && table.rows.len() != 1 {
        return Err(
            Error::usage("it is of quantiles of deprivation, and the table has other rows")
                .hint("let `rows` be one dimension whose values are numbered from the most deprived on, such as rows = [\"quintile\"]"),
        );
    }
    Ok(())
}

/// A mean is of a sum, and a sum is in nothing else that has limits: those of counts are not its own.
fn above_and_below(table: &ReportTable, measure: &Measure) -> Result<()> {
    let is_sum = |name: &Option<String>| {
        let mut counts = table.counts();
        let of = counts.find(|(column, _)| name.as_deref() == Some(*column));
        of.is_some_and(|(_, count)| count.kind == MeasureKind::Sum)
    };
    let is_mean = measure.kind == MeasureKind::Mean;
    if is_sum(&measure.numerator) != is_mean {
        let what = match is_mean {
            true => "a mean needs a measure of kind \"sum\" as `numerator`",
            false => "a sum is no `numerator` of a percentage or a rate",
        };
        return Err(Error::usage(what)
            .hint("a mean is a sum for each of a count: numerator = \"bed_days\", denominator = \"admissions\""));
    }
    if is_sum(&measure.denominator) {
        return Err(Error::usage("a sum is no `denominator`")
            .hint("name a count of people or rows as `denominator`"));
    }
    Ok(())
}

/// A percentile is of rows, of which each has one amount: a person may have several.
fn check_percentile(table: &ReportTable, measure: &Measure) -> Result<()> {
    known_count(table, "column", measure.column.as_ref())?;
    let mut counts = table.counts();
    let of = counts.find(|(name, _)| measure.column.as_deref() == Some(*name));
    if of.is_none_or(|(_, count)| count.kind != MeasureKind::Rows) {
        return Err(
            Error::usage("a percentile is of a measure of kind \"rows\"").hint(
                "somebody with two rows has two amounts: count rows, such as attendances or stays",
            ),
        );
    }
    let percent = measure.percent.unwrap_or(f64::NAN);
    if !(percent > 0.0 && percent < 100.0) {
        return Err(
            Error::usage("`percent` is not between 0 and 100").hint("the median is percent = 50")
        );
    }
    Ok(())
}

/// A life table has years from the beginning of each of its bands on.
fn check_age(measure: &Measure) -> Result<()> {
    match measure.age {
        Some(age) if !AGES.contains(&age) => Err(Error::usage(
            "`age` is no age at which a band of a life table begins",
        )
        .hint("write 0, 1, 5, 10 and so on by five to 90, such as age = 65")),
        _ => Ok(()),
    }
}

/// The dimension that divides counts and that the table does not show: one, of groups of the age bands of
/// the standard population by which rates are standardised, or of bands of the amount that percentiles and life expectancies are of.
fn check_hidden(table: &ReportTable) -> Result<()> {
    const HINT: &str = "declare it under [tables.dimensions] and leave it out of `rows` and `across`: age_group = { from = \"reference.age_band.broad_age_group\", by = \"age_band\" }";
    let Some(ages) = table.hidden() else {
        return Ok(());
    };
    let all = table
        .measures
        .iter()
        .filter_map(|measure| measure.by.as_deref());
    if all.clone().any(|other| other != ages) {
        return Err(Error::usage("its measures go `by` two dimensions").hint(HINT));
    }
    if table.dimensions().any(|shown| shown == ages) {
        return Err(Error::usage(format!(
            "its measures go by `{ages}`, which the table shows"
        ))
        .hint(HINT));
    }
    if let Some(kind) = table.kind_by_bands() {
        return check_bands(table, ages, kind);
    }
    let values = table.dimensions.get(ages);
    let is_of_ages = values.is_some_and(|values| {
        let of = values.column().map(|(table, _)| table.to_string());
        of.as_deref() == Some("reference.age_band") && values.by.as_deref() == Some("age_band")
    });
    match is_of_ages {
        true => Ok(()),
        false => Err(Error::usage(format!(
            "`{ages}` is no grouping of the age bands of the standard population"
        ))
        .hint(HINT)),
    }
}

/// The dimension of percentiles or life expectancies: bands of a reference table, by which nothing else is made.
fn check_bands(table: &ReportTable, bands: &str, kind: MeasureKind) -> Result<()> {
    let mut others = table.measures.iter().filter(|measure| measure.by.is_some());
    if others.any(|measure| measure.kind != kind) {
        let what = match kind {
            MeasureKind::LifeExpectancy => "life expectancies",
            _ => "percentiles",
        };
        return Err(Error::usage(format!(
            "{what} and figures by other bands are in one table"
        ))
        .hint("each divides the counts by a dimension of its own: make two tables"));
    }
    let values = table.dimensions.get(bands);
    let list = values.and_then(|values| values.column());
    if list.is_none_or(|(table, _)| table.layer != "reference") {
        let such = match kind {
            MeasureKind::LifeExpectancy => {
                "life_table_band.from = \"reference.life_table_band.life_table_band\""
            }
            _ => "hour_band = { from = \"reference.emergency_hour.hour_band\", by = \"hours\" }",
        };
        return Err(Error::usage(format!("`{bands}` names no list of bands")).hint(format!(
            "declare it under [tables.dimensions] with a reference table that has the columns `at_least` and `below`: {such}",
        )));
    }
    Ok(())
}

/// A figure may only be made from counts that are shown beside it.
fn known_count(table: &ReportTable, key: &str, name: Option<&String>) -> Result<()> {
    let counts: Vec<&str> = table.counts().map(|(column, _)| column).collect();
    match name {
        Some(name) => known(name, &counts, "a count measure of this table")
            .map_err(|e| e.within(format!("`{key}`"))),
        None => Ok(()),
    }
}

fn known(name: &str, known: &[&str], what: &str) -> Result<()> {
    if known.contains(&name) {
        return Ok(());
    }
    Err(Error::usage(format!("`{name}` is not {what}")).hint(nearest(name, known)))
}

fn check_chart(table: &ReportTable, chart: &ChartSpec) -> Result<()> {
    let rows: Vec<&str> = table.rows.iter().map(String::as_str).collect();
    known(&chart.x, &rows, "a column of `rows`")?;
    // A chart of one column draws no series.
    let is_of_one = matches!(
        chart.kind,
        ChartKind::Ranked | ChartKind::Forest | ChartKind::Funnel
    );
    if chart.series != table.across && !(is_of_one && chart.series.is_none()) {
        return Err(match &table.across {
            Some(across) => Error::usage("`series` must be the dimension across")
                .hint(format!("write series = \"{across}\"")),
            None => Error::usage("`series` needs a table with `across`"),
        });
    }
    let is_pyramid = chart.kind == ChartKind::Pyramid;
    if is_pyramid && (chart.left.is_none() || chart.right.is_none()) {
        return Err(Error::usage(
            "a pyramid needs `left` and `right`: two values of the series",
        ));
    }
    if !is_pyramid && (chart.left.is_some() || chart.right.is_some()) {
        return Err(Error::usage("`left` and `right` are for a pyramid"));
    }
    if matches!(chart.kind, ChartKind::StackedBar | ChartKind::Pyramid) && chart.series.is_none() {
        return Err(Error::usage("this kind of chart needs `series`"));
    }
    check_settings(table, chart)?;
    if let Some(y) = &chart.y {
        let names = |m: &Measure| m.label == *y || m.name() == Some(y);
        if !table.measures.iter().any(names) {
            let labels: Vec<&str> = table.measures.iter().map(|m| m.label.as_str()).collect();
            known(y, &labels, "a measure of this table")?;
        }
    }
    Ok(())
}

/// The settings that only some kinds of chart have.
fn check_settings(table: &ReportTable, chart: &ChartSpec) -> Result<()> {
    use ChartKind::{Control, Forest, Funnel, Ranked};
    let settings: [(&str, bool, &[ChartKind]); 5] = [
        ("at", chart.at.is_some(), &[Ranked, Forest, Funnel]),
        (
            "benchmark",
            chart.benchmark.is_some(),
            &[Ranked, Forest, Funnel],
        ),
        ("better", chart.better.is_some(), &[Ranked, Forest, Control]),
        ("size", chart.size.is_some(), &[Funnel]),
        ("target", chart.target.is_some(), &[Control]),
    ];
    for (name, is_given, kinds) in settings {
        if is_given && !kinds.contains(&chart.kind) {
            return Err(Error::usage(format!(
                "`{name}` is not for this kind of chart"
            )));
        }
    }
    if chart.at.is_some() && table.across.is_none() {
        return Err(Error::usage("`at` needs a table with `across`"));
    }
    if chart.target.is_some_and(|target| !target.is_finite()) {
        return Err(Error::usage("`target` is no number"));
    }
    if chart.target.is_some() && chart.better.is_none() {
        return Err(Error::usage("`target` needs `better`")
            .hint("write better = \"higher\" or better = \"lower\""));
    }
    if chart.kind != Funnel {
        return Ok(());
    }
    if chart.size.is_none() {
        return Err(Error::usage("a funnel needs `size`")
            .hint("name the count that its figures are of, such as size = \"people\""));
    }
    known_count(table, "size", chart.size.as_ref())?;
    if chart.benchmark.is_none() && !table.totals.has(TotalOf::Rows) {
        return Err(Error::usage("a funnel needs something to compare with")
            .hint("write totals = [\"rows\"], or the label of a row as benchmark"));
    }
    let y = chart.y.as_ref();
    let is_y = |m: &&Measure| y.is_none_or(|y| m.label == *y || m.name() == Some(y));
    match table.measures.iter().find(is_y) {
        Some(measure) if !measure.kind.has_limits() => {
            Err(Error::usage("a funnel is of a percentage or a rate")
                .hint("write its heading as `y`"))
        }
        _ => Ok(()),
    }
}
