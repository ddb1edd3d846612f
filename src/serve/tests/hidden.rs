//! What readers are not told, not even that it is there.

use super::sample::{NEW, OLD, Site, figures, manifest};
use crate::serve::access::PageReader;
use crate::serve::settings::ShownReleases;
use axum::http::StatusCode;

/// The addresses under which a release could be found.
fn addresses(id: &str) -> [String; 5] {
    [
        format!("/releases/{id}"),
        format!("/releases/{id}/reports/conditions"),
        format!("/releases/{id}/files/conditions.xlsx"),
        format!("/api/v1/releases/{id}"),
        format!("/changes?from={OLD}&to={id}"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_was_withdrawn_under_embargo_was_never_there() {
    let site = Site::published().await;
    let hidden = "2026-10-31-cccccccccccc";
    site.release(hidden, &figures()).await;
    let embargo = Some("2999-01-01T00:00:00Z");
    site.decide(hidden, &["approved", "published"], embargo)
        .await;
    site.decide(hidden, &["withdrawn"], None).await;
    site.state.refresh().await;
    for address in addresses(hidden) {
        let reply = site.get(&address).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{address}");
    }
    let list = site.get("/releases").await.text();
    assert!(!list.contains("Withdrawn") && !list.contains("deaths were missing"));
    // One that readers had is gone, and says so.
    site.decide(NEW, &["withdrawn"], None).await;
    site.state.refresh().await;
    let reply = site.get(&format!("/releases/{NEW}")).await;
    assert_eq!(reply.status, StatusCode::GONE);
    let list = site.get("/releases").await.text();
    assert_eq!(list.matches("deaths were missing").count(), 1, "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_draft_is_not_there_and_an_altered_release_is_refused() {
    let site = Site::empty(ShownReleases::Published);
    let bytes = manifest(NEW, &[("conditions.html", b"1")]);
    let altered = String::from_utf8(bytes)
        .unwrap()
        .replace("hes2018", "nothing");
    site.put(&format!("{NEW}/manifest.json"), altered.as_bytes())
        .await;
    site.state.refresh().await;
    let release = format!("/releases/{NEW}");
    assert_eq!(site.get(&release).await.status, StatusCode::NOT_FOUND);
    site.decide(NEW, &["approved", "published"], None).await;
    site.state.refresh().await;
    let reply = site.get(&release).await;
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
}

/// Each pair is something that is there and something that is not: a reader is told the same of both.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_is_not_told_by_the_way_in_which_it_is_refused() {
    let site = Site::published().await;
    let absent = "2026-09-30-ffffffffffff";
    let measure = "/compare?report=conditions&table=by_area&measure=";
    let file = format!("/releases/{NEW}/files/conditions");
    for (areas, reports, there, not_there, status) in [
        // Areas, to whom other reports of them are for, and other areas.
        (&["*"][..], "urgent_care", "/areas/E6", "/areas/E99", 404),
        (&["E1*"], "*", "/areas/E6", "/areas/E99", 403),
        (
            &["E1*"],
            "*",
            "/api/v1/figures?area=E6",
            "/api/v1/figures?area=E99",
            403,
        ),
        (
            &["E1*"],
            "*",
            "/latest/conditions/E6",
            "/latest/conditions/E99",
            403,
        ),
        // Measures and reports.
        (
            &["E1*"],
            "*",
            &format!("{measure}prevalence"),
            &format!("{measure}none"),
            404,
        ),
        (
            &["*"],
            "urgent_care",
            &format!("{measure}prevalence"),
            &format!("{measure}none"),
            403,
        ),
        (
            &["*"],
            "urgent_care",
            "/latest/conditions",
            "/latest/none",
            403,
        ),
        // Releases.
        (
            &["*"],
            "urgent_care",
            &addresses(NEW)[0],
            &addresses(absent)[0],
            404,
        ),
        (
            &["*"],
            "urgent_care",
            &addresses(NEW)[2],
            &addresses(absent)[2],
            404,
        ),
        (
            &["*"],
            "urgent_care",
            &addresses(NEW)[3],
            &addresses(absent)[3],
            404,
        ),
        // Files of other areas, of other reports, and of all.
        (
            &["whole"],
            "*",
            &format!("{file}-E6.xlsx"),
            &format!("{file}-E7.xlsx"),
            403,
        ),
        (
            &["*"],
            "costs",
            &format!("{file}.xlsx"),
            &format!("{file}.doc"),
            403,
        ),
        (
            &["whole"],
            "*",
            &format!("/releases/{NEW}/files/figures.parquet"),
            &format!("/releases/{NEW}/files/none.csv"),
            403,
        ),
    ] {
        let reader = site.read_by(PageReader::of_roles(areas, &[reports]));
        let one = reader.get(there).await;
        let other = reader.get(not_there).await;
        assert_eq!(one.status.as_u16(), status, "{there}");
        assert_eq!(one.status, other.status, "{there} {not_there}");
        assert_eq!(one.text(), other.text(), "{there} {not_there}");
    }
    // Who may read all of it is told.
    let none = site.get(&format!("{file}-E7.xlsx")).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_name_only_what_is_behind_reports_that_may_be_read() {
    let site = Site::published().await;
    let page = format!("/changes?from={OLD}&to={NEW}");
    let all = site.get(&page).await.text();
    let own = [
        "core.person",
        "record.patient",
        "diabetes",
        "report conditions",
    ];
    let others = ["core.cost", "record.invoice", "prices", "report costs"];
    for name in own.iter().chain(&others) {
        assert!(all.contains(name), "{name}: {all}");
    }
    // The reports of single areas are defined as their report is.
    assert!(!all.contains("conditions-E6"), "{all}");
    let of_conditions = site.read_by(PageReader::of_roles(&["*"], &["conditions"]));
    let of_bolton = site.read_by(PageReader::of_roles(&["E6"], &["conditions"]));
    let one = format!("{page}&report=conditions");
    for (site, page) in [(&of_conditions, &page), (&of_bolton, &page), (&site, &one)] {
        let text = site.get(page).await.text();
        for name in &own[..3] {
            assert!(text.contains(name), "{page} {name}: {text}");
        }
        for name in others {
            assert!(!text.contains(name), "{page} {name}: {text}");
        }
    }
    let bolton = of_bolton.get(&page).await.text();
    assert!(
        bolton.contains("The definition of the report conditions-E6 has changed."),
        "{bolton}"
    );
    let refused = of_conditions.get(&format!("{page}&report=costs")).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    // Nor does search tell the title of another report.
    let search = of_conditions.get("/search?report=costs").await.text();
    assert!(
        !search.contains("Costs") && search.contains("Measures of costs"),
        "{search}"
    );
    let search = site.get("/search?report=costs").await.text();
    assert!(search.contains("<h1>Measures of Costs</h1>"), "{search}");
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_are_told_when_it_was_published_and_not_who_decided() {
    let site = Site::published().await;
    let page = site.get(&format!("/releases/{NEW}")).await.text();
    assert!(
        page.contains("published, 5 October 2026, 09:00 BST"),
        "{page}"
    );
    for inner in ["Ann Example", "approved"] {
        assert!(!page.contains(inner), "{inner}: {page}");
    }
    // Those who check releases see both.
    let checked = Site::empty(ShownReleases::All);
    checked.release(NEW, &figures()).await;
    checked.decide(NEW, &["approved"], None).await;
    checked.state.refresh().await;
    let page = checked.get(&format!("/releases/{NEW}")).await.text();
    assert!(
        page.contains("approved, 5 October 2026, 09:00 BST, by Ann Example"),
        "{page}"
    );
}
