//! Altered releases, a lake of another key, and logs that lost commits, on object stores.

use super::same::download;
use super::server::{Server, runtime};
use crate::project::{Project, pipeline_over, synth, text};
use object_store::{ObjectStoreExt, path::Path};

fn put(server: &Server, below: &str, path: &str, bytes: Vec<u8>) {
    let store = server.store(below);
    runtime().block_on(async { store.put(&Path::from(path), bytes.into()).await.unwrap() });
}

fn remove(server: &Server, below: &str, path: &str) {
    let store = server.store(below);
    runtime().block_on(async { store.delete(&Path::from(path)).await.unwrap() });
}

#[test]
fn altered_releases_other_keys_and_lost_commits_are_found_on_a_store() {
    let record = synth(40, 33, false);
    for server in [Server::s3(), Server::azure()].into_iter().flatten() {
        let project = Project::empty().with_variables(&server.variables());
        let on_store = |place: &str| format!("url = \"{}\"", server.url(place));
        let pipeline = pipeline_over(record.path())
            .replace("url = \"lake\"", &on_store("lake"))
            .replace("url = \"releases\"", &on_store("releases"));
        project.write_pipeline(&pipeline);
        project.ok(&["nightly", "-q"]);
        let whole = download(&server, "releases");
        let csv = whole.keys().find(|name| name.ends_with(".csv")).unwrap();
        let release = csv.split('/').next().unwrap().to_string();
        project.ok(&["verify", &release]);

        // A figure altered, a file dropped, a file added: found, and kept aside.
        let mut altered = whole[csv].clone();
        let at = altered.iter().rposition(u8::is_ascii_digit).unwrap();
        altered[at] = if altered[at] == b'7' { b'8' } else { b'7' };
        let extra = format!("{release}/extra.csv");
        for (n, trick) in ["figure", "dropped", "added"].into_iter().enumerate() {
            match trick {
                "figure" => put(&server, "releases", csv, altered.clone()),
                "dropped" => remove(&server, "releases", csv),
                _ => put(&server, "releases", &extra, b"a,b\n".to_vec()),
            }
            let error = text(&project.run(&["verify", &release]).stderr);
            assert!(
                !project.run(&["verify", &release]).status.success(),
                "{error}"
            );
            let output = project.run(&["release"]);
            let said = text(&output.stderr);
            assert!(output.status.success(), "{said}");
            assert!(
                said.contains("made again: it was not as it was made"),
                "{said}"
            );
            let aside = format!(".{release}.altered-{}", n + 1);
            assert!(
                said.contains(&format!(
                    "what was there is kept in {}",
                    server.url("releases")
                )),
                "{said}"
            );
            assert!(said.contains(&aside), "{said}");
            let now = download(&server, "releases");
            let kept = |name: &str| now.get(&name.replace(&release, &aside));
            match trick {
                "figure" => assert_eq!(kept(csv), Some(&altered)),
                "dropped" => assert_eq!(kept(csv), None),
                _ => assert_eq!(kept(&extra).unwrap(), b"a,b\n"),
            }
            let shown = now.into_iter().filter(|(name, _)| !name.starts_with('.'));
            assert_eq!(
                shown.collect::<std::collections::BTreeMap<_, _>>(),
                whole,
                "{trick}"
            );
            project.ok(&["verify", &release]);
        }
        let last = project.json(&["status"]);
        assert_eq!(last["releases"].as_array().unwrap().len(), 1, "{last}");

        // Another key, with populace.json and without it.
        std::fs::write(project.path("test.key"), "ff".repeat(32)).unwrap();
        let error = project.fails(2, &["pull"]);
        assert!(error.contains("was made with another key"), "{error}");
        let settings = download(&server, "lake")["populace.json"].clone();
        remove(&server, "lake", "populace.json");
        let error = project.fails(2, &["pull"]);
        assert!(error.contains("another key"), "{error}");
        put(&server, "lake", "populace.json", settings);

        // The newest commits of a table are gone: more of them than the end of a night adds.
        let table = "populace.night";
        let log = "populace/night/_delta_log/";
        let objects = download(&server, "lake");
        let commits = objects.keys().filter(|name| name.starts_with(log));
        let commits: Vec<&String> = commits.filter(|name| name.ends_with(".json")).collect();
        for commit in commits.iter().rev().take(3) {
            remove(&server, "lake", commit);
        }
        let error = project.fails(
            3,
            &[
                "sql",
                "--record-level",
                "a test",
                "-c",
                &format!("select * from {table}"),
            ],
        );
        let said = format!("the log of table {table} is damaged: it ends at version");
        assert!(error.contains(&said), "{error}");
        let verified = project.run(&["verify", "lake"]);
        assert_eq!(verified.status.code(), Some(3));
        assert!(text(&verified.stderr).contains(table));
    }
}
