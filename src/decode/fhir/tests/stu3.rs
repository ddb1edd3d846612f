//! CareConnect STU3 gives the rows that UK Core R4 gives.

use super::project::views_of;
use super::{decode, rows};

/// The same facts twice: in CareConnect STU3, and in UK Core R4.
const PAIRS: [(&str, &str); 12] = [
    (
        r#"{"resourceType":"Patient","id":"p1","meta":{"lastUpdated":"2026-01-05T10:00:00Z","profile":["https://fhir.hl7.org.uk/STU3/StructureDefinition/CareConnect-Patient-1"]},
            "extension":[
                {"url":"https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-EthnicCategory-1","valueCodeableConcept":{"coding":[{"system":"https://fhir.hl7.org.uk/STU3/CodeSystem/CareConnect-EthnicCategory-1","code":"H","display":"Indian"}]}},
                {"url":"https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-NHSCommunication-1","extension":[
                    {"url":"language","valueCodeableConcept":{"coding":[{"code":"en"}]}},
                    {"url":"preferred","valueBoolean":false}]},
                {"url":"https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-NHSCommunication-1","extension":[
                    {"url":"language","valueCodeableConcept":{"coding":[{"code":"gu"}]}},
                    {"url":"preferred","valueBoolean":true},
                    {"url":"interpreterRequired","valueBoolean":true}]}],
            "identifier":[
                {"system":"https://example.org/local","value":"x1"},
                {"extension":[{"url":"https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-NHSNumberVerificationStatus-1","valueCodeableConcept":{"coding":[{"system":"https://fhir.hl7.org.uk/STU3/CodeSystem/CareConnect-NHSNumberVerificationStatus-1","code":"01"}]}}],
                 "use":"official","system":"https://fhir.nhs.uk/Id/nhs-number","value":"9434765919"}],
            "gender":"female","birthDate":"1957-03-14","deceasedDateTime":"2025-12-24",
            "address":[{"use":"old","period":{"end":"2001-01-01"},"postalCode":"ZZ99 1AA"},{"use":"home","postalCode":"ZZ99 3CZ"}],
            "generalPractitioner":[{"identifier":{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"B12345"}}]}"#,
        r#"{"resourceType":"Patient","id":"p1","meta":{"lastUpdated":"2026-01-05T10:00:00Z"},
            "extension":[
                {"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-EthnicCategory","valueCodeableConcept":{"coding":[{"code":"H"}]}},
                {"url":"http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired","valueBoolean":true}],
            "identifier":[
                {"extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus","valueCodeableConcept":{"coding":[{"code":"01"}]}}],
                 "system":"https://fhir.nhs.uk/Id/nhs-number","value":"9434765919"}],
            "communication":[{"language":{"coding":[{"code":"en"}]}},{"language":{"coding":[{"code":"gu"}]},"preferred":true}],
            "gender":"female","birthDate":"1957-03-14","deceasedDateTime":"2025-12-24",
            "address":[{"use":"old","period":{"end":"2001-01-01"},"postalCode":"ZZ99 1AA"},{"use":"home","postalCode":"ZZ99 3CZ"}],
            "generalPractitioner":[{"identifier":{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"B12345"}}]}"#,
    ),
    // GP Connect's own addresses: a number that is not verified must not link.
    (
        r#"{"resourceType":"Patient","id":"p3","extension":[{"url":"https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-NHSCommunication-1","extension":[{"url":"language","valueCodeableConcept":{"coding":[{"code":"cy"}]}},{"url":"interpreterRequired","valueBoolean":false}]}],
            "identifier":[{"extension":[{"url":"https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-NHSNumberVerificationStatus-1","valueCodeableConcept":{"coding":[{"code":"02"}]}}],"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9434765919"}]}"#,
        r#"{"resourceType":"Patient","id":"p3","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired","valueBoolean":false}],"communication":[{"language":{"coding":[{"code":"cy"}]}}],
            "identifier":[{"extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus","valueCodeableConcept":{"coding":[{"code":"02"}]}}],"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9434765919"}]}"#,
    ),
    // Nothing known but the number; a language in the standard's own element.
    (
        r#"{"resourceType":"Patient","id":"p2","identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9000000009"}],"communication":[{"language":{"coding":[{"code":"pl"}]}}]}"#,
        r#"{"resourceType":"Patient","id":"p2","identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":"9000000009"}],"communication":[{"language":{"coding":[{"code":"pl"}]}}]}"#,
    ),
    (
        r#"{"resourceType":"Encounter","id":"e1","meta":{"lastUpdated":"2026-01-05T10:00:00Z"},
            "extension":[{"url":"https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-OutcomeOfAttendance-1","valueCodeableConcept":{"coding":[{"code":"2"}]}}],
            "status":"finished","class":{"system":"http://hl7.org/fhir/v3/ActCode","code":"IMP"},
            "type":[{"coding":[{"system":"http://snomed.info/sct","code":"185212007"},{"system":"https://populace.example/CodeSystem/setting","code":"inpatient"}]}],
            "subject":{"reference":"Patient/p1"},
            "reason":[{"coding":[{"system":"http://snomed.info/sct","code":"22298006"}]}],
            "diagnosis":[{"condition":{"reference":"Condition/c1"},"role":{"coding":[{"code":"CC"}]},"rank":1}],
            "period":{"start":"2026-01-01T09:00:00Z","end":"2026-01-03T11:30:00Z"},
            "hospitalization":{
                "extension":[
                    {"url":"https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-AdmissionMethod-1","valueCodeableConcept":{"coding":[{"code":"2A"}]}},
                    {"url":"https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-DischargeMethod-1","valueCodeableConcept":{"coding":[{"code":"1"}]}}],
                "admitSource":{"coding":[{"code":"19"}]},"dischargeDisposition":{"coding":[{"code":"19"}]}},
            "serviceProvider":{"identifier":{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"RXX01"}}}"#,
        r#"{"resourceType":"Encounter","id":"e1","meta":{"lastUpdated":"2026-01-05T10:00:00Z"},
            "extension":[
                {"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-OutcomeOfAttendance","valueCodeableConcept":{"coding":[{"code":"2"}]}},
                {"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-AdmissionMethod","valueCodeableConcept":{"coding":[{"code":"2A"}]}},
                {"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-DischargeMethod","valueCodeableConcept":{"coding":[{"code":"1"}]}}],
            "status":"finished","class":{"code":"IMP"},
            "serviceType":{"coding":[{"system":"https://populace.example/CodeSystem/setting","code":"inpatient"}]},
            "type":[{"coding":[{"system":"http://snomed.info/sct","code":"185212007"}]}],
            "subject":{"reference":"Patient/p1"},
            "reasonCode":[{"coding":[{"system":"http://snomed.info/sct","code":"22298006"}]}],
            "period":{"start":"2026-01-01T09:00:00Z","end":"2026-01-03T11:30:00Z"},
            "hospitalization":{"admitSource":{"coding":[{"code":"19"}]},"dischargeDisposition":{"coding":[{"code":"19"}]}},
            "serviceProvider":{"identifier":{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"RXX01"}}}"#,
    ),
    (
        r#"{"resourceType":"Encounter","id":"e2","status":"in-progress","class":{"code":"EMER"},
            "extension":[{"url":"https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-EmergencyCareDischargeStatus-1","valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"182992009"}]}}],
            "subject":{"reference":"Patient/p1"},"period":{"start":"2026-01-01T09:00:00+01:00"}}"#,
        r#"{"resourceType":"Encounter","id":"e2","status":"in-progress","class":{"code":"EMER"},
            "extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-EmergencyCareDischargeStatus","valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"182992009"}]}}],
            "subject":{"reference":"Patient/p1"},"period":{"start":"2026-01-01T09:00:00+01:00"}}"#,
    ),
    (
        r#"{"resourceType":"Condition","id":"c1","clinicalStatus":"active","verificationStatus":"confirmed",
            "code":{"coding":[{"system":"http://snomed.info/sct","code":"38341003"},{"system":"http://hl7.org/fhir/sid/icd-10","code":"I10X"}]},
            "subject":{"reference":"Patient/p1"},"context":{"reference":"Encounter/e1"},
            "onsetDateTime":"2019-05","assertedDate":"2019-06-01"}"#,
        r#"{"resourceType":"Condition","id":"c1","clinicalStatus":{"coding":[{"code":"active"}]},"verificationStatus":{"coding":[{"code":"confirmed"}]},
            "code":{"coding":[{"system":"http://snomed.info/sct","code":"38341003"},{"system":"http://hl7.org/fhir/sid/icd-10","code":"I10X"}]},
            "subject":{"reference":"Patient/p1"},"encounter":{"reference":"Encounter/e1"},
            "onsetDateTime":"2019-05","recordedDate":"2019-06-01"}"#,
    ),
    (
        r#"{"resourceType":"Condition","id":"c2","clinicalStatus":"resolved","verificationStatus":"refuted","subject":{"reference":"Patient/p1"},"abatementDateTime":"2020-01-01","context":{"reference":"EpisodeOfCare/x"}}"#,
        r#"{"resourceType":"Condition","id":"c2","clinicalStatus":{"coding":[{"code":"resolved"}]},"verificationStatus":{"coding":[{"code":"refuted"}]},"subject":{"reference":"Patient/p1"},"abatementDateTime":"2020-01-01"}"#,
    ),
    // Two types of STU3 are one of R4.
    (
        r#"{"resourceType":"ReferralRequest","id":"r1","status":"active","subject":{"reference":"Patient/p1"},"reasonCode":[{"coding":[{"system":"http://snomed.info/sct","code":"29857009"}]}],"recipient":[{"reference":"Practitioner/x"},{"reference":"Organization/o1"}]}"#,
        r#"{"resourceType":"ServiceRequest","id":"r1","status":"active","subject":{"reference":"Patient/p1"},"reasonCode":[{"coding":[{"system":"http://snomed.info/sct","code":"29857009"}]}],"performer":[{"reference":"Organization/o1"}]}"#,
    ),
    (
        r#"{"resourceType":"Observation","id":"o1","status":"final","subject":{"reference":"Patient/p1"},"context":{"reference":"Encounter/e1"},"effectivePeriod":{"start":"2026-01-01"},"code":{"coding":[{"system":"http://read.info/readv2","code":"22K.."},{"system":"http://snomed.info/sct","code":"60621009"}]},"valueQuantity":{"value":31.5,"comparator":"<","unit":"kg/m2"}}"#,
        r#"{"resourceType":"Observation","id":"o1","status":"final","subject":{"reference":"Patient/p1"},"encounter":{"reference":"Encounter/e1"},"effectiveDateTime":"2026-01-01","code":{"coding":[{"system":"http://snomed.info/sct","code":"60621009"}]},"valueQuantity":{"value":31.5,"comparator":"<","code":"kg/m2"}}"#,
    ),
    (
        r#"{"resourceType":"Immunization","id":"i1","status":"completed","notGiven":true,"patient":{"reference":"Patient/p1"},"date":"2025-10-01","extension":[{"url":"https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-VaccinationProcedure-1","valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"822851000000102"}]}}],"vaccineCode":{"coding":[{"system":"http://hl7.org/fhir/v3/NullFlavor","code":"UNK"}]}}"#,
        r#"{"resourceType":"Immunization","id":"i1","status":"not-done","patient":{"reference":"Patient/p1"},"occurrenceDateTime":"2025-10-01","extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-VaccinationProcedure","valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"822851000000102"}]}}],"vaccineCode":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-NullFlavor","code":"UNK"}]}}"#,
    ),
    (
        r#"{"resourceType":"DocumentReference","id":"d1","status":"current","subject":{"reference":"Patient/p1"},"class":{"coding":[{"code":"letter"}]},"created":"2026-01-02T09:00:00Z","indexed":"2026-01-04T09:00:00Z","custodian":{"reference":"Organization/o1"}}"#,
        r#"{"resourceType":"DocumentReference","id":"d1","status":"current","subject":{"reference":"Patient/p1"},"category":[{"coding":[{"code":"letter"}]}],"date":"2026-01-02T09:00:00Z","custodian":{"reference":"Organization/o1"}}"#,
    ),
    // Types that only STU3 has are known, and have no view.
    (
        r#"{"resourceType":"DataElement","id":"r1"}"#,
        r#"{"resourceType":"Basic","id":"r1"}"#,
    ),
];

fn lines(of: fn(&(&'static str, &'static str)) -> &'static str) -> String {
    let lines = PAIRS.iter().map(|pair| of(pair).replace('\n', " "));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn careconnect_gives_the_rows_of_uk_core() {
    let mut stu3 = views_of("pipelines/views-stu3");
    let r4 = views_of("pipelines/views");
    let procedures = stu3
        .iter()
        .position(|view| view.resource == "ProcedureRequest");
    let procedures = stu3.remove(procedures.unwrap());
    assert_eq!(procedures.name, "service_request");
    assert_eq!(r4.len(), 23);
    assert_eq!(stu3.len(), r4.len(), "STU3 fills every table of R4");
    let beside = |name: &str| r4.iter().position(|view| view.name == name).unwrap();
    for (old, new) in stu3
        .iter()
        .zip(&r4)
        .chain([(&procedures, &r4[beside("service_request")])])
    {
        assert_eq!(old.name, new.name);
        assert_eq!(old.schema(), new.schema(), "{}", old.name);
        let tags = |view: &super::View| {
            view.columns
                .iter()
                .map(|c| c.tags.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(tags(old), tags(new), "{}", old.name);
        crate::privacy::check_view(&old.name, old).unwrap();
        crate::privacy::check_view(&new.name, new).unwrap();
    }
    let old = decode(&stu3, lines(|pair| pair.0).as_bytes());
    let new = decode(&r4, lines(|pair| pair.1).as_bytes());
    assert_eq!(old.rejects, []);
    assert_eq!(new.rejects, []);
    let same_request = |rows: Vec<String>| -> Vec<String> {
        rows.iter()
            .map(|row| row.replace("ReferralRequest", "ServiceRequest"))
            .collect()
    };
    for (at, view) in r4.iter().enumerate() {
        // STU3 says in an element of its own that a vaccine was not given.
        let old = rows(&old, at)
            .join("\n")
            .replace("|completed|true|", "|not-done|true|");
        let old = old.lines().map(str::to_owned).collect();
        assert_eq!(same_request(old), rows(&new, at), "{}", view.name);
    }
    // The columns of models, of all that the view has.
    let of = |table: &str, columns: &[&str]| -> Vec<String> {
        let at = beside(table);
        let place = |name: &&str| r4[at].columns.iter().position(|c| c.name == *name).unwrap();
        let places: Vec<_> = columns.iter().map(place).collect();
        let shown = |row: &String| {
            let values: Vec<_> = row.split('|').collect();
            places
                .iter()
                .map(|at| values[*at])
                .collect::<Vec<_>>()
                .join("|")
        };
        rows(&old, at).iter().map(shown).collect()
    };
    assert_eq!(
        of(
            "patient",
            &[
                "person_key",
                "person_identifier",
                "nhs_number_status",
                "sex",
                "birth_month",
                "ethnic_category",
                "language",
                "interpreter_required",
                "lsoa21_code",
                "practice_code",
                "death_month"
            ]
        ),
        [
            "Patient/p1|9434765919|01|female|1957-03-14|H|gu|true|ZZ99 3CZ|B12345|2025-12-24",
            "Patient/p3|9434765919|02|-|-|-|cy|false|-|-|-",
            "Patient/p2|9000000009|-|-|-|-|pl|-|-|-|-",
        ]
    );
    assert_eq!(
        of(
            "condition",
            &[
                "person_key",
                "encounter_key",
                "code",
                "icd10",
                "clinical_status",
                "verification_status",
                "onset",
                "abated",
                "recorded"
            ]
        ),
        [
            "Patient/p1|Encounter/e1|38341003|I10X|active|confirmed|2019-05-01|-|2019-06-01",
            "Patient/p1|-|-|-|resolved|refuted|-|2020-01-01|-",
        ]
    );
    assert_eq!(
        of("observation", &["code", "value", "comparator", "unit"]),
        ["60621009|31.5|<|kg/m2"]
    );
    assert_eq!(
        of("immunization", &["code", "not_given"]),
        ["822851000000102|true"]
    );
    assert_eq!(
        of("service_request", &["reason_code", "performer_key"]),
        ["29857009|Organization/o1"]
    );
    assert_eq!(
        of("encounter", &["admission_method", "discharge_method"]),
        ["2A|1", "-|-"]
    );
    assert_eq!(old.types["DataElement"], 1);
}
