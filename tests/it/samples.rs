//! The samples of the repository are what `populace synth` makes.

use crate::project::{files_below, plain, repository, synth};

/// The people and seed that data-samples/README.md names.
const PEOPLE: u32 = 800;
const SEED: u32 = 1;

#[test]
fn the_samples_are_what_synth_makes() {
    let made = synth(PEOPLE, SEED, false);
    let made = files_below(made.path());
    let mut kept = files_below(&repository().join("data-samples"));
    // Written by hand: the key of the samples, which is no secret, and what the folder is.
    assert!(kept.remove("sample.key").is_some());
    assert!(kept.remove("README.md").is_some());
    assert_eq!(
        made.keys().collect::<Vec<_>>(),
        kept.keys().collect::<Vec<_>>()
    );
    for (name, bytes) in &made {
        assert!(plain(bytes) == plain(&kept[name]), "{name} differs");
    }
}
