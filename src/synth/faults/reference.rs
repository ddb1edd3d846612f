//! References to a Patient in every kind.

use super::super::fhir;
use super::super::random::Random;
use super::json_line::{copy, with_field};
use super::kind::FaultKind;
use super::line::FaultyLine;

/// What a reference to a Patient begins with, when it is one by id.
const BY_ID: &str = "{\"reference\":\"Patient/";
/// What it is, when it is one by NHS number.
const BY_NUMBER: &str = "{\"type\":\"Patient\",\"identifier\":{\"system\":\"https://fhir.nhs.uk/Id/nhs-number\",\"value\":\"";

/// The lines that stand for one line, with another kind of reference to its person.
pub(super) fn spoil(random: &mut Random, kind: FaultKind, line: &str) -> Option<Vec<FaultyLine>> {
    let text = match kind {
        FaultKind::ReferenceAbsolute => {
            let address = "{\"reference\":\"https://fhir.harrowmere.example/R4/Patient/";
            replaced_once(line, BY_ID, address)?
        }
        FaultKind::ReferenceVersioned => {
            let (before, rest) = line.split_once(BY_ID)?;
            let (id, after) = rest.split_once('"')?;
            format!("{before}{BY_ID}{id}/_history/3\"{after}")
        }
        FaultKind::ReferenceConditional => {
            let (before, number, after) = number(line)?;
            format!(
                "{before}{{\"reference\":\"Patient?identifier=https://fhir.nhs.uk/Id/nhs-number|{number}\"}}{after}"
            )
        }
        FaultKind::ReferenceContained => {
            let (before, number, after) = number(line)?;
            let line = format!("{before}{{\"reference\":\"#pat\"}}{after}");
            let contained = format!(
                "\"contained\":[{{\"resourceType\":\"Patient\",\"id\":\"pat\",\"identifier\":\
                 [{{\"system\":\"https://fhir.nhs.uk/Id/nhs-number\",\"value\":\"{number}\"}}]}}]"
            );
            if line.contains("\"contained\":") {
                return None;
            }
            with_field(&line, &contained)?
        }
        FaultKind::ReferenceNowhere => {
            let copy = copy(random, line)?;
            let (before, rest) = copy.split_once(BY_ID)?;
            let (_, after) = rest.split_once('"')?;
            let mut id = String::new();
            fhir::id(&mut id, random.id());
            let text = format!("{before}{BY_ID}{id}\"{after}");
            return Some(vec![FaultyLine::right(line), FaultyLine::bad(text, kind)]);
        }
        _ => return None,
    };
    Some(vec![FaultyLine::bad(text, kind)])
}

fn replaced_once(line: &str, from: &str, to: &str) -> Option<String> {
    line.contains(from).then(|| line.replacen(from, to, 1))
}

/// The text before a reference by NHS number, the number, and the text after it.
fn number(line: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = line.split_once(BY_NUMBER)?;
    let (number, after) = rest.split_once("\"}}")?;
    Some((before, number, after))
}
