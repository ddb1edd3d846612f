use super::{Chart, Point, chart};
use crate::disclosure::{Released, Scheme, percent};
use crate::drawing::Compared;
use crate::release::frame::{Cell, Frame, FrameMeasure, Group, Row, Unit};
use crate::release::report_file::ChartSpec;
use crate::release::table_data::Label;

/// A table of these rows, with a count of people, a count with something, and a percentage in each.
fn frame(dimensions: &[&str], rows: &[(&[&str], Option<u64>, u64)]) -> Frame {
    let mut cells = Vec::new();
    for (_, with, people) in rows {
        let (with, people) = (
            Released::published(*with),
            Released::published(Some(*people)),
        );
        cells.extend([
            Cell::Count(people),
            Cell::Count(with),
            Cell::Figure(percent(&Scheme::Hes2018, with, people, true)),
        ]);
    }
    let measure = |column: Option<&str>, label: &str, unit| FrameMeasure {
        column: column.map(str::to_owned),
        counted: None,
        label: label.to_owned(),
        unit,
        has_limits: unit == Unit::Percent,
        better: None,
    };
    let dimensions = dimensions.iter();
    Frame {
        area: None,
        own_area: None,
        id: "t".to_owned(),
        number: 1,
        title: "A table".to_owned(),
        description: String::new(),
        notes: Vec::new(),
        conditions: Vec::new(),
        row_dimensions: dimensions
            .map(|d| ((*d).to_owned(), (*d).to_owned()))
            .collect(),
        across: None,
        rows: rows
            .iter()
            .map(|(labels, ..)| Row {
                labels: labels.iter().map(|label| Label::new(*label)).collect(),
                is_total: labels[0] == "Total",
            })
            .collect(),
        groups: vec![Group {
            label: None,
            is_total: false,
        }],
        measures: vec![
            measure(Some("people"), "People", Unit::Count),
            measure(Some("with"), "With", Unit::Count),
            measure(None, "Percentage", Unit::Percent),
        ],
        held: vec![None; cells.len()],
        revised: Vec::new(),
        cells,
    }
}

fn drawn(spec: &str, frame: &Frame) -> Chart {
    let spec: ChartSpec = toml::from_str(spec).unwrap();
    chart(&spec, frame, &Scheme::Hes2018.words())
}

#[test]
fn rows_of_two_dimensions_are_lines_of_their_own() {
    let table = frame(
        &["month", "place"],
        &[
            (&["Jan", "A"], Some(500), 1000),
            (&["Jan", "B"], Some(10), 100),
            (&["Feb", "A"], Some(510), 1000),
            (&["Feb", "B"], None, 100),
            (&["Mar", "A"], Some(520), 1000),
        ],
    );
    let spec = "kind = \"line\"\nx = \"month\"\ny = \"with\"\ny_label = \"With\"";
    let chart = drawn(spec, &table);
    assert_eq!(chart.categories, ["Jan", "Feb", "Mar"]);
    let names: Vec<&str> = chart.series.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["A", "B"]);
    let value = |n: f64| Point::Value(n, None);
    assert_eq!(
        chart.series[0].points,
        [value(500.0), value(510.0), value(520.0)]
    );
    assert_eq!(
        chart.series[1].points,
        [value(10.0), Point::Suppressed, Point::Nothing]
    );
    // In no place of the plot is a suppressed figure drawn.
    let page = crate::release::html::drawn(&chart);
    assert_eq!(page.matches("<circle").count(), 2 * 4);
    assert_eq!(page.matches("class=\"h o1\"").count(), 2);
}

#[test]
fn ranked_places_stand_by_size_and_are_compared_with_the_total() {
    let table = frame(
        &["place"],
        &[
            (&["A"], Some(200), 1000),
            (&["B"], None, 100),
            (&["C"], Some(450), 1000),
            (&["D"], Some(310), 1000),
            (&["Total"], Some(960), 3100),
        ],
    );
    let spec = "kind = \"ranked\"\nx = \"place\"\ny = \"Percentage\"\ny_label = \"Percentage\"";
    let chart = drawn(spec, &table);
    assert_eq!(chart.categories, ["C", "D", "A", "B"]);
    use Compared::{Better, Higher, Lower, Similar, Unknown, Worse};
    assert_eq!(chart.compared, [Higher, Similar, Lower, Unknown]);
    let words = chart.alternative();
    assert!(
        words.contains("Higher: C") && words.contains("Lower: A"),
        "{words}"
    );
    assert!(chart.told(0, 3).contains("* (suppressed, not zero)"));
    let chart = drawn(&format!("{spec}\nbetter = \"lower\""), &table);
    assert_eq!(chart.compared, [Worse, Similar, Better, Unknown]);
    assert!(
        chart
            .notes
            .iter()
            .any(|note| note == "Lower figures are better.")
    );
    // Another row as the benchmark: its own interval holds it.
    let chart = drawn(&format!("{spec}\nbenchmark = \"C\""), &table);
    assert_eq!(chart.compared, [Similar, Lower, Lower, Unknown]);
}

#[test]
fn a_funnel_places_what_has_both_figures() {
    let table = frame(
        &["practice"],
        &[
            (&["A"], Some(400), 1000),
            (&["B"], None, 100),
            (&["C"], Some(1500), 5000),
            (&["Total"], Some(1900), 6100),
        ],
    );
    let spec = "kind = \"funnel\"\nx = \"practice\"\ny = \"Percentage\"\ny_label = \"Percentage\"\nsize = \"people\"";
    let chart = drawn(spec, &table);
    let funnel = chart.funnel.as_ref().unwrap();
    let places: Vec<(usize, f64, i8)> = funnel
        .places
        .iter()
        .map(|p| (p.category, p.size, p.outside))
        .collect();
    assert_eq!(places, [(0, 1000.0, 2), (2, 5000.0, 0)]);
    assert!(chart.alternative().contains("Above the 99.8% limits: A"));
    let hidden = "Not drawn (suppressed, not zero): B.";
    assert!(
        chart.notes.iter().any(|note| note == hidden),
        "{:?}",
        chart.notes
    );
}

#[test]
fn short_words_are_whole_sentences() {
    let table = frame(
        &["place"],
        &[(&["A"], Some(200), 1000), (&["Total"], Some(200), 1000)],
    );
    let spec = "kind = \"ranked\"\nx = \"place\"\ny = \"Percentage\"\ny_label = \"Percentage\"";
    let chart = drawn(spec, &table);
    assert_eq!(chart.short_alternative(1000), chart.alternative());
    let short = chart.short_alternative(110);
    assert_eq!(
        short,
        "Ranked bar chart with 95% limits of Percentage by place. All figures are in the table."
    );
}

#[test]
fn a_chart_without_a_figure_that_is_shown_says_so_and_has_no_axis() {
    let spec = "kind = \"bar\"\nx = \"place\"\ny = \"with\"\ny_label = \"With\"";
    let rows: [(&[&str], Option<u64>, u64); 2] = [(&["A"], None, 100), (&["B"], None, 90)];
    let page = crate::release::html::drawn(&drawn(spec, &frame(&["place"], &rows)));
    let words = "With by place. Nothing is drawn: all figures are withheld (suppressed, not zero).";
    assert!(page.contains(words), "{page}");
    assert!(!page.contains("<svg"), "{page}");
    // One that is shown is drawn, beside the mark of the other.
    let rows: [(&[&str], Option<u64>, u64); 2] = [(&["A"], None, 100), (&["B"], Some(30), 90)];
    let page = crate::release::html::drawn(&drawn(spec, &frame(&["place"], &rows)));
    assert!(
        page.contains("<svg") && !page.contains("Nothing is drawn"),
        "{page}"
    );
}

#[test]
fn a_small_chart_without_a_figure_says_so_beside_the_others() {
    let rows: [(&[&str], Option<u64>, u64); 4] = [
        (&["Jan", "A"], Some(50), 100),
        (&["Jan", "B"], None, 100),
        (&["Feb", "A"], Some(60), 100),
        (&["Feb", "B"], None, 100),
    ];
    let spec = "kind = \"control\"\nx = \"month\"\ny = \"with\"\ny_label = \"With\"";
    let page = crate::release::html::drawn(&drawn(spec, &frame(&["month", "place"], &rows)));
    assert_eq!(page.matches("Nothing is drawn").count(), 1, "{page}");
    assert_eq!(page.matches("role=\"img\"").count(), 1, "{page}");
}
