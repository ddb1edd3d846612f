//! What the views make of the published examples of the profiles: `docs/profiles.md`.

use crate::project::{notice, plain, repository, shared};
use populace::decode::Chunk;
use populace::decode::fhir::{Decoder, View, selected_paths};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

/// A folder of examples, the standard that they are of, and the views that read it.
const SETS: [(&str, &str, &str); 4] = [
    ("uk-core-examples", "UK Core (R4)", "pipelines/views"),
    (
        "pds-examples",
        "Personal Demographics Service (R4)",
        "pipelines/views",
    ),
    (
        "bars-examples",
        "Booking and Referral Standard (R4)",
        "pipelines/views",
    ),
    (
        "gp-connect-stu3",
        "GP Connect (STU3)",
        "pipelines/views-stu3",
    ),
];

const TEXT: &str = "free text or a picture, which is never stored";
const PEOPLE: &str = "names or describes staff or relatives";
const DETAIL: &str = "a detail of one record that no count needs";
const CHAIN: &str = "leads to another record of the same care; the encounter is followed";
const SELF: &str = "a name of the record itself: its key is made from its id";

/// Why an element that examples hold does not come out, or not of all: by type or for all (`*`).
const REASONS: &[(&str, &str, &str)] = &[
    ("*", "text", TEXT),
    ("*", "note", TEXT),
    ("*", "comment", TEXT),
    ("*", "description", TEXT),
    ("*", "content", TEXT),
    ("*", "patientInstruction", TEXT),
    ("*", "PatientInstruction", TEXT),
    ("*", "telecom", "a telephone number or e-mail address"),
    ("Patient", "name", "a direct identifier"),
    ("Patient", "contact", PEOPLE),
    ("Patient", "multipleBirth", DETAIL),
    (
        "Patient",
        "managingOrganization",
        "R4: the holder of the record, not the practice",
    ),
    (
        "Patient",
        "extension(CareConnect-GPC-RegistrationDetails-1)",
        "names a branch surgery only: no period and no status",
    ),
    ("*", "identifier (other)", SELF),
    ("*", "performer", "leads to staff"),
    ("*", "requester", "leads to staff"),
    ("*", "recorder", "leads to staff"),
    ("*", "asserter", "leads to staff"),
    ("*", "author", "leads to staff"),
    ("*", "authenticator", "leads to staff"),
    (
        "*",
        "participant",
        "leads to staff, or to a record that the example lacks",
    ),
    ("*", "practitioner", "leads to staff"),
    ("*", "recipient", "leads to staff"),
    ("*", "identifier", SELF),
    ("*", "groupIdentifier", SELF),
    ("*", "masterIdentifier", SELF),
    ("*", "basedOn", CHAIN),
    ("*", "priorPrescription", CHAIN),
    ("*", "supportingInfo", CHAIN),
    ("*", "related", CHAIN),
    ("*", "relatesTo", CHAIN),
    ("*", "derivedFrom", CHAIN),
    ("*", "hasMember", CHAIN),
    ("*", "specimen", CHAIN),
    ("*", "episodeOfCare", CHAIN),
    ("*", "slot", CHAIN),
    ("*", "locationReference", CHAIN),
    ("*", "reasonReference", CHAIN),
    (
        "*",
        "address",
        "a place of work: its organisation says where it is",
    ),
    ("*", "name", "a name of a place, which its code stands for"),
    (
        "Patient",
        "birthDate",
        "templates of a test tool, `#(…)`, in the place of dates",
    ),
    (
        "Patient",
        "address",
        "templates of a test tool, or `Example`, in the place of addresses",
    ),
    (
        "Patient",
        "generalPractitioner",
        "a template of a test tool in the place of the practice",
    ),
    ("Condition", "code", "text without a code"),
    ("Encounter", "type", "text without a code"),
    ("DocumentReference", "type", "text without a code"),
    ("Location", "type", "text without a code"),
    (
        "Organization",
        "type",
        "a code of the sender's own: the ODS code says what kind it is",
    ),
    (
        "Observation",
        "category",
        "what kind of observation it is, which its code says",
    ),
    (
        "Flag",
        "encounter",
        "no model follows it: a flag is of a person",
    ),
    ("AllergyIntolerance", "lastOccurrence", DETAIL),
    ("AllergyIntolerance", "type", DETAIL),
    ("Consent", "policy", DETAIL),
    ("Consent", "policyRule", DETAIL),
    ("Consent", "verification", DETAIL),
    (
        "Consent",
        "organization",
        "who keeps the consent: models count it by the person's area",
    ),
    ("Communication", "payload", TEXT),
    ("Communication", "sender", "leads to staff"),
    (
        "QuestionnaireResponse",
        "item",
        "answers in words, numbers and dates, and references: only coded answers are kept",
    ),
    (
        "QuestionnaireResponse",
        "source",
        "leads to who answered, who is not always whom it is about",
    ),
    ("QuestionnaireResponse", "parent", CHAIN),
    (
        "QuestionnaireResponse",
        "encounter",
        "comes out with coded answers only",
    ),
    (
        "QuestionnaireResponse",
        "context",
        "comes out with coded answers only",
    ),
    (
        "QuestionnaireResponse",
        "subject",
        "comes out with coded answers only",
    ),
    (
        "QuestionnaireResponse",
        "questionnaire",
        "comes out with coded answers only",
    ),
    (
        "QuestionnaireResponse",
        "authored",
        "comes out with coded answers only",
    ),
    (
        "QuestionnaireResponse",
        "status",
        "comes out with coded answers only",
    ),
    (
        "ServiceRequest",
        "performer",
        "leads to staff, or does not say to what type",
    ),
    (
        "DocumentReference",
        "custodian",
        "an accredited system, no organisation",
    ),
    (
        "DocumentReference",
        "context",
        "has a period and a setting, and no encounter",
    ),
];

/// Extensions that analysts need; others are details.
const NEEDED_EXTENSIONS: [&str; 17] = [
    "EthnicCategory",
    "NHSCommunication",
    "DeathNotificationStatus",
    "NHSNumberVerificationStatus",
    "RegistrationDetails",
    "RemovalFromRegistration",
    "AdmissionMethod",
    "DischargeMethod",
    "EmergencyCareDischargeStatus",
    "OutcomeOfAttendance",
    "DeliveryChannel",
    "VaccinationProcedure",
    "PrescriptionType",
    "DateRecorded",
    "birthTime",
    "interpreterRequired",
    "assertedDate",
];

/// Elements of no view that are details.
const DETAILS: [&str; 34] = [
    "extension",
    "docStatus",
    "lotNumber",
    "site",
    "doseQuantity",
    "batch",
    "form",
    "priority",
    "dosageInstruction",
    "substitution",
    "referenceRange",
    "interpretation",
    "bodySite",
    "dataAbsentReason",
    "specialty",
    "primarySource",
    "manufacturer",
    "expirationDate",
    "locationCode",
    "securityLabel",
    "position",
    "mode",
    "physicalType",
    "alias",
    "reportOrigin",
    "serviceCategory",
    "appointmentType",
    "minutesDuration",
    "replaces",
    "requisition",
    "reaction",
    "length",
    "partOf",
    "endpoint",
];

/// How many resources hold an element, and of how many it comes out.
#[derive(Default)]
struct Row {
    held: u64,
    out: u64,
}

#[test]
fn the_table_of_the_profiles_is_what_the_views_make_of_their_examples() {
    let place = repository().join("docs/profiles.md");
    let update = std::env::var_os("POPULACE_UPDATE").is_some();
    if !update && !place.exists() {
        notice("skipped: docs/profiles.md is not there; POPULACE_UPDATE=1 writes it");
        return;
    }
    let mut page = String::from(PAGE);
    let mut unexplained: Vec<String> = Vec::new();
    for (folder, title, views) in SETS {
        let Some(examples) = shared(&format!("fhir/{folder}")) else {
            return;
        };
        let _ = write!(
            page,
            "\n## {title}\n\n| type | element | held by | comes out of | why not of all |\n|---|---|---|---|---|\n"
        );
        let mut without = Vec::new();
        for (kind, lines) in resources(&examples) {
            let views = views_of(views, &kind);
            if views.is_empty() {
                without.push(format!("{kind} ({})", lines.len()));
                continue;
            }
            for (element, row) in elements(&views, &lines) {
                let why = match row.out < row.held {
                    true => reason(&kind, &element).unwrap_or_else(|| {
                        let (out, held) = (row.out, row.held);
                        unexplained.push(format!("{folder}: {kind}.{element}: {out} of {held}"));
                        ""
                    }),
                    false => "",
                };
                let (held, out) = (row.held, row.out);
                let _ = writeln!(page, "| {kind} | `{element}` | {held} | {out} | {why} |");
            }
        }
        let _ = write!(
            page,
            "\nTypes that no model reads, with their examples: {}.\n",
            without.join(", ")
        );
    }
    assert!(
        unexplained.is_empty(),
        "say why in REASONS: {unexplained:#?}"
    );
    if update {
        std::fs::write(&place, &page).unwrap();
    }
    let written = std::fs::read_to_string(&place).unwrap();
    assert_eq!(
        written, page,
        "POPULACE_UPDATE=1 writes docs/profiles.md anew"
    );
}

const PAGE: &str = "# Profiles\n\n\
What the shipped views make of the published examples of the standards that English senders use. \
`cargo test --test it profiles` generates this page with `POPULACE_UPDATE=1`, where the examples lie beside the project.\n\n\
An element is *held by* a resource that has it in any form (`value[x]` is `value`; extensions go by the end of their URL), and *comes out of* it when a column that reads the element has a value for the resource. \
Elements that every resource has for technical reasons (`id`, `meta`, `resourceType`, `contained`) are left out.\n";

/// The resources of a folder by type.
fn resources(folder: &Path) -> BTreeMap<String, Vec<Value>> {
    let mut all: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = plain(&std::fs::read(file.unwrap().path()).unwrap());
        for line in text
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            let mut resource: Value = serde_json::from_slice(line).unwrap();
            let kind = resource["resourceType"].as_str().unwrap().to_string();
            let of_kind = all.entry(kind).or_default();
            // Some examples of messages have no ids.
            if resource.get("id").is_none() {
                resource["id"] = Value::from(format!("example-{}", of_kind.len()));
            }
            of_kind.push(resource);
        }
    }
    all
}

fn views_of(folder: &str, kind: &str) -> Vec<Arc<View>> {
    let mut files: Vec<_> = std::fs::read_dir(repository().join(folder))
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let views = files.iter().map(|file| {
        let name = file.display().to_string();
        Arc::new(View::parse(&name, &std::fs::read_to_string(file).unwrap()).unwrap())
    });
    views.filter(|view| view.resource == kind).collect()
}

/// The elements of `lines` that say something, with what comes out.
fn elements(views: &[Arc<View>], lines: &[Value]) -> BTreeMap<String, Row> {
    let decoder = Decoder::new(views.to_vec());
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for resource in lines {
        let text = resource.to_string();
        let chunk = Chunk {
            bytes: text.as_bytes(),
            offset: 0,
            first_line: 1,
        };
        let decoded = decoder.decode(&chunk);
        // The elements that a column with a value reads.
        let mut read: BTreeSet<String> = BTreeSet::new();
        for (view, table) in views.iter().zip(&decoded.tables) {
            for selected in selected_paths(view) {
                let column = table.batch.column_by_name(&selected.column);
                if column.is_some_and(|column| column.null_count() < column.len()) {
                    read.insert(named(&selected.path));
                }
            }
        }
        let mut held: BTreeSet<String> = BTreeSet::new();
        for (name, value) in resource.as_object().unwrap() {
            held_in(name, value, &mut held);
        }
        for name in held {
            // What is told from its like by its system comes out under the name of the element.
            let element = name.split(" (").next().unwrap_or_default();
            let out = read.contains(element) && !name.ends_with("(other)");
            let row = rows.entry(name).or_default();
            row.held += 1;
            row.out += u64::from(out);
        }
    }
    rows
}

/// Elements that every resource has for technical reasons.
const TECHNICAL: [&str; 6] = [
    "id",
    "meta",
    "resourceType",
    "contained",
    "implicitRules",
    "language",
];

/// Elements of which the table names the members.
const OPENED: [&str; 1] = ["hospitalization"];

/// Notes under which names the table has the element `name` with this value.
fn held_in(name: &str, value: &Value, held: &mut BTreeSet<String>) {
    let items = value
        .as_array()
        .map_or(std::slice::from_ref(value), Vec::as_slice);
    if TECHNICAL.contains(&name) || name.starts_with('_') {
        return;
    }
    for item in items {
        match name {
            "extension" | "modifierExtension" => {
                let url = item["url"].as_str().unwrap_or_default();
                held.insert(named(&format!("{name}({url})")));
            }
            "identifier" => {
                let system = item["system"].as_str().unwrap_or_default();
                let known = match system.rsplit('/').next().unwrap_or_default() {
                    "nhs-number" => "NHS number",
                    "ods-organization-code" | "ods-site-code" => "ODS code",
                    _ => "other",
                };
                held.insert(format!("identifier ({known})"));
            }
            _ if OPENED.contains(&name) => {
                for (member, value) in item.as_object().into_iter().flatten() {
                    let mut inner = BTreeSet::new();
                    held_in(member, value, &mut inner);
                    held.extend(inner.iter().map(|member| format!("{name}.{member}")));
                }
            }
            _ => {
                held.insert(named(name));
            }
        }
    }
}

/// The name under which the table has the element that a path leads to: that of the resource it begins
/// with, without the type of a choice; extensions by the end of their URL.
fn named(path: &str) -> String {
    const CHOICES: [&str; 9] = [
        "value",
        "effective",
        "onset",
        "deceased",
        "occurrence",
        "performed",
        "abatement",
        "medication",
        "multipleBirth",
    ];
    if let Some((kind, url)) = path.split_once('(')
        && kind.to_ascii_lowercase().ends_with("extension")
        && !kind.contains('.')
    {
        let url = url.split(')').next().unwrap_or_default();
        let name = url.rsplit('/').next().unwrap_or_default();
        let name = name.strip_prefix("Extension-").unwrap_or(name);
        return format!("{kind}({name})");
    }
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let first = first.split('(').next().unwrap_or_default();
    if OPENED.contains(&first) {
        return format!("{first}.{}", named(rest));
    }
    let choice = CHOICES.iter().find(|choice| {
        let kind = first.strip_prefix(**choice);
        kind.is_some_and(|kind| {
            kind.is_empty() || kind.starts_with(|c: char| c.is_ascii_uppercase())
        })
    });
    choice.map_or(first, |choice| *choice).to_string()
}

fn reason(kind: &str, element: &str) -> Option<&'static str> {
    let of = |wanted: &str| {
        REASONS
            .iter()
            .find(|(of, name, _)| *of == wanted && *name == element)
    };
    let named = of(kind).or_else(|| of("*")).map(|(.., why)| *why);
    let detail = || match element.split_once("extension(") {
        Some((_, name)) => !NEEDED_EXTENSIONS.iter().any(|needed| name.contains(needed)),
        None => DETAILS.contains(&element),
    };
    named.or_else(|| detail().then_some(DETAIL))
}
