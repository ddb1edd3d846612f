//! How a command ended.

use super::openlineage::RunId;
use crate::error::{Error, Kind};
use crate::pipeline::NotifyOn;
use chrono::{DateTime, Utc};

/// How a command ended, and what it did until then.
#[derive(Debug, Clone)]
pub(crate) struct RunEnd {
    /// The command: nightly or release.
    pub command: &'static str,
    /// When it began.
    pub began: DateTime<Utc>,
    /// When it ended.
    pub ended: DateTime<Utc>,
    /// The step that was at work when it failed.
    pub step: Option<String>,
    /// Why it did not do all that it should.
    pub error: Option<Error>,
    /// Its exit code.
    pub exit_code: u8,
    /// Extracts that were read.
    pub extracts_read: Option<u64>,
    /// Rows of the pulled tables.
    pub rows: Option<u64>,
    /// Whether the pull warned of something that a setting allows.
    pub warned: bool,
    /// Models that were built.
    pub models_built: Option<usize>,
    /// Models that were not built, because their checks failed or for want of others.
    pub models_failed: Vec<String>,
    /// What was released.
    pub release: Option<ReleaseEnd>,
}

/// What was released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReleaseEnd {
    /// The release's identifier.
    pub release: String,
    /// Whether it was written now, or was there already.
    pub written: bool,
    /// Reports in it.
    pub reports: Vec<String>,
    /// Reports that were left out.
    pub refused: Vec<String>,
    /// Figures that are shown.
    pub shown: usize,
    /// Figures that are suppressed.
    pub suppressed: usize,
}

impl RunEnd {
    /// A command that begins now.
    pub(crate) fn of(command: &'static str) -> Self {
        let now = Utc::now();
        RunEnd {
            command,
            began: now,
            ended: now,
            step: None,
            error: None,
            exit_code: 0,
            extracts_read: None,
            rows: None,
            warned: false,
            models_built: None,
            models_failed: Vec::new(),
            release: None,
        }
    }

    /// The kind of its end.
    pub(super) fn outcome(&self) -> NotifyOn {
        match self.exit_code {
            0 => NotifyOn::Success,
            1 => NotifyOn::Refusal,
            _ => NotifyOn::Failure,
        }
    }

    /// Whether a signal ended it.
    pub(super) fn was_stopped(&self) -> bool {
        let kind = self.error.as_ref().map(Error::kind);
        matches!(kind, Some(Kind::Stopped(_))) || self.exit_code >= 128
    }

    /// For how many seconds it was at work.
    pub(super) fn seconds(&self) -> f64 {
        let took = (self.ended - self.began).to_std();
        took.unwrap_or_default().as_secs_f64()
    }

    /// Its number, the same wherever it is told of.
    pub(super) fn id(&self, installation: &str) -> RunId {
        RunId::of(&[installation, self.command, &self.moment()])
    }

    /// When it began, as the log of nights has it.
    pub(crate) fn moment(&self) -> String {
        self.began.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
    }

    /// Rows of the pulled tables, in thousands: the difference of two nights is then nobody's record.
    pub(super) fn rows_in_thousands(&self) -> Option<u64> {
        self.rows.map(|rows| (rows + 500) / 1000)
    }
}

#[cfg(test)]
pub(super) mod samples {
    use super::*;

    /// A night of a minute and a half that did all.
    pub(crate) fn good() -> RunEnd {
        let began = DateTime::parse_from_rfc3339("2026-11-22T02:00:00.250Z");
        let began = began.unwrap().to_utc();
        RunEnd {
            began,
            ended: began + chrono::TimeDelta::milliseconds(90_500),
            extracts_read: Some(31),
            rows: Some(1_204_551),
            models_built: Some(205),
            release: Some(ReleaseEnd {
                release: "2026-09-30-3f2a".to_string(),
                written: true,
                reports: vec!["population_profile".to_string()],
                refused: Vec::new(),
                shown: 812,
                suppressed: 40,
            }),
            ..RunEnd::of("nightly")
        }
    }

    /// A night of which the pull failed.
    pub(crate) fn failed() -> RunEnd {
        let error = Error::data("source extracts: 41 of 52 lines were rejected")
            .cause("the threshold is 0.05")
            .hint("run again");
        RunEnd {
            step: Some("pull".to_string()),
            error: Some(error),
            exit_code: 3,
            extracts_read: None,
            rows: None,
            models_built: None,
            release: None,
            ..good()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_code_says_the_kind_of_end() {
        let of = |exit_code| RunEnd {
            exit_code,
            ..samples::good()
        };
        for (code, kind) in [
            (0, NotifyOn::Success),
            (1, NotifyOn::Refusal),
            (2, NotifyOn::Failure),
            (3, NotifyOn::Failure),
            (143, NotifyOn::Failure),
        ] {
            assert_eq!(of(code).outcome(), kind, "{code}");
        }
        assert!(of(143).was_stopped() && !of(3).was_stopped());
    }

    #[test]
    fn rows_are_told_in_thousands() {
        let of = |rows| {
            RunEnd {
                rows: Some(rows),
                ..samples::good()
            }
            .rows_in_thousands()
        };
        assert_eq!(
            (of(499), of(500), of(1_204_551)),
            (Some(0), Some(1), Some(1205))
        );
    }
}
