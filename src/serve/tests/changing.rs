//! What is read anew, and when: pages after a change, and what could not be read.

use super::failing_store::FailingStore;
use super::sample::{NEW, OLD, Site, figures, manifest};
use crate::serve::access::PageReader;
use crate::serve::settings::ShownReleases;
use object_store::memory::InMemory;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_an_earlier_state_is_not_shown_after_a_change() {
    let site = Site::published().await;
    let link = format!("href=\"/releases/{NEW}\"");
    assert!(site.get("/releases").await.text().contains(&link));
    site.decide(NEW, &["withdrawn"], None).await;
    // What the newest releases hold is learnt later than which they are.
    site.state.catalogue.refresh().await.unwrap();
    assert!(!site.get("/releases").await.text().contains(&link));
    assert_eq!(site.state.directory().generation, 1);
    site.state.refresh().await;
    assert!(!site.get("/releases").await.text().contains(&link));
    assert_eq!(site.state.directory().generation, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_of_one_reader_is_given_to_another() {
    let site = Site::published().await;
    for address in ["/areas", "/groups", "/api/v1/areas", "/search?q=wigan"] {
        assert!(
            site.get(address).await.text().contains("Wigan"),
            "{address}"
        );
        let other = site.read_by(PageReader::of_roles(&["E6"], &["*"]));
        let own = other.get(address).await.text();
        assert!(
            !own.contains("Wigan<") && !own.contains("\"Wigan"),
            "{address}"
        );
        assert!(
            site.get(address).await.text().contains("Wigan"),
            "{address}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_read_is_said_and_read_again_soon() {
    let inner = Arc::new(InMemory::new());
    let failing = Arc::new(FailingStore {
        inner: inner.clone(),
        file: "figures.parquet",
        fails: AtomicBool::new(true),
    });
    let site = Site::over(ShownReleases::All, inner, failing.clone());
    site.release(NEW, &figures()).await;
    site.state.refresh().await;
    let notice = "This list is not complete";
    for address in ["/", "/areas", "/search", "/groups", "/releases"] {
        let page = site.get(address).await.text();
        assert!(page.contains(notice), "{address}: {page}");
        assert!(!page.contains("Wigan"), "{address}");
    }
    let answer = site.get("/api/v1/areas").await.json();
    assert_eq!(answer["is_partial"], true);
    failing.fails.store(false, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_millis(1100)).await;
    site.state.refresh().await;
    for address in ["/", "/areas", "/search"] {
        let page = site.get(address).await.text();
        assert!(!page.contains(notice), "{address}: {page}");
    }
    assert!(site.get("/areas").await.text().contains("Wigan"));
    let answer = site.get("/api/v1/areas").await.json();
    assert_eq!(answer["is_partial"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_called_by_its_own_title() {
    // The newest release has the report of Bolton alone.
    let page: &[u8] = b"<!DOCTYPE html><head><title>Conditions by year: Bolton</title></head>";
    let files = [("conditions-E6.html", page)];
    let site = Site::empty(ShownReleases::All);
    site.put(&format!("{NEW}/conditions-E6.html"), page).await;
    site.put(&format!("{NEW}/manifest.json"), &manifest(NEW, &files))
        .await;
    site.state.refresh().await;
    let own = format!("/releases/{NEW}/reports/conditions/E6");
    let text = site.get(&own).await.text();
    assert!(
        text.contains("<h1>Conditions by year: Bolton</h1>"),
        "{text}"
    );
    // An older one has the report itself, which says its title.
    site.release(OLD, &figures()).await;
    site.state.refresh().await;
    let text = site.get(&own).await.text();
    assert!(text.contains("<h1>Conditions: Bolton</h1>"), "{text}");
}
