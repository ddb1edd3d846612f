//! Values of FHIR that say something odd: dates that stand for none, ages nobody reaches, stays that
//! end before they begin, words of no list.

use super::json_line::{replaced, value};
use super::kind::FaultKind;
use super::line::FaultyLine;
use chrono::NaiveDate;

/// The dates that stand for one that is not known, by type: the element, what is sent, the column.
fn unknown_date(stem: &str) -> Option<(&'static str, &'static str, &'static str)> {
    Some(match stem {
        "fhir/Patient" => ("birthDate", "\"1900-01-01\"", "birth_month"),
        "fhir/Condition" => ("recordedDate", "\"1900-01-01\"", "recorded"),
        "fhir/Encounter" => ("end", "\"9999-12-31T23:59:59+00:00\"", "ended"),
        "fhir/Immunization" => ("recorded", "\"1753-01-01\"", "recorded"),
        "fhir/EpisodeOfCare" => ("end", "\"9999-12-31\"", "ended"),
        _ => return None,
    })
}

/// The words of no list, by type: what should be sent, and what is.
fn unknown_word(stem: &str) -> Option<(&'static str, &'static str)> {
    Some(match stem {
        "fhir/Patient" => ("\"gender\":\"female\"", "\"gender\":\"Indeterminate\""),
        "fhir/Encounter" => ("\"status\":\"finished\"", "\"status\":\"Finnished\""),
        "fhir/Observation" => ("\"status\":\"final\"", "\"status\":\"FINAL RESULT\""),
        _ => return None,
    })
}

/// The faults of values that a type can have.
pub(super) fn kinds(stem: &str) -> Vec<FaultKind> {
    let mut kinds = Vec::new();
    if unknown_date(stem).is_some() {
        kinds.push(FaultKind::UnknownDate);
    }
    if unknown_word(stem).is_some() {
        kinds.push(FaultKind::UnknownWord);
    }
    match stem {
        "fhir/Patient" => kinds.push(FaultKind::ImpossibleAge),
        "fhir/Encounter" => kinds.push(FaultKind::EndsBefore),
        _ => {}
    }
    kinds
}

/// The line with such a value.
pub(super) fn spoil(kind: FaultKind, line: &str, stem: &str) -> Option<Vec<FaultyLine>> {
    let spoiled = match kind {
        FaultKind::UnknownDate => {
            let (key, date, column) = unknown_date(stem)?;
            FaultyLine::unknown(replaced(line, key, date)?, kind, column)
        }
        FaultKind::UnknownWord => {
            let (from, to) = unknown_word(stem)?;
            line.contains(from).then_some(())?;
            let column = if stem == "fhir/Patient" { "sex" } else { "" };
            FaultyLine::unknown(line.replacen(from, to, 1), kind, column)
        }
        FaultKind::ImpossibleAge => {
            let text = replaced(line, "birthDate", "\"1871-03-08\"")?;
            FaultyLine::unknown(text, kind, "birth_month")
        }
        FaultKind::EndsBefore => {
            let start = line[value(line, "start")?].trim_matches('"');
            let date = NaiveDate::parse_from_str(start.get(..10)?, "%Y-%m-%d").ok()?;
            let before = format!("\"{}{}\"", date.pred_opt()?, start.get(10..)?);
            FaultyLine::unknown(replaced(line, "end", &before)?, kind, "ended")
        }
        _ => return None,
    };
    Some(vec![spoiled])
}
