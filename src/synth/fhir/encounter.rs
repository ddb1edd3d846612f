//! Encounter.

use super::super::life::Life;
use super::super::record::{CareSetting, Encounter};
use super::super::world::World;
use super::*;

/// Codes of the setting a contact was in.
pub(crate) const SETTINGS: &str = "https://populace.example/CodeSystem/setting";
const CLASSES: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

fn admission_display(code: &str) -> &'static str {
    match code {
        "11" => "Waiting list",
        "12" => "Booked",
        "13" => "Planned",
        "21" => "Emergency Care Department or dental casualty department",
        "22" => "General practitioner",
        "23" => "Bed bureau",
        "24" => "Consultant clinic",
        "28" => "Other means",
        "31" => "Admitted ante partum",
        "82" => "The birth of a baby in this health care provider",
        _ => "",
    }
}

fn extensions(out: &mut String, encounter: &Encounter) {
    let mut first = true;
    let mut add = |url: &str, system: &str, code: &str, display: &str| {
        if code.is_empty() {
            return;
        }
        out.push_str(if first { ",\"extension\":[" } else { "," });
        first = false;
        let system = format!("https://fhir.hl7.org.uk/CodeSystem/{system}");
        coded_extension(out, url, &system, code, display);
    };
    let method = encounter.admission_method;
    let (url, system) = (
        "Extension-UKCore-AdmissionMethod",
        "UKCore-AdmissionMethodEngland",
    );
    add(url, system, method, admission_display(method));
    let (url, system) = (
        "Extension-UKCore-DischargeMethod",
        "UKCore-DischargeMethodEngland",
    );
    add(url, system, encounter.discharge_method, "");
    let (url, system) = (
        "Extension-UKCore-OutcomeOfAttendance",
        "UKCore-OutcomeOfAttendanceEngland",
    );
    add(url, system, encounter.outcome, "");
    if !encounter.discharge_status.is_empty() {
        out.push_str(if first { ",\"extension\":[" } else { "," });
        first = false;
        let url = "Extension-UKCore-EmergencyCareDischargeStatus";
        coded_extension(out, url, SNOMED, encounter.discharge_status, "");
    }
    if !first {
        out.push(']');
    }
}

/// Appends one Encounter.
pub(crate) fn write(out: &mut String, world: &World, life: &Life, encounter: &Encounter) {
    let person = &life.person;
    open(out, "Encounter", encounter.id, encounter.updated);
    let doctor = super::super::names::clinician(encounter.clinician);
    narrative(
        out,
        &format!("{} {} seen by {doctor}", person.given, person.family),
    );
    extensions(out, encounter);
    out.push_str(",\"status\":\"finished\",\"class\":");
    coding(out, CLASSES, encounter.class, "");
    out.push_str(",\"type\":[{\"coding\":[");
    coding(out, SNOMED, encounter.kind.code, encounter.kind.display);
    out.push_str("]}]");
    let setting = encounter.setting.coding();
    concept(out, "serviceType", SETTINGS, setting.code, "");
    self::person(
        out,
        "subject",
        person,
        encounter.setting == CareSetting::Inpatient,
    );
    out.push_str(",\"participant\":[{\"individual\":");
    practitioner(out, encounter.clinician);
    out.push_str("}],\"period\":{\"start\":\"");
    push_moment(out, encounter.start);
    out.push_str("+00:00\"");
    moment(out, "end", encounter.end);
    out.push('}');
    if let Some(reason) = encounter.reason {
        out.push_str(",\"reasonCode\":[{\"coding\":[");
        coding(out, SNOMED, reason.code, reason.display);
        out.push(']');
        if !encounter.remark.is_empty() {
            field(out, "text", encounter.remark);
        }
        out.push_str("}]");
    }
    if encounter.setting == CareSetting::Inpatient {
        out.push_str(",\"hospitalization\":{\"admitSource\":{\"coding\":[");
        let system = "https://fhir.hl7.org.uk/CodeSystem/UKCore-SourceOfAdmissionEngland";
        coding(out, system, encounter.admission_source, "");
        out.push_str("]}");
        let system = "https://fhir.hl7.org.uk/CodeSystem/UKCore-DischargeDestinationEngland";
        concept(
            out,
            "dischargeDisposition",
            system,
            encounter.discharge_destination,
            "",
        );
        out.push('}');
    }
    out.push_str(",\"serviceProvider\":");
    organisation(out, world.organisations.get(encounter.provider), false);
    close(out);
}
