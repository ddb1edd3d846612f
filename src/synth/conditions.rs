//! Long-term conditions: who has which, from when.

use super::calendar::Day;
use super::person::SyntheticPerson;
use super::random::Random;

/// One long-term condition and how common it is.
#[derive(Debug)]
pub(super) struct ConditionKind {
    /// SNOMED CT code.
    pub snomed: &'static str,
    /// SNOMED CT display.
    pub display: &'static str,
    /// ICD-10 code of three characters.
    pub icd10: &'static str,
    /// Per cent of people who have it at ages 0, 10, 20 … 90.
    prevalence: [f64; 10],
    /// Odds for women against the table.
    female: f64,
    /// Added log odds for each decile below the middle (deprivation gradient).
    gradient: f64,
    /// Conditions that make it likelier, with the factor on the odds.
    after: &'static [(usize, f64)],
    /// SNOMED code and display of what is prescribed for it, with the quantity.
    pub medicines: &'static [Medicine],
    /// Chance that it has ended by now.
    pub ends: f64,
}

/// A medicine as prescribed.
#[derive(Debug)]
pub(super) struct Medicine {
    /// dm+d code.
    pub code: &'static str,
    /// Name with strength.
    pub name: &'static str,
    /// Quantity of one prescription.
    pub quantity: u32,
    /// Directions.
    pub directions: &'static str,
}

const fn medicine(
    code: &'static str,
    name: &'static str,
    quantity: u32,
    directions: &'static str,
) -> Medicine {
    Medicine {
        code,
        name,
        quantity,
        directions,
    }
}

/// Positions in [`KINDS`] that the rest of the life asks for.
pub(super) mod at {
    #![allow(missing_docs)]
    pub(crate) const HYPERTENSION: usize = 0;
    pub(crate) const DIABETES: usize = 1;
    pub(crate) const ASTHMA: usize = 2;
    pub(crate) const COPD: usize = 3;
    pub(crate) const ISCHAEMIC: usize = 4;
    pub(crate) const FIBRILLATION: usize = 5;
    pub(crate) const HEART_FAILURE: usize = 6;
    pub(crate) const STROKE: usize = 7;
    pub(crate) const KIDNEY: usize = 8;
    pub(crate) const DEMENTIA: usize = 9;
    pub(crate) const DEPRESSION: usize = 10;
    pub(crate) const SEVERE_MENTAL: usize = 11;
    pub(crate) const EPILEPSY: usize = 12;
    pub(crate) const CANCER: usize = 13;
    pub(crate) const ARTHRITIS: usize = 14;
    pub(crate) const LEARNING: usize = 18;
    pub(crate) const FRAILTY: usize = 19;
}

const ONCE: &str = "One tablet daily";
const TWICE: &str = "One tablet twice a day";

/// The conditions, causes before what they make likelier.
#[rustfmt::skip]
pub(super) const KINDS: [ConditionKind; 20] = [
    ConditionKind { snomed: "38341003", display: "Hypertensive disorder", icd10: "I10",
        prevalence: [0.0, 0.0, 0.4, 2.5, 8.0, 18.0, 33.0, 47.0, 55.0, 55.0], female: 0.9, gradient: 0.03, after: &[], ends: 0.0,
        medicines: &[medicine("319773006", "Amlodipine 5mg tablets", 56, ONCE), medicine("318857005", "Ramipril 5mg capsules", 56, "One capsule daily")] },
    ConditionKind { snomed: "44054006", display: "Type 2 diabetes mellitus", icd10: "E11",
        prevalence: [0.0, 0.05, 0.4, 1.6, 4.5, 8.5, 13.0, 17.0, 18.0, 14.0], female: 0.75, gradient: 0.09, after: &[(at::HYPERTENSION, 1.7)], ends: 0.0,
        medicines: &[medicine("325278007", "Metformin 500mg tablets", 112, TWICE), medicine("325265002", "Gliclazide 80mg tablets", 56, ONCE)] },
    ConditionKind { snomed: "195967001", display: "Asthma", icd10: "J45",
        prevalence: [1.0, 7.0, 7.5, 6.5, 6.8, 7.0, 7.2, 7.5, 7.0, 5.5], female: 1.15, gradient: 0.035, after: &[], ends: 0.06,
        medicines: &[medicine("320134008", "Salbutamol 100micrograms/dose inhaler", 1, "Two puffs when needed"), medicine("320176004", "Beclometasone 100micrograms/dose inhaler", 1, "Two puffs twice a day")] },
    ConditionKind { snomed: "13645005", display: "Chronic obstructive lung disease", icd10: "J44",
        prevalence: [0.0, 0.0, 0.0, 0.1, 0.7, 2.6, 5.5, 8.5, 9.0, 6.5], female: 0.9, gradient: 0.16, after: &[(at::ASTHMA, 1.5)], ends: 0.0,
        medicines: &[medicine("407754005", "Tiotropium 18microgram inhalation powder", 30, "One capsule inhaled daily")] },
    ConditionKind { snomed: "414545008", display: "Ischaemic heart disease", icd10: "I25",
        prevalence: [0.0, 0.0, 0.0, 0.2, 1.0, 3.2, 7.5, 13.0, 19.0, 22.0], female: 0.55, gradient: 0.06, after: &[(at::HYPERTENSION, 1.5), (at::DIABETES, 1.8)], ends: 0.0,
        medicines: &[medicine("319775004", "Aspirin 75mg dispersible tablets", 56, ONCE), medicine("320029006", "Atorvastatin 40mg tablets", 56, "One tablet at night")] },
    ConditionKind { snomed: "49436004", display: "Atrial fibrillation", icd10: "I48",
        prevalence: [0.0, 0.0, 0.05, 0.1, 0.4, 1.2, 3.8, 8.0, 14.5, 20.0], female: 0.75, gradient: 0.0, after: &[(at::HYPERTENSION, 1.5), (at::ISCHAEMIC, 1.6)], ends: 0.0,
        medicines: &[medicine("703907002", "Apixaban 5mg tablets", 56, TWICE)] },
    ConditionKind { snomed: "84114007", display: "Heart failure", icd10: "I50",
        prevalence: [0.0, 0.0, 0.02, 0.06, 0.2, 0.6, 1.6, 3.6, 7.5, 12.0], female: 0.8, gradient: 0.07, after: &[(at::ISCHAEMIC, 2.6), (at::FIBRILLATION, 2.6)], ends: 0.0,
        medicines: &[medicine("317972005", "Furosemide 40mg tablets", 56, ONCE), medicine("318591009", "Bisoprolol 2.5mg tablets", 56, ONCE)] },
    ConditionKind { snomed: "230690007", display: "Cerebrovascular accident", icd10: "I63",
        prevalence: [0.0, 0.0, 0.1, 0.2, 0.6, 1.5, 3.6, 6.6, 10.5, 12.0], female: 0.85, gradient: 0.06, after: &[(at::HYPERTENSION, 1.5), (at::FIBRILLATION, 2.0)], ends: 0.0,
        medicines: &[medicine("319779000", "Clopidogrel 75mg tablets", 56, ONCE)] },
    ConditionKind { snomed: "709044004", display: "Chronic kidney disease", icd10: "N18",
        prevalence: [0.0, 0.0, 0.1, 0.3, 0.8, 2.0, 6.0, 14.0, 25.0, 32.0], female: 1.2, gradient: 0.03, after: &[(at::DIABETES, 1.8), (at::HYPERTENSION, 1.7)], ends: 0.0,
        medicines: &[] },
    ConditionKind { snomed: "52448006", display: "Dementia", icd10: "F03",
        prevalence: [0.0, 0.0, 0.0, 0.0, 0.02, 0.1, 0.6, 2.4, 9.0, 23.0], female: 1.25, gradient: 0.03, after: &[(at::STROKE, 1.7)], ends: 0.0,
        medicines: &[medicine("322830005", "Donepezil 10mg tablets", 28, "One tablet at night")] },
    ConditionKind { snomed: "35489007", display: "Depressive disorder", icd10: "F32",
        prevalence: [0.0, 0.4, 11.0, 15.0, 16.0, 16.0, 13.0, 10.5, 10.0, 10.0], female: 1.6, gradient: 0.065, after: &[], ends: 0.35,
        medicines: &[medicine("321948004", "Sertraline 50mg tablets", 28, ONCE)] },
    ConditionKind { snomed: "58214004", display: "Schizophrenia", icd10: "F20",
        prevalence: [0.0, 0.0, 0.4, 0.9, 1.2, 1.3, 1.1, 0.9, 0.7, 0.6], female: 0.8, gradient: 0.15, after: &[(at::DEPRESSION, 1.8)], ends: 0.0,
        medicines: &[medicine("321573007", "Olanzapine 10mg tablets", 28, "One tablet at night")] },
    ConditionKind { snomed: "84757009", display: "Epilepsy", icd10: "G40",
        prevalence: [0.2, 0.5, 0.7, 0.7, 0.8, 0.9, 0.9, 1.0, 1.1, 1.0], female: 0.95, gradient: 0.07, after: &[(at::STROKE, 2.5)], ends: 0.05,
        medicines: &[medicine("322895003", "Lamotrigine 100mg tablets", 56, TWICE)] },
    ConditionKind { snomed: "363346000", display: "Malignant neoplastic disease", icd10: "C80",
        prevalence: [0.05, 0.1, 0.3, 0.8, 1.8, 3.6, 7.0, 12.0, 15.0, 15.0], female: 1.05, gradient: -0.01, after: &[], ends: 0.25,
        medicines: &[] },
    ConditionKind { snomed: "396275006", display: "Osteoarthritis", icd10: "M19",
        prevalence: [0.0, 0.0, 0.2, 0.8, 3.0, 9.0, 17.0, 25.0, 31.0, 33.0], female: 1.5, gradient: 0.02, after: &[], ends: 0.0,
        medicines: &[medicine("322236009", "Paracetamol 500mg tablets", 100, "Two tablets four times a day when needed"), medicine("332750000", "Ibuprofen 5% gel", 100, "Apply three times a day")] },
    ConditionKind { snomed: "69896004", display: "Rheumatoid arthritis", icd10: "M06",
        prevalence: [0.0, 0.0, 0.1, 0.3, 0.6, 1.1, 1.6, 2.0, 2.0, 1.5], female: 1.9, gradient: 0.02, after: &[], ends: 0.0,
        medicines: &[medicine("326874001", "Methotrexate 2.5mg tablets", 24, "Six tablets once a week")] },
    ConditionKind { snomed: "64859006", display: "Osteoporosis", icd10: "M81",
        prevalence: [0.0, 0.0, 0.0, 0.1, 0.3, 1.2, 3.5, 7.0, 12.0, 16.0], female: 3.2, gradient: 0.0, after: &[(at::ARTHRITIS, 1.2)], ends: 0.0,
        medicines: &[medicine("325988008", "Alendronic acid 70mg tablets", 8, "One tablet once a week")] },
    ConditionKind { snomed: "40930008", display: "Hypothyroidism", icd10: "E03",
        prevalence: [0.05, 0.1, 0.7, 1.8, 3.0, 4.5, 6.0, 7.5, 8.5, 8.5], female: 4.0, gradient: 0.0, after: &[], ends: 0.0,
        medicines: &[medicine("325642009", "Levothyroxine 100microgram tablets", 56, ONCE)] },
    ConditionKind { snomed: "110359009", display: "Intellectual disability", icd10: "F79",
        prevalence: [0.1, 0.6, 0.8, 0.7, 0.6, 0.5, 0.45, 0.3, 0.15, 0.1], female: 0.7, gradient: 0.06, after: &[(at::EPILEPSY, 6.0)], ends: 0.0,
        medicines: &[] },
    ConditionKind { snomed: "248279007", display: "Frailty", icd10: "R54",
        prevalence: [0.0, 0.0, 0.0, 0.0, 0.1, 0.4, 2.2, 8.0, 24.0, 46.0], female: 1.2, gradient: 0.05, after: &[(at::DEMENTIA, 3.0), (at::HEART_FAILURE, 2.0), (at::STROKE, 1.8), (at::COPD, 1.6)], ends: 0.0,
        medicines: &[] },
];

/// A long-term condition in one life.
#[derive(Debug, Clone, Copy)]
pub(super) struct Onset {
    /// Which of [`KINDS`].
    pub kind: usize,
    /// The day it was diagnosed.
    pub day: Day,
    /// The day it ended, if it did.
    pub ended: Option<Day>,
}

impl ConditionKind {
    fn percent(&self, age: f64) -> f64 {
        let place = (age / 10.0).clamp(0.0, 9.0);
        let low = place as usize;
        let high = (low + 1).min(9);
        let part = place - low as f64;
        self.prevalence[low] * (1.0 - part) + self.prevalence[high] * part
    }

    /// Least age at diagnosis.
    fn least_age(&self) -> f64 {
        self.prevalence
            .iter()
            .position(|p| *p > 0.0)
            .map_or(0.0, |band| band as f64 * 10.0)
    }
}

/// Decides a person's conditions. Those of one person are correlated through `liability`.
pub(super) fn assign(
    random: &mut Random,
    person: &SyntheticPerson,
    decile: u32,
    last: Day,
) -> Vec<Onset> {
    let years = f64::from(last - person.birth) / 365.25;
    if years <= 0.1 {
        return Vec::new();
    }
    let liability = random.propensity(0.55);
    let below_middle = 5.5 - f64::from(decile);
    let mut found: Vec<Onset> = Vec::new();
    for (index, kind) in KINDS.iter().enumerate() {
        let share = (kind.percent(years) / 100.0).min(0.95);
        if share <= 0.0 {
            // Draw anyway: one person's later conditions must not hang on this table's zeros.
            random.unit();
            continue;
        }
        let mut odds = share / (1.0 - share) * liability;
        odds *= if person.female {
            kind.female
        } else {
            1.0 / kind.female
        };
        odds *= super::random::exp(kind.gradient * below_middle);
        odds *= ethnic_factor(index, person.ethnicity);
        let causes = |onset: &Onset| kind.after.iter().find(|(cause, _)| *cause == onset.kind);
        for factor in found.iter().filter_map(causes) {
            // Nearly mean-preserving: the table already counts people with the cause.
            odds *= factor.1;
        }
        odds *= if kind.after.is_empty() { 1.0 } else { 0.85 };
        if person.death.is_some() && matches!(index, at::CANCER | at::FRAILTY | at::HEART_FAILURE) {
            odds *= 4.0;
        }
        if !random.chance(odds / (1.0 + odds)) {
            continue;
        }
        let least = kind.least_age().min(years * 0.8);
        // Diagnoses gather in the later part of the years in which it could have been.
        let part = 1.0 - random.unit() * random.unit();
        let at_age = least + (years - least) * part;
        let day = person.birth + (at_age * 365.25) as i32;
        let day = day.clamp(person.birth, last);
        let ended =
            (random.chance(kind.ends) && last - day > 200).then(|| random.between(day + 180, last));
        found.push(Onset {
            kind: index,
            day,
            ended,
        });
    }
    found
}

fn ethnic_factor(kind: usize, ethnicity: &str) -> f64 {
    match (kind, ethnicity) {
        (at::DIABETES, "H" | "J" | "K" | "L") => 2.4,
        (at::ISCHAEMIC, "H" | "J" | "K" | "L") => 1.5,
        (at::DIABETES, "M" | "N" | "P") => 1.8,
        (at::HYPERTENSION, "M" | "N" | "P") => 1.6,
        (at::SEVERE_MENTAL, "M" | "N" | "P") => 1.9,
        _ => 1.0,
    }
}

/// How many of a person's conditions are active on a day.
pub(super) fn active(conditions: &[Onset], on: Day) -> impl Iterator<Item = &Onset> {
    conditions
        .iter()
        .filter(move |c| c.day <= on && c.ended.is_none_or(|ended| ended > on))
}

/// Whether a person has a condition on a day.
pub(super) fn has(conditions: &[Onset], kind: usize, on: Day) -> bool {
    active(conditions, on).any(|c| c.kind == kind)
}
