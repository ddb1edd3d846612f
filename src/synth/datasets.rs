//! The files of a record: which there are, and what of a life goes into each.

use super::life::Life;
use super::world::World;
use super::{csv, fhir};

/// One kind of file.
#[derive(Debug)]
pub(super) struct Dataset {
    /// Folder and stem, such as `fhir/Patient`.
    pub stem: &'static str,
    /// CSV columns after those of the identity; none for FHIR.
    pub columns: Option<&'static str>,
}

const fn fhir_file(stem: &'static str) -> Dataset {
    Dataset {
        stem,
        columns: None,
    }
}

const fn csv_file(stem: &'static str, columns: &'static str) -> Dataset {
    Dataset {
        stem,
        columns: Some(columns),
    }
}

/// How many kinds of file there are.
pub(super) const COUNT: usize = 33;
/// The place of the deletions in [`DATASETS`]: written with faults only.
pub(super) const DELETED: usize = 18;
/// The place of the Bundles in [`DATASETS`]: written with faults only.
pub(super) const BUNDLE: usize = 19;
/// The datasets that are of the area and not of people: written once, in the first part.
pub(super) const OF_THE_AREA: [usize; 4] = [1, 2, 3, 4];

/// Every kind of file.
pub(super) const DATASETS: [Dataset; COUNT] = [
    fhir_file("fhir/Patient"),
    fhir_file("fhir/Organization"),
    fhir_file("fhir/Location"),
    fhir_file("fhir/PractitionerRole"),
    fhir_file("fhir/Medication"),
    fhir_file("fhir/Encounter"),
    fhir_file("fhir/Condition"),
    fhir_file("fhir/Observation"),
    fhir_file("fhir/Procedure"),
    fhir_file("fhir/MedicationRequest"),
    fhir_file("fhir/Immunization"),
    fhir_file("fhir/Appointment"),
    fhir_file("fhir/ServiceRequest"),
    fhir_file("fhir/EpisodeOfCare"),
    fhir_file("fhir/Flag"),
    fhir_file("fhir/Goal"),
    fhir_file("fhir/DocumentReference"),
    fhir_file("fhir/AllergyIntolerance"),
    fhir_file("fhir/deleted"),
    fhir_file("fhir/bundle"),
    csv_file("csv/apc_spell", csv::hospital::SPELL),
    csv_file("csv/ecds_attendance", csv::hospital::ATTENDANCE),
    csv_file("csv/op_attendance", csv::hospital::CLINIC),
    csv_file("csv/social_care_event", csv::social_care::EVENT),
    csv_file("csv/community_contact", csv::teams::CONTACT),
    csv_file("csv/mental_health_contact", csv::teams::CONTACT),
    csv_file("csv/pharmacy_contact", csv::local::PHARMACY),
    csv_file("csv/dental_contact", csv::local::DENTAL),
    csv_file("csv/optometry_contact", csv::local::OPTOMETRY),
    csv_file("csv/hospice_contact", csv::local::HOSPICE),
    // Last, because the faults of a file are drawn by its place here.
    fhir_file("fhir/Consent"),
    fhir_file("fhir/Communication"),
    fhir_file("fhir/QuestionnaireResponse"),
];

/// The text of some people for every kind of file.
pub(super) type Texts = [String; COUNT];

/// Appends what is of the area and of no person, to the datasets of [`OF_THE_AREA`].
pub(super) fn write_area(out: &mut Texts, world: &World) {
    let [_, organisations, locations, roles, products, ..] = out;
    fhir::organization::write(organisations, world);
    fhir::place::locations(locations, world);
    fhir::place::roles(roles, world);
    fhir::medication::products(products, world);
}

/// Appends everything about one life.
pub(super) fn write(out: &mut Texts, world: &World, life: &Life) {
    let [
        patient,
        _,
        _,
        _,
        _,
        encounters,
        conditions,
        observations,
        procedures,
        prescriptions,
        rest @ ..,
    ] = out;
    fhir::patient::write(patient, world, life);
    for encounter in &life.encounters {
        fhir::encounter::write(encounters, world, life, encounter);
    }
    for problem in &life.problems {
        fhir::condition::write(conditions, life, problem);
    }
    for observation in &life.observations {
        fhir::observation::write(observations, world, life, observation);
    }
    for event in &life.procedures {
        fhir::procedure::write(procedures, life, event);
    }
    for event in &life.prescriptions {
        fhir::medication::write(prescriptions, world, life, event);
    }
    let [
        vaccinations,
        appointments,
        referrals,
        episodes,
        flags,
        goals,
        letters,
        allergies,
        _,
        _,
        tables @ ..,
    ] = rest;
    for event in &life.vaccinations {
        fhir::immunization::write(vaccinations, world, life, event);
    }
    for appointment in &life.appointments {
        fhir::activity::appointment(appointments, world, life, appointment);
    }
    for referral in &life.referrals {
        fhir::activity::referral(referrals, world, life, referral);
    }
    for span in &life.episodes {
        fhir::planning::episode(episodes, world, life, span);
    }
    for span in &life.flags {
        fhir::planning::flag(flags, life, span);
    }
    for span in &life.goals {
        fhir::planning::goal(goals, life, span);
    }
    for letter in &life.letters {
        fhir::document::write(letters, world, life, letter);
    }
    fhir::allergy::write(allergies, life);
    let [tables @ .., agreements, messages, forms] = tables;
    write_tables(tables, world, life);
    for agreement in &life.agreements {
        fhir::consent::write(agreements, world, life, agreement);
    }
    for message in &life.messages {
        fhir::communication::write(messages, world, life, message);
    }
    for form in &life.forms {
        fhir::questionnaire::write(forms, life, form);
    }
}

fn write_tables(out: &mut [String; 10], world: &World, life: &Life) {
    let [
        spells,
        attendances,
        clinics,
        social,
        community,
        mental,
        locals @ ..,
    ] = out;
    for spell in &life.spells {
        csv::hospital::spell(spells, world, life, spell);
    }
    for attendance in &life.attendances {
        csv::hospital::attendance(attendances, world, life, attendance);
    }
    for clinic in &life.clinics {
        csv::hospital::clinic(clinics, world, life, clinic);
    }
    for event in &life.social {
        csv::social_care::event(social, world, life, event);
    }
    for contact in &life.community {
        csv::teams::contact(community, world, life, contact);
    }
    for contact in &life.mental {
        csv::teams::contact(mental, world, life, contact);
    }
    let [pharmacy, dental, optometry, hospice] = locals;
    for (out, contacts, form) in [
        (pharmacy, &life.pharmacy, (true, 2)),
        (dental, &life.dental, (false, 3)),
        (optometry, &life.optometry, (false, 2)),
        (hospice, &life.hospice, (true, 3)),
    ] {
        for contact in contacts {
            csv::local::contact(out, world, life, contact, form);
        }
    }
}

/// The header line of a CSV dataset.
pub(super) fn header(columns: &str) -> String {
    format!("{}{columns},extract_datetime\n", csv::IDENTITY)
}
