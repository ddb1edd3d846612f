//! The shares of lines that may be rejected before a source fails: of all, of a resource type or table,
//! of a file.

use super::intake::{FileIntake, Intake};
use super::kind_lines::{KindLines, Kinds, add_kinds};
use crate::decode::csv::wildcard;
use crate::decode::{RejectReason, ValueRule};
use crate::error::{Error, Result};
use crate::pipeline::Expected;
use crate::plural::things;
use crate::pull::failures::SourceFailures;
use crate::pull::plan::{PullPlan, SourcePlan};
use crate::pull::prepare::rejects::Reasons;
use crate::pull::prepare::unknown_values::UnknownValues;
use crate::pull::state::data_quality;

/// Dates with the month first that say nothing of the others, where some have the day first.
const SLIPS: u64 = 2;

/// The same where none has.
const SLIP: u64 = 1;

/// Files that an error names; more would hide what it says.
const NAMED: usize = 5;

/// Rejects of one resource type that are too few to say anything, where it has no threshold of its own.
const FEW: u64 = 10;

/// Notes the sources of which more lines were rejected than a threshold allows: of the source, of a
/// resource type or table, or of a file. Says in which files, and why.
pub(crate) fn check(plan: &PullPlan, intake: &Intake, failures: &mut SourceFailures) -> Result<()> {
    for (index, source) in plan.sources.iter().enumerate() {
        if failures.has(&source.name) {
            continue;
        }
        if let Err(error) = check_source(plan, index, source, intake) {
            failures.note(&source.name, error)?;
        }
    }
    Ok(())
}

fn check_source(plan: &PullPlan, index: usize, source: &SourcePlan, intake: &Intake) -> Result<()> {
    check_order(source, intake.of_source(index))?;
    check_marks(source, intake.of_source(index))?;
    let read = SourceLines::of(intake, index);
    let Some((of, rejected, lines)) = read.beyond(source, intake.of_source(index)) else {
        return Ok(());
    };
    let error = Error::data(format!(
        "source {}: {rejected} of {lines} {of} cannot be used",
        source.name
    ));
    let mut causes = vec![shown(&read.reasons)];
    if read.reasons.contains_key(&RejectReason::WrongType) {
        causes.extend(wrong_types(plan, index, &read.values));
    }
    causes.extend(worst(intake, index));
    Err(causes
        .into_iter()
        .fold(error, Error::cause)
        .hint(hint(&read.reasons, &of)))
}

/// What was read of a source.
#[derive(Default)]
struct SourceLines {
    lines: u64,
    rejected: u64,
    reasons: Reasons,
    kinds: Kinds,
    values: UnknownValues,
}

impl SourceLines {
    fn of(intake: &Intake, source: usize) -> Self {
        let mut read = SourceLines::default();
        for (_, file) in intake.of_source(source) {
            for (place, count) in &file.values {
                *read.values.entry(place.clone()).or_default() += count;
            }
            read.lines += file.taken.lines;
            read.rejected += file.rejects();
            for (reason, count) in &file.rejected {
                *read.reasons.entry(*reason).or_default() += count;
            }
            add_kinds(&mut read.kinds, file.kinds.clone());
        }
        read
    }

    /// The first threshold that is passed: what it is of, how many lines are rejected, and of how many.
    fn beyond<'a>(
        &self,
        source: &SourcePlan,
        files: impl Iterator<Item = (&'a str, &'a FileIntake)>,
    ) -> Option<(String, u64, u64)> {
        let own = &source.expected.reject_thresholds;
        let passes = |rejected: u64, lines: u64, share: f64| {
            lines > 0 && rejected as f64 > lines as f64 * share
        };
        if passes(self.rejected, self.lines, source.reject_threshold) {
            return Some(("lines".to_string(), self.rejected, self.lines));
        }
        for (kind, KindLines { lines, rejected }) in &self.kinds {
            let (share, few) = match own.get(kind) {
                Some(share) => (*share, 0),
                None => (source.reject_threshold, FEW),
            };
            if *rejected >= few && passes(*rejected, *lines, share) {
                return Some((format!("lines of {kind}"), *rejected, *lines));
            }
        }
        for (name, file) in files {
            let of_file = |(pattern, _): &(&String, &f64)| {
                let last = name.rsplit('/').next().unwrap_or(name);
                let matches = |name: &str| wildcard(pattern.as_bytes(), name.as_bytes());
                Expected::is_pattern(pattern) && (matches(name) || matches(last))
            };
            for (_, share) in own.iter().filter(of_file) {
                if passes(file.rejects(), file.taken.lines, *share) {
                    let of = format!("lines of file {name}");
                    return Some((of, file.rejects(), file.taken.lines));
                }
            }
        }
        None
    }
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
            let slips = match order.day_first {
                0 => SLIP,
                _ => SLIPS,
            };
            if order.month_first > order.day_first.max(slips) {
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

/// Refuses numbers of which some may have thousands or decimals, where more of the others have a comma
/// before their decimals than a point: 1,234 would be read as a thousand times what it is.
fn check_marks<'a>(
    source: &SourcePlan,
    files: impl Iterator<Item = (&'a str, &'a FileIntake)>,
) -> Result<()> {
    for (name, file) in files {
        let marks = file.marks;
        if marks.either > 0 && marks.comma > marks.point {
            return Err(Error::data(format!(
                "source {}: numbers in {name} have a comma before their decimals",
                source.name
            ))
            .cause(format!(
                "{} as 12,5 or 1.234,50, {} as 12.5 or 1,234.50, and {} as 1,234 or 1.234, which can be either",
                marks.comma, marks.point, marks.either
            ))
            .hint("nothing was committed; set decimal_mark = \"comma\" in the column file, or \"point\" where these are slips"));
        }
    }
    Ok(())
}

fn hint(reasons: &Reasons, of: &str) -> String {
    let version = match reasons.contains_key(&RejectReason::OtherFhirVersion) {
        true => " set fhir_version when the source speaks another version of FHIR,",
        false => "",
    };
    let test = match reasons.contains_key(&RejectReason::NhsNumberTestRange) {
        true => {
            " set accept_test_numbers = true when the numbers are those of a test record (999…),"
        }
        false => "",
    };
    let raise = match of.strip_prefix("lines of ") {
        None => "raise reject_threshold for this source".to_string(),
        Some(of) => {
            let of = of.strip_prefix("file ").unwrap_or(of);
            format!("set reject_thresholds = {{ \"{of}\" = … }} for this source")
        }
    };
    format!("nothing was committed; ask the sender,{test}{version} or {raise}")
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
                "file {name}: {} of {} ({})",
                file.rejects(),
                things(file.taken.lines, "line"),
                shown(&file.rejected)
            )
        })
        .collect();
    let others = files.get(NAMED..).unwrap_or_default();
    if !others.is_empty() {
        let lines: u64 = others.iter().map(|(_, file)| file.rejects()).sum();
        said.push(format!(
            "{}: {}",
            things(others.len(), "other file"),
            things(lines, "line")
        ));
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
