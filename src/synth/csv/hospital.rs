//! Admitted patient care, emergency care and outpatients.

use super::super::calendar::{at, day_of};
use super::super::life::Life;
use super::super::record::{Attendance, Clinic, Spell};
use super::super::world::World;
use super::CsvRow;

/// Columns of `apc_spell` after the identity.
pub(crate) const SPELL: &str = "provider_code,site_code,spell_id,admission_date,admission_method,\
     admission_source,patient_classification,discharge_date,discharge_method,\
     discharge_destination,discharge_ready_date,main_specialty,treatment_function,diag_01,\
     diag_02,diag_03,diag_04,diag_05,diag_06,proc_01,proc_02,proc_03,proc_date_01,hrg,\
     tariff_cost,episode_count";
/// Columns of `ecds_attendance` after the identity.
pub(crate) const ATTENDANCE: &str = "provider_code,site_code,attendance_id,department_type,\
     attendance_category,arrival_datetime,departure_datetime,arrival_mode,attendance_source,\
     acuity,chief_complaint,diagnosis_01,diagnosis_02,discharge_status,discharge_destination,\
     hrg,tariff_cost";
/// Columns of `op_attendance` after the identity.
pub(crate) const CLINIC: &str = "provider_code,site_code,appointment_id,appointment_date,attended,\
     first_attendance,priority,referral_source,referral_date,main_specialty,\
     treatment_function,proc_01,hrg,tariff_cost";

fn site(row: &mut CsvRow<'_>, provider: &str, number: u32) {
    row.code(&format!("{provider}0{}", 1 + number % 2));
}

/// Appends one row of `apc_spell`.
pub(crate) fn spell(out: &mut String, world: &World, life: &Life, spell: &Spell) {
    let mut row = CsvRow::begin(out, world, life, spell.days.0);
    let provider = &world.organisations.get(spell.provider).code;
    row.code(provider);
    site(&mut row, provider, spell.number);
    row.local("S", life, spell.number).date(Some(spell.days.0));
    row.code(spell.admitted[0])
        .code(spell.admitted[1])
        .code(spell.admitted[2]);
    row.date(Some(spell.days.1))
        .code(spell.discharged[0])
        .code(spell.discharged[1])
        .date(spell.ready);
    row.code(spell.specialty[0]).code(spell.specialty[1]);
    for nth in 0..6 {
        row.code(spell.diagnoses.get(nth).map_or("", String::as_str));
    }
    for nth in 0..3 {
        row.code(spell.procedures.get(nth).copied().unwrap_or(""));
    }
    row.date(spell.operated).code(spell.hrg);
    row.number(format_args!("{}.00", spell.tariff))
        .number(spell.episodes);
    row.end(world.extracted(at(spell.days.1, 1_439)));
}

/// Appends one row of `ecds_attendance`.
pub(crate) fn attendance(out: &mut String, world: &World, life: &Life, attendance: &Attendance) {
    let mut row = CsvRow::begin(out, world, life, day_of(attendance.times.0));
    let provider = &world.organisations.get(attendance.provider).code;
    row.code(provider);
    site(&mut row, provider, u32::from(attendance.department != "01"));
    row.local("A", life, attendance.number);
    row.code(attendance.department).code("1");
    row.moment(attendance.times.0).moment(attendance.times.1);
    for code in attendance.arrived.iter().chain(&attendance.complaint) {
        row.code(code);
    }
    row.code(attendance.discharged[0])
        .code(attendance.discharged[1]);
    row.code(attendance.hrg)
        .number(format_args!("{}.50", attendance.tariff));
    row.end(world.extracted(attendance.times.1));
}

/// Appends one row of `op_attendance`.
pub(crate) fn clinic(out: &mut String, world: &World, life: &Life, clinic: &Clinic) {
    let mut row = CsvRow::begin(out, world, life, clinic.day);
    let provider = &world.organisations.get(clinic.provider).code;
    row.code(provider);
    site(&mut row, provider, clinic.number);
    row.local("O", life, clinic.number).date(Some(clinic.day));
    for code in clinic.codes {
        row.code(code);
    }
    row.date(Some(clinic.referred))
        .code(clinic.specialty[0])
        .code(clinic.specialty[1]);
    row.code(clinic.procedure).code(clinic.hrg);
    row.number(format_args!("{}.00", clinic.tariff));
    row.end(world.extracted(at(clinic.day, 1_439)));
}
