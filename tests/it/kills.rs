//! A night that is killed at any moment leaves a lake that opens, and the next one finishes.

use crate::project::{Project, synth, text};
use std::time::Instant;

/// How often a night is killed; the moments are spread over the time that a whole one takes.
const KILLS: u32 = 5;

#[test]
fn a_killed_night_is_finished_by_the_next() {
    let record = synth(150, 3, false);
    let undisturbed = Project::over(record.path());
    let started = Instant::now();
    undisturbed.ok(&["nightly"]);
    let whole = started.elapsed();

    let project = Project::over(record.path());
    for kill in 1..=KILLS {
        let moment = whole.mul_f64(f64::from(kill) / f64::from(KILLS + 1));
        project.killed_after(&["nightly", "-q"], moment);
        if project.path("lake/populace.json").exists() {
            // It opens, and says what happened.
            let status = project.run(&["status"]);
            let said = text(&status.stdout) + &text(&status.stderr);
            assert!(matches!(status.status.code(), Some(0 | 1)), "{said}");
            let cut_short = status.status.code() == Some(1);
            assert_eq!(said.contains("was cut short"), cut_short, "{said}");
        }
    }
    project.ok(&["nightly"]);
    assert_eq!(project.released(), undisturbed.released());
    let left: Vec<_> = std::fs::read_dir(project.path("tmp")).unwrap().collect();
    assert!(
        left.is_empty(),
        "temporary folders of killed nights are gone: {left:?}"
    );
}
