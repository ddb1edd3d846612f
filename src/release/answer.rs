//! The answer to a query that nobody asked at record level: counts under the scheme, or what tells of
//! nobody.

use super::areas::Areas;
use super::dimension::looks_personal;
use super::proof::texts;
use crate::disclosure::{SUPPRESSED, Scheme, TrueCount, answered};
use crate::engine::Engine;
use crate::error::{Context, Error, Result};
use crate::lake::{Table, TableName};
use crate::models::sensitivity::{CountedAnswer, QueryAnswer, Sensitivity};
use crate::models::{Built, Library, is_model, order, was_built_from};
use crate::pipeline::Pipeline;
use crate::pull::PullPlan;
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch, StringArray};
use arrow::compute::{cast, concat_batches, filter_record_batch};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use datafusion::logical_expr::LogicalPlan;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// State tables that tell of nobody: of files, lines, columns, nights and releases.
const OPEN_STATE: [&str; 8] = [
    "audit",
    "data_quality",
    "extract",
    "model_run",
    "night",
    "reject",
    "release",
    "unused_table",
];

/// Answers of so many counts or fewer are not held to the largest share that may be suppressed: one
/// count that is suppressed is an answer.
const FEW: usize = 10;

/// Whether a table tells of nobody, whatever is asked of it.
pub(crate) fn is_open(name: &TableName) -> bool {
    match name.layer.as_str() {
        "information_schema" | "reference" => true,
        "populace" => OPEN_STATE.contains(&name.name.as_str()),
        _ => false,
    }
}

/// An answer that may be shown.
pub(crate) enum ShownAnswer {
    /// As it is.
    AsItIs,
    /// Under the scheme.
    Counts(Box<AnswerCounts>),
}

/// Counts that the scheme has not seen yet.
pub(crate) struct AnswerCounts {
    answer: CountedAnswer,
    areas: Areas,
    scheme: Scheme,
    largest_suppressed_share: f64,
}

/// An answer under the scheme.
pub(crate) struct ReleasedAnswer {
    /// Its rows. A suppressed count is NULL, or the sign of the scheme where it was asked for.
    pub rows: RecordBatch,
    /// Counts that are suppressed.
    pub suppressed: usize,
    /// Rows that are left out: their labels are of people, and no count of them is shown.
    pub left_out: usize,
}

/// What may be shown of the answer to a query over `tables`, where nobody asked for records.
///
/// # Errors
/// Refused, with the reason: the plan does not prove the answer to be labels and honest counts. Usage
/// or data: the project or the lake cannot be read.
pub(crate) async fn shown_answer(
    engine: &Engine,
    pipeline: &Pipeline,
    tables: &[Table],
    place: &str,
    plan: &LogicalPlan,
) -> Result<ShownAnswer> {
    let settings = &pipeline.settings.disclosure;
    let library = match tables.iter().any(|table| is_model(&table.name)) {
        true => Library::read(&pipeline.path(&pipeline.settings.models.folder))?,
        false => Library::default(),
    };
    let (wanted, changed) = models_behind(engine, &library, tables).await?;
    let registered = reference_tables(engine).await?;
    let areas = Areas::read(engine, &registered, settings.smallest_area).await?;
    let pulled = PullPlan::tables(pipeline)?;
    let references = areas.references()?;
    let mut sensitivity =
        Sensitivity::of_models(engine, &library, &wanted, &pulled, &references).await?;
    sensitivity.know_open(plan, is_open);
    let answer = sensitivity.answer(place, plan, settings.smallest_area);
    let answer = answer.map_err(|e| match &changed {
        Some(why) => e.cause(why),
        None => e,
    })?;
    Ok(match answer {
        QueryAnswer::OfNobody => ShownAnswer::AsItIs,
        QueryAnswer::Counts(_) if settings.scheme == "cell_key" => {
            return Err(Error::refused(format!(
                "{place}: the scheme cell_key perturbs cells by the record keys of their people, which an answer has not"
            ))
            .hint("release a report"));
        }
        QueryAnswer::Counts(answer) => ShownAnswer::Counts(Box::new(AnswerCounts {
            answer: *answer,
            areas,
            scheme: pipeline.scheme()?,
            largest_suppressed_share: settings.largest_suppressed_share,
        })),
    })
}

/// The models behind `tables` whose rows their files explain, with all that they read registered; and
/// why some are left out.
async fn models_behind(
    engine: &Engine,
    library: &Library,
    tables: &[Table],
) -> Result<(BTreeSet<TableName>, Option<String>)> {
    let lake = engine.lake();
    let asked: BTreeSet<TableName> = tables.iter().map(|table| table.name.clone()).collect();
    let mut wanted = BTreeSet::new();
    let mut changed: Option<TableName> = None;
    for name in order(library, &asked)? {
        let Some(model) = library.models.get(&name) else {
            continue;
        };
        let own = tables.iter().find(|table| table.name == name).cloned();
        let table = match own {
            Some(table) => Some(table),
            None => lake.table(&name).await?,
        };
        let built = table.as_ref().and_then(Built::with);
        let waits = changed.as_ref().is_some_and(|c| model.reads.contains(c));
        let mut is_known = !waits && built.is_some_and(|built| built.is_of(model));
        for read in &model.reads {
            let asked_for = tables.iter().find(|table| table.name == *read).cloned();
            let is_asked_for = asked_for.is_some();
            let input = match asked_for {
                Some(input) => Some(input),
                None => lake.table(read).await?,
            };
            let Some(input) = input else { continue };
            // Rows that another text of a model made may hold anything in a column of this name.
            is_known &= !is_model(read)
                || table
                    .as_ref()
                    .is_some_and(|table| was_built_from(table, &input));
            if !is_asked_for {
                engine.register(&input)?;
            }
        }
        match is_known {
            true => wanted.insert(name),
            false => changed.replace(name).is_none(),
        };
    }
    let why = changed.map(|name| {
        format!("{name} was built from other SQL or checks than its file has now, or reads a table that was; `populace run` builds it again")
    });
    Ok((wanted, why))
}

async fn reference_tables(engine: &Engine) -> Result<Vec<TableName>> {
    let lake = engine.lake();
    let mut registered = Vec::new();
    for name in lake.tables().await? {
        let is_person = name.layer == "core" && ["person", "contact"].contains(&&*name.name);
        if name.layer != "reference" && !is_person {
            continue;
        }
        if let Some(table) = lake.table(&name).await? {
            engine.register(&table)?;
            registered.push(name);
        }
    }
    Ok(registered)
}

impl AnswerCounts {
    /// The plan whose rows [`Self::released`] takes.
    pub(crate) fn plan(&self) -> &LogicalPlan {
        &self.answer.plan
    }

    /// Puts the counts of the rows under the scheme; a suppressed one is `signed`, or NULL.
    ///
    /// # Errors
    /// Refused: a label looks like somebody's number or address, an area has too few people, or too
    /// much is suppressed. Data: a count is none.
    pub(crate) fn released(
        &self,
        place: &str,
        schema: &SchemaRef,
        batches: &[RecordBatch],
        signed: bool,
    ) -> Result<ReleasedAnswer> {
        let rows = concat_batches(schema, batches).data(|| "cannot put the rows together")?;
        self.labels(place, &rows)?;
        let mut columns = Vec::new();
        let mut fields = Vec::new();
        let (mut suppressed, mut of_people) = (0, 0);
        // Labels of people are shown where enough people have them, and a count says so.
        let mut is_shown = vec![self.answer.labels.is_empty(); rows.num_rows()];
        for at in 0..self.answer.columns {
            let field = rows.schema_ref().field(at);
            let Some(behind) = self.answer.counts.get(&at) else {
                columns.push(rows.column(at).clone());
                fields.push(field.clone());
                continue;
            };
            let figures = self.figures(place, &rows, at, behind)?;
            suppressed += figures
                .iter()
                .filter(|f| **f == CountShown::Suppressed)
                .count();
            of_people += figures.iter().filter(|f| f.is_of_people()).count();
            for (is_shown, figure) in is_shown.iter_mut().zip(&figures) {
                *is_shown |= matches!(figure, CountShown::Figure(1..));
            }
            let column = column(&figures, signed);
            fields.push(Field::new(field.name(), column.data_type().clone(), true));
            columns.push(column);
        }
        #[allow(clippy::cast_precision_loss)]
        let too_many = suppressed as f64 > self.largest_suppressed_share * of_people as f64;
        if of_people > FEW && too_many {
            return Err(Error::refused(format!(
                "{place}: {suppressed} of the {of_people} counts of its answer that are not zero would be suppressed"
            ))
            .cause("[disclosure] largest_suppressed_share of the pipeline file")
            .hint("use broader groups, or fewer of them"));
        }
        let rows = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
            .data(|| "cannot put the rows together")?;
        let left_out = is_shown.iter().filter(|is_shown| !**is_shown).count();
        let rows = filter_record_batch(&rows, &BooleanArray::from(is_shown))
            .data(|| "cannot put the rows together")?;
        Ok(ReleasedAnswer {
            rows,
            suppressed,
            left_out,
        })
    }

    /// Labels are looked at as in a report.
    fn labels(&self, place: &str, rows: &RecordBatch) -> Result<()> {
        let mut shown = BTreeMap::new();
        for at in 0..self.answer.columns {
            let name = rows.schema_ref().field(at).name().clone();
            if self.answer.counts.contains_key(&at) {
                continue;
            }
            let values: BTreeSet<String> = texts(rows, at)?.into_iter().flatten().collect();
            let of_people = self.answer.labels.contains(&at);
            if of_people && values.iter().any(|value| looks_personal(value)) {
                return Err(Error::refused(format!(
                    "{place}: column `{name}` has a value that looks like a number or an address of somebody"
                ))
                .hint("group by what many people have in common"));
            }
            shown.insert(name, values);
        }
        self.areas.check_answer(place, &shown, &self.answer.judged)
    }

    /// The figures of a count: by the scheme, and by the people behind them.
    fn figures(
        &self,
        place: &str,
        rows: &RecordBatch,
        at: usize,
        behind: &BTreeSet<usize>,
    ) -> Result<Vec<CountShown>> {
        let counts = numbers(place, rows, at)?;
        let mut people = Vec::new();
        for at in behind {
            people.push(numbers(place, rows, *at)?);
        }
        let figure = |row: usize, count: Option<u64>| {
            let Some(count) = count else {
                return CountShown::Null;
            };
            let behind = people
                .iter()
                .filter_map(|people| people.get(row).copied().flatten());
            let behind = behind.min().map(TrueCount::new);
            match answered(&self.scheme, TrueCount::new(count), behind).count() {
                Some(figure) => CountShown::Figure(figure),
                None => CountShown::Suppressed,
            }
        };
        let counts = counts.iter().enumerate();
        Ok(counts.map(|(row, count)| figure(row, *count)).collect())
    }
}

/// A count as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CountShown {
    Null,
    Suppressed,
    Figure(u64),
}

impl CountShown {
    fn is_of_people(self) -> bool {
        !matches!(self, CountShown::Null | CountShown::Figure(0))
    }
}

fn column(figures: &[CountShown], signed: bool) -> ArrayRef {
    if signed {
        let texts = figures.iter().map(|figure| match figure {
            CountShown::Null => None,
            CountShown::Suppressed => Some(SUPPRESSED.to_string()),
            CountShown::Figure(n) => Some(n.to_string()),
        });
        return Arc::new(texts.collect::<StringArray>());
    }
    let numbers = figures.iter().map(|figure| match figure {
        CountShown::Figure(n) => i64::try_from(*n).ok(),
        _ => None,
    });
    Arc::new(numbers.collect::<Int64Array>())
}

/// The counts of a column.
fn numbers(place: &str, rows: &RecordBatch, at: usize) -> Result<Vec<Option<u64>>> {
    let name = rows.schema_ref().field(at).name();
    let array = rows.column(at);
    let whole = match array.data_type() {
        // People who were there for a part of a period.
        DataType::Float64 => arrow::compute::kernels::numeric::add(
            array,
            &arrow::array::Float64Array::new_scalar(0.5),
        )
        .data(|| "a count cannot be read")?,
        _ => array.clone(),
    };
    let wide = cast(&whole, &DataType::Int64)
        .map_err(|e| Error::data(format!("{place}: column `{name}` is no count")).cause(e))?;
    let wide = wide.as_primitive::<Int64Type>();
    let number = |n: Option<i64>| match n {
        None => Ok(None),
        Some(n) => u64::try_from(n)
            .map(Some)
            .map_err(|_| Error::data(format!("{place}: column `{name}` has a negative count"))),
    };
    wide.iter().map(number).collect()
}
