//! A night that is killed at any moment leaves a lake that opens, and the next one finishes.

use crate::project::{Project, synth, text};

/// When a night is killed: as soon as this is there, in the order in which a night makes it.
const MOMENTS: [&str; 6] = [
    "lake/populace.json",
    "lake/record/patient/_delta_log",
    "lake/populace/extract/_delta_log",
    "lake/staging/patient/_delta_log",
    "lake/core/contact/_delta_log",
    "releases",
];

#[test]
fn a_killed_night_is_finished_by_the_next() {
    let record = synth(150, 3, false);
    let undisturbed = Project::over(record.path());
    undisturbed.ok(&["nightly"]);

    let project = Project::over(record.path());
    let (mut kills, mut cut_short) = (0, 0);
    for moment in MOMENTS {
        let place = project.path(moment);
        let killed = project.killed_when(&["nightly", "-q"], || {
            std::fs::read_dir(&place).map_or(place.is_file(), |mut files| files.next().is_some())
        });
        kills += u32::from(killed);
        // It opens, and says what happened.
        let status = project.run(&["status"]);
        let said = text(&status.stdout) + &text(&status.stderr);
        assert!(
            matches!(status.status.code(), Some(0 | 1)),
            "{moment}: {said}"
        );
        let failed = status.status.code() == Some(1);
        assert_eq!(said.contains("was cut short"), failed, "{moment}: {said}");
        cut_short += u32::from(failed);
    }
    assert!(
        kills >= 5,
        "{kills} of {} nights were killed",
        MOMENTS.len()
    );
    // The night that is killed as it makes the lake may not be in the log yet.
    assert!(
        cut_short >= 4 && cut_short <= kills,
        "{cut_short} of {kills}"
    );
    project.ok(&["nightly"]);
    assert_eq!(project.released(), undisturbed.released());
    let left: Vec<_> = std::fs::read_dir(project.path("tmp")).unwrap().collect();
    assert!(
        left.is_empty(),
        "temporary folders of killed nights are gone: {left:?}"
    );
}
