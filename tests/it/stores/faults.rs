//! A night through faults ends in the same lake and the same release.

use super::proxy::{Fault, Proxy, TIMEOUT};
use super::same::{contents, download, over_samples, upload};
use super::server::Server;
use crate::project::{Project, notice, synth};

#[test]
fn a_night_through_faults_ends_the_same() {
    let Some(server) = Server::s3() else { return };
    let record = synth(60, 21, false);
    let undisturbed = Project::over(record.path());
    undisturbed.ok(&["nightly"]);
    let expected = contents(
        populace::lake::Location::parse(
            &undisturbed.path("lake").display().to_string(),
            std::path::Path::new(""),
        )
        .unwrap(),
    );
    let proxy = Proxy::before(&server.host, 1, 4);
    let mut faulty = server.through(proxy.host.clone());
    faulty.timeout = Some(TIMEOUT);
    let project = Project::empty().with_variables(&faulty.variables());
    let mut pipeline = crate::project::pipeline_over(record.path());
    let mut place = |before: &str, below: &str| {
        let before = format!("url = \"{before}\"");
        let after = format!("url = \"{}\"", faulty.url(below));
        assert!(pipeline.contains(&before), "{before}");
        pipeline = pipeline.replace(&before, &after);
    };
    place("lake", "lake");
    place("releases", "releases");
    for kind in ["fhir", "csv"] {
        let folder = record.path().join(kind);
        upload(&server, &folder, kind);
        place(&folder.display().to_string(), kind);
    }
    project.write_pipeline(&pipeline);
    project.ok(&["nightly"]);
    assert_eq!(contents(server.location("lake")), expected);
    assert_eq!(download(&server, "releases"), undisturbed.released());
    let happened = proxy.happened();
    let faults: u64 = happened
        .iter()
        .filter(|(f, _)| **f != Fault::None)
        .map(|(_, n)| n)
        .sum();
    assert!(faults >= 5, "{happened:?}");
    notice(&format!("a night went through {happened:?}"));
}

#[test]
fn a_store_that_is_away_is_an_error_and_not_a_loss() {
    let Some(server) = Server::s3() else { return };
    let project = Project::empty().with_variables(&server.variables());
    project.write_pipeline(&over_samples(&server.url("lake")));
    project.ok(&["pull"]);
    let proxy = Proxy::breaking(&server.host, 0);
    let mut away = server.through(proxy.host.clone());
    away.timeout = Some("200ms");
    let elsewhere = Project::empty().with_variables(&away.variables());
    elsewhere.write_pipeline(&over_samples(&server.url("lake")));
    let error = elsewhere.fails(3, &["status"]);
    assert!(error.contains("cannot read the lake at s3://"), "{error}");
    assert!(
        error.contains("hint: check that the store can be reached"),
        "{error}"
    );
}
