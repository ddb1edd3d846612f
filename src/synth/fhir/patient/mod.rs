//! Patient.

mod address;
mod codes;
mod extensions;
mod identifiers;

use std::fmt::Write;

use super::super::calendar::{at, date, push_date};
use super::super::life::Life;
use super::super::person::SyntheticPerson;
use super::super::world::World;
use super::variety::{drawn, one_in};
use super::*;
pub(crate) use identifiers::local_number;

/// Appends the Patient of a life.
pub(crate) fn write(out: &mut String, world: &World, life: &Life) {
    let person = &life.person;
    open(out, "Patient", person.id, life.updated);
    let mut words = format!("{}, {} (born ", person.family.to_uppercase(), person.given);
    push_date(&mut words, person.birth);
    words.push(')');
    narrative(out, &words);
    extensions::write(out, person);
    identifiers::write(out, world, person);
    out.push_str(",\"active\":");
    out.push_str(if person.death.is_some() {
        "false"
    } else {
        "true"
    });
    out.push_str(",\"name\":[{\"use\":\"official\"");
    field(out, "family", person.family);
    out.push_str(",\"given\":[");
    text(out, person.given);
    out.push_str("]}]");
    telecom(out, person);
    let _ = write!(out, ",\"gender\":\"{}\"", person.gender);
    birth(out, world, person);
    death(out, person);
    address::write(out, world, person);
    marital(out, person);
    if one_in(10, person.id, 8) {
        next_of_kin(out, person);
    }
    extensions::communication(out, person);
    practice(out, world, person);
    close(out);
}

fn telecom(out: &mut String, person: &SyntheticPerson) {
    out.push_str(",\"telecom\":[{\"system\":\"phone\",\"use\":\"mobile\",\"value\":\"");
    // 07700 900xxx is set aside for drama: nobody has these numbers.
    let _ = write!(out, "07700 900{:03}\"}}", person.telephone);
    if person.index.is_multiple_of(3) {
        let name = person.given.to_ascii_lowercase();
        let name: String = name.chars().filter(char::is_ascii_alphabetic).collect();
        let _ = write!(
            out,
            ",{{\"system\":\"email\",\"value\":\"{name}.{}@mail.example\"}}",
            person.index
        );
    }
    out.push(']');
}

/// The date of birth: for babies with its time, for a few only the month.
fn birth(out: &mut String, world: &World, person: &SyntheticPerson) {
    if one_in(400, person.id, 9) {
        let date = date(person.birth).format("%Y-%m");
        let _ = write!(out, ",\"birthDate\":\"{date}\"");
        return;
    }
    day(out, "birthDate", person.birth);
    if person.age(world.to) < 2 {
        out.push_str(
            ",\"_birthDate\":{\"extension\":[\
             {\"url\":\"http://hl7.org/fhir/StructureDefinition/patient-birthTime\"",
        );
        let minutes = (drawn(person.id, 10) % 1_440) as i32;
        moment(out, "valueDateTime", at(person.birth, minutes));
        out.push_str("}]}");
    }
}

/// The death: a time, a date, or only that the person has died.
fn death(out: &mut String, person: &SyntheticPerson) {
    match person.death {
        Some(_) if one_in(12, person.id, 11) => out.push_str(",\"deceasedBoolean\":true"),
        Some(death) if one_in(4, person.id, 12) => day(out, "deceasedDateTime", death),
        Some(death) => moment(out, "deceasedDateTime", at(death, 1_425)),
        None if one_in(8, person.id, 13) => out.push_str(",\"deceasedBoolean\":false"),
        None => {}
    }
}

fn marital(out: &mut String, person: &SyntheticPerson) {
    let marital = match person.marital {
        "M" => "Married",
        "W" => "Widowed",
        "D" => "Divorced",
        _ => "Never Married",
    };
    let system = "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus";
    concept(out, "maritalStatus", system, person.marital, marital);
}

fn next_of_kin(out: &mut String, person: &SyntheticPerson) {
    out.push_str(",\"contact\":[{\"relationship\":[{\"coding\":[");
    let system = "http://terminology.hl7.org/CodeSystem/v2-0131";
    coding(out, system, "N", "Next-of-Kin");
    out.push_str("]}],\"name\":{\"use\":\"official\"");
    field(out, "family", person.family);
    let number = drawn(person.id, 14) % 1_000;
    let _ = write!(
        out,
        "}},\"telecom\":[{{\"system\":\"phone\",\"value\":\"07700 900{number:03}\"}}]}}]"
    );
}

/// The practice: by its code with the time of the registration, by its code and a reference, or by
/// the role of a general practitioner there.
fn practice(out: &mut String, world: &World, person: &SyntheticPerson) {
    let registration = &person.registrations[0];
    let practice = world.organisations.get(registration.practice);
    out.push_str(",\"generalPractitioner\":[");
    if one_in(10, person.id, 15) {
        practitioner_role(out, practice, 0);
    } else if one_in(2, person.id, 16) {
        let _ = write!(
            out,
            "{{\"type\":\"Organization\",\"identifier\":{{\"system\":\"{ODS}\",\"value\":\"{}\"",
            practice.code
        );
        period(out, "period", registration.since, None);
        out.push_str("}}");
    } else {
        organisation(out, practice, true);
    }
    out.push(']');
}
