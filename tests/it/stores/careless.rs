//! A store that ignores conditions is refused.

use super::same::over_samples;
use super::server::Server;
use crate::project::Project;
use futures::TryStreamExt;

#[test]
fn a_store_that_overwrites_silently_is_refused() {
    let Some(server) = Server::careless() else {
        return;
    };
    let project = Project::empty().with_variables(&server.variables());
    project.write_pipeline(&over_samples(&server.url("lake")));
    let error = project.fails(3, &["pull"]);
    assert!(error.contains("cannot hold a lake"), "{error}");
    assert!(
        error.contains("in round 1 of a race for one object, 8 of 8 writers"),
        "{error}"
    );
    assert!(error.contains("hint: keep the lake on"), "{error}");
    let left: Vec<_> = super::server::runtime()
        .block_on(server.store("lake").list(None).try_collect())
        .unwrap();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn the_answer_is_kept_and_belongs_to_the_store() {
    use object_store::{ObjectStoreExt, path::Path};
    let Some(server) = Server::s3() else { return };
    let project = Project::empty().with_variables(&server.variables());
    project.write_pipeline(&over_samples(&server.url("lake")));
    project.ok(&["pull"]);
    let runtime = super::server::runtime();
    let store = server.store("lake");
    let settings = || -> serde_json::Value {
        let bytes = runtime.block_on(async {
            let found = store.get(&Path::from("populace.json")).await.unwrap();
            found.bytes().await.unwrap()
        });
        serde_json::from_slice(&bytes).unwrap()
    };
    let answer = settings();
    assert_eq!(answer["probe"]["writers"], 8);
    assert_eq!(answer["probe"]["rounds"], 8);
    let expected = format!("{} at http://{}", server.url("lake"), server.host);
    assert_eq!(answer["probe"]["store"], expected);
    // As if the lake had been copied from somewhere else.
    let mut copied = answer.clone();
    copied["probe"]["store"] = "s3://elsewhere/lake".into();
    copied.as_object_mut().unwrap().remove("checksum");
    let text = serde_json::to_vec(&copied).unwrap();
    runtime
        .block_on(store.put(&Path::from("populace.json"), text.into()))
        .unwrap();
    project.ok(&["pull"]);
    assert_eq!(settings()["probe"], answer["probe"]);
    let probes: Vec<_> = runtime
        .block_on(
            store
                .list(Some(&Path::from("populace.probe")))
                .try_collect(),
        )
        .unwrap();
    assert!(probes.is_empty(), "{probes:?}");
}
