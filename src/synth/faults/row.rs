//! Faults in rows of CSV.

use super::super::calendar::{at, day, push_moment};
use super::super::random::Random;
use super::kind::FaultKind;
use super::line::FaultyLine;
use super::resource::{impossible_number, some_number};
use super::spelling;
use chrono::{Datelike, NaiveDate};

/// The faults that rows of a file can have.
pub(super) fn kinds(stem: &str) -> Vec<FaultKind> {
    use FaultKind::*;
    let mut kinds = vec![
        NumberMissing,
        NumberInvalid,
        ColumnCount,
        NoKey,
        WrongType,
        Truncated,
        Duplicate,
        Superseded,
        NumberSpelling,
        NumberSpelling,
        StatusSpelling,
        DateForm,
        DateForm,
        SpreadsheetText,
    ];
    if amount(stem).is_some() {
        kinds.extend([NumberForm, NumberForm, Unreadable]);
    }
    if may_be_empty(stem).is_some() {
        kinds.push(NullWord);
    }
    if unknown_date(stem).is_some() {
        kinds.push(UnknownDate);
    }
    if stem == "csv/apc_spell" {
        kinds.push(EndsBefore);
    }
    if future(stem).is_some() {
        kinds.push(Future);
    }
    if note(stem).is_some() {
        kinds.push(FreeText);
    }
    kinds
}

/// Columns without whose value a row of a dataset is nothing, with what is typed into them.
fn wrong_types(stem: &str) -> &'static [(&'static str, &'static str)] {
    match stem {
        "csv/apc_spell" => &[("admission_date", "2025-02-31")],
        "csv/ecds_attendance" => &[("arrival_datetime", "2025-02-31T10:00:00")],
        "csv/op_attendance" => &[("appointment_date", "31/04/2025")],
        "csv/social_care_event" => &[("event_start_date", "2025-02-30")],
        "csv/community_contact" | "csv/mental_health_contact" => {
            &[("contact_datetime", "yesterday")]
        }
        "csv/dental_contact" => &[("contact_date", "2025-02-31")],
        "csv/optometry_contact" => &[("contact_date", "2025-00-10")],
        _ => &[("contact_datetime", "2025-02-31T09:00:00")],
    }
}

/// The column of the table that is read from a needed column of the file.
fn needed(column: &'static str) -> &'static str {
    match column {
        "arrival_datetime" => "arrived",
        "contact_datetime" => "contact",
        same => same,
    }
}

/// The column that names an event that has happened by nature.
fn future(stem: &str) -> Option<(&'static str, &'static str)> {
    Some(match stem {
        "csv/apc_spell" => ("admission_date", "2097-05-04"),
        "csv/ecds_attendance" => ("arrival_datetime", "2097-05-04T11:20:00"),
        "csv/community_contact" | "csv/mental_health_contact" | "csv/pharmacy_contact" => {
            ("contact_datetime", "2098-01-15T09:30:00")
        }
        "csv/dental_contact" => ("contact_date", "2097-08-30"),
        _ => return None,
    })
}

/// A number of a dataset.
fn amount(stem: &str) -> Option<&'static str> {
    Some(match stem {
        "csv/apc_spell" | "csv/ecds_attendance" | "csv/op_attendance" => "tariff_cost",
        "csv/community_contact" | "csv/mental_health_contact" => "duration_minutes",
        "csv/dental_contact" => "units",
        "csv/social_care_event" => "weekly_cost",
        _ => return None,
    })
}

/// A column of a dataset that is often empty.
fn may_be_empty(stem: &str) -> Option<&'static str> {
    Some(match stem {
        "csv/apc_spell" => "diag_06",
        "csv/ecds_attendance" => "diagnosis_02",
        "csv/op_attendance" => "proc_01",
        "csv/social_care_event" => "event_end_date",
        _ => return None,
    })
}

/// A date of a dataset without which a row is still one.
fn unknown_date(stem: &str) -> Option<(&'static str, &'static str)> {
    Some(match stem {
        "csv/apc_spell" => ("discharge_date", "9999-12-31"),
        "csv/op_attendance" => ("referral_date", "1900-01-01"),
        "csv/social_care_event" => ("event_end_date", "2999-12-31"),
        _ => return None,
    })
}

/// The date of the event of a dataset.
fn dated(stem: &str) -> &'static str {
    match stem {
        "csv/apc_spell" => "admission_date",
        "csv/ecds_attendance" => "arrival_datetime",
        "csv/op_attendance" => "appointment_date",
        "csv/social_care_event" => "event_start_date",
        "csv/dental_contact" | "csv/optometry_contact" => "contact_date",
        _ => "contact_datetime",
    }
}

fn note(stem: &str) -> Option<&'static str> {
    Some(match stem {
        "csv/social_care_event" => "free_text_note",
        "csv/pharmacy_contact" => "advice_note",
        "csv/dental_contact" | "csv/optometry_contact" | "csv/hospice_contact" => "note",
        _ => return None,
    })
}

/// The second column of a dataset's key.
fn key(stem: &str) -> &'static str {
    match stem {
        "csv/apc_spell" => "spell_id",
        "csv/ecds_attendance" => "attendance_id",
        "csv/op_attendance" => "appointment_id",
        "csv/social_care_event" => "event_id",
        _ => "contact_id",
    }
}

/// The cells of a row as they stand, quotes included.
pub(super) fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for character in line.chars() {
        quoted ^= character == '"';
        if character == ',' && !quoted {
            cells.push(String::new());
        } else if let Some(cell) = cells.last_mut() {
            cell.push(character);
        }
    }
    cells
}

/// The lines that stand for one row with a fault, or nothing when the row does not suit.
pub(super) fn spoil(
    random: &mut Random,
    kind: FaultKind,
    line: &str,
    (stem, header): (&str, &str),
    (last_day, _): (i32, i64),
) -> Option<Vec<FaultyLine>> {
    let right = || FaultyLine::right(line);
    let bad = |cells: &[String]| FaultyLine::bad(cells.join(","), kind);
    let place = |name: &str| {
        header
            .trim_end()
            .split(',')
            .position(|column| column == name)
    };
    let mut row = cells(line);
    if row.get(1).is_none_or(|status| status != "01") {
        return None;
    }
    match kind {
        FaultKind::Truncated => {
            let keep = row.len() - 2 - random.below(row.len() as u32 - 12) as usize;
            return Some(vec![bad(&row[..keep])]);
        }
        FaultKind::FreeText => {
            let number = some_number(random);
            row[place(note(stem)?)?] = format!("daughter NHS no {number} also seen");
            return Some(vec![bad(&row)]);
        }
        FaultKind::Superseded => {
            let extracted = place("extract_datetime")?;
            let date = NaiveDate::parse_from_str(row[extracted].get(..10)?, "%Y-%m-%d").ok()?;
            // The next monthly run, when there is one before the end.
            let next = date.with_day(5)? + chrono::Months::new(1);
            if day(next) >= last_day {
                return None;
            }
            row[extracted].clear();
            push_moment(&mut row[extracted], at(day(next), 125));
            if let Some(cost) = place("tariff_cost") {
                row[cost] = format!("{}.75", 40 + random.below(4_000));
            }
            let newer = FaultyLine::right(&row.join(","));
            let older = FaultyLine::bad(line.to_owned(), kind);
            return Some(if random.chance(0.5) {
                vec![older, newer]
            } else {
                vec![newer, older]
            });
        }
        _ => {}
    }
    if let Some((column, cell)) = form(random, kind, &row, stem, &place) {
        row[place(column)?] = cell;
        return Some(match kind {
            FaultKind::EndsBefore => vec![FaultyLine::unknown(row.join(","), kind, column)],
            _ => vec![bad(&row)],
        });
    }
    if let Some((column, cell)) = not_known(kind, &row, stem, &place) {
        row[place(column)?] = cell.to_owned();
        return Some(vec![FaultyLine::unknown(row.join(","), kind, column)]);
    }
    // A row of its own: what is rejected takes nothing away.
    row[place(key(stem))?].push('9');
    match kind {
        FaultKind::NumberMissing => row[0].clear(),
        FaultKind::NumberInvalid => row[0] = impossible_number(random),
        FaultKind::ColumnCount if random.chance(0.5) => row.push("0".to_owned()),
        FaultKind::ColumnCount => {
            row.remove(4);
        }
        FaultKind::NoKey => row[place(key(stem))?].clear(),
        FaultKind::WrongType => {
            let (column, words) = random.pick(wrong_types(stem));
            row[place(column)?] = (*words).to_owned();
            let bad = FaultyLine::unknown(row.join(","), kind, needed(column));
            return Some(vec![right(), bad]);
        }
        FaultKind::Future => {
            let (column, words) = future(stem)?;
            row[place(column)?] = words.to_owned();
        }
        _ => return None,
    }
    Some(vec![right(), bad(&row)])
}

/// Another form of the same value: the column, and what stands there.
fn form(
    random: &mut Random,
    kind: FaultKind,
    row: &[String],
    stem: &str,
    place: &dyn Fn(&str) -> Option<usize>,
) -> Option<(&'static str, String)> {
    let of = |column: &'static str| Some((column, row[place(column)?].as_str()));
    let (column, cell) = match kind {
        FaultKind::NumberSpelling => {
            let (column, number) = of("nhs_number")?;
            (column, spelling::number(random, number, true))
        }
        FaultKind::StatusSpelling => ("nhs_number_status", "1".to_owned()),
        FaultKind::DateForm => {
            let (column, date) = of(dated(stem))?;
            (column, spelling::date(random, date)?)
        }
        FaultKind::NumberForm => {
            let (column, number) = of(amount(stem)?)?;
            (column, spelling::amount(random, number)?)
        }
        FaultKind::NullWord => {
            let (column, cell) = of(may_be_empty(stem)?)?;
            cell.is_empty().then(|| (column, "NULL".to_owned()))?
        }
        FaultKind::SpreadsheetText => {
            let (column, code) = of("gp_practice")?;
            (column, spelling::text(random, code)?)
        }
        // Before the day of admission.
        FaultKind::EndsBefore => {
            let (_, admitted) = of("admission_date")?;
            let admitted = NaiveDate::parse_from_str(admitted, "%Y-%m-%d").ok()?;
            ("discharge_date", admitted.pred_opt()?.to_string())
        }
        _ => return None,
    };
    Some((column, cell))
}

/// A value that is not known: the column, and what stands there.
fn not_known(
    kind: FaultKind,
    row: &[String],
    stem: &str,
    place: &dyn Fn(&str) -> Option<usize>,
) -> Option<(&'static str, &'static str)> {
    let (column, cell) = match kind {
        FaultKind::Unreadable => (amount(stem)?, "see notes"),
        FaultKind::UnknownDate => unknown_date(stem)?,
        _ => return None,
    };
    // Of a value that was there, so that the record says less than it did.
    (!row[place(column)?].is_empty()).then_some((column, cell))
}
