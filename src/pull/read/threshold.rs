//! The share of a source's lines that may be rejected before the pull fails.

use super::intake::{FileIntake, Intake};
use crate::decode::{RejectReason, ValueRule};
use crate::error::{Error, Result};
use crate::pull::plan::{PullPlan, SourcePlan};
use crate::pull::prepare::rejects::Reasons;
use crate::pull::prepare::unknown_values::UnknownValues;
use crate::pull::state::data_quality;

/// Dates with the month first that say nothing of the others.
const SLIPS: u64 = 2;

/// Files that an error names; more would hide what it says.
const NAMED: usize = 5;

/// Fails when more of a source's lines were rejected than its threshold allows: says in which files,
/// and why.
pub(crate) fn check(plan: &PullPlan, intake: &Intake) -> Result<()> {
    for (index, source) in plan.sources.iter().enumerate() {
        let (mut lines, mut rejected, mut reasons) = (0, 0, Reasons::new());
        check_order(source, intake.of_source(index))?;
        let mut values = UnknownValues::new();
        for (_, file) in intake.of_source(index) {
            for (place, count) in &file.values {
                *values.entry(place.clone()).or_default() += count;
            }
            lines += file.taken.lines;
            rejected += file.rejects();
            for (reason, count) in &file.rejected {
                *reasons.entry(*reason).or_default() += count;
            }
        }
        if lines > 0 && rejected as f64 > lines as f64 * source.reject_threshold {
            let error = Error::data(format!(
                "source {}: {rejected} of {lines} lines cannot be used",
                source.name
            ));
            let mut causes = vec![shown(&reasons)];
            if reasons.contains_key(&RejectReason::WrongType) {
                causes.extend(wrong_types(plan, index, &values));
            }
            causes.extend(worst(intake, index));
            return Err(causes
                .into_iter()
                .fold(error, Error::cause)
                .hint(hint(&reasons)));
        }
    }
    Ok(())
}

/// The columns with the most values that do not have their form, and the form.
fn wrong_types(plan: &PullPlan, source: usize, values: &UnknownValues) -> Vec<String> {
    let mut wrong: Vec<_> = data_quality::explained(plan, source, values)
        .filter(|(_, _, rule, _, _)| *rule == ValueRule::WrongType)
        .collect();
    wrong.sort_by(|a, b| b.3.cmp(&a.3).then_with(|| a.1.cmp(&b.1)));
    let said = wrong.into_iter().take(NAMED);
    said.map(|(table, column, _, count, wanted)| {
        let wanted = wanted.map_or_else(String::new, |wanted| format!("; wanted is {wanted}"));
        format!("column {column} of {table}: {count} values of another form{wanted}")
    })
    .collect()
}

/// Refuses dates of numbers of which more can only have the month first than the day: the others would
/// be read as other days than they are.
fn check_order<'a>(
    source: &SourcePlan,
    files: impl Iterator<Item = (&'a str, &'a FileIntake)>,
) -> Result<()> {
    for (name, file) in files {
        for (column, order) in &file.orders {
            // One or two are slips of somebody's pen.
            if order.month_first > order.day_first.max(SLIPS) {
                return Err(Error::data(format!(
                    "source {}: dates of column {column} in {name} have their month first",
                    source.name
                ))
                .cause(format!(
                    "{} can only be month/day/year, and {} only day/month/year",
                    order.month_first, order.day_first
                ))
                .hint("nothing was committed; ask the sender, or set format = \"%m/%d/%Y\" for this column in its column file"));
            }
        }
    }
    Ok(())
}

fn hint(reasons: &Reasons) -> &'static str {
    match reasons.contains_key(&RejectReason::NhsNumberTestRange) {
        true => {
            "nothing was committed; ask the sender, set accept_test_numbers = true when the numbers are those of a test record (999…), or raise reject_threshold for this source"
        }
        false => "nothing was committed; ask the sender, or raise reject_threshold for this source",
    }
}

/// The files of a source with the most rejects, and what the others have.
fn worst(intake: &Intake, source: usize) -> Vec<String> {
    let files = intake.of_source(source);
    let mut files: Vec<(&str, &FileIntake)> = files.filter(|(_, f)| f.rejects() > 0).collect();
    files.sort_by_key(|(name, file)| (std::cmp::Reverse(file.rejects()), *name));
    let mut said: Vec<String> = files
        .iter()
        .take(NAMED)
        .map(|(name, file)| {
            format!(
                "file {name}: {} of {} lines ({})",
                file.rejects(),
                file.taken.lines,
                shown(&file.rejected)
            )
        })
        .collect();
    let others = files.get(NAMED..).unwrap_or_default();
    if !others.is_empty() {
        let lines: u64 = others.iter().map(|(_, file)| file.rejects()).sum();
        said.push(format!("{} other files: {lines} lines", others.len()));
    }
    said
}

fn shown(reasons: &Reasons) -> String {
    let reasons = reasons.iter();
    let reasons: Vec<String> = reasons
        .map(|(reason, lines)| format!("{lines} {reason}"))
        .collect();
    reasons.join(", ")
}
