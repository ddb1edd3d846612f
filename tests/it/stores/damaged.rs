//! A lake on an object store with a damaged object.

use super::server::{Server, runtime};
use crate::project::{Project, pipeline_over, synth, text};
use object_store::ObjectStoreExt;
use object_store::path::Path;

#[test]
fn a_damaged_object_is_named_and_pulled_again() {
    let Some(server) = Server::s3() else { return };
    let record = synth(40, 33, false);
    let project = Project::empty().with_variables(&server.variables());
    project.write_pipeline(&pipeline_over(record.path()).replace(
        "url = \"lake\"",
        &format!("url = \"{}\"", server.url("lake")),
    ));
    project.ok(&["nightly"]);
    let released = project.released();
    let whole = project.json(&["verify", "lake"]);
    assert_eq!(whole["problems"], serde_json::json!([]));
    let lake = runtime().block_on(populace::lake::Lake::open(server.location("lake")));
    let lake = lake.unwrap();
    let damage = |table: &str| {
        let name = populace::lake::TableName::parse(table).unwrap();
        let table = runtime().block_on(lake.table(&name)).unwrap().unwrap();
        let path = Path::from(table.files[0].path.as_str());
        runtime().block_on(async {
            let store = server.store("lake");
            let bytes = store.get(&path).await.unwrap().bytes().await.unwrap();
            let mut bytes = bytes.to_vec();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 16;
            store.put(&path, bytes.into()).await.unwrap();
        });
        path.to_string()
    };
    let condition = damage("record.condition");
    let error = project.fails(3, &["nightly"]);
    assert!(error.contains(&condition), "{error}");
    let error = project.fails(
        3,
        &[
            "sql",
            "--record-level",
            "a test",
            "-c",
            "select count(*) from record.condition",
        ],
    );
    assert!(error.contains("`populace pull --again record`"), "{error}");
    let verified = project.run(&["verify", "lake"]);
    assert_eq!(verified.status.code(), Some(3));
    assert!(text(&verified.stderr).contains(&condition));
    project.ok(&["pull", "--again", "record"]);
    let person = damage("core.person");
    let night = project.run(&["nightly"]);
    let said = text(&night.stderr);
    assert!(night.status.success(), "{said}");
    assert!(
        said.contains(&format!("rebuilt core.person: {person}")),
        "{said}"
    );
    assert_eq!(project.released(), released);
    project.ok(&["verify", "lake"]);
}
