//! Every sentence of a first page, recomputed from the released Parquet files.

use super::sample;
use crate::disclosure::Scheme;
use crate::figures::{FigureRow, Figures, MeasurePolarity};
use crate::headlines::{Headline, HeadlineKind, headlines, quality};
use crate::release::manifest::FileOptions;
use crate::release::rendered::Rendered;
use calamine::{Reader, Xlsx};
use std::collections::BTreeSet;
use std::io::Cursor;

fn made(name: &str) -> Rendered {
    let data = match name {
        "population_profile" => sample::population_profile(),
        _ => sample::use_of_services(),
    };
    let report = sample::report(name);
    let options = FileOptions::default();
    sample::render(&report, &data, &Scheme::Hes2018, &sample::about(), &options).unwrap()
}

fn bytes<'a>(rendered: &'a Rendered, name: &str) -> &'a [u8] {
    let mut files = rendered.files.iter();
    &files.find(|file| file.name == name).unwrap().bytes
}

/// Which figures are better, as the manifest says.
fn polarity(rendered: &Rendered) -> MeasurePolarity {
    let measures = rendered.frames.iter().flat_map(|frame| {
        let measures = frame.measures.iter();
        measures.filter_map(|m| Some((frame.id.clone(), m.label.clone(), m.better?)))
    });
    measures.collect()
}

/// The figures as a reader of the files has them.
fn read(rendered: &Rendered) -> Vec<FigureRow> {
    let tables = rendered.frames.iter().map(|frame| {
        let name = format!("{}-{}.parquet", rendered.report, frame.id);
        Figures::read(bytes(rendered, &name))
            .unwrap()
            .rows()
            .unwrap()
    });
    tables.flatten().collect()
}

/// The numbers of a text: digits with what stands between them.
fn numbers(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_digit() || ",./".contains(c);
    let runs = text.split(|c: char| !is_part(c));
    let trimmed = runs.map(|run| run.trim_matches(|c: char| ",./".contains(c)));
    trimmed
        .filter(|run| !run.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A number with a comma before every third digit, and the decimals of its unit.
fn written(value: f64, unit: &str) -> String {
    let text = match unit {
        "count" => format!("{value:.0}"),
        _ => format!("{value:.1}").trim_end_matches(".0").to_owned(),
    };
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = whole.to_owned();
    let mut at = whole.len();
    while at > 3 {
        at -= 3;
        grouped.insert(at, ',');
    }
    format!("{grouped}{rest}")
}

/// What follows from the cells of a headline as its kind says.
fn derived(headline: &Headline, all: &[FigureRow]) -> Vec<String> {
    let cells = &headline.cells;
    let values: Vec<f64> = cells.iter().filter_map(|cell| cell.value).collect();
    match headline.kind {
        HeadlineKind::Comparison => {
            let whole = cells[0].value.unwrap();
            let higher = cells[1..]
                .iter()
                .filter(|c| c.lower_95.unwrap() > whole)
                .count();
            let lower = cells[1..]
                .iter()
                .filter(|c| c.upper_95.unwrap() < whole)
                .count();
            let compared = (cells.len() - 1).to_string();
            let more = [higher, lower].map(|n| n.saturating_sub(3).to_string());
            let said = &headline.words;
            assert_eq!(said.contains("higher than"), higher > 0, "{said}");
            assert_eq!(said.contains("lower"), lower > 0, "{said}");
            [vec![compared], more.to_vec()].concat()
        }
        HeadlineKind::Signal => {
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            vec![written(mean, &cells[0].unit), values.len().to_string()]
        }
        HeadlineKind::Change => {
            let change = (values[0] / values[1] - 1.0) * 100.0;
            let word = if change > 0.0 { "more" } else { "fewer" };
            let said = &headline.words;
            assert!(change.abs() >= 5.0 && said.contains(word), "{said}");
            vec![format!("{:.0}", change.abs())]
        }
        HeadlineKind::Revised => vec![cells.len().to_string(), all.len().to_string()],
        HeadlineKind::Held => {
            let counts = all.iter().filter(|row| row.unit == "count").count();
            vec![cells.len().to_string(), counts.to_string()]
        }
        HeadlineKind::Against
        | HeadlineKind::Trend
        | HeadlineKind::Largest
        | HeadlineKind::Incomplete => Vec::new(),
    }
}

#[test]
fn every_number_of_a_sentence_is_a_released_figure_or_follows_from_some() {
    let mut kinds = BTreeSet::new();
    for name in ["population_profile", "use_of_services"] {
        let rendered = made(name);
        let rows = read(&rendered);
        for headline in headlines(&rows, &polarity(&rendered)) {
            kinds.insert(headline.kind);
            let mut allowed = numbers("95%");
            for cell in &headline.cells {
                assert!(rows.contains(cell), "{}", headline.words);
                for value in [cell.value, cell.lower_95, cell.upper_95]
                    .into_iter()
                    .flatten()
                {
                    allowed.insert(written(value, &cell.unit));
                }
                let period = cell.period.as_deref().unwrap_or_default();
                let labels = cell.breakdown.values().map(String::as_str);
                let labels = labels.chain([&*cell.table_title, &*cell.measure_label, period]);
                for label in labels {
                    allowed.extend(numbers(label));
                    allowed.extend(label.split('-').map(str::to_owned));
                }
            }
            allowed.extend(derived(&headline, &rows));
            let unknown: Vec<String> = numbers(&headline.words)
                .difference(&allowed)
                .cloned()
                .collect();
            assert!(unknown.is_empty(), "{}: {unknown:?}", headline.words);
        }
    }
    let expected = [
        HeadlineKind::Comparison,
        HeadlineKind::Signal,
        HeadlineKind::Change,
        HeadlineKind::Largest,
    ];
    assert!(
        expected.iter().all(|kind| kinds.contains(kind)),
        "{kinds:?}"
    );
}

#[test]
fn page_and_workbook_say_what_the_parquet_files_say() {
    for name in ["population_profile", "use_of_services"] {
        let rendered = made(name);
        let rows = read(&rendered);
        let html = String::from_utf8(bytes(&rendered, &format!("{name}.html")).to_vec()).unwrap();
        let html = html.replace("&amp;", "&");
        let book = bytes(&rendered, &format!("{name}.xlsx")).to_vec();
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(book)).unwrap();
        let cover = book.worksheet_range("Cover").unwrap();
        let cover: Vec<String> = cover
            .used_cells()
            .map(|(_, _, cell)| cell.to_string())
            .collect();
        let all = headlines(&rows, &polarity(&rendered));
        assert_eq!(html.matches("<strong class=\"tag\">").count(), all.len());
        for headline in all {
            assert!(html.contains(&headline.words), "{}", headline.words);
            let said = cover.iter().any(|line| line.starts_with(&headline.words));
            assert!(said, "{}", headline.words);
        }
        for fact in quality(&rows) {
            let line = format!("{}: {}", fact.label, fact.words);
            assert!(
                cover.contains(&line) && html.contains(&fact.words),
                "{line}"
            );
        }
    }
}
