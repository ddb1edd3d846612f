//! The same pipeline on local disk, S3 and Azure.

use super::server::{Server, runtime};
use crate::project::{Project, files_below, pipeline_over, repository};
use futures::TryStreamExt;
use object_store::{ObjectStoreExt, path::Path};
use populace::lake::{Lake, Location};
use std::collections::BTreeMap;
use std::path::Path as FilePath;

/// What a lake holds: of every table its rows and its content or fingerprint.
pub fn contents(location: Location) -> BTreeMap<String, (u64, String)> {
    runtime().block_on(async {
        let lake = Lake::open(location).await.unwrap();
        let mut contents = BTreeMap::new();
        for name in lake.tables().await.unwrap() {
            let table = lake.table(&name).await.unwrap().unwrap();
            let known = ["populace.content", "populace.fingerprint"];
            let content = known.iter().find_map(|key| table.property(key));
            // Logs of commands have neither.
            if let Some(content) = content {
                contents.insert(name.to_string(), (table.rows(), content.to_string()));
            }
        }
        contents
    })
}

/// A pipeline over the samples whose lake is elsewhere.
pub fn over_samples(lake: &str) -> String {
    pipeline_over(&repository().join("data-samples"))
        .replace("url = \"lake\"", &format!("url = \"{lake}\""))
}

/// Puts the files of a folder on a store.
pub fn upload(server: &Server, folder: &FilePath, below: &str) {
    let store = server.store(below);
    runtime().block_on(async {
        for (name, bytes) in files_below(folder) {
            store.put(&Path::from(name), bytes.into()).await.unwrap();
        }
    });
}

/// The paths of a store's objects.
pub fn names(server: &Server, below: &str) -> Vec<String> {
    let listed: Vec<_> = runtime()
        .block_on(server.store(below).list(None).try_collect())
        .unwrap();
    let names = listed
        .iter()
        .map(|meta: &object_store::ObjectMeta| meta.location.to_string());
    names.collect()
}

/// The objects of a store, by path.
pub fn download(server: &Server, below: &str) -> BTreeMap<String, Vec<u8>> {
    let store = server.store(below);
    runtime().block_on(async {
        let mut files = BTreeMap::new();
        let listed: Vec<_> = store.list(None).try_collect().await.unwrap();
        for meta in listed {
            let bytes = store
                .get(&meta.location)
                .await
                .unwrap()
                .bytes()
                .await
                .unwrap();
            files.insert(meta.location.to_string(), bytes.to_vec());
        }
        files
    })
}

#[test]
fn tables_and_releases_are_the_same_everywhere() {
    let servers = [Server::s3(), Server::azure()];
    let samples = repository().join("data-samples");
    let local = Project::empty();
    local.write_pipeline(&pipeline_over(&samples));
    local.ok(&["nightly"]);
    let expected = contents(
        Location::parse(&local.path("lake").display().to_string(), FilePath::new("")).unwrap(),
    );
    assert!(expected.len() >= 30, "{}", expected.len());
    let ask = [
        "sql",
        "--record-level",
        "a test",
        "--format",
        "csv",
        "-c",
        "select o.code, count(*) as n, sum(cast(round(o.value * 1000) as bigint)) as total from record.observation o group by o.code order by n desc, o.code limit 20",
    ];
    let answer = local.ok(&ask);

    for server in servers.into_iter().flatten() {
        upload(&server, &samples.join("fhir"), "extracts/fhir");
        upload(&server, &samples.join("csv"), "extracts/csv");
        let project = Project::empty().with_variables(&server.variables());
        let pipeline = over_samples(&server.url("lake"))
            .replace(
                "url = \"releases\"",
                &format!("url = \"{}\"", server.url("releases")),
            )
            .replace(
                &format!("{}/fhir", samples.display()),
                &server.url("extracts/fhir"),
            )
            .replace(
                &format!("{}/csv", samples.display()),
                &server.url("extracts/csv/"),
            );
        project.write_pipeline(&pipeline);
        project.ok(&["nightly"]);
        assert_eq!(
            contents(server.location("lake")),
            expected,
            "{}",
            server.url("")
        );
        assert_eq!(project.ok(&ask), answer);
        assert_eq!(download(&server, "releases"), local.released());
        assert!(!project.path("lake").exists(), "nothing was written here");

        // Nothing changed: nothing is done, and the release is known.
        let again = project.json(&["nightly"]);
        assert_eq!(again["pull"]["files_read"], 0);
        assert_eq!(again["release"]["written"], false);
        // An altered release is made again, and what was there is kept aside.
        let release = again["release"]["release"].as_str().unwrap();
        let store = server.store(&format!("releases/{release}"));
        runtime().block_on(async {
            store
                .put(&Path::from("manifest.json"), "{}".into())
                .await
                .unwrap();
            store
                .put(&Path::from("left.over"), "".into())
                .await
                .unwrap();
        });
        let repaired = project.json(&["release"]);
        assert_eq!(repaired["written"], true);
        let (aside, released): (BTreeMap<_, _>, _) = download(&server, "releases")
            .into_iter()
            .partition(|(name, _)| name.starts_with('.'));
        assert_eq!(released, local.released());
        assert_eq!(aside.len(), released.len() + 1, "{:?}", aside.keys());
        // A changed object is read again, and only that one.
        let one = samples.join("csv");
        let (name, bytes) = files_below(&one).into_iter().next().unwrap();
        let store = server.store("extracts/csv");
        runtime()
            .block_on(store.put(&Path::from(name), bytes.into()))
            .unwrap();
        assert_eq!(project.json(&["pull"])["files_read"], 1);
        let status = project.ok(&["status"]);
        assert!(status.contains("record.patient"), "{status}");
    }
}

#[test]
fn a_missing_bucket_and_a_missing_lake_say_what_to_do() {
    let Some(server) = Server::s3() else { return };
    let project = Project::empty().with_variables(&server.variables());
    project.write_pipeline(&over_samples("s3://no-such-bucket/lake"));
    let error = project.fails(3, &["pull"]);
    assert!(error.contains("NoSuchBucket"), "{error}");
    assert!(error.contains("populace does not make it"), "{error}");
    project.write_pipeline(&over_samples(&server.url("lake")));
    let error = project.fails(3, &["status"]);
    assert!(error.contains("there is no lake at s3://"), "{error}");
    // A token in the pipeline file is refused, and not repeated.
    project.write_pipeline(&over_samples("s3://care/lake?sig=hunter2"));
    let error = project.fails(2, &["status"]);
    assert!(!error.contains("hunter2"), "{error}");
}

#[test]
fn no_log_holds_a_secret() {
    let Some(server) = Server::s3() else { return };
    let secret = |name: &str| (name.to_string(), "hunter2".to_string());
    let project = Project::empty()
        .with_variables(&server.variables())
        .with_variables(&[secret("AWS_SECRET_ACCESS_KEY"), secret("AWS_SESSION_TOKEN")]);
    project.write_pipeline(&over_samples(&server.url("lake")));
    for level in ["debug", "trace"] {
        let output = project
            .command(&["status"])
            .env("POPULACE_LOG", level)
            .output()
            .unwrap();
        let log = crate::project::text(&output.stderr);
        // A server that checks signatures refuses the secret, which is of no account.
        let reached = log.contains("there is no lake") || log.contains("SignatureDoesNotMatch");
        assert!(reached, "{log}");
        assert!(
            !log.contains("hunter2"),
            "a log of level {level} holds a secret"
        );
    }
}
