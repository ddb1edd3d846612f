//! Nights, as their log tells of them, and how each ended.

use super::night_log::NightStep;
use crate::lake::Holder;
use chrono::{TimeDelta, Utc};
use serde::Serialize;

/// How a night ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum NightOutcome {
    /// It did all that it should.
    Ok,
    /// It did all, and rows break checks that only warn.
    Warned,
    /// A step failed, or checks did, or it could not begin.
    Failed,
    /// A signal ended it.
    Stopped,
    /// It has no end, because it is at work.
    Running,
    /// It has no end, and nobody is at work.
    CutShort,
}

impl NightOutcome {
    /// The words for people.
    pub(super) fn words(self) -> &'static str {
        match self {
            NightOutcome::Ok => "ok",
            NightOutcome::Warned => "with warnings",
            NightOutcome::Failed => "failed",
            NightOutcome::Stopped => "stopped",
            NightOutcome::Running => "no end: running",
            NightOutcome::CutShort => "no end: cut short",
        }
    }

    /// The same, after "the last night".
    pub(super) fn verb(self) -> &'static str {
        match self {
            NightOutcome::Ok => "is good",
            NightOutcome::Warned => "ended with warnings",
            NightOutcome::Failed => "failed",
            NightOutcome::Stopped => "was stopped",
            NightOutcome::Running => "is running",
            NightOutcome::CutShort => "was cut short",
        }
    }

    /// Whether nobody has to look at it.
    pub(super) fn is_good(self) -> bool {
        matches!(
            self,
            NightOutcome::Ok | NightOutcome::Warned | NightOutcome::Running
        )
    }
}

/// One night.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Night {
    /// When it began.
    pub night: String,
    /// How it ended.
    pub outcome: NightOutcome,
    /// Its steps.
    pub steps: Vec<NightStep>,
}

/// On an object store nobody can see whether a night is at work: one without an end counts as
/// running for so long after its last step.
const UNSEEN: TimeDelta = TimeDelta::days(1);

/// The nights of `steps`, which come oldest first, with the one that was heard of last at the end.
pub(super) fn nights(steps: Vec<NightStep>, holder: &Holder) -> Vec<Night> {
    let mut nights: Vec<Night> = Vec::new();
    for step in steps {
        match nights.iter().position(|n| n.night == step.night) {
            // Two nights at once: the one that says something moves to the end.
            Some(at) => {
                let mut night = nights.remove(at);
                night.steps.push(step);
                nights.push(night);
            }
            None => nights.push(Night {
                night: step.night.clone(),
                outcome: NightOutcome::CutShort,
                steps: vec![step],
            }),
        }
    }
    for night in &mut nights {
        night.outcome = outcome(night, holder);
    }
    nights
}

fn outcome(night: &Night, holder: &Holder) -> NightOutcome {
    let any = |outcome: &str| night.steps.iter().any(|s| s.outcome == outcome);
    let last = night.steps.last();
    let has_ended = last.is_some_and(|s| s.step == "end");
    if any("failed") {
        return NightOutcome::Failed;
    }
    if any("stopped") {
        return NightOutcome::Stopped;
    }
    if has_ended {
        return match any("warned") {
            true => NightOutcome::Warned,
            false => NightOutcome::Ok,
        };
    }
    let heard = last.map_or(0, |s| s.ended);
    let running = match holder {
        Holder::Nobody => false,
        Holder::Command(noted) => *noted == night.night,
        Holder::Unknown => heard > (Utc::now() - UNSEEN).timestamp_micros(),
    };
    match running {
        true => NightOutcome::Running,
        false => NightOutcome::CutShort,
    }
}

/// The newest night that was cut short since the last good one.
pub(super) fn cut_short(nights: &[Night]) -> Option<&Night> {
    let since = nights
        .iter()
        .rev()
        .take_while(|n| n.outcome != NightOutcome::Ok);
    let mut since = since.filter(|n| n.outcome == NightOutcome::CutShort);
    since.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(told: &[(&str, &str, &str)]) -> Vec<NightStep> {
        let steps = told.iter().zip(1..);
        steps
            .map(|((night, step, outcome), ended)| NightStep {
                ended,
                ..NightStep::now(night, step, outcome, "")
            })
            .collect()
    }

    #[test]
    fn the_night_that_was_heard_of_last_counts() {
        // Night b finds the lock taken and fails; a ends after it.
        let told = steps(&[
            ("a", "begin", "ok"),
            ("b", "begin", "failed"),
            ("a", "pull", "ok"),
            ("a", "end", "ok"),
        ]);
        let of = |told: &[NightStep], holder: Holder| -> Vec<(String, NightOutcome)> {
            let nights = nights(told.to_vec(), &holder);
            nights.into_iter().map(|n| (n.night, n.outcome)).collect()
        };
        let pair = |night: &str, outcome| (night.to_string(), outcome);
        assert_eq!(
            of(&told, Holder::Nobody),
            [pair("b", NightOutcome::Failed), pair("a", NightOutcome::Ok)]
        );
        let begun = &told[..3];
        for (holder, expected) in [
            (Holder::Nobody, NightOutcome::CutShort),
            (Holder::Command("a".into()), NightOutcome::Running),
            (Holder::Command(String::new()), NightOutcome::CutShort),
            (Holder::Unknown, NightOutcome::CutShort),
        ] {
            assert_eq!(of(begun, holder).last(), Some(&pair("a", expected)));
        }
    }

    #[test]
    fn a_check_that_only_warns_leaves_a_good_night() {
        let told = steps(&[("a", "check", "warned"), ("a", "end", "ok")]);
        let night = nights(told, &Holder::Nobody).remove(0);
        assert_eq!(night.outcome, NightOutcome::Warned);
        assert!(night.outcome.is_good());
    }
}
