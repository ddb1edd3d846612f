//! What is measured in general practice, and the values people have.

use super::super::conditions::at;
use super::super::life::Life;
use super::super::random::Random;
use super::super::record::{Coding, Finding, coding};

/// One thing that can be measured.
#[derive(Debug)]
pub(crate) struct ClinicalMeasure {
    /// Code of SNOMED CT.
    pub snomed: &'static str,
    /// Code of LOINC; empty where senders give none.
    pub loinc: &'static str,
    /// Display.
    pub display: &'static str,
    /// Unit, as UCUM, and as people write it.
    pub unit: (&'static str, &'static str),
    /// FHIR observation category.
    pub category: &'static str,
    /// Decimals of the value.
    pub decimals: u32,
}

const fn measure(
    (snomed, loinc): (&'static str, &'static str),
    display: &'static str,
    unit: (&'static str, &'static str),
    category: &'static str,
    decimals: u32,
) -> ClinicalMeasure {
    ClinicalMeasure {
        snomed,
        loinc,
        display,
        unit,
        category,
        decimals,
    }
}

const VITAL: &str = "vital-signs";
/// The category of laboratory results.
pub(crate) const LAB: &str = "laboratory";
const SOCIAL: &str = "social-history";

/// All measures. The constants below are places in this list.
#[rustfmt::skip]
pub(crate) const MEASURES: [ClinicalMeasure; 20] = [
    measure(("75367002", "85354-9"), "Blood pressure", ("mm[Hg]", "mmHg"), VITAL, 0),
    measure(("27113001", "29463-7"), "Body weight", ("kg", "kg"), VITAL, 1),
    measure(("60621009", "39156-5"), "Body mass index", ("kg/m2", "kg/m2"), VITAL, 1),
    measure(("50373000", "8302-2"), "Body height measure", ("cm", "cm"), VITAL, 0),
    measure(("364075005", "8867-4"), "Heart rate", ("/min", "beats/min"), VITAL, 0),
    measure(("386725007", "8310-5"), "Body temperature", ("Cel", "degrees C"), VITAL, 1),
    measure(("431314004", "59408-5"), "Peripheral oxygen saturation", ("%", "%"), VITAL, 0),
    measure(("999791000000106", ""), "Haemoglobin A1c level - International Federation of Clinical Chemistry and Laboratory Medicine standardised", ("mmol/mol", "mmol/mol"), LAB, 0),
    measure(("1020291000000106", ""), "Glomerular filtration rate calculated by Chronic Kidney Disease Epidemiology Collaboration formula", ("mL/min/{1.73_m2}", "mL/min/1.73m2"), LAB, 0),
    measure(("1000731000000107", ""), "Serum creatinine level", ("umol/L", "umol/L"), LAB, 0),
    measure(("1005671000000105", ""), "Serum cholesterol level", ("mmol/L", "mmol/L"), LAB, 1),
    measure(("1005681000000107", ""), "Serum high density lipoprotein cholesterol level", ("mmol/L", "mmol/L"), LAB, 1),
    measure(("1022431000000105", ""), "Haemoglobin estimation", ("g/L", "g/L"), LAB, 0),
    measure(("1000661000000107", ""), "Serum sodium level", ("mmol/L", "mmol/L"), LAB, 0),
    measure(("1000651000000109", ""), "Serum potassium level", ("mmol/L", "mmol/L"), LAB, 1),
    measure(("1018251000000107", ""), "Serum alanine aminotransferase level", ("U/L", "U/L"), LAB, 0),
    measure(("1022791000000101", ""), "Serum thyroid stimulating hormone level", ("m[IU]/L", "mIU/L"), LAB, 1),
    measure(("229819007", "72166-2"), "Tobacco use and exposure", ("", ""), SOCIAL, 0),
    measure(("160573003", ""), "Alcohol intake", ("{unit}/wk", "units/week"), SOCIAL, 0),
    measure(("720433000", "44261-6"), "Patient Health Questionnaire Nine Item score", ("{score}", "score"), "survey", 0),
];

/// Blood pressure.
pub(crate) const PRESSURE: usize = 0;
/// Weight.
pub(crate) const WEIGHT: usize = 1;
/// Body mass index.
pub(crate) const BODY_MASS: usize = 2;
/// Height.
pub(crate) const HEIGHT: usize = 3;
/// Pulse.
pub(crate) const PULSE: usize = 4;
/// Temperature.
pub(crate) const TEMPERATURE: usize = 5;
/// Oxygen saturation.
pub(crate) const OXYGEN: usize = 6;
/// HbA1c.
pub(crate) const HBA1C: usize = 7;
/// The usual blood test: kidney function, blood count, liver, salts.
pub(crate) const BLOODS: [usize; 6] = [8, 9, 12, 13, 14, 15];
/// Total and HDL cholesterol.
pub(crate) const LIPIDS: [usize; 2] = [10, 11];
/// Thyroid function.
pub(crate) const THYROID: usize = 16;
/// Kidney function, of which laboratories report no more than that it is above 90.
pub(crate) const KIDNEY: usize = 8;
/// Smoking status.
pub(crate) const SMOKING: usize = 17;
/// Units of alcohol a week.
pub(crate) const ALCOHOL: usize = 18;
/// Depression score.
pub(crate) const MOOD: usize = 19;

const SMOKING_STATUS: [Coding; 3] = [
    coding("266919005", "Never smoked tobacco"),
    coding("8517006", "Ex-smoker"),
    coding("77176002", "Smoker"),
];

/// What a measurement of this person finds on a day.
pub(crate) fn find(random: &mut Random, life: &Life, measure: usize, on: i32) -> Finding {
    let person = &life.person;
    let years = f64::from(person.age(on));
    let has = |kind| life.has(kind, on);
    let grown = (years / 17.0).min(1.0);
    let height = 50.0 + (person.height - 50.0) * (0.25 + 0.75 * grown).min(1.0);
    let body_mass = if years < 18.0 {
        16.0 + 0.25 * years
    } else {
        person.body_mass
    };
    let weight = if years < 1.0 {
        6.5
    } else {
        body_mass * height * height / 10_000.0
    };
    let mut near = |mean: f64, deviation: f64, low: f64, high: f64| {
        random.normal(mean, deviation).clamp(low, high)
    };
    let value = match measure {
        PRESSURE => {
            let raised = if has(at::HYPERTENSION) { 11.0 } else { 0.0 };
            let systolic = near(101.0 + 0.42 * years.max(20.0) + raised, 11.5, 82.0, 215.0);
            let diastolic = near(44.0 + 0.27 * systolic, 7.0, 42.0, systolic - 15.0);
            return Finding::Pressure(systolic as i32, diastolic as i32);
        }
        SMOKING => return Finding::Coded(SMOKING_STATUS[usize::from(person.smoking)]),
        WEIGHT => near(weight, 1.2, 2.5, 240.0),
        BODY_MASS => near(body_mass, 0.4, 11.0, 70.0),
        HEIGHT => near(height, 0.8, 45.0, 205.0),
        PULSE => near(if years < 5.0 { 108.0 } else { 75.0 }, 11.0, 42.0, 165.0),
        TEMPERATURE => near(36.9, 0.6, 35.1, 40.4),
        OXYGEN => near(if has(at::COPD) { 93.5 } else { 97.4 }, 1.4, 82.0, 100.0),
        HBA1C => near(
            if has(at::DIABETES) { 57.0 } else { 37.0 },
            7.5,
            24.0,
            140.0,
        ),
        8 => {
            let kidney = if has(at::KIDNEY) { 32.0 } else { 0.0 };
            near(118.0 - 0.62 * years - kidney, 10.0, 8.0, 90.0)
        }
        9 => near(
            if has(at::KIDNEY) { 138.0 } else { 76.0 },
            14.0,
            35.0,
            600.0,
        ),
        10 => near(if has(at::ISCHAEMIC) { 4.1 } else { 5.1 }, 0.9, 2.3, 10.5),
        11 => near(1.45, 0.3, 0.6, 3.1),
        12 => near(if person.female { 132.0 } else { 146.0 }, 12.0, 62.0, 190.0),
        13 => near(139.5, 2.6, 121.0, 152.0),
        14 => near(4.4, 0.4, 2.9, 6.4),
        15 => near(26.0, 11.0, 6.0, 190.0),
        THYROID => near(2.3, 1.1, 0.1, 14.0),
        ALCOHOL => near(8.0, 8.0, 0.0, 90.0),
        MOOD => near(if has(at::DEPRESSION) { 11.0 } else { 4.0 }, 4.5, 0.0, 27.0),
        _ => 0.0,
    };
    let scale = f64::from(10u32.pow(MEASURES[measure].decimals));
    Finding::Number((value * scale + 0.5) as i32)
}
