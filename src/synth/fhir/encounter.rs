//! Encounter.

use super::super::conditions::KINDS;
use super::super::life::Life;
use super::super::record::{CareSetting, Coding, Encounter, coding as code};
use super::super::world::World;
use super::variety::one_in;
use super::*;

/// Codes of the setting a contact was in.
pub(crate) const SETTINGS: &str = "https://populace.example/CodeSystem/setting";
const CLASSES: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

/// The kind of service, as UK Core says it.
fn care_setting(setting: CareSetting) -> Coding {
    match setting {
        CareSetting::GeneralPractice => code("394814009", "General practice service"),
        CareSetting::Emergency => code("310000008", "Accident and Emergency service"),
        CareSetting::Inpatient => code("394802001", "General medicine service"),
        CareSetting::Outpatient => code("310065000", "Open access service"),
        CareSetting::Community => code("310203004", "Community rehabilitation service"),
        CareSetting::MentalHealth => code("310116007", "Psychiatry service"),
    }
}

/// Appends `,"serviceType":…`: the setting and the kind of service.
pub(crate) fn service(out: &mut String, setting: CareSetting) {
    let (own, care) = (setting.coding(), care_setting(setting));
    coding(out, SETTINGS, own.code, own.display);
    out.push(',');
    coding(out, SNOMED, care.code, care.display);
}

fn class_display(class: &str) -> &'static str {
    match class {
        "IMP" => "inpatient encounter",
        "EMER" => "emergency",
        "VR" => "virtual",
        "HH" => "home health",
        _ => "ambulatory",
    }
}

fn admission_display(code: &str) -> &'static str {
    match code {
        "11" => "Elective Admission: Waiting list",
        "12" => "Elective Admission: Booked",
        "13" => "Elective Admission: Planned",
        "21" => {
            "Emergency Admission: Emergency Care Department or dental casualty department of the Health Care Provider"
        }
        "22" => "Emergency Admission: General practitioner",
        "23" => "Emergency Admission: Bed bureau",
        "24" => "Emergency Admission: Consultant clinic",
        "28" => "Emergency Admission: Other means",
        "31" => "Maternity Admission: Admitted ante partum",
        "82" => "Other Admission: The birth of a baby in this Health Care Provider",
        _ => "",
    }
}

/// The extensions of the contact itself.
fn extensions(out: &mut String, encounter: &Encounter) {
    let before = out.len();
    let mut add = |url: &str, system: &str, code: &str| {
        if code.is_empty() {
            return;
        }
        out.push_str(if out.len() == before {
            ",\"extension\":["
        } else {
            ","
        });
        coded_extension(out, url, system, code, "");
    };
    let system = "https://fhir.hl7.org.uk/CodeSystem/UKCore-DischargeMethodEngland";
    let url = "Extension-UKCore-DischargeMethod";
    add(url, system, encounter.discharge_method);
    let system = "https://fhir.hl7.org.uk/CodeSystem/UKCore-OutcomeOfAttendanceEngland";
    let url = "Extension-UKCore-OutcomeOfAttendance";
    add(url, system, encounter.outcome);
    let url = "Extension-UKCore-EmergencyCareDischargeStatus";
    add(url, SNOMED, encounter.discharge_status);
    if out.len() > before {
        out.push(']');
    }
}

/// Whether a stay has not ended: it reaches the last evening of the record.
fn goes_on(world: &World, encounter: &Encounter) -> bool {
    encounter.setting == CareSetting::Inpatient
        && encounter.end >= world.end - 86_400
        && encounter.discharge_method != "4"
}

fn status(world: &World, encounter: &Encounter) -> &'static str {
    match () {
        () if goes_on(world, encounter) => "in-progress",
        () if one_in(500, encounter.id, 1) => "entered-in-error",
        () if one_in(700, encounter.id, 2) => "cancelled",
        () => "finished",
    }
}

/// Appends one Encounter.
pub(crate) fn write(out: &mut String, world: &World, life: &Life, encounter: &Encounter) {
    let person = &life.person;
    let provider = world.organisations.get(encounter.provider);
    open(out, "Encounter", encounter.id, encounter.updated);
    let doctor = super::super::names::clinician(encounter.clinician);
    narrative(
        out,
        &format!("{} {} seen by {doctor}", person.given, person.family),
    );
    extensions(out, encounter);
    let _ = write!(
        out,
        ",\"status\":\"{}\",\"class\":",
        status(world, encounter)
    );
    coding(
        out,
        CLASSES,
        encounter.class,
        class_display(encounter.class),
    );
    out.push_str(",\"type\":[{\"coding\":[");
    coding(out, SNOMED, encounter.kind.code, encounter.kind.display);
    out.push_str("]}],\"serviceType\":{\"coding\":[");
    service(out, encounter.setting);
    out.push_str("]}");
    let inpatient = encounter.setting == CareSetting::Inpatient;
    self::person(out, "subject", person, (inpatient, encounter.id));
    out.push_str(",\"participant\":[{\"individual\":");
    place::clinician(out, provider, encounter.clinician);
    out.push_str("}],\"period\":{\"start\":\"");
    push_moment(out, encounter.start);
    out.push_str("+00:00\"");
    if !goes_on(world, encounter) {
        moment(out, "end", encounter.end);
    }
    out.push('}');
    reason(out, encounter);
    if inpatient {
        hospitalisation(out, encounter);
    }
    if matches!(
        encounter.setting,
        CareSetting::Emergency | CareSetting::Inpatient
    ) {
        out.push_str(",\"location\":[{\"location\":");
        location(out, provider, encounter.clinician % 2);
        out.push_str("}]");
    }
    out.push_str(",\"serviceProvider\":");
    match () {
        () if one_in(12, encounter.id, 3) => organisation_reference(out, provider),
        () if one_in(6, encounter.id, 4) => organisation_code(out, provider),
        () => organisation(out, provider, false),
    }
    close(out);
}

fn reason(out: &mut String, encounter: &Encounter) {
    let Some(reason) = encounter.reason else {
        return;
    };
    out.push_str(",\"reasonCode\":[{\"coding\":[");
    coding(out, SNOMED, reason.code, reason.display);
    let icd10 = KINDS.iter().find(|kind| kind.snomed == reason.code);
    if let Some(kind) = icd10.filter(|_| encounter.setting == CareSetting::Inpatient) {
        out.push(',');
        coding(out, ICD10, kind.icd10, "");
    }
    out.push(']');
    if !encounter.remark.is_empty() {
        field(out, "text", encounter.remark);
    }
    out.push_str("}]");
}

fn hospitalisation(out: &mut String, encounter: &Encounter) {
    out.push_str(",\"hospitalization\":{\"extension\":[");
    let method = encounter.admission_method;
    let url = "Extension-UKCore-AdmissionMethod";
    let system = "https://fhir.hl7.org.uk/CodeSystem/UKCore-AdmissionMethodEngland";
    coded_extension(out, url, system, method, admission_display(method));
    out.push_str("],\"admitSource\":{\"coding\":[");
    let system = "https://fhir.hl7.org.uk/CodeSystem/UKCore-SourceOfAdmissionEngland";
    coding(out, system, encounter.admission_source, "");
    out.push_str("]}");
    if one_in(15, encounter.id, 5) {
        let system = "http://terminology.hl7.org/CodeSystem/v2-0092";
        concept(out, "reAdmission", system, "R", "Re-admission");
    }
    let system = "https://fhir.hl7.org.uk/CodeSystem/UKCore-DischargeDestinationEngland";
    let destination = encounter.discharge_destination;
    concept(out, "dischargeDisposition", system, destination, "");
    out.push('}');
}
