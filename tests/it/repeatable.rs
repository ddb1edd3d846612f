//! The released bytes depend on the record alone: not on threads, nor on the order of files.

use crate::project::{Project, files_below, plain, synth};

#[test]
fn threads_and_file_order_do_not_matter() {
    let record = synth(200, 5, true);
    let one = Project::over(record.path());
    one.ok(&["nightly", "--threads", "1"]);
    let two = Project::over(record.path());
    two.ok(&["nightly", "--threads", "2"]);
    assert_eq!(one.released(), two.released());

    // The same lines in other files: names that sort the other way round, and plain, not gzip.
    let other = tempfile::tempdir().unwrap();
    for folder in ["fhir", "csv"] {
        let files = files_below(&record.path().join(folder));
        let count = files.len();
        std::fs::create_dir(other.path().join(folder)).unwrap();
        for (i, (name, bytes)) in files.into_iter().enumerate() {
            let name = name.trim_end_matches(".gz");
            let stem = name.split('.').next().unwrap();
            let end = name.rsplit('.').next().unwrap();
            let place = other.path().join(folder).join(match folder {
                "fhir" => format!("{:03}-{stem}.{end}", count - i),
                _ => format!("{stem}.{:03}.{end}", count - i),
            });
            std::fs::write(place, plain(&bytes)).unwrap();
        }
    }
    for name in ["reference", "opt-outs.txt"] {
        let from = record.path().join(name);
        #[cfg(unix)]
        std::os::unix::fs::symlink(from, other.path().join(name)).unwrap();
    }
    let shuffled = Project::over(other.path());
    shuffled.ok(&["nightly"]);
    assert_eq!(one.released(), shuffled.released());
}
