//! How a command ended, as metrics in Prometheus' text format.

use super::run_end::RunEnd;
use std::fmt::Write;

/// When the command last did all that it should, in seconds since 1970.
const LAST_SUCCESS: &str = "populace_last_success_timestamp_seconds";

/// The metrics of a command; `last_success` is that of an earlier run.
pub(super) fn metrics(end: &RunEnd, installation: &str, last_success: Option<f64>) -> String {
    let labels = format!(
        "{{command=\"{}\",installation=\"{installation}\"}}",
        end.command
    );
    let ended = seconds_since_1970(end);
    let success = match end.exit_code {
        0 => Some(ended),
        _ => last_success,
    };
    let release = end.release.as_ref();
    let of_release =
        |count: fn(&super::run_end::ReleaseEnd) -> usize| release.map(count).map(number);
    let gauges = [
        (
            "populace_last_run_timestamp_seconds",
            "When the command last ended, in seconds since 1970.",
            Some(ended),
        ),
        (
            LAST_SUCCESS,
            "When the command last ended with exit code 0, in seconds since 1970.",
            success,
        ),
        (
            "populace_last_run_duration_seconds",
            "For how long it was at work.",
            Some(end.seconds()),
        ),
        (
            "populace_last_run_exit_code",
            "Its exit code: 0 done, 1 refused, 2 wrong use or configuration, 3 data or storage failed, 128 and more stopped by a signal.",
            Some(end.exit_code.into()),
        ),
        (
            "populace_last_run_extracts_read",
            "Extracts that it read.",
            end.extracts_read.map(whole),
        ),
        (
            "populace_last_run_lake_rows",
            "Rows of the pulled tables, to the nearest thousand.",
            end.rows_in_thousands().map(|rows| whole(rows * 1000)),
        ),
        (
            "populace_last_run_models_built",
            "Models that it built.",
            end.models_built.map(number),
        ),
        (
            "populace_last_run_models_failed",
            "Models that it did not build, because checks failed or for want of others.",
            end.models_built.map(|_| number(end.models_failed.len())),
        ),
        (
            "populace_last_run_releases",
            "Releases that it published; 0 when the release was there already.",
            release.map(|release| f64::from(u8::from(release.written))),
        ),
        (
            "populace_last_run_reports_released",
            "Reports of the release.",
            of_release(|release| release.reports.len()),
        ),
        (
            "populace_last_run_reports_refused",
            "Reports that were left out of the release.",
            of_release(|release| release.refused.len()),
        ),
        (
            "populace_last_run_figures_shown",
            "Figures of the release that are shown.",
            of_release(|release| release.shown),
        ),
        (
            "populace_last_run_figures_suppressed",
            "Figures of the release that are suppressed.",
            of_release(|release| release.suppressed),
        ),
    ];
    let mut text = String::new();
    for (name, help, value) in gauges {
        if let Some(value) = value {
            // Writing to a text cannot fail.
            let _ = writeln!(
                text,
                "# HELP {name} {help}\n# TYPE {name} gauge\n{name}{labels} {value}"
            );
        }
    }
    text
}

/// The last success that earlier metrics tell of.
pub(super) fn last_success(metrics: &str) -> Option<f64> {
    let line = metrics.lines().find(|line| {
        let name = line.strip_prefix(LAST_SUCCESS);
        name.is_some_and(|rest| rest.starts_with('{'))
    })?;
    let value: f64 = line.rsplit_once(' ')?.1.parse().ok()?;
    (value.is_finite() && value > 0.0).then_some(value)
}

#[allow(clippy::cast_precision_loss)] // a metric is a float
fn whole(count: u64) -> f64 {
    count as f64
}

#[allow(clippy::cast_precision_loss)] // a metric is a float
fn number(count: usize) -> f64 {
    count as f64
}

#[allow(clippy::cast_precision_loss)] // a metric is a float
fn seconds_since_1970(end: &RunEnd) -> f64 {
    end.ended.timestamp_millis() as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::super::run_end::samples;
    use super::*;

    const LABELS: &str = "{command=\"nightly\",installation=\"north\"}";

    #[test]
    fn each_metric_has_help_type_and_one_sample() {
        let text = metrics(&samples::good(), "north", None);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 13 * 3);
        for three in lines.chunks(3) {
            let name = three[2].split('{').next().unwrap();
            assert!(
                three[0].starts_with(&format!("# HELP {name} ")),
                "{three:?}"
            );
            assert_eq!(three[1], format!("# TYPE {name} gauge"));
            assert!(!name.ends_with("_total"), "a gauge is no counter");
        }
        for line in [
            format!("populace_last_success_timestamp_seconds{LABELS} 1795312890.75"),
            format!("populace_last_run_duration_seconds{LABELS} 90.5"),
            format!("populace_last_run_exit_code{LABELS} 0"),
            format!("populace_last_run_lake_rows{LABELS} 1205000"),
            format!("populace_last_run_figures_suppressed{LABELS} 40"),
        ] {
            assert!(lines.contains(&line.as_str()), "{line} in {text}");
        }
    }

    #[test]
    fn a_failure_keeps_the_last_success_and_says_only_what_is_known() {
        let good = metrics(&samples::good(), "north", None);
        let failed = metrics(&samples::failed(), "north", last_success(&good));
        assert_eq!(last_success(&failed), Some(1_795_312_890.75));
        assert!(failed.contains(&format!("populace_last_run_exit_code{LABELS} 3\n")));
        assert!(!failed.contains("figures"), "{failed}");
        for broken in [
            "",
            "populace_last_success_timestamp_seconds",
            "populace_last_success_timestamp_seconds{} NaN",
            "populace_last_success_timestamp_seconds{} -1",
        ] {
            assert_eq!(last_success(broken), None, "{broken}");
        }
    }
}
