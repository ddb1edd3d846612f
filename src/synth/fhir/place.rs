//! Location and PractitionerRole: where care is given, and as what.

use super::super::names;
use super::super::organisations::{Organisation, OrganisationKind};
use super::super::record::{Coding, coding as code};
use super::super::world::World;
use super::place_id::{ROLES, SITES, role, site};
use super::*;

const ODS_SITE: &str = "https://fhir.nhs.uk/Id/ods-site-code";

/// Job roles, by number.
const JOBS: [Coding; ROLES as usize] = [
    code("62247001", "General practitioner"),
    code("224535009", "Registered nurse"),
    code("158965000", "Medical practitioner"),
];

fn has_sites(organisation: &Organisation) -> bool {
    matches!(
        organisation.kind,
        OrganisationKind::GpPractice
            | OrganisationKind::AcuteTrust
            | OrganisationKind::MentalHealthTrust
            | OrganisationKind::CommunityTrust
    )
}

/// Appends every site of practices and trusts.
pub(crate) fn locations(out: &mut String, world: &World) {
    let updated = super::super::calendar::at(world.from, 120);
    for organisation in world.organisations.all.iter().filter(|o| has_sites(o)) {
        for number in 0..SITES {
            location(out, organisation, number, updated);
        }
    }
}

fn location(out: &mut String, organisation: &Organisation, number: u8, updated: Moment) {
    open(out, "Location", site(organisation, number), updated);
    let _ = write!(
        out,
        ",\"identifier\":[{{\"system\":\"{ODS_SITE}\",\"value\":\"{}0{}\"}}],\"status\":\"active\"",
        organisation.code,
        number + 1
    );
    let name = format!("{} site {}", organisation.name, number + 1);
    field(out, "name", &name);
    out.push_str(",\"mode\":\"instance\",\"type\":[{\"coding\":[");
    let (kind, display) = match organisation.kind {
        OrganisationKind::GpPractice => ("FMC", "Family medicine clinic"),
        OrganisationKind::AcuteTrust => ("HOSP", "Hospital"),
        OrganisationKind::MentalHealthTrust => ("PSYCHF", "Psychiatric care facility"),
        _ => ("OF", "Outpatient facility"),
    };
    let system = "http://terminology.hl7.org/CodeSystem/v3-RoleCode";
    coding(out, system, kind, display);
    out.push_str("]}],\"address\":{\"use\":\"work\",\"line\":[\"1 Market Place\"],\"city\":");
    let towns = super::super::geography::PLACES[organisation.place].towns;
    text(out, towns[usize::from(number) % towns.len()]);
    out.push('}');
    let system = "http://terminology.hl7.org/CodeSystem/location-physical-type";
    concept(out, "physicalType", system, "si", "Site");
    out.push_str(",\"managingOrganization\":");
    // One site names its organisation by code, the other by a reference only.
    if number == 0 {
        self::organisation(out, organisation, true);
    } else {
        organisation_reference(out, organisation);
    }
    close(out);
}

/// Appends the roles of staff at practices and trusts.
pub(crate) fn roles(out: &mut String, world: &World) {
    let updated = super::super::calendar::at(world.from, 120);
    for organisation in world.organisations.all.iter().filter(|o| has_sites(o)) {
        for number in 0..ROLES {
            practitioner_role_of(out, organisation, number, updated);
        }
    }
}

fn practitioner_role_of(
    out: &mut String,
    organisation: &Organisation,
    number: u8,
    updated: Moment,
) {
    let resource = role(organisation, number);
    open(out, "PractitionerRole", resource, updated);
    let profile = 555_000_000_000 + (resource % 1_000_000_000) as u64;
    let _ = write!(
        out,
        ",\"identifier\":[{{\"system\":\"https://fhir.nhs.uk/Id/sds-role-profile-id\",\"value\":\"{profile}\"}}],\
         \"active\":true,\"practitioner\":"
    );
    practitioner(out, number);
    out.push_str(",\"organization\":");
    if number == 1 {
        organisation_reference(out, organisation);
    } else {
        self::organisation(out, organisation, true);
    }
    out.push_str(",\"code\":[{\"coding\":[");
    let job = JOBS[usize::from(number % ROLES)];
    coding(out, SNOMED, job.code, job.display);
    out.push_str("]}],\"specialty\":[{\"coding\":[");
    let system = "https://fhir.hl7.org.uk/CodeSystem/UKCore-PracticeSettingCode";
    match organisation.kind {
        OrganisationKind::GpPractice => coding(out, system, "600", "General Medical Practice"),
        _ => coding(out, system, "300", "General Medicine"),
    }
    let _ = write!(
        out,
        "]}}],\"telecom\":[{{\"system\":\"phone\",\"use\":\"work\",\"value\":\"01632 960{:03}\"}}]",
        resource % 1_000
    );
    close(out);
}

/// Appends a participant or author: the name, and for some clinicians the role that they act in.
pub(crate) fn clinician(out: &mut String, organisation: &Organisation, clinician: u8) {
    if clinician >= ROLES || !has_sites(organisation) {
        practitioner(out, clinician);
        return;
    }
    out.push_str("{\"reference\":\"PractitionerRole/");
    id(out, role(organisation, clinician));
    out.push('"');
    field(out, "display", names::clinician(clinician));
    out.push('}');
}
