//! Emergency departments: each attendance is an Encounter and a row.

use super::super::calendar::{Moment, at};
use super::super::life::{Life, Meeting, on};
use super::super::random::Random;
use super::super::record::*;
use super::super::world::World;
use super::diagnoses::ContactReason;
use super::provider::trust;

const ATTENDANCE: Coding = coding("4525004", "Emergency department patient visit");

/// What people come to emergency departments with and go home again.
const COMPLAINTS: [(&str, Coding, f64); 10] = [
    ("21522001", coding("21522001", "Abdominal pain"), 10.0),
    ("29857009", coding("29857009", "Chest pain"), 9.0),
    ("82271004", coding("82271004", "Injury of head"), 8.0),
    ("125605004", coding("125605004", "Fracture of bone"), 7.0),
    ("44465007", coding("44465007", "Sprain of ankle"), 8.0),
    ("386661006", coding("386661006", "Fever"), 8.0),
    ("267036007", coding("267036007", "Dyspnoea"), 7.0),
    ("283682007", coding("283682007", "Laceration"), 7.0),
    ("161891005", coding("161891005", "Backache"), 4.0),
    ("366979004", coding("48694002", "Anxiety"), 3.0),
];

/// Attendances a year at an age that do not end in an admission.
pub(crate) fn attendance_rate(years: i32) -> f64 {
    match years {
        ..=4 => 0.55,
        5..=17 => 0.27,
        18..=34 => 0.33,
        35..=64 => 0.25,
        65..=79 => 0.26,
        _ => 0.36,
    }
}

/// An attendance; `admits` says why and where the person is then admitted. Returns its end.
pub(crate) fn attend(
    random: &mut Random,
    world: &World,
    life: &mut Life,
    start: Moment,
    admits: Option<(&ContactReason, usize)>,
) -> Moment {
    let day = on(start);
    let provider = match admits {
        Some((_, provider)) => provider,
        None => trust(random, world, life, day),
    };
    let department = match random.below(100) {
        _ if admits.is_some() => "01",
        0..=57 => "01",
        58..=60 => "02",
        _ => "03",
    };
    let minutes = match department {
        "01" => {
            random.between(60, 330)
                + if random.chance(0.35) {
                    random.between(60, 480)
                } else {
                    0
                }
        }
        _ => random.between(25, 200),
    };
    let end = (start + 60 * i64::from(minutes))
        .min(at(life.window.1, 1_438))
        .max(start);
    let complaint = &COMPLAINTS[random.weighted(&COMPLAINTS, |c| c.2)];
    let (chief, diagnosis) = match admits {
        Some((reason, _)) => (reason.snomed.code, reason.snomed),
        None => (complaint.0, complaint.1),
    };
    let old = life.person.age(day) > 74;
    let ambulance = department == "01"
        && random.chance(if admits.is_some() { 0.55 } else { 0.14 } + if old { 0.3 } else { 0.0 });
    let acuity = match random.below(20) {
        0 if admits.is_some() => "1064891000000107",
        1..=8 if admits.is_some() => "1064911000000105",
        _ if admits.is_some() => "1064901000000108",
        0..=4 => "1064901000000108",
        5..=16 => "1077241000000103",
        _ => "1077251000000100",
    };
    let discharged = match random.below(30) {
        _ if admits.is_some() => ["1077021000000100", "306706006"],
        0 => ["1066301000000103", "306689006"],
        1 => ["1066321000000107", "306689006"],
        _ => ["182992009", "306689006"],
    };
    let setting = CareSetting::Emergency;
    let reason = Some(diagnosis);
    let meeting = Meeting {
        setting,
        class: "EMER",
        kind: ATTENDANCE,
        start,
        end,
        reason,
        provider,
    };
    let encounter = life.meet(random, world, meeting);
    if let Some(last) = life.encounters.last_mut() {
        last.discharge_status = discharged[0];
    }
    if random.chance(0.2) {
        let code = coding("823641000000102", "Emergency department discharge summary");
        life.write_letter(random, world, code, (encounter, end, provider));
    }
    let number = life.next_row();
    let second = if random.chance(0.12) { "38341003" } else { "" };
    let mode = if ambulance {
        "1048031000000100"
    } else {
        "1048071000000103"
    };
    let source = match (ambulance, random.below(6)) {
        (true, _) => "1066031000000107",
        (_, 0) => "276491000",
        _ => "1065391000000104",
    };
    let (hrg, tariff) = match (department, minutes) {
        ("01", 240..) => ("VB07Z", 250),
        ("01", _) => ("VB08Z", 180),
        _ => ("VB11Z", 85),
    };
    life.attendances.push(Attendance {
        number,
        provider,
        department,
        times: (start, end),
        arrived: [mode, source, acuity],
        complaint: [chief, diagnosis.code, second],
        discharged,
        hrg,
        tariff: tariff + random.below(25),
    });
    end
}
