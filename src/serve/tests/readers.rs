//! What a reader of one area sees of the others: nothing.

use super::sample::{NEW, Site};
use crate::serve::access::PageReader;
use axum::http::StatusCode;
use std::collections::BTreeSet;

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_of_one_area_reads_its_files_only() {
    let site = Site::published().await;
    let site = site.read_by(PageReader::of_roles(&["E6"], &["*"]));
    for (name, status) in [
        ("conditions-E6.html", StatusCode::OK),
        ("conditions-E6.xlsx", StatusCode::OK),
        ("conditions.html", StatusCode::FORBIDDEN),
        ("conditions.xlsx", StatusCode::FORBIDDEN),
        ("conditions-by_area.csv", StatusCode::FORBIDDEN),
        ("figures.parquet", StatusCode::FORBIDDEN),
        ("manifest.json", StatusCode::FORBIDDEN),
    ] {
        let reply = site.get(&format!("/releases/{NEW}/files/{name}")).await;
        assert_eq!(reply.status, status, "{name}");
    }
    let other = site.get("/latest/conditions").await;
    assert_eq!(other.status, StatusCode::FORBIDDEN);
    // Whether there is such a report is not told either.
    for none in ["/latest/conditions/E9", "/latest/none/E9", "/latest/none"] {
        assert_eq!(site.get(none).await.status, StatusCode::FORBIDDEN, "{none}");
    }
    let another = site.read_by(PageReader::of_roles(&["*"], &["waiting_*"]));
    let refused = another.get("/latest/conditions/E6").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_names_an_area_that_may_not_be_read() {
    let site = Site::published().await;
    let compared = "/compare?report=conditions&table=by_area&measure=prevalence";
    let all = site.get(compared).await.text();
    assert!(
        all.contains("Stockport"),
        "it is there for who may read all"
    );
    let site = site.read_by(PageReader::of_roles(&["E6"], &["*"]));
    let first = [
        "/",
        "/areas",
        "/areas/E9",
        compared,
        "/search?q=people",
        "/search?q=stockport",
        "/changes",
        "/groups",
        "/feed.atom",
        "/api/v1/areas",
        "/api/v1/measures",
        "/api/v1/figures",
        "/api/v1/figures?area=E9",
        "/api/v1/figures.csv",
    ];
    let mut left: Vec<String> = first.iter().map(ToString::to_string).collect();
    let mut seen = BTreeSet::new();
    while let Some(address) = left.pop() {
        if seen.len() > 150 || !seen.insert(address.clone()) {
            continue;
        }
        let reply = site.get(&address).await;
        let text = reply.text();
        // Search repeats what was asked.
        if !address.contains("stockport") {
            assert!(!text.contains("Stockport"), "{address}: {text}");
        }
        let links = text.split("href=\"").skip(1);
        let links = links.filter_map(|link| link.split('"').next());
        let own = links.filter(|link| link.starts_with('/'));
        left.extend(own.map(|link| link.replace("&amp;", "&")));
    }
    assert!(seen.len() > first.len(), "{seen:?}");
}
