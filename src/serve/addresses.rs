//! The addresses of pages and files: each is made here, and nowhere else.

use super::catalogue::ReportKey;
use crate::figures::FigureRow;
use std::fmt::Write;

/// The page of a release.
pub(crate) fn release_page(id: &str) -> String {
    format!("/releases/{id}")
}

/// The page of a report of a release.
pub(crate) fn report_page(id: &str, key: &ReportKey) -> String {
    format!("/releases/{id}/reports/{}", path(key))
}

/// The latest of a report.
pub(crate) fn latest_report(key: &ReportKey) -> String {
    format!("/latest/{}", path(key))
}

/// A file of a release.
pub(crate) fn released_file(id: &str, name: &str) -> String {
    format!("/releases/{id}/files/{}", in_address(name))
}

/// The profile of an area.
pub(crate) fn area_page(code: &str) -> String {
    format!("/areas/{}", in_address(code))
}

/// What changed from one release to another, in one report or in all.
pub(crate) fn changes_page(from: &str, to: &str, report: Option<&ReportKey>) -> String {
    let of_report = report.map(|key| format!("&report={}", in_address(&key.to_string())));
    format!(
        "/changes?from={from}&to={to}{}",
        of_report.unwrap_or_default()
    )
}

/// A measure compared between areas, for the period and group of a figure.
pub(crate) fn comparison(
    report: &str,
    table: &str,
    measure: &str,
    figure: Option<&FigureRow>,
) -> String {
    let mut address = format!(
        "/compare?report={}&table={}&measure={}",
        in_address(report),
        in_address(table),
        in_address(measure)
    );
    if let Some(figure) = figure {
        if let Some(period) = &figure.period {
            let _ = write!(address, "&period={}", in_address(period));
        }
        if !figure.breakdown_words.is_empty() {
            let _ = write!(address, "&group={}", in_address(&figure.breakdown_words));
        }
        if let Some(area) = &figure.area {
            let _ = write!(address, "&level={}", in_address(&area.level));
        }
    }
    address
}

/// A text within an address: everything but letters, digits and a few signs as percent signs.
pub(crate) fn in_address(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes())
        .collect::<String>()
        .replace('+', "%20")
}

/// The path of a report below that of its release, or below `/latest`.
fn path(key: &ReportKey) -> String {
    let report = in_address(&key.report);
    match &key.area {
        Some(area) => format!("{report}/{}", in_address(area)),
        None => report,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_within_an_address_ends_it() {
        let key = ReportKey {
            report: "a&b?c".to_string(),
            area: Some("E 6/x".to_string()),
        };
        assert_eq!(latest_report(&key), "/latest/a%26b%3Fc/E%206%2Fx");
        assert_eq!(
            report_page("1", &key),
            "/releases/1/reports/a%26b%3Fc/E%206%2Fx"
        );
        assert_eq!(
            changes_page("1", "2", Some(&key)),
            "/changes?from=1&to=2&report=a%26b%3Fc-E%206%2Fx"
        );
        assert_eq!(
            released_file("1", "a-b_c.csv"),
            "/releases/1/files/a-b_c.csv"
        );
        assert_eq!(area_page("St. Ives #1"), "/areas/St.%20Ives%20%231");
    }
}
