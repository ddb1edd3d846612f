//! What happens in a life, before it is written as FHIR or CSV.

use super::calendar::{Day, Moment};

/// A code and how people read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Coding {
    /// The code.
    pub code: &'static str,
    /// Its display.
    pub display: &'static str,
}

/// Makes a [`Coding`].
pub(super) const fn coding(code: &'static str, display: &'static str) -> Coding {
    Coding { code, display }
}

/// The kind of service a contact was with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CareSetting {
    /// General practice.
    GeneralPractice,
    /// Emergency department or urgent treatment centre.
    Emergency,
    /// Admitted to hospital.
    Inpatient,
    /// Hospital outpatients.
    Outpatient,
    /// Community health services.
    Community,
    /// Mental health services.
    MentalHealth,
}

impl CareSetting {
    /// The code of the setting and its display.
    pub(super) fn coding(self) -> Coding {
        match self {
            CareSetting::GeneralPractice => coding("general_practice", "General practice"),
            CareSetting::Emergency => coding("emergency", "Emergency care"),
            CareSetting::Inpatient => coding("inpatient", "Inpatient care"),
            CareSetting::Outpatient => coding("outpatient", "Outpatient care"),
            CareSetting::Community => coding("community", "Community health services"),
            CareSetting::MentalHealth => coding("mental_health", "Mental health services"),
        }
    }
}

/// A contact, as an Encounter. Codes that do not apply are empty.
#[derive(Debug, Clone)]
pub(super) struct Encounter {
    /// Resource id.
    pub id: u128,
    /// Kind of service.
    pub setting: CareSetting,
    /// v3-ActCode class.
    pub class: &'static str,
    /// What kind of contact (SNOMED CT).
    pub kind: Coding,
    /// When it began.
    pub start: Moment,
    /// When it ended.
    pub end: Moment,
    /// When the resource was last updated.
    pub updated: Moment,
    /// Why (SNOMED CT).
    pub reason: Option<Coding>,
    /// What the clinician typed beside the reason.
    pub remark: &'static str,
    /// Which organisation.
    pub provider: usize,
    /// Which clinician.
    pub clinician: u8,
    /// How the person was admitted.
    pub admission_method: &'static str,
    /// Where from.
    pub admission_source: &'static str,
    /// How the stay ended.
    pub discharge_method: &'static str,
    /// Where to.
    pub discharge_destination: &'static str,
    /// Emergency care discharge status.
    pub discharge_status: &'static str,
    /// Outcome of an outpatient attendance.
    pub outcome: &'static str,
}

/// What an observation found.
#[derive(Debug, Clone, Copy)]
pub(super) enum Finding {
    /// A number in the measure's unit, times ten to its decimals.
    Number(i32),
    /// Systolic and diastolic blood pressure, mm[Hg].
    Pressure(i32, i32),
    /// A code (SNOMED CT).
    Coded(Coding),
}

/// One observation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Observation {
    /// Resource id.
    pub id: u128,
    /// Which of the measures.
    pub measure: usize,
    /// What was found.
    pub finding: Finding,
    /// When.
    pub when: Moment,
    /// Last updated.
    pub updated: Moment,
    /// In which contact.
    pub encounter: u128,
}

/// A resource with one code and one date: procedures, prescriptions, vaccinations.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    /// Resource id.
    pub id: u128,
    /// What (SNOMED CT or dm+d).
    pub code: Coding,
    /// A second code: OPCS-4 of a procedure, directions of a prescription.
    pub extra: &'static str,
    /// Quantity of a prescription.
    pub quantity: u32,
    /// When.
    pub when: Moment,
    /// Last updated.
    pub updated: Moment,
    /// In which contact, when it was in one.
    pub encounter: Option<u128>,
}

/// An appointment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Appointment {
    /// Resource id.
    pub id: u128,
    /// FHIR appointment status.
    pub status: &'static str,
    /// Which service.
    pub setting: CareSetting,
    /// When it was booked.
    pub created: Moment,
    /// When it starts.
    pub start: Moment,
    /// How long it lasts.
    pub minutes: i32,
    /// Last updated.
    pub updated: Moment,
    /// Which clinician.
    pub clinician: u8,
    /// With which organisation.
    pub provider: usize,
    /// What the booker typed.
    pub comment: &'static str,
}

/// A referral, as a ServiceRequest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Referral {
    /// Resource id.
    pub id: u128,
    /// What for.
    pub code: Coding,
    /// FHIR request status.
    pub status: &'static str,
    /// FHIR request priority.
    pub priority: &'static str,
    /// When it was made.
    pub when: Moment,
    /// Last updated.
    pub updated: Moment,
    /// The practice.
    pub from: usize,
    /// Who was asked.
    pub to: usize,
    /// Which clinician.
    pub clinician: u8,
}

/// A letter, as a DocumentReference.
#[derive(Debug, Clone, Copy)]
pub(super) struct Letter {
    /// Resource id.
    pub id: u128,
    /// Kind of letter.
    pub code: Coding,
    /// When it was written.
    pub when: Moment,
    /// Last updated.
    pub updated: Moment,
    /// Who keeps it.
    pub custodian: usize,
    /// Who wrote it.
    pub clinician: u8,
    /// The contact it is about.
    pub encounter: u128,
}

/// A stretch of time with a code: care episodes, flags, goals.
#[derive(Debug, Clone, Copy)]
pub(super) struct CareSpan {
    /// Resource id.
    pub id: u128,
    /// What.
    pub code: Coding,
    /// First day.
    pub since: Day,
    /// Last day; of a goal, the day it is due.
    pub until: Option<Day>,
    /// Last updated.
    pub updated: Moment,
    /// Which organisation.
    pub organisation: usize,
}

/// An agreement or a refusal, as a Consent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Agreement {
    /// Resource id.
    pub id: u128,
    /// FHIR consent status.
    pub status: &'static str,
    /// Code of the scope.
    pub scope: &'static str,
    /// System of the category.
    pub system: &'static str,
    /// The category.
    pub category: Coding,
    /// `permit` or `deny`; empty where a policy decides.
    pub decision: &'static str,
    /// The day that it was recorded.
    pub recorded: Day,
    /// The day that it ends.
    pub until: Option<Day>,
    /// Last updated.
    pub updated: Moment,
    /// Who keeps it.
    pub organisation: usize,
}

/// A letter, message or call to somebody, as a Communication.
#[derive(Debug, Clone, Copy)]
pub(super) struct Message {
    /// Resource id.
    pub id: u128,
    /// FHIR event status.
    pub status: &'static str,
    /// Code of the category.
    pub category: &'static str,
    /// v3-ParticipationMode of the medium.
    pub medium: Coding,
    /// When it was sent.
    pub sent: Moment,
    /// When it arrived, where that is known.
    pub received: Option<Moment>,
    /// Last updated.
    pub updated: Moment,
    /// Who sent it.
    pub organisation: usize,
}

/// A coded answer of a form.
#[derive(Debug, Clone, Copy)]
pub(super) struct CodedAnswer {
    /// The question within the form.
    pub question: &'static str,
    /// System of the code.
    pub system: &'static str,
    /// The answer.
    pub code: Coding,
}

/// A form that somebody answered, as a QuestionnaireResponse.
#[derive(Debug, Clone)]
pub(super) struct AnsweredForm {
    /// Resource id.
    pub id: u128,
    /// Address and version of the form.
    pub form: &'static str,
    /// FHIR response status.
    pub status: &'static str,
    /// When it was answered.
    pub authored: Moment,
    /// Last updated.
    pub updated: Moment,
    /// Coded answers.
    pub answers: Vec<CodedAnswer>,
    /// Words beside them.
    pub remark: &'static str,
}

/// A long-term condition as recorded.
#[derive(Debug, Clone, Copy)]
pub(super) struct RecordedProblem {
    /// Resource id.
    pub id: u128,
    /// The condition.
    pub onset: super::conditions::Onset,
    /// The day it was recorded.
    pub recorded: Day,
    /// Last updated.
    pub updated: Moment,
    /// Who recorded it.
    pub clinician: u8,
    /// In which contact, when it was in the period.
    pub encounter: Option<u128>,
    /// What the clinician typed.
    pub note: &'static str,
}

/// A hospital spell, as a row of admitted patient care.
#[derive(Debug, Clone)]
pub(super) struct Spell {
    /// Number of the row within the person.
    pub number: u32,
    /// Which trust.
    pub provider: usize,
    /// Day of admission and of discharge.
    pub days: (Day, Day),
    /// Admission method, source, classification.
    pub admitted: [&'static str; 3],
    /// Discharge method and destination.
    pub discharged: [&'static str; 2],
    /// Day from which the person could have left, where the ward noted it.
    pub ready: Option<Day>,
    /// Main specialty and treatment function.
    pub specialty: [&'static str; 2],
    /// Diagnoses, ICD-10, the main one first.
    pub diagnoses: Vec<String>,
    /// Procedures, OPCS-4.
    pub procedures: Vec<&'static str>,
    /// Day of the first procedure.
    pub operated: Option<Day>,
    /// Healthcare resource group.
    pub hrg: &'static str,
    /// Tariff in pounds.
    pub tariff: u32,
    /// Consultant episodes.
    pub episodes: u32,
}

/// An emergency care attendance.
#[derive(Debug, Clone)]
pub(super) struct Attendance {
    /// Number of the row within the person.
    pub number: u32,
    /// Which trust.
    pub provider: usize,
    /// Department type.
    pub department: &'static str,
    /// Arrival and departure.
    pub times: (Moment, Moment),
    /// Arrival mode, attendance source, acuity.
    pub arrived: [&'static str; 3],
    /// Chief complaint, first and second diagnosis.
    pub complaint: [&'static str; 3],
    /// Discharge status and destination.
    pub discharged: [&'static str; 2],
    /// Healthcare resource group.
    pub hrg: &'static str,
    /// Tariff in pounds.
    pub tariff: u32,
}

/// An outpatient appointment.
#[derive(Debug, Clone)]
pub(super) struct Clinic {
    /// Number of the row within the person.
    pub number: u32,
    /// Which trust.
    pub provider: usize,
    /// The day.
    pub day: Day,
    /// Attended, first attendance, priority, referral source.
    pub codes: [&'static str; 4],
    /// The day of the referral.
    pub referred: Day,
    /// Main specialty and treatment function.
    pub specialty: [&'static str; 2],
    /// Procedure, OPCS-4.
    pub procedure: &'static str,
    /// Healthcare resource group.
    pub hrg: &'static str,
    /// Tariff in pounds.
    pub tariff: u32,
}

/// An event of adult social care.
#[derive(Debug, Clone)]
pub(super) struct SocialEvent {
    /// Number of the row within the person.
    pub number: u32,
    /// Which council.
    pub council: usize,
    /// Primary support reason.
    pub reason: &'static str,
    /// Event type, service type, service component, delivery mechanism.
    pub kind: [&'static str; 4],
    /// First day and, when it has ended, the last.
    pub days: (Day, Option<Day>),
    /// Outcome.
    pub outcome: &'static str,
    /// Cost a week in pounds, for services.
    pub weekly_cost: Option<u32>,
}

/// A contact with community or mental health services.
#[derive(Debug, Clone)]
pub(super) struct TeamContact {
    /// Number of the row within the person.
    pub number: u32,
    /// Number of the referral within the person.
    pub referral: u32,
    /// Which trust.
    pub provider: usize,
    /// Team type.
    pub team: &'static str,
    /// When.
    pub when: Moment,
    /// Minutes.
    pub minutes: i32,
    /// Consultation medium.
    pub medium: &'static str,
    /// Attended code.
    pub attended: &'static str,
    /// Which clinician.
    pub clinician: u8,
}

/// A contact with a pharmacy, dentist, optometrist or hospice.
#[derive(Debug, Clone)]
pub(super) struct LocalContact {
    /// Number of the row within the person.
    pub number: u32,
    /// Which organisation.
    pub provider: usize,
    /// When.
    pub when: Moment,
    /// The dataset's own columns between the date and the note.
    pub codes: [&'static str; 3],
    /// The note.
    pub note: &'static str,
}
