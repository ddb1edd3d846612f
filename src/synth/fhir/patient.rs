//! Patient.

use std::fmt::Write;

use super::super::calendar::push_date;
use super::super::life::Life;
use super::super::world::World;
use super::*;

const LANGUAGES: &[(&str, &str)] = &[
    ("en", "English"),
    ("bsl", "British Sign Language"),
    ("pl", "Polish"),
    ("ro", "Romanian"),
    ("pt", "Portuguese"),
    ("uk", "Ukrainian"),
    ("pa", "Punjabi"),
    ("gu", "Gujarati"),
    ("hi", "Hindi"),
    ("ur", "Urdu"),
    ("bn", "Bengali"),
    ("ar", "Arabic"),
    ("so", "Somali"),
    ("fr", "French"),
    ("ku", "Kurdish"),
    ("zh", "Chinese"),
    ("ta", "Tamil"),
    ("fa", "Persian"),
];

const ETHNIC: &[(&str, &str)] = &[
    ("A", "British, Mixed British"),
    ("B", "Irish"),
    ("C", "Any other White background"),
    ("D", "White and Black Caribbean"),
    ("E", "White and Black African"),
    ("F", "White and Asian"),
    ("G", "Any other mixed background"),
    ("H", "Indian or British Indian"),
    ("J", "Pakistani or British Pakistani"),
    ("K", "Bangladeshi or British Bangladeshi"),
    ("L", "Any other Asian background"),
    ("M", "Caribbean"),
    ("N", "African"),
    ("P", "Any other Black background"),
    ("R", "Chinese"),
    ("S", "Any other ethnic group"),
    ("Z", "Not stated"),
];

fn display(list: &[(&str, &'static str)], code: &str) -> &'static str {
    list.iter()
        .find(|(known, _)| *known == code)
        .map_or("", |(_, display)| display)
}

/// Appends the Patient of a life.
pub(crate) fn write(out: &mut String, world: &World, life: &Life) {
    let person = &life.person;
    open(out, "Patient", person.id, life.updated);
    let mut words = format!("{}, {} (born ", person.family.to_uppercase(), person.given);
    push_date(&mut words, person.birth);
    words.push(')');
    narrative(out, &words);
    out.push_str(",\"extension\":[");
    let system = "https://fhir.hl7.org.uk/CodeSystem/UKCore-EthnicCategory";
    let ethnic = display(ETHNIC, person.ethnicity);
    coded_extension(
        out,
        "Extension-UKCore-EthnicCategory",
        system,
        person.ethnicity,
        ethnic,
    );
    if person.interpreter {
        out.push_str(
            ",{\"url\":\"http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired\",\
             \"valueBoolean\":true}",
        );
    }
    out.push_str("],\"identifier\":[{\"extension\":[");
    let status = match person.verification {
        "01" => "Number present and verified",
        _ => "Number present but not traced",
    };
    let system = "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland";
    let url = "Extension-UKCore-NHSNumberVerificationStatus";
    coded_extension(out, url, system, person.verification, status);
    let _ = write!(
        out,
        "],\"system\":\"https://fhir.nhs.uk/Id/nhs-number\",\"value\":\"{}\"}},\
         {{\"system\":\"https://harrowmere.example/Id/local-patient\",\"value\":\"{}\"}}]",
        person.nhs_number,
        local_number(person.index)
    );
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
    out.push_str("]}],\"telecom\":[{\"system\":\"phone\",\"use\":\"mobile\",\"value\":\"");
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
    let _ = write!(out, "],\"gender\":\"{}\"", person.gender);
    day(out, "birthDate", person.birth);
    if let Some(death) = person.death {
        moment(
            out,
            "deceasedDateTime",
            super::super::calendar::at(death, 1_425),
        );
    }
    out.push_str(",\"address\":[");
    for (nth, home) in person.homes.iter().enumerate() {
        if nth > 0 {
            out.push(',');
        }
        let lsoa = &world.geography.lsoas[home.lsoa];
        let towns = world.geography.place(home.lsoa).towns;
        out.push_str(if nth == 0 {
            "{\"use\":\"home\""
        } else {
            "{\"use\":\"old\""
        });
        out.push_str(",\"line\":[");
        text(out, &home.street);
        out.push(']');
        field(out, "city", towns[home.postcode % towns.len()]);
        field(out, "postalCode", &lsoa.postcodes[home.postcode]);
        period(out, "period", home.since, home.until);
        out.push('}');
    }
    out.push(']');
    let marital = match person.marital {
        "M" => "Married",
        "W" => "Widowed",
        "D" => "Divorced",
        _ => "Never Married",
    };
    let system = "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus";
    concept(out, "maritalStatus", system, person.marital, marital);
    out.push_str(",\"communication\":[{\"language\":{\"coding\":[");
    let system = "https://fhir.hl7.org.uk/CodeSystem/UKCore-HumanLanguage";
    coding(
        out,
        system,
        person.language,
        display(LANGUAGES, person.language),
    );
    out.push_str("]},\"preferred\":true}],\"generalPractitioner\":[");
    organisation(
        out,
        world.organisations.get(person.registrations[0].practice),
        true,
    );
    out.push(']');
    close(out);
}

/// The number a hospital gave the person.
pub(crate) fn local_number(index: u32) -> String {
    format!("H{:07}", u64::from(index) * 7 + 1_000_003)
}
