use super::changes::ChangeKind;
use super::*;
use crate::error::Kind;
use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult,
};

const ID: &str = "2026-09-30-0123456789ab";
const OTHER: &str = "2026-09-30-ba9876543210";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn now() -> DateTime<Utc> {
    at("2026-10-05T08:00:00Z")
}

fn root() -> Path {
    Path::default()
}

/// A wish of Ann's.
fn to(state: PublicationState) -> WantedStep<'static> {
    WantedStep {
        state,
        by: "Ann",
        account: "ann",
        embargo: None,
        reason: state
            .needs_reason()
            .then_some("figures of August were missing"),
        manifest_sha256: None,
        area: "e54000051",
    }
}

async fn taken(
    store: &dyn ObjectStore,
    id: &str,
    wanted: &WantedStep<'_>,
) -> crate::error::Result<Publication> {
    let before = read(store, &root(), id).await?;
    step(store, &root(), &before, wanted, now()).await
}

use PublicationState::{Approved, Draft, Published, Withdrawn};

#[tokio::test]
async fn a_release_is_approved_published_and_withdrawn() {
    let store = InMemory::new();
    assert_eq!(read(&store, &root(), ID).await.unwrap().state(), Draft);
    for state in [Approved, Published, Withdrawn] {
        let after = taken(&store, ID, &to(state)).await.unwrap();
        assert_eq!(after.state(), state);
        assert_eq!(read(&store, &root(), ID).await.unwrap(), after);
        assert_eq!(after.name().unwrap().to_string(), "e54000051-2026-09-1");
    }
    let all = read_all(&store, &root()).await.unwrap();
    assert_eq!(all.len(), 1);
    let steps: Vec<_> = all[0]
        .steps
        .iter()
        .map(|s| (s.state, s.by.as_str()))
        .collect();
    assert_eq!(
        steps,
        [(Approved, "Ann"), (Published, "Ann"), (Withdrawn, "Ann")]
    );
    let file = store
        .get(&Path::from(format!("publication/{ID}.2.json")))
        .await
        .unwrap();
    let text: serde_json::Value = serde_json::from_slice(&file.bytes().await.unwrap()).unwrap();
    assert_eq!(
        text,
        serde_json::json!({
            "release": ID, "name": "e54000051-2026-09-1", "state": "published",
            "at": "2026-10-05T08:00:00Z", "by": "Ann", "account": "ann",
            "embargo": null, "reason": null,
        })
    );
}

#[tokio::test]
async fn releases_lie_behind_prefixes_of_all_kinds() {
    let below = object_store::prefix::PrefixStore::new(InMemory::new(), "site/releases");
    let folder = tempfile::tempdir().unwrap();
    let disk = object_store::local::LocalFileSystem::new_with_prefix(folder.path()).unwrap();
    let memory = InMemory::new();
    let stores: [(&dyn ObjectStore, Path); 3] = [
        (&below, root()),
        (&disk, root()),
        (&memory, Path::from("a/b")),
    ];
    for (store, prefix) in stores {
        for state in [Approved, Published] {
            let before = read(store, &prefix, ID).await.unwrap();
            step(store, &prefix, &before, &to(state), now())
                .await
                .unwrap();
        }
        let all = read_all(store, &prefix).await.unwrap();
        assert_eq!(all.len(), 1, "{store}");
        assert_eq!(all[0], read(store, &prefix, ID).await.unwrap());
        assert!(all[0].is_public(now()));
        let again = naming::take(store, &prefix, ID, "e54000051").await.unwrap();
        assert_eq!(Some(&again), all[0].name());
    }
}

#[tokio::test]
async fn only_steps_that_follow_are_taken() {
    let allowed = [
        (Draft, Approved),
        (Approved, Approved),
        (Approved, Published),
        (Approved, Draft),
        (Published, Withdrawn),
    ];
    let all = [Draft, Approved, Published, Withdrawn];
    let way = |state| match state {
        Draft => vec![],
        Approved => vec![Approved],
        Published => vec![Approved, Published],
        Withdrawn => vec![Approved, Published, Withdrawn],
    };
    for from in all {
        for next in all {
            let store = InMemory::new();
            for state in way(from) {
                taken(&store, ID, &to(state)).await.unwrap();
            }
            let second = WantedStep {
                by: "Ben",
                ..to(next)
            };
            let done = taken(&store, ID, &second).await;
            assert_eq!(
                done.is_ok(),
                allowed.contains(&(from, next)),
                "{from} {next}"
            );
            if let Err(e) = done {
                assert_eq!(e.kind(), Kind::Refused);
                assert_eq!(read(&store, &root(), ID).await.unwrap().state(), from);
            }
        }
    }
}

#[tokio::test]
async fn withdrawing_and_returning_need_a_reason() {
    let store = InMemory::new();
    taken(&store, ID, &to(Approved)).await.unwrap();
    let silent = |state| WantedStep {
        reason: None,
        ..to(state)
    };
    let e = taken(&store, ID, &silent(Draft)).await.unwrap_err();
    assert_eq!((e.kind(), e.what()), (Kind::Usage, "a reason is missing"));
    taken(&store, ID, &to(Published)).await.unwrap();
    let e = taken(&store, ID, &silent(Withdrawn)).await.unwrap_err();
    assert_eq!(e.kind(), Kind::Usage);
    for (wrong, what) in [
        ("..", "says nothing"),
        ("a\u{1b}[2Jbc", "control character"),
        ("a\u{202e}bc", "control character"),
    ] {
        let e = reason(wrong).unwrap_err();
        assert!(e.what().contains(what), "{e}");
        assert!(person(wrong).is_err());
    }
    assert_eq!(person(" Zoë O'Neill ").unwrap(), "Zoë O'Neill");
}

#[tokio::test]
async fn two_at_once_end_in_one_state() {
    let store = InMemory::new();
    let seen = read(&store, &root(), ID).await.unwrap();
    let (ann, ben) = (
        to(Approved),
        WantedStep {
            by: "Ben",
            account: "ben",
            ..to(Approved)
        },
    );
    let root = root();
    let (one, other) = tokio::join!(
        step(&store, &root, &seen, &ann, now()),
        step(&store, &root, &seen, &ben, now())
    );
    assert_eq!([&one, &other].iter().filter(|done| done.is_ok()).count(), 1);
    let winner = if one.is_ok() { "Ann" } else { "Ben" };
    let after = read(&store, &root, ID).await.unwrap();
    assert_eq!(after.steps.len(), 1);
    assert_eq!(after.steps[0].by, winner);
    let e = one.err().or(other.err()).unwrap();
    assert_eq!(e.kind(), Kind::Refused);
    assert!(
        e.causes()[0].starts_with(&format!("{winner} made it approved")),
        "{e}"
    );

    // Approved by one as the other returns it.
    let seen = after;
    let (publish, back) = (to(Published), to(Draft));
    let (one, other) = tokio::join!(
        step(&store, &root, &seen, &publish, now()),
        step(&store, &root, &seen, &back, now())
    );
    assert!(one.is_ok() != other.is_ok());
    assert_eq!(read(&store, &root, ID).await.unwrap().steps.len(), 2);
}

#[tokio::test]
async fn names_count_the_releases_of_an_area_and_month() {
    let store = InMemory::new();
    let name = async |id: &'static str, area| {
        let wanted = WantedStep {
            area,
            ..to(Approved)
        };
        taken(&store, id, &wanted)
            .await
            .unwrap()
            .name()
            .unwrap()
            .to_string()
    };
    assert_eq!(name(ID, "north-wold").await, "north-wold-2026-09-1");
    assert_eq!(name(OTHER, "north-wold").await, "north-wold-2026-09-2");
    assert_eq!(
        name("2026-09-29-aaaaaaaaaaaa", "north-wold").await,
        "north-wold-2026-09-3"
    );
    assert_eq!(
        name("2026-10-31-aaaaaaaaaaaa", "north-wold").await,
        "north-wold-2026-10-1"
    );
    assert_eq!(
        name("2026-09-30-aaaaaaaaaaaa", "wold").await,
        "wold-2026-09-1"
    );
    // A command that ended between the name and the step left the name; the next one finds it.
    let id = "2026-11-30-aaaaaaaaaaaa";
    let taken = naming::take(&store, &root(), id, "wold").await.unwrap();
    assert_eq!(name(id, "wold").await, taken.to_string());

    let read: ReleaseName = "north-wold-2026-09-12".parse().unwrap();
    assert_eq!(
        (read.area.as_str(), read.period.as_str(), read.number),
        ("north-wold", "2026-09", 12)
    );
    for wrong in [
        "",
        "a",
        "2026-09-1",
        "a-2026-13-1",
        "a-2026-09-0",
        "a-2026-09-01",
        "A-2026-09-1",
        "../a-2026-09-1",
        "a/b-2026-09-1",
        "-a-2026-09-1",
        "a-26-09-1",
    ] {
        assert!(wrong.parse::<ReleaseName>().is_err(), "{wrong}");
    }
    for area in ["", "..", "a/b", "Wold", "wold-", "é"] {
        let e = naming::take(&store, &root(), "2026-12-31-aaaaaaaaaaaa", area)
            .await
            .unwrap_err();
        assert_eq!(e.kind(), Kind::Usage, "{area}");
    }
}

#[tokio::test]
async fn names_that_are_taken_at_once_differ() {
    let store = InMemory::new();
    let root = root();
    let ids: Vec<String> = (0..8)
        .map(|n| format!("2026-09-30-00000000000{n}"))
        .collect();
    let names = ids.iter().map(|id| naming::take(&store, &root, id, "wold"));
    let names = futures::future::try_join_all(names).await.unwrap();
    let numbers: std::collections::BTreeSet<u32> = names.iter().map(|name| name.number).collect();
    assert_eq!(numbers, (1..=8).collect());
}

#[tokio::test]
async fn identifiers_lead_nowhere() {
    let store = InMemory::new();
    for id in [
        "",
        "..",
        "../x",
        "a/b",
        "a\\b",
        ".hidden",
        "a.1",
        "a b",
        "-x",
        "%2e%2e",
        "\u{202e}x",
        &"x".repeat(101),
    ] {
        let e = read(&store, &root(), id).await.unwrap_err();
        assert_eq!(e.kind(), Kind::Usage, "{id}");
    }
    assert_eq!(identifier::of_file("a.1.json"), Some(("a", 1)));
    for name in [
        "a.0.json",
        "a.01.json",
        "a.+1.json",
        "a.json",
        "a.1.json#2",
        "a.b.1.json",
        ".1.json",
        "a.99999999999.json",
    ] {
        assert_eq!(identifier::of_file(name), None, "{name}");
    }
}

#[tokio::test]
async fn a_damaged_step_hides_its_release_and_no_other() {
    for damage in ["not JSON", "{}", r#"{"release":"x"}"#] {
        let store = InMemory::new();
        for id in [ID, OTHER] {
            taken(&store, id, &to(Approved)).await.unwrap();
            taken(&store, id, &to(Published)).await.unwrap();
        }
        let file = Path::from(format!("publication/{ID}.2.json"));
        store.put(&file, damage.into()).await.unwrap();
        let all = read_all(&store, &root()).await.unwrap();
        let public: Vec<_> = all.iter().filter(|p| p.is_public(now())).collect();
        assert_eq!(public.len(), 1);
        assert_eq!(public[0].release, OTHER);
        let e = taken(&store, ID, &to(Withdrawn)).await.unwrap_err();
        assert_eq!(e.kind(), Kind::Data);
        assert!(e.what().contains("step 2"), "{e}");
    }
    // A step of another release, one that does not follow, and one that is gone.
    let store = InMemory::new();
    for state in [Approved, Published] {
        taken(&store, ID, &to(state)).await.unwrap();
    }
    let step_of = |id: &str, n: u32| Path::from(format!("publication/{id}.{n}.json"));
    let bytes = store
        .get(&step_of(ID, 2))
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    store
        .put(&step_of(OTHER, 1), bytes.clone().into())
        .await
        .unwrap();
    let other = read(&store, &root(), OTHER).await.unwrap();
    assert_eq!(
        other.damaged.as_deref(),
        Some("step 1 is of another release")
    );
    let text = String::from_utf8(bytes.to_vec())
        .unwrap()
        .replace(ID, OTHER);
    store.put(&step_of(OTHER, 1), text.into()).await.unwrap();
    let other = read(&store, &root(), OTHER).await.unwrap();
    assert_eq!(
        other.damaged.as_deref(),
        Some("step 1 does not follow from the one before")
    );
    store.delete(&step_of(ID, 1)).await.unwrap();
    let all = read_all(&store, &root()).await.unwrap();
    assert_eq!(all[0].damaged.as_deref(), Some("step 1 is missing"));
    assert!(all.iter().all(|p| !p.is_public(now())));
}

#[tokio::test]
async fn a_clock_that_goes_back_takes_no_step() {
    let store = InMemory::new();
    let before = taken(&store, ID, &to(Approved)).await.unwrap();
    let early = now() - Duration::hours(1);
    let e = step(&store, &root(), &before, &to(Published), early)
        .await
        .unwrap_err();
    assert_eq!(e.kind(), Kind::Refused);
    assert!(e.what().contains("2026-10-05T07:00:00+00:00"), "{e}");
    // Clocks of two machines differ a little; steps never go back in time.
    let early = now() - Duration::minutes(1);
    let after = step(&store, &root(), &before, &to(Published), early)
        .await
        .unwrap();
    assert_eq!(after.steps[1].at, now());
}

#[tokio::test]
async fn an_embargo_hides_a_release_until_it_is_over() {
    let end = embargo("2026-12-10T09:30:00+00:00", now()).unwrap();
    let store = InMemory::new();
    let wanted = WantedStep {
        embargo: Some(end),
        ..to(Approved)
    };
    taken(&store, ID, &wanted).await.unwrap();
    let published = taken(&store, ID, &to(Published)).await.unwrap();
    assert!(!published.is_public(end - Duration::seconds(1)));
    assert!(published.is_public(end));
    assert_eq!(published.public_since(), Some(end));
    assert_eq!(in_london(end), "10 December 2026, 09:30 GMT");
    assert_eq!(
        in_london(at("2026-07-10T08:30:00Z")),
        "10 July 2026, 09:30 BST"
    );
    for (wrong, what) in [
        (
            "2026-10-05T07:59:59Z",
            "over already: 5 October 2026, 08:59 BST",
        ),
        ("2026-10-05T08:00:00Z", "over already"),
        ("2027-12-10T09:30:00Z", "more than a year"),
        ("2026-12-10T09:30:00", "RFC 3339"),
        ("2026-12-10", "RFC 3339"),
        ("tomorrow", "RFC 3339"),
        ("9999-99-99T00:00:00Z", "RFC 3339"),
    ] {
        let e = embargo(wrong, now()).unwrap_err();
        assert_eq!(e.kind(), Kind::Usage);
        assert!(e.what().contains(what), "{wrong}: {e}");
    }
    // Whoever returns it lifts the embargo with it.
    let store = InMemory::new();
    taken(&store, ID, &wanted).await.unwrap();
    assert_eq!(taken(&store, ID, &to(Draft)).await.unwrap().embargo(), None);
}

#[tokio::test]
async fn the_latest_is_what_readers_may_see() {
    let store = InMemory::new();
    let publish = async |id: &str, embargo| {
        for state in [Approved, Published] {
            taken(
                &store,
                id,
                &WantedStep {
                    embargo,
                    ..to(state)
                },
            )
            .await
            .unwrap();
        }
    };
    let (old, new, held) = (
        "2026-08-31-aaaaaaaaaaaa",
        "2026-09-30-aaaaaaaaaaaa",
        "2026-10-31-aaaaaaaaaaaa",
    );
    let is = async |when| {
        let all = read_all(&store, &root()).await.unwrap();
        latest(&all, when).map(|found| found.release.clone())
    };
    assert_eq!(is(now()).await, None);
    publish(new, None).await;
    // A correction of an older month comes out later, and is not the latest.
    publish(old, None).await;
    assert_eq!(is(now()).await.as_deref(), Some(new));
    let end = now() + Duration::days(3);
    publish(held, Some(end)).await;
    taken(&store, OTHER, &to(Approved)).await.unwrap();
    assert_eq!(is(now()).await.as_deref(), Some(new));
    assert_eq!(is(end).await.as_deref(), Some(held));
    taken(&store, new, &to(Withdrawn)).await.unwrap();
    assert_eq!(is(now()).await.as_deref(), Some(old));
}

#[tokio::test]
async fn approvals_are_those_since_it_was_a_draft() {
    let store = InMemory::new();
    taken(&store, ID, &to(Approved)).await.unwrap();
    let e = taken(&store, ID, &to(Approved)).await.unwrap_err();
    assert!(e.what().contains("Ann has approved"), "{e}");
    let ben = WantedStep {
        by: "Ben",
        account: "ben",
        ..to(Approved)
    };
    let after = taken(&store, ID, &ben).await.unwrap();
    let who = |p: &Publication| p.approvals().map(|s| s.by.clone()).collect::<Vec<_>>();
    assert_eq!(who(&after), ["Ann", "Ben"]);
    taken(&store, ID, &to(Draft)).await.unwrap();
    let after = taken(&store, ID, &ben).await.unwrap();
    assert_eq!(who(&after), ["Ben"]);
}

/// A manifest, as far as readers are told of it.
fn manifest(id: &str, sql: &str, patients: &str) -> serde_json::Value {
    serde_json::json!({
        "format_version": 4,
        "release": id,
        "as_of": &id[..10],
        "program": "populace",
        "program_version": "0.1.0",
        "scheme": {"name": "hes2018", "settings": {"hold_below": "8"}},
        "parameters": {"as_of": &id[..10]},
        "reports": {"population_profile": {"file_sha256": "a", "tables": {}}},
        "models": [{"name": "core.person", "description": "d", "fingerprint": "f", "sql_sha256": sql}],
        "inputs": [{"table": "record.patient", "version": patients}],
        "files": [],
        "certificate": "",
    })
}

async fn made(store: &dyn ObjectStore, manifest: &serde_json::Value) {
    let id = manifest["release"].as_str().unwrap();
    let path = Path::from(format!("{id}/manifest.json"));
    store.put(&path, manifest.to_string().into()).await.unwrap();
}

#[tokio::test]
async fn the_changelog_says_what_is_different_and_why() {
    let store = InMemory::new();
    let [first, second, third] = [
        "2026-07-31-aaaaaaaaaaaa",
        "2026-08-31-aaaaaaaaaaaa",
        "2026-09-30-aaaaaaaaaaaa",
    ];
    made(&store, &manifest(first, "1", "7")).await;
    let mut other = manifest(second, "2", "8");
    other["scheme"]["name"] = "midpoint6".into();
    other["reports"]["waiting"] = serde_json::json!({"file_sha256": "w", "tables": {}});
    made(&store, &other).await;
    made(&store, &manifest(third, "1", "7")).await;
    // What was never published is in no changelog.
    made(&store, &manifest(ID, "1", "7")).await;
    taken(&store, ID, &to(Approved)).await.unwrap();
    for (hour, id) in (1..).zip([first, second, third]) {
        for state in [Approved, Published] {
            let before = read(&store, &root(), id).await.unwrap();
            let when = now() + Duration::hours(hour);
            step(&store, &root(), &before, &to(state), when)
                .await
                .unwrap();
        }
    }
    let log = changelog(&store, &root(), now() + Duration::hours(9))
        .await
        .unwrap();
    let names: Vec<String> = log.iter().map(|entry| entry.name.to_string()).collect();
    assert_eq!(
        names,
        [
            "e54000051-2026-09-2",
            "e54000051-2026-08-1",
            "e54000051-2026-07-1"
        ]
    );
    let what = |n: usize| {
        log[n]
            .changes
            .iter()
            .map(|c| c.what.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        what(1),
        [
            "The report waiting is new.",
            "The parameter as_of is 2026-08-31; it was 2026-07-31.",
            "Figures follow the scheme midpoint6; they followed hes2018.",
            "The model core.person is defined otherwise.",
            "The table record.patient has new data.",
        ]
    );
    assert_eq!(
        log[1].follows.as_ref().unwrap().to_string(),
        "e54000051-2026-07-1"
    );
    assert_eq!(log[1].changes[3].kind, ChangeKind::Definition);
    assert_eq!(log[2].follows, None);
    assert_eq!(what(0)[0], "The report waiting is not in this release.");

    // A release is compared with one that was there when it came out; one that was withdrawn stays told.
    let seen = read(&store, &root(), second).await.unwrap();
    let end = now() + Duration::hours(5);
    step(&store, &root(), &seen, &to(Withdrawn), end)
        .await
        .unwrap();
    let log = changelog(&store, &root(), now() + Duration::hours(9))
        .await
        .unwrap();
    assert_eq!(log.len(), 3);
    assert_eq!(
        log[0].follows.as_ref().unwrap().to_string(),
        "e54000051-2026-08-1"
    );
    let withdrawn = log[1].withdrawn.as_ref().unwrap();
    assert_eq!(
        (withdrawn.at, withdrawn.reason.as_str()),
        (end, "figures of August were missing")
    );
}

#[tokio::test]
async fn a_release_that_was_withdrawn_under_embargo_was_never_seen() {
    let store = InMemory::new();
    made(&store, &manifest(ID, "1", "7")).await;
    let held = WantedStep {
        embargo: Some(now() + Duration::days(2)),
        ..to(Approved)
    };
    taken(&store, ID, &held).await.unwrap();
    taken(&store, ID, &to(Published)).await.unwrap();
    let later = now() + Duration::days(9);
    assert_eq!(changelog(&store, &root(), now()).await.unwrap(), []);
    assert_eq!(changelog(&store, &root(), later).await.unwrap().len(), 1);
    taken(&store, ID, &to(Withdrawn)).await.unwrap();
    assert_eq!(changelog(&store, &root(), later).await.unwrap(), []);
}

#[tokio::test]
async fn an_altered_manifest_is_no_manifest() {
    let store = InMemory::new();
    assert_eq!(ReleaseFacts::read(&store, &root(), ID).await.unwrap(), None);
    for text in ["", "[]", "{}", "{\"release\":1}"] {
        store
            .put(&Path::from(format!("{ID}/manifest.json")), text.into())
            .await
            .unwrap();
        assert!(
            ReleaseFacts::read(&store, &root(), ID).await.is_err(),
            "{text}"
        );
    }
    let other = manifest(OTHER, "1", "7").to_string();
    store
        .put(&Path::from(format!("{ID}/manifest.json")), other.into())
        .await
        .unwrap();
    assert!(ReleaseFacts::read(&store, &root(), ID).await.is_err());
}

#[tokio::test]
async fn a_store_that_lets_writers_replace_each_other_is_refused() {
    let store = Careless(InMemory::new());
    let e = taken(&store, ID, &to(Approved)).await.unwrap_err();
    assert_eq!(e.kind(), Kind::Data);
    assert!(e.what().contains("lets a second writer replace"), "{e}");
    assert_eq!(read(&store, &root(), ID).await.unwrap().steps.len(), 0);
}

/// A store that ignores conditions.
#[derive(Debug)]
struct Careless(InMemory);

impl std::fmt::Display for Careless {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "careless")
    }
}

type StoreAnswer<T> = object_store::Result<T>;

#[async_trait]
impl ObjectStore for Careless {
    async fn put_opts(
        &self,
        to: &Path,
        payload: PutPayload,
        _: PutOptions,
    ) -> StoreAnswer<PutResult> {
        self.0
            .put_opts(to, payload, PutMode::Overwrite.into())
            .await
    }

    async fn put_multipart_opts(
        &self,
        to: &Path,
        options: PutMultipartOptions,
    ) -> StoreAnswer<Box<dyn MultipartUpload>> {
        self.0.put_multipart_opts(to, options).await
    }

    async fn get_opts(&self, from: &Path, options: GetOptions) -> StoreAnswer<GetResult> {
        self.0.get_opts(from, options).await
    }

    fn delete_stream(
        &self,
        gone: BoxStream<'static, StoreAnswer<Path>>,
    ) -> BoxStream<'static, StoreAnswer<Path>> {
        self.0.delete_stream(gone)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, StoreAnswer<ObjectMeta>> {
        self.0.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> StoreAnswer<ListResult> {
        self.0.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> StoreAnswer<()> {
        self.0.copy_opts(from, to, options).await
    }
}
