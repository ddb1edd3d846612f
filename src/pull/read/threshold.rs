//! The share of a source's lines that may be rejected before the pull fails.

use super::intake::{FileIntake, Intake};
use crate::decode::RejectReason;
use crate::error::{Error, Result};
use crate::pull::plan::PullPlan;
use crate::pull::prepare::rejects::Reasons;

/// Files that an error names; more would hide what it says.
const NAMED: usize = 5;

/// Fails when more of a source's lines were rejected than its threshold allows: says in which files,
/// and why.
pub(crate) fn check(plan: &PullPlan, intake: &Intake) -> Result<()> {
    for (index, source) in plan.sources.iter().enumerate() {
        let (mut lines, mut rejected, mut reasons) = (0, 0, Reasons::new());
        for (_, file) in intake.of_source(index) {
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
            return Err(worst(intake, index)
                .into_iter()
                .fold(error.cause(shown(&reasons)), Error::cause)
                .hint(hint(&reasons)));
        }
    }
    Ok(())
}

fn hint(reasons: &Reasons) -> &'static str {
    match reasons.contains_key(&RejectReason::NhsNumberInvalid) {
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
