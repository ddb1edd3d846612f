//! The static check: no view or column file may select a direct identifier untreated.

use super::Treatment;
use crate::decode::csv::CsvColumn;
use crate::decode::fhir::{View, selected_paths};
use crate::error::{Error, Result};

/// What kind of identifier an element is, and so which treatments make it fit to store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Identifier {
    /// Never stored, whatever is done to it: names, addresses, free text, pictures.
    Never(&'static str),
    /// May become a keyed hash.
    Key(&'static str),
    /// A date that helps to find a person: month or year.
    Date(&'static str),
    /// A place: only what a lookup makes of it.
    Place(&'static str),
}

/// Checks every element that `view` selects. `file` is for the error.
pub(crate) fn check_view(file: &str, view: &View) -> Result<()> {
    for selected in selected_paths(view).iter().filter(|p| !p.tested) {
        let Some(identifier) = identifier(&view.resource, &selected.path) else {
            continue;
        };
        let column = view.columns.iter().find(|c| c.name == selected.column);
        // Of a text in the place of a date only a date comes into a column of dates.
        let of_dates = column.is_some_and(|column| column.data_type.is_temporal());
        if of_dates && selected.path.ends_with("String") {
            continue;
        }
        let place = format!("{file}: column {}", selected.column);
        let treatment = match column.and_then(|c| c.tags.get("populace/privacy")) {
            Some(tag) => Treatment::parse(tag, &place)?,
            None => Treatment::Clear,
        };
        judge(&place, &selected.path, identifier, &treatment)?;
    }
    Ok(())
}

/// Checks a column of a CSV column file by the name of the file's own column.
pub(crate) fn check_csv_column(file: &str, column: &CsvColumn) -> Result<()> {
    let Some(identifier) = csv_identifier(&column.from) else {
        return Ok(());
    };
    judge(
        &format!("{file}: column {}", column.name),
        &column.from,
        identifier,
        &column.privacy,
    )
}

/// Checks a column of a reference file by its name. Names of places, organisations and conditions are
/// what such files are for; names of people are not.
pub(crate) fn check_reference_column(place: &str, name: &str) -> Result<()> {
    let name = name.to_ascii_lowercase();
    const NAMES: [&str; 9] = [
        "surname",
        "forename",
        "first_name",
        "given_name",
        "middle_name",
        "last_name",
        "family_name",
        "full_name",
        "patient_name",
    ];
    let what = match csv_identifier(&name) {
        _ if NAMES.iter().any(|part| name.contains(part)) => "a person's name",
        Some(Identifier::Never("a person's name" | "free text")) | None => return Ok(()),
        Some(
            Identifier::Never(what)
            | Identifier::Key(what)
            | Identifier::Date(what)
            | Identifier::Place(what),
        ) => what,
    };
    Err(
        Error::refused(format!("{place}: column {name} is named like {what}"))
            .cause("a reference table holds nothing of a person")
            .hint("take the column out; people's records come in through [sources], a postcode lookup through [privacy.lookups]"),
    )
}

fn judge(place: &str, path: &str, identifier: Identifier, treatment: &Treatment) -> Result<()> {
    let (what, cured, hint) = match identifier {
        Identifier::Never(what) => (what, false, "take the column out: this is never stored"),
        Identifier::Key(what) => (
            what,
            matches!(treatment, Treatment::Pseudonym | Treatment::Person),
            "give it the privacy treatment pseudonym",
        ),
        Identifier::Date(what) => (
            what,
            matches!(treatment, Treatment::Month | Treatment::Year),
            "give it the privacy treatment month or year",
        ),
        Identifier::Place(what) => (
            what,
            matches!(treatment, Treatment::Lookup(_)),
            "give it a privacy treatment such as lookup:postcode_lsoa",
        ),
    };
    if cured {
        return Ok(());
    }
    Err(Error::usage(format!("{place} selects {what} ('{path}')")).hint(hint))
}

/// Resource types whose own names and addresses are those of organisations, not of people.
const NOT_PEOPLE: [&str; 4] = ["Organization", "Location", "HealthcareService", "Endpoint"];

fn identifier(resource: &str, path: &str) -> Option<Identifier> {
    use Identifier::{Date, Key, Never, Place};
    let steps: Vec<&str> = steps(path);
    let last = *steps.last()?;
    let has = |name: &str| steps.contains(&name);
    // A contained resource is judged as a resource of its own, which may be anybody's.
    if let Some(at) = steps.iter().position(|step| *step == "contained") {
        return match steps.get(at + 1..) {
            None | Some([]) => Some(Never("a contained resource")),
            Some(inside) => identifier("contained", &inside.join(".")),
        };
    }
    // Whom to ask at an organisation is a person.
    let of_people = !NOT_PEOPLE.contains(&resource) || has("contact");
    if of_people {
        if has("name") && (resource != "Observation") {
            return Some(Never("a person's name"));
        }
        if last.ends_with("HumanName") {
            return Some(Never("a person's name"));
        }
        if has("telecom") || steps.iter().any(|s| s.ends_with("ContactPoint")) {
            return Some(Never("a telephone number or e-mail address"));
        }
        if has("address") || steps.iter().any(|s| s.ends_with("Address")) {
            return Some(match last {
                "postalCode" => Place("a postcode"),
                // What kind of address it is, and when somebody lived there, say no place.
                "use" | "type" | "start" | "end" => return None,
                _ => Never("an address"),
            });
        }
    }
    if has("photo") || has("attachment") || last.ends_with("Attachment") || last == "data" {
        return Some(Never("a picture or document"));
    }
    if has("_birthDate") || steps.iter().any(|step| step.contains("patient-birthTime")) {
        return Some(Date("a date of birth"));
    }
    match last {
        "birthDate" | "birthTime" => return Some(Date("a date of birth")),
        "deceasedDateTime" => return Some(Date("a date of death")),
        "id" if steps.len() == 1 => return Some(Key("a record's identifier")),
        "reference" => return Some(Key("a reference to a record")),
        // Organisation codes are public; everything else that identifies is somebody's.
        "value"
            if steps
                .iter()
                .any(|s| *s == "identifier" || s.ends_with("Identifier"))
                && of_people
                && !refers_to_no_person(&steps) =>
        {
            return Some(Key("an identifier"));
        }
        // Elements that FHIR types as text for people to read, in the resources of a shared record.
        "text" | "div" | "note" | "comment" | "description" | "patientInstruction"
        | "instructions" | "conclusion" | "summary" | "mitigation" | "rationale" | "title" => {
            return Some(Never("free text"));
        }
        // Every choice of text: valueString, onsetString, contentString, valueMarkdown.
        choice
            if ["String", "Markdown", "Annotation", "Base64Binary"]
                .iter()
                .any(|kind| choice.ends_with(kind)) =>
        {
            return Some(Never("free text"));
        }
        "display" if steps.len() < 2 || steps[steps.len() - 2] != "coding" => {
            return Some(Never("the display of a reference, which names people"));
        }
        _ => {}
    }
    if has("note") || has("div") || steps.iter().any(|s| s.ends_with("Annotation")) {
        return Some(Never("free text"));
    }
    None
}

/// Elements that refer to organisations, their sites or medicines in the resources of a shared record.
fn refers_to_no_person(steps: &[&str]) -> bool {
    const NO_PEOPLE: [&str; 9] = [
        "generalPractitioner",
        "managingOrganization",
        "serviceProvider",
        "custodian",
        "partOf",
        "performer",
        "organization",
        "location",
        "medicationReference",
    ];
    steps.iter().any(|step| NO_PEOPLE.contains(step))
}

/// Cuts a path at its dots, but not at those of an extension's address.
fn steps(path: &str) -> Vec<&str> {
    let mut steps = Vec::new();
    let (mut depth, mut from) = (0, 0);
    for (i, c) in path.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            '.' if depth == 0 => {
                steps.push(&path[from..i]);
                from = i + 1;
            }
            _ => {}
        }
    }
    steps.push(&path[from..]);
    steps
}

/// What is no person and has a name: `ward_name`, `name_of_practice`.
const THINGS: [&str; 32] = [
    "area",
    "authority",
    "clinic",
    "code",
    "commissioner",
    "condition",
    "council",
    "department",
    "diagnosis",
    "district",
    "drug",
    "hospital",
    "icb",
    "lsoa",
    "medication",
    "medicine",
    "msoa",
    "organisation",
    "organization",
    "pcn",
    "place",
    "practice",
    "procedure",
    "product",
    "provider",
    "region",
    "service",
    "site",
    "specialty",
    "team",
    "trust",
    "ward",
];

/// Whether the name of a column, in lower case, says whose name its values are, and that this is no
/// person: the word beside `name` counts, as the name of a practice's manager is somebody's.
fn names_a_thing(name: &str) -> bool {
    let words: Vec<&str> = name
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    match words.as_slice() {
        [one] => one
            .strip_suffix("name")
            .is_some_and(|thing| THINGS.contains(&thing)),
        ["name", "of", .., thing] | [.., thing, "name"] => THINGS.contains(thing),
        _ => false,
    }
}

fn csv_identifier(name: &str) -> Option<Identifier> {
    use Identifier::{Date, Key, Never, Place};
    let name = name.to_ascii_lowercase();
    let has = |part: &str| name.contains(part);
    Some(match () {
        () if has("nhs_number") && !has("status") => Key("an NHS number"),
        () if has("date_of_birth") || name == "dob" || has("birth_date") => Date("a date of birth"),
        () if has("date_of_death") => Date("a date of death"),
        () if has("postcode") => Place("a postcode"),
        () if has("name") && !names_a_thing(&name) => Never("a person's name"),
        () if has("address") || has("telephone") || has("phone") || has("email") => {
            Never("an address or telephone number")
        }
        () if ["note", "free_text", "comment", "narrative", "remark"]
            .iter()
            .any(|part| has(part)) =>
        {
            Never("free text")
        }
        () if has("patient_id")
            || has("person_id")
            || has("local_id")
            || has("hospital_number") =>
        {
            Key("a person's local identifier")
        }
        () if name.ends_with("spell_id")
            || name.ends_with("attendance_id")
            || name.ends_with("appointment_id")
            || name.ends_with("contact_id")
            || name.ends_with("event_id")
            || name.ends_with("referral_id") =>
        {
            Key("a record's identifier")
        }
        () => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(resource: &str, path: &str) -> bool {
        identifier(resource, path).is_some()
    }

    #[test]
    fn direct_identifiers_are_known() {
        for path in [
            "name.family",
            "identifier.value",
            "telecom.value",
            "address.postalCode",
            "address.line",
            "birthDate",
            "photo.data",
            "text.div",
            "id",
            "generalPractitioner.display",
            "contact.name.given",
            "extension(http://hl7.org/fhir/StructureDefinition/patient-birthPlace).valueAddress.city",
        ] {
            assert!(refused("Patient", path), "{path}");
        }
        assert!(refused("Encounter", "subject.display"));
        assert!(refused("Encounter", "participant.individual.display"));
        assert!(refused("Condition", "note.text"));
        assert!(refused("Condition", "code.text"));
        assert!(refused("DocumentReference", "content.attachment.data"));
        assert!(refused("Observation", "subject.reference"));
        assert!(refused("Organization", "contact.name.family"));
        assert!(refused("Encounter", "extension(u).valueIdentifier.value"));
        assert!(refused("DocumentReference", "masterIdentifier.value"));
    }

    #[test]
    fn free_text_is_never_stored_wherever_it_stands() {
        for (resource, path) in [
            ("Patient", "text.div"),
            ("Composition", "section.text.div"),
            ("Observation", "valueString"),
            ("Observation", "component.valueString"),
            ("Condition", "onsetString"),
            ("Condition", "abatementString"),
            ("Procedure", "performedString"),
            ("Communication", "payload.contentString"),
            ("QuestionnaireResponse", "item.*.answer.valueString"),
            ("QuestionnaireResponse", "item.text"),
            ("Encounter", "extension(u).valueMarkdown"),
            ("Encounter", "extension(u).valueAnnotation.time"),
            ("DiagnosticReport", "conclusion"),
            ("ClinicalImpression", "summary"),
            ("RiskAssessment", "mitigation"),
            ("MedicationRequest", "dosageInstruction.text"),
            ("MedicationRequest", "dosageInstruction.patientInstruction"),
            ("AllergyIntolerance", "reaction.description"),
            ("CarePlan", "description"),
            ("Goal", "note.authorString"),
            ("Appointment", "comment"),
        ] {
            let found = identifier(resource, path);
            assert!(
                matches!(found, Some(Identifier::Never(_))),
                "{resource}.{path}"
            );
            let treated = judge(
                "x",
                path,
                Identifier::Never("free text"),
                &Treatment::Pseudonym,
            );
            assert!(treated.is_err(), "no treatment makes it fit to store");
        }
        let column = CsvColumn {
            name: "said".to_string(),
            from: "Referral_Narrative".to_string(),
            kind: crate::decode::csv::ColumnType::String,
            privacy: Treatment::Clear,
            not_after: false,
            needed: false,
            optional: false,
            null: Vec::new(),
            format: Vec::new(),
            digits: 0,
            decimal_mark: None,
            description: None,
        };
        assert!(check_csv_column("x.toml", &column).is_err());
    }

    #[test]
    fn only_people_have_names_that_are_never_stored() {
        for name in [
            "ward_name",
            "Ward Name",
            "WARDNAME",
            "treatment_team_name",
            "provider_name",
            "name_of_practice",
            "registered_practice_name",
        ] {
            assert_eq!(csv_identifier(name), None, "{name}");
        }
        for name in [
            "name",
            "surname",
            "patient_name",
            "practice_manager_name",
            "provider_contact_name",
            "ward_consultant_name",
            "steward_name",
            "name_of_ward_sister",
            "organisation_name_of_next_of_kin",
        ] {
            let found = csv_identifier(name);
            assert_eq!(found, Some(Identifier::Never("a person's name")), "{name}");
        }
    }

    #[test]
    fn what_a_resource_contains_is_judged_as_a_resource_of_its_own() {
        for (path, expected) in [
            ("contained", Some(Identifier::Never("a contained resource"))),
            (
                "contained.name.family",
                Some(Identifier::Never("a person's name")),
            ),
            ("contained.code.text", Some(Identifier::Never("free text"))),
            (
                "contained.identifier.value",
                Some(Identifier::Key("an identifier")),
            ),
            (
                "contained.birthDate",
                Some(Identifier::Date("a date of birth")),
            ),
            (
                "contained.address.postalCode",
                Some(Identifier::Place("a postcode")),
            ),
            (
                "contained.id",
                Some(Identifier::Key("a record's identifier")),
            ),
            ("contained.code.coding.code", None),
        ] {
            assert_eq!(identifier("MedicationRequest", path), expected, "{path}");
        }
        let birth_time = "_birthDate.extension(http://hl7.org/fhir/StructureDefinition/patient-birthTime).valueDateTime";
        assert_eq!(
            identifier("Patient", birth_time),
            Some(Identifier::Date("a date of birth"))
        );
    }

    #[test]
    fn codes_are_free() {
        for path in [
            "code.coding.code",
            "code.coding.display",
            "status",
            "valueQuantity.value",
            "address.use",
            "address.period.end",
        ] {
            assert!(!refused("Observation", path), "{path}");
        }
        assert!(!refused("Organization", "name"));
        assert!(!refused("Organization", "identifier.value"));
        assert!(!refused("Encounter", "serviceProvider.identifier.value"));
        assert!(!refused("Encounter", "location.location.identifier.value"));
        assert!(!refused(
            "MedicationRequest",
            "medicationReference.identifier.value"
        ));
    }
}
