//! What the pages show.

use super::sample::{NEW, OLD, Site};
use crate::serve::access::PageReader;
use axum::http::StatusCode;

#[tokio::test(flavor = "multi_thread")]
async fn the_first_page_leads_to_the_latest_reports() {
    let site = Site::published().await;
    let home = site.get("/").await;
    assert_eq!(home.status, StatusCode::OK);
    let text = home.text();
    assert!(
        text.contains("href=\"/latest/conditions\">Conditions</a>"),
        "{text}"
    );
    assert!(text.contains("<p>Who has what</p>"));
    assert!(text.contains("Figures of 30 September 2026"));
    assert!(text.contains("href=\"/areas/E6\">Bolton</a> (1 report)"));
    assert!(text.contains("north-2026-09-1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_latest_is_that_of_the_latest_day() {
    let site = Site::published().await;
    for (address, to) in [
        (
            "/latest/conditions",
            format!("/releases/{NEW}/reports/conditions"),
        ),
        (
            "/latest/conditions/E6",
            format!("/releases/{NEW}/reports/conditions/E6"),
        ),
        (
            "/latest/conditions?form=xlsx",
            format!("/releases/{NEW}/files/conditions.xlsx"),
        ),
    ] {
        let reply = site.get(address).await;
        assert_eq!(reply.status, StatusCode::TEMPORARY_REDIRECT, "{address}");
        assert_eq!(reply.header("location"), to);
    }
    assert_eq!(
        site.get("/latest/other").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        site.get("/latest/conditions/E7").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        site.get("/latest/conditions?form=doc").await.status,
        StatusCode::BAD_REQUEST
    );
    site.decide(NEW, &["withdrawn"], None).await;
    site.state.refresh().await;
    let reply = site.get("/latest/conditions").await;
    assert_eq!(
        reply.header("location"),
        format!("/releases/{OLD}/reports/conditions")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_has_its_files_and_no_others() {
    let site = Site::published().await;
    let page = site
        .get(&format!("/releases/{NEW}/reports/conditions"))
        .await
        .text();
    for file in [
        "conditions.html",
        "conditions.xlsx",
        "conditions-by_area.csv",
    ] {
        assert!(
            page.contains(&format!("/releases/{NEW}/files/{file}")),
            "{file}"
        );
    }
    assert!(!page.contains("conditions-E6"), "{page}");
    assert!(page.contains(&format!(
        "/changes?from={OLD}&amp;to={NEW}&amp;report=conditions"
    )));
    let old = site
        .get(&format!("/releases/{OLD}/reports/conditions"))
        .await
        .text();
    assert!(old.contains("There is a newer release of this report"));
    assert!(!page.contains("There is a newer release of this report"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_shows_where_the_areas_lie_that_the_reader_may_read() {
    let all = Site::published().await;
    let page = all.get("/areas/E6").await.text();
    // Bolton between itself and Wigan; Stockport is suppressed and takes no part.
    assert!(
        page.contains("15%, higher; the whole area 10%; areas from 9.5% to 15%"),
        "{page}"
    );
    assert_eq!(
        page.matches("Spine chart of 1 indicator of this area")
            .count(),
        2
    );
    assert!(page.contains("id=\"chart-1-t\"") && page.contains("id=\"small-chart-1-t\""));
    assert!(page.contains(
        "<caption><span>Conditions: indicators of this area and of the whole area</span>"
    ));
    // Of whom the latest figure is suppressed, that of the year before is shown, and says so.
    let stockport = all.get("/areas/E9").await.text();
    assert!(
        stockport
            .contains("condition, 2025: 10%, similar; the whole area 10%; areas from 10% to 10%"),
        "{stockport}"
    );
    // The others' figures are not told to those who may not read them.
    let own = all.read_by(PageReader::of_roles(&["E6"], &["*"]));
    let page = own.get("/areas/E6").await.text();
    assert!(page.contains("13% to 17%"), "{page}");
    for told in ["Spine chart", "areas from", "lowest area"] {
        assert!(!page.contains(told), "{told}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_has_all_measures_of_an_area_against_the_whole() {
    let site = Site::published().await;
    let page = site.get("/areas/E6").await.text();
    assert!(page.contains("<h1>Bolton: area profile</h1>"), "{page}");
    assert!(page.contains(">15%") && page.contains("13% to 17%") && page.contains(">10%"));
    assert!(page.contains("Higher"));
    // The report that was made for it alone.
    assert!(page.contains("33.3%"));
    // Text of a report is no markup.
    assert!(page.contains("People with &lt;a&gt; condition") && !page.contains("with <a>"));
    let stockport = site.get("/areas/E9").await.text();
    assert!(stockport.contains("suppressed"));
    assert!(!stockport.contains("<td class=\"n\">0"));
    assert_eq!(site.get("/areas/E99").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn areas_are_ranked_and_a_suppressed_one_has_no_place_and_no_mark() {
    let site = Site::published().await;
    let page = site
        .get("/compare?report=conditions&table=by_area&measure=prevalence")
        .await
        .text();
    assert!(
        page.contains(
            "3 areas: 1 higher, 1 similar, 0 lower than the whole area; 1 without a figure."
        ),
        "{page}"
    );
    let place = |name: &str| page.find(&format!("\">{name}</a>")).unwrap();
    assert!(place("Bolton") < place("Wigan") && place("Wigan") < place("Stockport"));
    // Two areas and the whole are drawn.
    assert_eq!(page.matches("<circle class=\"pt\"").count(), 3);
    let row = &page[place("Stockport")..];
    let row = &row[..row.find("</tr>").unwrap()];
    assert!(
        row.contains("suppressed") && !row.contains("<svg class=\"range"),
        "{row}"
    );
    // Of another group and an earlier period.
    let asthma = site
        .get("/compare?report=conditions&table=by_area&measure=prevalence&group=asthma&period=2026")
        .await
        .text();
    assert!(
        asthma.contains("7.5%") && !asthma.contains(">15%"),
        "{asthma}"
    );
    let of_two = site
        .get("/compare?report=conditions&table=by_area&measure=prevalence&areas=E5,E9&name=South")
        .await
        .text();
    assert!(of_two.contains("2 areas") && !of_two.contains(">Bolton<"));
    assert!(of_two.contains("<strong>South</strong>"));
    for (address, status) in [
        (
            "/compare?report=conditions&table=by_area&measure=none",
            StatusCode::NOT_FOUND,
        ),
        ("/compare", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(site.get(address).await.status, status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn search_finds_measures_areas_and_reports() {
    let site = Site::published().await;
    let page = site.get("/search?q=condition").await.text();
    assert!(page.contains("2 measures with these words"), "{page}");
    assert!(page.contains("<h1>Search: condition</h1>"), "{page}");
    assert!(page.contains("/compare?report=conditions&amp;table=by_area&amp;measure=prevalence"));
    // The groups of a table are words of its measures.
    let page = site.get("/search?q=people+asth").await.text();
    assert!(page.contains("1 measure with these words"), "{page}");
    let found = site.get("/api/v1/measures?q=asthma").await.json();
    assert_eq!(
        (&found["total"], &found["measures"][0]["table"]),
        (&1.into(), &"by_area".into())
    );
    let page = site.get("/search?q=bolt").await.text();
    assert!(page.contains("href=\"/areas/E6\">Bolton</a>"));
    let page = site.get("/search?q=%3Cscript%3E").await.text();
    assert!(page.contains("Nothing has all of these words") && !page.contains("<script>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_named_with_their_reasons() {
    let site = Site::published().await;
    let page = site
        .get(&format!("/changes?from={OLD}&to={NEW}"))
        .await
        .text();
    // The whole area's figure of 2026 went from 11 to 10.
    assert!(page.contains("1 changed"), "{page}");
    assert!(page.contains(">11%") && page.contains("-9%"));
    assert!(page.contains("The figures describe 30 September 2026; in the earlier release they describe 31 August 2026."));
    assert!(
        page.contains("<th scope=\"row\">Whole area, 2026, "),
        "{page}"
    );
    assert!(!page.contains("as_of"), "{page}");
    let data = "The table record.patient has new data (version 2; it was 1).";
    assert!(page.contains("New data") && page.contains(data), "{page}");
    assert!(page.contains("New definition"));
    assert!(page.contains("The SQL of the model core.person has changed."));
    assert!(page.contains("The code list diabetes is version 2; it was 1."));
    assert!(page.contains("suppressed in both"));
    let other = format!("/changes?from={OLD}&to=2026-01-01-cccccccccccc");
    assert_eq!(site.get(&other).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_of_areas_is_its_address() {
    let site = Site::published().await;
    let page = site
        .get("/groups?name=South&area=E5&area=E9&area=E123")
        .await
        .text();
    assert!(page.contains("<h1>Group: South</h1>"), "{page}");
    assert!(page.contains("&amp;areas=E5%2CE9&amp;name=South"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_has_the_releases() {
    let site = Site::published().await;
    let reply = site.get("/feed.atom").await;
    assert_eq!(
        reply.header("content-type"),
        "application/atom+xml; charset=utf-8"
    );
    let text = reply.text();
    let feed: atom_syndication::Feed = text.parse().unwrap();
    assert_eq!(feed.entries.len(), 2);
    assert!(text.contains(&format!("/releases/{NEW}")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_the_browser_has_is_not_sent_again() {
    let site = Site::published().await;
    for address in [
        "/",
        "/areas/E6",
        &format!("/releases/{NEW}/files/conditions.xlsx"),
    ] {
        let first = site.get(address).await;
        let tag = first.header("etag").to_string();
        assert!(first.header("cache-control").contains("no-cache"));
        let again = site.ask("GET", address, &[("if-none-match", &tag)]).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{address}");
        assert!(again.bytes.is_empty());
        let other = site
            .ask("GET", address, &[("if-none-match", "\"other\"")])
            .await;
        assert_eq!(other.status, StatusCode::OK);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_files_are_given() {
    let site = Site::published().await;
    let file = format!("/releases/{NEW}/files/conditions.xlsx");
    let part = site.ask("GET", &file, &[("range", "bytes=2-4")]).await;
    assert_eq!(
        (part.status, part.text().as_str()),
        (StatusCode::PARTIAL_CONTENT, "234")
    );
    assert_eq!(part.header("content-range"), "bytes 2-4/10");
    let none = site.ask("GET", &file, &[("range", "bytes=10-")]).await;
    assert_eq!(none.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(none.header("content-range"), "bytes */10");
    let head = site.ask("HEAD", &file, &[]).await;
    assert_eq!((head.status, head.bytes.len()), (StatusCode::OK, 0));
    assert_eq!(head.header("content-length"), "10");
    assert_eq!(
        head.header("content-disposition"),
        "attachment; filename=\"conditions.xlsx\""
    );
    let page = site
        .get(&format!("/releases/{NEW}/files/conditions.html"))
        .await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(
        page.header("content-security-policy")
            .contains("script-src 'sha256-")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_areas_have_in_common_is_a_figure_of_neither() {
    let site = Site::published().await;
    for page in [
        "/areas/E5",
        "/areas/E6",
        "/compare?report=conditions&table=by_area&measure=prevalence",
    ] {
        assert!(!site.get(page).await.text().contains("77.7"), "{page}");
    }
    let answer = site.get("/api/v1/figures?report=conditions").await.json();
    let figures = answer["figures"].as_array().unwrap();
    let common: Vec<_> = figures
        .iter()
        .filter(|figure| figure["value"] == 77.7)
        .collect();
    // It is a figure of the area of the report, of those of it who are of the other too.
    assert_eq!(common.len(), 1);
    assert_eq!(common[0]["report"], "conditions");
    assert_eq!(common[0]["area_code"], "E6");
    assert_eq!(common[0]["breakdown"]["place"], "Wigan");
    assert_eq!(common[0]["breakdown_words"], "Wigan");
    let of_wigan = site.get("/api/v1/figures?area=E5").await.text();
    assert!(!of_wigan.contains("77.7"), "{of_wigan}");
    let of_bolton = site.get("/api/v1/figures?area=E6").await.text();
    assert!(of_bolton.contains("77.7"), "{of_bolton}");
}
