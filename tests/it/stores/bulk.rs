//! An export of a FHIR server into a lake on an object store: what is staged there, and kills.

use super::same::{contents, download, names};
use super::server::Server as Store;
use crate::bulk::export::Export;
use crate::bulk::record::Record;
use crate::bulk::server::Server;
use crate::project::Project;
use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

#[test]
fn an_export_is_staged_on_the_store_and_goes_on_after_kills() {
    for store in [Store::s3(), Store::azure()].into_iter().flatten() {
        let record = Record::new(40, 34, true);
        let files = record.files(60_000);
        let mut export = Export::good(files.clone());
        // Slow enough to be killed while files arrive.
        export.slowness = 4_000;
        let server = Server::start(export);
        let project = Project::empty().with_variables(&store.variables());
        let pipeline = record.pipeline(&server, "");
        let lake = format!("url = \"{}\"", store.url("lake"));
        project.write_pipeline(&pipeline.replace("url = \"lake\"", &lake));

        let staged = || {
            let names = names(&store, "lake/populace.staging").into_iter();
            names.filter(|name| name.contains("/units/")).count()
        };
        let mut before = staged();
        let mut kills = 0;
        for kill in 0..3 {
            let mut command = project.command(&["pull", "-q"]);
            let command = command.stdout(Stdio::null()).stderr(Stdio::null());
            let mut pull = command.spawn().unwrap();
            // Until one more object is staged, or all are and the pull has ended.
            while pull.try_wait().unwrap().is_none() && staged() <= before {
                std::thread::yield_now();
            }
            pull.kill().unwrap();
            kills += u32::from(pull.wait().unwrap().signal() == Some(9));
            let now = staged();
            assert!(now > before, "kill {kill}: {now} objects are staged");
            before = now;
        }
        assert_eq!(kills, 3, "every pull was killed before it ended");
        // What is staged is pseudonymised: no line of the record is in it.
        for (name, bytes) in download(&store, "lake/populace.staging") {
            let holds = |text: &[u8]| bytes.windows(text.len()).any(|part| part == text);
            assert!(!holds(b"resourceType"), "{name}");
        }
        server.change(|export| export.slowness = 0);
        project.ok(&["pull"]);

        let found: BTreeMap<String, String> = contents(store.location("lake"))
            .into_iter()
            .filter_map(|(name, (_, content))| {
                Some((name.strip_prefix("record.")?.to_string(), content))
            })
            .collect();
        assert_eq!(found, record.expected);
        assert!(names(&store, "lake/populace.staging").is_empty());
        // Nothing that was staged came again, beyond what was on its way at each kill.
        let sent: u64 = server.sent().iter().map(|sent| sent.length).sum();
        let size: usize = files.iter().map(|file| file.bytes.len()).sum();
        assert!(sent < 2 * size as u64, "{sent} bytes came for {size}");
        assert_eq!(server.open_jobs(), 0);
    }
}
