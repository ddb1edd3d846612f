//! Faults in lines of FHIR.

use super::super::calendar::{push_date, push_moment};
use super::super::random::Random;
use super::super::{fhir, nhs_number};
use super::json_line::{copy, replaced, value, with_field};
use super::kind::FaultKind;
use super::line::FaultyLine;
use super::{reference, spelling, value as values};
use chrono::NaiveDate;

/// The faults that lines of a file can have.
pub(super) fn kinds(stem: &str) -> Vec<FaultKind> {
    use FaultKind::*;
    let mut kinds = match stem {
        // Organisations are few, and everything refers to them.
        "fhir/Organization"
        | "fhir/Location"
        | "fhir/PractitionerRole"
        | "fhir/Medication"
        | "fhir/deleted"
        | "fhir/bundle" => return Vec::new(),
        "fhir/Patient" => vec![NumberMissing, NumberInvalid, NumberSpelling, ReferenceUrn],
        _ => vec![Truncated],
    };
    kinds.extend([UnknownType, NoType, Duplicate, Superseded]);
    // Of a type without a view no id is asked for.
    if stem != "fhir/AllergyIntolerance" {
        kinds.push(NoKey);
    }
    kinds.extend(values::kinds(stem));
    if matches!(
        stem,
        "fhir/Observation" | "fhir/Condition" | "fhir/Encounter"
    ) {
        kinds.extend([Unversioned, Bundle, Bundle, Bundle]);
        kinds.extend([ReferenceAbsolute, ReferenceVersioned, ReferenceNowhere]);
    }
    if matches!(stem, "fhir/Observation" | "fhir/Encounter") {
        kinds.extend([ReferenceConditional, ReferenceContained]);
    }
    if wrong_types(stem).is_some() {
        kinds.push(WrongType);
    }
    if future_date(stem).is_some() {
        kinds.push(Future);
    }
    if matches!(
        stem,
        "fhir/Observation"
            | "fhir/Appointment"
            | "fhir/MedicationRequest"
            | "fhir/DocumentReference"
    ) {
        kinds.extend([Deleted, FreeText]);
    }
    if matches!(stem, "fhir/Condition" | "fhir/Procedure") {
        kinds.push(FreeText);
    }
    kinds
}

/// Selected values of a type, with what is put in their place.
fn wrong_types(stem: &str) -> Option<&'static [(&'static str, &'static str)]> {
    Some(match stem {
        // What says whose a resource is, and when a contact was: other values cost only themselves.
        "fhir/Observation" | "fhir/Condition" => &[
            ("reference", "7"),
            ("reference", "{}"),
            ("reference", "true"),
        ],
        "fhir/Encounter" => &[
            ("start", "20250401"),
            ("start", "\"2025-02-31T10:00:00+00:00\""),
            ("reference", "{\"date\":\"2025-04-01\"}"),
        ],
        "fhir/Appointment" => &[("start", "\"2025-06-31T09:00:00+00:00\"")],
        "fhir/MedicationRequest"
        | "fhir/Immunization"
        | "fhir/Procedure"
        | "fhir/ServiceRequest"
        | "fhir/EpisodeOfCare" => &[("reference", "1740000000")],
        _ => return None,
    })
}

/// The date of a type that has happened by nature.
fn future_date(stem: &str) -> Option<(&'static str, &'static str)> {
    Some(match stem {
        "fhir/Observation" => ("effectiveDateTime", "effective"),
        // An Encounter is nothing without its beginning.
        "fhir/Encounter" => ("start", ""),
        "fhir/Procedure" => ("performedDateTime", "performed"),
        "fhir/Immunization" => ("occurrenceDateTime", "occurred"),
        "fhir/MedicationRequest" => ("authoredOn", "authored"),
        _ => return None,
    })
}

/// The day after the record's last update, as an instant, when it is well before the last day.
fn day_after(line: &str, last_day: i32) -> Option<String> {
    let at = value(line, "lastUpdated")?;
    let instant = line[at].trim_matches('"');
    let date = NaiveDate::parse_from_str(instant.get(..10)?, "%Y-%m-%d").ok()?;
    let day = super::super::calendar::day(date) + 1;
    (day < last_day - 2).then(|| {
        let mut next = String::from("\"");
        push_date(&mut next, day);
        next.push_str(&instant[10..]);
        next.push('"');
        next
    })
}

fn sentence(random: &mut Random, number: u64) -> String {
    let number = match random.chance(0.5) {
        true => nhs_number::spaced(number),
        false => number.to_string(),
    };
    match random.below(3) {
        0 => format!("Husband's NHS no {number}, see his record"),
        1 => format!("{number} - wrong pt? checked on PDS"),
        _ => format!("Mother: NHS {number}. Discussed at home visit"),
    }
}

/// A number of the test range that checks.
pub(super) fn some_number(random: &mut Random) -> u64 {
    loop {
        let nine = 999_000_000 + u64::from(random.below(999_000));
        if let Some(digit) = nhs_number::check_digit(nine) {
            return nine * 10 + digit;
        }
    }
}

/// Something that looks like an NHS number and cannot be one.
pub(super) fn impossible_number(random: &mut Random) -> String {
    let number = some_number(random);
    match random.below(4) {
        0 => "9999999999".to_owned(),
        1 => (number / 10).to_string(),
        _ => (number - number % 10 + (number % 10 + 1) % 10).to_string(),
    }
}

/// The lines that stand for one line with a fault, or nothing when the line does not suit.
pub(super) fn spoil(
    random: &mut Random,
    kind: FaultKind,
    line: &str,
    stem: &str,
    (last_day, _): (i32, i64),
) -> Option<Vec<FaultyLine>> {
    let right = || FaultyLine::right(line);
    let bad = |text: String| FaultyLine::bad(text, kind);
    let spoiled = match kind {
        FaultKind::Truncated => {
            let mut cut = line.len() * (35 + random.below(55) as usize) / 100;
            while !line.is_char_boundary(cut) {
                cut -= 1;
            }
            return Some(vec![bad(line[..cut].to_owned())]);
        }
        FaultKind::NumberInvalid => {
            let number = format!("\"{}\"", number_of(line)?);
            let impossible = format!("\"{}\"", impossible_number(random));
            return Some(vec![bad(line.replacen(&number, &impossible, 1))]);
        }
        FaultKind::NumberMissing => {
            line.contains("\"code\":\"01\"").then_some(())?;
            let start = line.find("\"identifier\":[")? + "\"identifier\":[".len();
            let end = line.find("{\"system\":\"https://harrowmere")?;
            return Some(vec![bad(format!("{}{}", &line[..start], &line[end..]))]);
        }
        FaultKind::FreeText => {
            let number = some_number(random);
            let words = sentence(random, number);
            let text = match stem {
                "fhir/Appointment" if line.contains("\"comment\":") => return None,
                "fhir/Appointment" => with_field(line, &format!("\"comment\":\"{words}\""))?,
                "fhir/DocumentReference" => replaced(line, "description", &format!("\"{words}\""))?,
                _ if line.contains("\"note\":") => return None,
                _ => with_field(line, &format!("\"note\":[{{\"text\":\"{words}\"}}]"))?,
            };
            return Some(vec![bad(text)]);
        }
        FaultKind::Superseded => {
            let next = day_after(line, last_day)?;
            let newer = replaced(line, "lastUpdated", &next)?;
            let newer = newer
                .replace("\"status\":\"final\"", "\"status\":\"amended\"")
                .replace("\"code\":\"confirmed\"", "\"code\":\"refuted\"");
            let newer = FaultyLine::right(&newer);
            // Versions arrive in either order.
            let older = bad(line.to_owned());
            return Some(if random.chance(0.5) {
                vec![older, newer]
            } else {
                vec![newer, older]
            });
        }
        FaultKind::Unversioned => return unversioned(random, line, kind),
        FaultKind::NumberSpelling => {
            let number = number_of(line)?;
            let json = format!("\"{}\"", spelling::number(random, number, false));
            let quoted = format!("\"{number}\"");
            return Some(vec![bad(line.replacen(&quoted, &json, 1))]);
        }
        FaultKind::UnknownType => {
            let name = [
                "\"Observations\"",
                "\"Pateint\"",
                "\"ClinicalNote\"",
                "\"observation\"",
            ];
            let name = random.pick(&name);
            replaced(&copy(random, line)?, "resourceType", name)?
        }
        FaultKind::NoType => {
            let copy = copy(random, line)?;
            let end = value(&copy, "resourceType")?.end;
            format!("{{{}", copy.get(end + 1..)?)
        }
        FaultKind::NoKey => {
            let start = line.find(",\"id\":\"")?;
            let end = value(line, "id")?.end;
            format!("{}{}", &line[..start], &line[end..])
        }
        FaultKind::WrongType => {
            let (key, json) = random.pick(wrong_types(stem)?);
            // Of the references the one to the person, where that is the first.
            if *key == "reference" && !line[value(line, key)?].starts_with("\"Patient/") {
                return None;
            }
            replaced(&copy(random, line)?, key, json)?
        }
        FaultKind::Future => {
            let mut date = String::from("\"");
            push_moment(
                &mut date,
                4_010_000_000 + i64::from(random.below(9_000_000)),
            );
            date.push_str("+00:00\"");
            let (key, column) = future_date(stem)?;
            let text = replaced(&copy(random, line)?, key, &date)?;
            return Some(vec![right(), FaultyLine::unknown(text, kind, column)]);
        }
        _ => {
            let found = values::spoil(kind, line, stem);
            return found.or_else(|| reference::spoil(random, kind, line));
        }
    };
    Some(vec![right(), bad(spoiled)])
}

/// The NHS number in use of a Patient whose number is verified.
fn number_of(line: &str) -> Option<&str> {
    line.contains("\"code\":\"01\"").then_some(())?;
    let system = "]}}],\"system\":\"https://fhir.nhs.uk/Id/nhs-number\",";
    let after = &line[line.find(system)? + system.len()..];
    Some(after[value(after, "value")?].trim_matches('"'))
}

/// Two versions that say their number and not their time, in either order.
fn unversioned(random: &mut Random, line: &str, kind: FaultKind) -> Option<Vec<FaultyLine>> {
    let at = value(line, "lastUpdated")?;
    let version = |number: u32| {
        let before = line[..at.start].strip_suffix("\"lastUpdated\":")?;
        Some(format!(
            "{before}\"versionId\":\"{number}\"{}",
            &line[at.end..]
        ))
    };
    // As texts, 9 would be the newer one.
    let older = version(9)?
        .replace("\"status\":\"final\"", "\"status\":\"registered\"")
        .replace("\"status\":\"finished\"", "\"status\":\"planned\"")
        .replace("\"code\":\"confirmed\"", "\"code\":\"refuted\"");
    let (older, newer) = (
        FaultyLine::bad(older, kind),
        FaultyLine::right(&version(10)?),
    );
    Some(match random.chance(0.5) {
        true => vec![older, newer],
        false => vec![newer, older],
    })
}

/// The Bundle that deletes the resource of a line, the day after it was last updated.
pub(super) fn deletion(
    random: &mut Random,
    line: &str,
    (last_day, _): (i32, i64),
) -> Option<String> {
    let next = day_after(line, last_day)?;
    let kind = line[value(line, "resourceType")?].trim_matches('"');
    let resource = line[value(line, "id")?].trim_matches('"');
    let mut bundle = String::new();
    fhir::id(&mut bundle, random.id());
    Some(format!(
        "{{\"resourceType\":\"Bundle\",\"id\":\"{bundle}\",\"meta\":{{\"lastUpdated\":{next}}},\
         \"type\":\"transaction\",\"entry\":[{{\"request\":{{\"method\":\"DELETE\",\
         \"url\":\"{kind}/{resource}\"}}}}]}}\n"
    ))
}
