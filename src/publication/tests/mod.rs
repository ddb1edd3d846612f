mod changelog;
mod damage;

use super::*;
use crate::error::Kind;
use chrono::{DateTime, Duration, Utc};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

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
async fn a_hint_says_what_can_be_done_from_a_state() {
    let store = InMemory::new();
    let hint = async || {
        let e = taken(&store, ID, &to(Withdrawn)).await.unwrap_err();
        e.hint_text().unwrap().to_string()
    };
    assert!(hint().await.contains(&format!("--approve {ID} --by NAME")));
    taken(&store, ID, &to(Approved)).await.unwrap();
    assert!(hint().await.contains(&format!("--publish {ID} --by NAME")));
    taken(&store, ID, &to(Published)).await.unwrap();
    let e = taken(&store, ID, &to(Approved)).await.unwrap_err();
    let withdraw = format!("--withdraw {ID} --by NAME --reason TEXT");
    assert!(e.hint_text().unwrap().contains(&withdraw), "{e}");
    taken(&store, ID, &to(Withdrawn)).await.unwrap();
    assert!(
        hint()
            .await
            .contains("make another release with `populace nightly`")
    );
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
