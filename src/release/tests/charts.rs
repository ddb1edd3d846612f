//! What is refused of the charts that a report file declares.

use crate::release::ReportFile;

const REPORT: &str = r#"
name = "small"
title = "Small"
description = "A small report."
audience = "tests"

[[tables]]
id = "one"
title = "One table"
description = "People."
of = "core.person"
rows = ["place"]
TOTALS

[tables.dimensions]
place.from = "reference.lsoa.place_name"

[[tables.measures]]
column = "people"
label = "People"
kind = "people"

[[tables.measures]]
column = "older"
label = "Older people"
kind = "people"
where = "age >= 65"

[[tables.measures]]
label = "Percentage"
kind = "percent"
numerator = "older"
denominator = "people"

[tables.chart]
x = "place"
y_label = "Percentage"
"#;

fn read(totals: &str, chart: &str) -> Result<ReportFile, String> {
    let text = REPORT.replace("TOTALS", totals) + chart;
    ReportFile::parse(&text, "small.toml").map_err(|e| e.to_string())
}

#[test]
fn charts_that_can_be_drawn_are_accepted() {
    for chart in [
        "kind = \"ranked\"\ny = \"Percentage\"\nbetter = \"lower\"",
        "kind = \"forest\"\ny = \"Percentage\"\nbenchmark = \"Ashcombe\"",
        "kind = \"funnel\"\ny = \"Percentage\"\nsize = \"people\"",
        "kind = \"control\"\ny = \"older\"\nbetter = \"lower\"\ntarget = 12.5",
    ] {
        assert!(read("totals = [\"rows\"]", chart).is_ok(), "{chart}");
    }
}

#[test]
fn charts_that_make_no_sense_are_refused() {
    let totals = "totals = [\"rows\"]";
    for (totals, chart, said) in [
        (
            totals,
            "kind = \"funnel\"\ny = \"Percentage\"",
            "needs `size`",
        ),
        (
            totals,
            "kind = \"funnel\"\ny = \"Percentage\"\nsize = \"beds\"",
            "`beds`",
        ),
        (
            totals,
            "kind = \"funnel\"\ny = \"older\"\nsize = \"people\"",
            "a percentage or a rate",
        ),
        (
            "",
            "kind = \"funnel\"\ny = \"Percentage\"\nsize = \"people\"",
            "to compare with",
        ),
        (
            totals,
            "kind = \"bar\"\nbetter = \"lower\"",
            "`better` is not for this kind",
        ),
        (
            totals,
            "kind = \"ranked\"\ntarget = 5.0",
            "`target` is not for this kind",
        ),
        (
            totals,
            "kind = \"ranked\"\nat = \"2025/26\"",
            "`at` needs a table with `across`",
        ),
        (
            totals,
            "kind = \"control\"\ntarget = 5.0",
            "`target` needs `better`",
        ),
        (
            totals,
            "kind = \"control\"\nbetter = \"lower\"\ntarget = nan",
            "no number",
        ),
        (totals, "kind = \"ranked\"\nseries = \"sex\"", "`series`"),
        (totals, "kind = \"spiral\"", "spiral"),
    ] {
        let error = read(totals, chart).unwrap_err();
        assert!(error.contains(said), "{chart}: {error}");
    }
}
