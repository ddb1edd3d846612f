//! What people read of how a command ended: what happened, where, and what to do.

use super::counts::without_counts;
use super::run_end::{ReleaseEnd, RunEnd};
use crate::pipeline::NotifyOn;
use crate::visible::{lines, one_line};

/// The most lines that say why.
const LONGEST: usize = 20;

/// One line: the subject of an e-mail, and the text of a chat message.
pub(super) fn subject(end: &RunEnd, installation: &str) -> String {
    let ended = match (end.outcome(), end.was_stopped()) {
        (NotifyOn::Success, _) => "done",
        (NotifyOn::Refusal, _) => "refused",
        (NotifyOn::Failure, true) => "stopped",
        (NotifyOn::Failure, false) => "failed",
    };
    let code = match end.exit_code {
        0 => String::new(),
        code => format!(" (exit code {code})"),
    };
    format!("{installation}: populace {} {ended}{code}", end.command)
}

/// A whole message of plain text.
pub(super) fn body(end: &RunEnd, installation: &str) -> String {
    let began = end.began.format("%Y-%m-%d %H:%M:%S");
    let mut text = format!(
        "`populace {}` of {installation} began on {began} UTC and {} after {}.\n",
        end.command,
        outcome(end),
        duration(end.seconds()),
    );
    for (heading, section) in [
        ("What happened", happened(end)),
        ("Where", place(end)),
        ("What to do", advice(end)),
        ("What was done", done(end)),
    ] {
        if !section.is_empty() {
            text.push_str(&format!("\n{heading}\n"));
            for line in section {
                text.push_str(&format!("  {}\n", one_line(&line)));
            }
        }
    }
    text.push_str("\nCounts of people and rows are left out of this message. `populace status` has them, and the steps of the last nights.\n");
    lines(&text).into_owned()
}

fn outcome(end: &RunEnd) -> String {
    let code = end.exit_code;
    match (end.outcome(), end.was_stopped()) {
        (NotifyOn::Success, _) => "ended well".to_string(),
        (NotifyOn::Refusal, _) => format!(
            "was refused (exit code {code}: a check failed, a pull warned, or a report was left out; this is no crash)"
        ),
        (NotifyOn::Failure, true) => format!("was stopped by a signal (exit code {code})"),
        (NotifyOn::Failure, false) if code == 2 => {
            format!("failed (exit code {code}: wrong use or configuration)")
        }
        (NotifyOn::Failure, false) => format!("failed (exit code {code}: data or storage)"),
    }
}

/// What failed and why, without counts.
pub(super) fn happened(end: &RunEnd) -> Vec<String> {
    let Some(error) = &end.error else {
        return Vec::new();
    };
    let causes = error.causes().iter().map(String::as_str);
    let told = std::iter::once(error.what()).chain(causes);
    let mut told: Vec<String> = told.take(LONGEST).map(without_counts).collect();
    if error.causes().len() >= LONGEST {
        told.push("and more: see `populace status`".to_string());
    }
    told
}

fn place(end: &RunEnd) -> Vec<String> {
    let step = end.step.as_ref().filter(|_| end.exit_code != 0);
    let mut lines: Vec<String> = step
        .map(|step| format!("step {step}"))
        .into_iter()
        .collect();
    if !end.models_failed.is_empty() {
        lines.push(format!(
            "models that were not built: {}",
            end.models_failed.join(", ")
        ));
    }
    let refused = end
        .release
        .as_ref()
        .map(|release| release.refused.join(", "));
    if let Some(refused) = refused.filter(|refused| !refused.is_empty()) {
        lines.push(format!("reports that were not released: {refused}"));
    }
    lines
}

/// What to do, without counts.
pub(super) fn advice(end: &RunEnd) -> Vec<String> {
    if end.exit_code == 0 {
        return match end.warned {
            true => vec![
                "The pull ended with a warning that a setting allows: see `populace status`."
                    .to_string(),
            ],
            false => Vec::new(),
        };
    }
    let hint = end.error.as_ref().and_then(|error| error.hint_text());
    let first = match end.exit_code {
        1 => "Read what was refused in `populace status`: the data or a model needs a person.",
        2 => "Run `populace check`: a setting, view, model or report was changed.",
        _ => "Run it again: what is done stays done. docs/operations.md explains each error.",
    };
    let hint = hint.map(without_counts);
    hint.into_iter().chain([first.to_string()]).collect()
}

fn done(end: &RunEnd) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(extracts) = end.extracts_read {
        lines.push(format!("extracts read: {extracts}"));
    }
    if let Some(built) = end.models_built {
        lines.push(format!("models built: {built}"));
    }
    if let Some(release) = &end.release {
        lines.extend(released(release));
    }
    lines
}

fn released(release: &ReleaseEnd) -> [String; 3] {
    let new = match release.written {
        true => "new",
        false => "there already, unchanged",
    };
    [
        format!("release: {} ({new})", release.release),
        format!("reports: {}", release.reports.join(", ")),
        format!(
            "figures: {} shown, {} suppressed",
            release.shown, release.suppressed
        ),
    ]
}

fn duration(seconds: f64) -> String {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // for reading
    let whole = seconds.round() as u64;
    match (whole / 3600, whole / 60 % 60, whole % 60) {
        (0, 0, _) => format!("{seconds:.1} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::run_end::samples;
    use super::*;

    #[test]
    fn a_failure_says_what_where_and_what_to_do_and_no_count() {
        let end = samples::failed();
        assert_eq!(
            subject(&end, "north"),
            "north: populace nightly failed (exit code 3)"
        );
        assert_eq!(
            body(&end, "north"),
            "`populace nightly` of north began on 2026-11-22 02:00:00 UTC and failed (exit code 3: data or storage) after 1 min 31 s.\n\
             \nWhat happened\n  source extracts: [number] of [number] lines were rejected\n  the threshold is [number]\n\
             \nWhere\n  step pull\n\
             \nWhat to do\n  run again\n  Run it again: what is done stays done. docs/operations.md explains each error.\n\
             \nCounts of people and rows are left out of this message. `populace status` has them, and the steps of the last nights.\n"
        );
    }

    #[test]
    fn a_good_night_says_what_was_done() {
        let end = samples::good();
        let text = body(&end, "north");
        assert_eq!(subject(&end, "north"), "north: populace nightly done");
        assert!(text.contains("\nWhat was done\n  extracts read: 31\n  models built: 205\n  release: 2026-09-30-3f2a (new)\n  reports: population_profile\n  figures: 812 shown, 40 suppressed\n"), "{text}");
        assert!(
            !text.contains("What happened") && !text.contains("What to do"),
            "{text}"
        );
        assert!(
            !text.contains("1204551") && !text.contains("1,204,551"),
            "{text}"
        );
    }

    #[test]
    fn a_long_list_of_causes_is_cut() {
        let causes = (0..50).map(|file| format!("cause of file_{file}.csv"));
        let mut end = samples::failed();
        end.error = Some(causes.fold(crate::error::Error::data("x"), |e, cause| e.cause(cause)));
        let told = happened(&end);
        assert_eq!(
            (told.len(), told[19].as_str()),
            (21, "cause of file_18.csv")
        );
        assert!(told[20].starts_with("and more"), "{told:?}");
    }

    #[test]
    fn what_a_name_holds_makes_no_new_line() {
        let mut end = samples::failed();
        end.models_failed = vec!["core.\r\nBcc: x".to_string()];
        assert!(!body(&end, "north").contains("\nBcc"));
    }
}
