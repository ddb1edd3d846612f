//! What is refused.

use super::sample::{NEW, OLD, Site, figures, manifest};
use crate::serve::access::PageReader;
use crate::serve::settings::ShownReleases;
use axum::http::StatusCode;
use object_store::ObjectStoreExt;
use object_store::path::Path;

#[tokio::test(flavor = "multi_thread")]
async fn only_names_that_the_manifest_lists_are_read() {
    let site = Site::published().await;
    site.put(&format!("{NEW}/other.csv"), b"not listed").await;
    site.put("secret.txt", b"outside").await;
    for name in [
        "other.csv",
        "..%2fsecret.txt",
        "%2e%2e%2fsecret.txt",
        "..",
        "%2e%2e",
        "..%5csecret.txt",
        "%2fetc%2fpasswd",
        "conditions.xlsx%00",
        "conditions.xlsx%2f",
        "conditions%252exlsx",
        "CONDITIONS.XLSX",
        "conditions.xlsx.",
        "%ff",
    ] {
        let reply = site.get(&format!("/releases/{NEW}/files/{name}")).await;
        assert!(reply.status.is_client_error(), "{name}: {}", reply.status);
        assert!(!reply.text().contains("outside") && !reply.text().contains("not listed"));
    }
    for address in [
        "/releases/..",
        "/releases/publication",
        "/releases/%2e%2e/files/secret.txt",
        "/secret.txt",
    ] {
        assert_eq!(
            site.get(address).await.status,
            StatusCode::NOT_FOUND,
            "{address}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_file_is_refused_also_when_it_was_read_before() {
    let site = Site::published().await;
    let file = format!("/releases/{NEW}/files/conditions.xlsx");
    assert_eq!(site.get(&file).await.text(), "0123456789");
    site.put(&format!("{NEW}/conditions.xlsx"), b"1123456789")
        .await;
    let reply = site.get(&file).await;
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!reply.text().contains("1123456789"));
    // Its other files are as they were.
    let other = site
        .get(&format!("/releases/{NEW}/files/conditions.html"))
        .await;
    assert_eq!(other.status, StatusCode::OK);
    site.put(&format!("{NEW}/conditions.xlsx"), b"0123456789")
        .await;
    assert_eq!(site.get(&file).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn edited_figures_are_on_no_page() {
    let site = Site::published().await;
    assert_eq!(site.get("/areas/E6").await.status, StatusCode::OK);
    let mut rows = figures();
    rows[4].value = Some(1.5);
    rows[4].lower_95 = Some(1.0);
    rows[4].upper_95 = Some(2.0);
    let edited = crate::figures::Figures::of_rows(&rows)
        .unwrap()
        .write()
        .unwrap();
    site.put(&format!("{NEW}/figures.parquet"), &edited).await;
    site.state.refresh().await;
    for address in [
        "/api/v1/figures?area=E6",
        "/compare?report=conditions&table=by_area&measure=prevalence",
    ] {
        let reply = site.get(address).await;
        assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE, "{address}");
        assert!(!reply.text().contains("1.5"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_manifest_is_refused() {
    let site = Site::published().await;
    let place = Path::from(format!("{NEW}/manifest.json"));
    let bytes = site.store.get(&place).await.unwrap().bytes().await.unwrap();
    let edited = String::from_utf8(bytes.to_vec())
        .unwrap()
        .replace("hes2018", "nothing");
    site.put(&format!("{NEW}/manifest.json"), edited.as_bytes())
        .await;
    for page in ["", "/files/conditions.xlsx", "/files/manifest.json"] {
        let reply = site.get(&format!("/releases/{NEW}{page}")).await;
        assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE, "{page}");
    }
    // One that was edited before the server looked is not listed, and refused by name.
    let site = Site::empty(ShownReleases::All);
    site.release(NEW, &figures()).await;
    site.put(&format!("{NEW}/manifest.json"), edited.as_bytes())
        .await;
    site.state.refresh().await;
    assert!(!site.get("/releases").await.text().contains(NEW));
    let reply = site.get(&format!("/releases/{NEW}")).await;
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_release_is_not_seen() {
    let site = Site::empty(ShownReleases::All);
    site.put(&format!("{NEW}/conditions.html"), b"half").await;
    site.state.refresh().await;
    assert_eq!(
        site.get(&format!("/releases/{NEW}")).await.status,
        StatusCode::NOT_FOUND
    );
    // A manifest without all of its files.
    let files: [(&str, &[u8]); 2] = [("conditions.html", b"half"), ("conditions.xlsx", b"0")];
    site.put(&format!("{NEW}/manifest.json"), &manifest(NEW, &files))
        .await;
    site.state.refresh().await;
    assert_eq!(
        site.get(&format!("/releases/{NEW}")).await.status,
        StatusCode::NOT_FOUND
    );
    site.put(&format!("{NEW}/conditions.xlsx"), b"0").await;
    site.state.refresh().await;
    assert_eq!(
        site.get(&format!("/releases/{NEW}")).await.status,
        StatusCode::OK
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_and_releases_under_embargo_are_not_seen() {
    let site = Site::published().await;
    let draft = "2026-10-31-cccccccccccc";
    site.release(draft, &figures()).await;
    let addresses = [
        format!("/releases/{draft}"),
        format!("/releases/{draft}/files/conditions.xlsx"),
        format!("/api/v1/releases/{draft}"),
        format!("/api/v1/figures?release={draft}"),
        format!("/changes?from={OLD}&to={draft}"),
    ];
    let hidden = async || {
        site.state.refresh().await;
        for address in &addresses {
            assert_eq!(
                site.get(address).await.status,
                StatusCode::NOT_FOUND,
                "{address}"
            );
        }
        for list in [
            "/",
            "/releases",
            "/feed.atom",
            "/api/v1/releases",
            "/changes",
        ] {
            assert!(!site.get(list).await.text().contains(draft), "{list}");
        }
    };
    hidden().await;
    site.decide(draft, &["approved"], Some("2999-01-01T00:00:00Z"))
        .await;
    hidden().await;
    site.decide(draft, &["published"], Some("2999-01-01T00:00:00Z"))
        .await;
    hidden().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_embargo_ends_by_itself() {
    let site = Site::empty(ShownReleases::Published);
    site.release(NEW, &figures()).await;
    let ends = chrono::Utc::now() + chrono::Duration::milliseconds(1200);
    let ends = ends.to_rfc3339();
    site.decide(NEW, &["approved", "published"], Some(&ends))
        .await;
    site.state.refresh().await;
    assert_eq!(
        site.get(&format!("/releases/{NEW}")).await.status,
        StatusCode::NOT_FOUND
    );
    tokio::time::sleep(std::time::Duration::from_millis(1300)).await;
    site.state.refresh().await;
    assert_eq!(
        site.get(&format!("/releases/{NEW}")).await.status,
        StatusCode::OK
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_release_is_gone_and_says_why() {
    let site = Site::published().await;
    site.decide(NEW, &["withdrawn"], None).await;
    site.state.refresh().await;
    for address in ["", "/reports/conditions", "/files/conditions.xlsx"] {
        let reply = site.get(&format!("/releases/{NEW}{address}")).await;
        assert_eq!(reply.status, StatusCode::GONE, "{address}");
        assert!(reply.text().contains("deaths were missing"));
    }
    let reply = site.get(&format!("/api/v1/releases/{NEW}")).await;
    assert_eq!(reply.status, StatusCode::GONE);
    assert_eq!(reply.json()["status"], 410);
    assert!(
        site.get("/areas/E6")
            .await
            .text()
            .contains("/latest/conditions/E6")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_reader_nothing_is_read() {
    let site = Site::published().await;
    let router = crate::serve::router::router(&site.state);
    let request = axum::http::Request::get("/releases")
        .body(axum::body::Body::empty())
        .unwrap();
    let reply = tower::ServiceExt::oneshot(router, request).await.unwrap();
    assert_eq!(reply.status(), StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_store_was_looked_at_nothing_is_shown() {
    let site = Site::empty(ShownReleases::All);
    assert_eq!(site.get("/").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        site.get("/readyz").await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert_eq!(site.get("/healthz").await.status, StatusCode::OK);
    site.state.refresh().await;
    assert_eq!(site.get("/readyz").await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_of_one_area_reads_nothing_of_another() {
    let all = Site::published().await;
    let site = all.read_by(PageReader::of_roles(&["E6"], &["*"]));
    let release = format!("/releases/{NEW}");
    for (address, status) in [
        (release.clone(), 200),
        (format!("{release}/reports/conditions/E6"), 200),
        (format!("{release}/reports/conditions"), 403),
        (format!("{release}/reports/conditions/E5"), 403),
        (format!("{release}/reports/conditions/E99"), 403),
        (format!("{release}/files/conditions-E6.xlsx"), 200),
        (format!("{release}/files/conditions.xlsx"), 403),
        (format!("{release}/files/conditions-by_area.csv"), 403),
        (format!("{release}/files/figures.parquet"), 403),
        (format!("{release}/files/manifest.json"), 403),
        (format!("{release}/files/none.csv"), 403),
        ("/latest/conditions/E6".to_string(), 307),
        ("/latest/conditions".to_string(), 403),
        ("/areas/E6".to_string(), 200),
        ("/areas/E5".to_string(), 403),
        ("/areas/E99".to_string(), 403),
        ("/api/v1/figures?area=E5".to_string(), 403),
        ("/api/v1/figures?area=whole".to_string(), 403),
    ] {
        // Somebody who may read all of it has just read it.
        all.get(&address).await;
        assert_eq!(
            site.get(&address).await.status.as_u16(),
            status,
            "{address}"
        );
    }
    for address in [
        "/",
        "/releases",
        &release,
        "/areas",
        "/areas/E6",
        "/groups",
        "/feed.atom",
        "/search?q=wigan",
        "/search",
        "/compare?report=conditions&table=by_area&measure=prevalence",
        &format!("/changes?from={OLD}&to={NEW}"),
        "/api/v1/areas",
        "/api/v1/measures",
        "/api/v1/figures",
        "/api/v1/figures.csv",
        &format!("/api/v1/releases/{NEW}"),
    ] {
        all.get(address).await;
        let reply = site.get(address).await;
        assert_eq!(reply.status, StatusCode::OK, "{address}");
        let text = reply.text();
        // Neither another area nor a figure of it, of the whole, or of what two areas have in common.
        for other in [
            "Wigan<",
            "\"Wigan",
            "Stockport",
            "conditions.xlsx",
            "11.5",
            "77.7",
        ] {
            assert!(!text.contains(other), "{address}: {other}");
        }
    }
    let figures = site.get("/api/v1/figures").await.json();
    let figures = figures["figures"].as_array().unwrap().clone();
    assert_eq!(figures.len(), 4);
    assert!(figures.iter().all(|figure| figure["area_code"] == "E6"));
    let of_other_reports = all.read_by(PageReader::of_roles(&["*"], &["urgent_care"]));
    for (address, status) in [
        ("/areas/E6", StatusCode::NOT_FOUND),
        (&release, StatusCode::NOT_FOUND),
        ("/latest/conditions", StatusCode::FORBIDDEN),
    ] {
        let reply = of_other_reports.get(address).await;
        assert_eq!(reply.status, status, "{address}");
    }
}
