//! Why people come to hospital: diagnoses, who has them, and how long they stay.

use super::super::conditions::at;
use super::super::record::{Coding, coding};

/// One reason for an admission.
#[derive(Debug)]
pub(crate) struct ContactReason {
    /// ICD-10 code of the main diagnosis, written as hospitals write it.
    pub icd10: &'static str,
    /// The same in SNOMED CT.
    pub snomed: Coding,
    /// Weight at ages 0–4, 5–17, 18–44, 45–64, 65–79, 80 and over.
    pub weight: [f64; 6],
    /// A condition it needs, if any.
    pub needs: Option<usize>,
    /// Mean nights.
    pub nights: f64,
    /// Main specialty (also the treatment function).
    pub specialty: &'static str,
    /// Procedures, OPCS-4, with the SNOMED CT of the first.
    pub procedures: &'static [&'static str],
    /// Healthcare resource group.
    pub hrg: &'static str,
    /// Tariff in pounds before the length of stay.
    pub tariff: u32,
}

#[allow(clippy::too_many_arguments)]
const fn reason(
    icd10: &'static str,
    snomed: Coding,
    weight: [f64; 6],
    needs: Option<usize>,
    nights: f64,
    specialty: &'static str,
    procedures: &'static [&'static str],
    hrg: &'static str,
    tariff: u32,
) -> ContactReason {
    ContactReason {
        icd10,
        snomed,
        weight,
        needs,
        nights,
        specialty,
        procedures,
        hrg,
        tariff,
    }
}

/// The age group of [`ContactReason::weight`].
pub(crate) fn group(years: i32) -> usize {
    match years {
        ..=4 => 0,
        5..=17 => 1,
        18..=44 => 2,
        45..=64 => 3,
        65..=79 => 4,
        _ => 5,
    }
}

/// Emergencies.
#[rustfmt::skip]
pub(crate) const EMERGENCIES: [ContactReason; 26] = [
    reason("J18.9", coding("233604007", "Pneumonia"), [2.0, 1.0, 2.0, 4.0, 7.0, 10.0], None, 6.5, "300", &[], "DZ11V", 2_450),
    reason("N390", coding("68566005", "Urinary tract infectious disease"), [2.0, 1.0, 2.0, 2.0, 4.0, 8.0], None, 5.0, "300", &[], "LA04S", 1_900),
    reason("R07.4", coding("29857009", "Chest pain"), [0.0, 1.0, 6.0, 9.0, 5.0, 2.0], None, 0.8, "300", &[], "EB12C", 640),
    reason("R10.4", coding("21522001", "Abdominal pain"), [2.0, 6.0, 8.0, 5.0, 2.0, 1.0], None, 1.4, "100", &[], "FD05B", 710),
    reason("J44.1", coding("195951007", "Acute exacerbation of COPD"), [0.0, 0.0, 3.0, 22.0, 22.0, 12.0], Some(at::COPD), 4.5, "340", &[], "DZ65H", 1_980),
    reason("I50.0", coding("42343007", "Congestive heart failure"), [0.0, 0.0, 6.0, 14.0, 18.0, 18.0], Some(at::HEART_FAILURE), 8.0, "320", &[], "EB03D", 2_900),
    reason("S720", coding("5913000", "Fracture of neck of femur"), [0.0, 0.0, 0.1, 0.5, 2.0, 7.0], None, 14.0, "110", &["W46.1", "Z94.2"], "HE11C", 7_400),
    reason("A41.9", coding("91302008", "Sepsis"), [1.0, 0.5, 1.0, 2.5, 4.0, 5.0], None, 8.0, "300", &[], "WJ06E", 3_300),
    reason("I63.9", coding("432504007", "Cerebral infarction"), [0.0, 0.0, 0.3, 2.0, 4.0, 4.5], None, 11.0, "300", &["U54.3"], "AA35C", 4_700),
    reason("I21.4", coding("401314000", "Acute non-ST segment elevation MI"), [0.0, 0.0, 0.3, 3.5, 4.0, 3.0], None, 4.5, "320", &["K75.1"], "EB10C", 3_850),
    reason("R55X", coding("271594007", "Syncope"), [0.5, 1.0, 1.5, 1.5, 2.5, 4.0], None, 1.5, "300", &[], "EB08E", 760),
    reason("R29.6", coding("161898004", "Falls"), [0.0, 0.0, 0.2, 0.7, 2.5, 7.0], None, 6.0, "430", &[], "WH09E", 1_700),
    reason("J45.9", coding("195967001", "Asthma"), [14.0, 12.0, 9.0, 6.0, 4.0, 2.0], Some(at::ASTHMA), 1.8, "340", &[], "DZ15N", 1_050),
    reason("E11.6", coding("44054006", "Type 2 diabetes with complication"), [0.0, 0.0, 3.0, 6.0, 5.0, 4.0], Some(at::DIABETES), 5.0, "307", &[], "KB01F", 2_050),
    reason("I48.9", coding("49436004", "Atrial fibrillation"), [0.0, 0.0, 5.0, 9.0, 8.0, 6.0], Some(at::FIBRILLATION), 2.2, "320", &["X50.1"], "EB07D", 1_250),
    reason("T50.9", coding("55680006", "Drug overdose"), [0.1, 2.5, 4.5, 2.0, 0.4, 0.1], None, 1.1, "300", &[], "WH04E", 800),
    reason("S09.9", coding("82271004", "Injury of head"), [3.0, 3.0, 2.0, 1.5, 2.0, 4.0], None, 1.4, "100", &[], "AA26H", 790),
    reason("K80.2", coding("235919008", "Cholelithiasis"), [0.0, 0.2, 3.0, 3.0, 2.0, 1.5], None, 4.0, "100", &["J18.3"], "GA10J", 2_600),
    reason("K35.8", coding("74400008", "Appendicitis"), [0.3, 4.0, 2.5, 1.0, 0.3, 0.1], None, 3.0, "100", &["H01.2"], "FF37C", 2_300),
    reason("J21.9", coding("4120002", "Bronchiolitis"), [12.0, 0.0, 0.0, 0.0, 0.0, 0.0], None, 1.8, "420", &[], "PD15D", 1_080),
    reason("B34.9", coding("34014006", "Viral disease"), [10.0, 4.0, 1.0, 0.4, 0.3, 0.2], None, 0.9, "420", &[], "PW20C", 730),
    reason("G40.9", coding("84757009", "Epilepsy"), [18.0, 16.0, 12.0, 9.0, 6.0, 4.0], Some(at::EPILEPSY), 2.0, "400", &[], "AA26F", 1_150),
    reason("F10.2", coding("7200002", "Alcoholism"), [0.0, 0.1, 2.0, 3.0, 0.8, 0.2], None, 3.6, "300", &[], "WD02Z", 1_260),
    reason("L03.1", coding("128045006", "Cellulitis"), [0.5, 0.7, 1.5, 2.5, 2.5, 2.5], None, 3.8, "300", &[], "JD07J", 1_380),
    reason("N17.9", coding("14669001", "Acute kidney injury"), [0.0, 0.0, 0.4, 1.2, 2.5, 4.0], None, 7.0, "300", &[], "LA07N", 2_400),
    reason("F05X", coding("2776000", "Delirium"), [0.0, 0.0, 0.0, 0.2, 3.0, 8.0], Some(at::DEMENTIA), 10.0, "430", &[], "WD04Z", 2_250),
];

/// Planned admissions.
#[rustfmt::skip]
pub(crate) const PLANNED: [ContactReason; 12] = [
    reason("H269", coding("193570009", "Cataract"), [0.0, 0.0, 0.2, 2.0, 9.0, 9.0], None, 0.0, "130", &["C75.1", "C71.2"], "BZ34B", 880),
    reason("M17.1", coding("239873007", "Osteoarthritis of knee"), [0.0, 0.0, 0.5, 9.0, 16.0, 9.0], Some(at::ARTHRITIS), 2.8, "110", &["W40.1"], "HN23C", 6_100),
    reason("M16.1", coding("239872002", "Osteoarthritis of hip"), [0.0, 0.0, 0.4, 6.0, 12.0, 8.0], Some(at::ARTHRITIS), 2.8, "110", &["W37.1"], "HN13C", 6_000),
    reason("K40.9", coding("396232000", "Inguinal hernia"), [0.6, 0.4, 1.0, 3.0, 3.0, 1.5], None, 0.1, "100", &["T20.2"], "FF62B", 1_650),
    reason("K63.5", coding("68496003", "Polyp of colon"), [0.0, 0.1, 2.0, 7.0, 8.0, 2.5], None, 0.0, "301", &["H20.1"], "FE32Z", 640),
    reason("K21.9", coding("235595009", "Gastro-oesophageal reflux disease"), [0.0, 0.4, 3.0, 5.0, 4.0, 1.5], None, 0.0, "301", &["G45.1"], "FE21Z", 520),
    reason("Z51.1", coding("363346000", "Chemotherapy for malignant neoplasm"), [10.0, 10.0, 40.0, 75.0, 75.0, 20.0], Some(at::CANCER), 0.0, "800", &["X72.3"], "SB13Z", 410),
    reason("C18.9", coding("363406005", "Malignant tumour of colon"), [0.0, 0.0, 3.0, 9.0, 9.0, 5.0], Some(at::CANCER), 6.0, "104", &["H07.9"], "FF31D", 7_900),
    reason("J35.0", coding("90979004", "Chronic tonsillitis"), [4.0, 7.0, 2.0, 0.2, 0.0, 0.0], None, 0.2, "120", &["F34.1"], "CA60C", 1_350),
    reason("N40X", coding("266569009", "Benign prostatic hyperplasia"), [0.0, 0.0, 0.1, 1.0, 2.5, 2.0], None, 1.3, "101", &["M65.3"], "LB25F", 2_200),
    reason("K02.9", coding("80967001", "Dental caries"), [3.0, 6.0, 1.0, 0.3, 0.1, 0.0], None, 0.0, "140", &["F10.4"], "CD03B", 620),
    reason("N18.5", coding("433146000", "Chronic kidney disease stage 5"), [0.0, 0.0, 6.0, 9.0, 9.0, 4.0], Some(at::KIDNEY), 0.0, "361", &["X40.3"], "LD05A", 160),
];

/// SNOMED CT of a procedure, by OPCS-4.
pub(crate) fn procedure(opcs4: &str) -> Coding {
    match opcs4 {
        "W46.1" => coding("179344006", "Prosthetic replacement of head of femur"),
        "K75.1" => coding("415070008", "Percutaneous coronary intervention"),
        "C75.1" | "C71.2" => coding("54885007", "Cataract extraction"),
        "W40.1" => coding("609588000", "Total knee replacement"),
        "W37.1" => coding("52734007", "Total hip replacement"),
        "T20.2" => coding("44558001", "Repair of inguinal hernia"),
        "H20.1" => coding("235150006", "Colonoscopic polypectomy"),
        "G45.1" => coding("386831001", "Upper gastrointestinal endoscopy"),
        "X72.3" => coding("367336001", "Chemotherapy"),
        "J18.3" => coding("45595009", "Laparoscopic cholecystectomy"),
        "H01.2" => coding("80146002", "Appendicectomy"),
        "X40.3" => coding("302497006", "Haemodialysis"),
        "R24.9" => coding("177184002", "Normal delivery procedure"),
        "F34.1" => coding("173422009", "Tonsillectomy"),
        "M65.3" => coding("90199006", "Transurethral prostatectomy"),
        _ => coding("71388002", "Procedure"),
    }
}
