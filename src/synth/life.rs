//! One life: the person, their conditions, and everything that happens in the period.

use super::calendar::{Day, Moment, at, day_of};
use super::conditions::{self, KINDS, Onset};
use super::contacts;
use super::names::CLINICIAN_COUNT;
use super::person::SyntheticPerson;
use super::random::{Random, Stream};
use super::record::*;
use super::world::World;

/// A person and what the shared record holds about them.
#[derive(Debug)]
pub(super) struct Life {
    /// Who.
    pub person: SyntheticPerson,
    /// Long-term conditions, whether a connected practice recorded them or not.
    pub conditions: Vec<Onset>,
    /// When the Patient resource was last updated.
    pub updated: Moment,
    /// FHIR Encounters.
    pub encounters: Vec<Encounter>,
    /// FHIR Conditions.
    pub problems: Vec<RecordedProblem>,
    /// FHIR Observations.
    pub observations: Vec<Observation>,
    /// FHIR Procedures.
    pub procedures: Vec<Event>,
    /// FHIR MedicationRequests.
    pub prescriptions: Vec<Event>,
    /// FHIR Immunizations.
    pub vaccinations: Vec<Event>,
    /// FHIR Appointments.
    pub appointments: Vec<Appointment>,
    /// FHIR ServiceRequests.
    pub referrals: Vec<Referral>,
    /// FHIR EpisodesOfCare.
    pub episodes: Vec<CareSpan>,
    /// FHIR Flags.
    pub flags: Vec<CareSpan>,
    /// FHIR Goals.
    pub goals: Vec<CareSpan>,
    /// FHIR DocumentReferences.
    pub letters: Vec<Letter>,
    /// FHIR Consents.
    pub agreements: Vec<Agreement>,
    /// FHIR Communications.
    pub messages: Vec<Message>,
    /// FHIR QuestionnaireResponses.
    pub forms: Vec<AnsweredForm>,
    /// Admitted patient care.
    pub spells: Vec<Spell>,
    /// Emergency care.
    pub attendances: Vec<Attendance>,
    /// Outpatients.
    pub clinics: Vec<Clinic>,
    /// Adult social care.
    pub social: Vec<SocialEvent>,
    /// Community health services.
    pub community: Vec<TeamContact>,
    /// Mental health services.
    pub mental: Vec<TeamContact>,
    /// Pharmacies.
    pub pharmacy: Vec<LocalContact>,
    /// Dentists.
    pub dental: Vec<LocalContact>,
    /// Optometrists.
    pub optometry: Vec<LocalContact>,
    /// Hospices.
    pub hospice: Vec<LocalContact>,
    /// First and last day of ordinary contacts: the days in the area, death excluded.
    pub window: (Day, Day),
    rows: u32,
}

impl Life {
    /// The life of the person of one index. It depends on the seed and the index only.
    pub(super) fn new(world: &World, index: u32) -> Self {
        let mut random = Random::new(world.seed, Stream::Person(index));
        let random = &mut random;
        let person = SyntheticPerson::new(random, world, index);
        let decile = world.geography.lsoas[person.homes[0].lsoa].decile;
        let (first, last) = person.window;
        let window = (
            first,
            if person.death.is_some() {
                (last - 1).max(first)
            } else {
                last
            },
        );
        let conditions = conditions::assign(random, &person, decile, window.1);
        let mut life = Life {
            conditions,
            updated: 0,
            encounters: Vec::new(),
            problems: Vec::new(),
            observations: Vec::new(),
            procedures: Vec::new(),
            prescriptions: Vec::new(),
            vaccinations: Vec::new(),
            appointments: Vec::new(),
            referrals: Vec::new(),
            episodes: Vec::new(),
            flags: Vec::new(),
            goals: Vec::new(),
            letters: Vec::new(),
            agreements: Vec::new(),
            messages: Vec::new(),
            forms: Vec::new(),
            spells: Vec::new(),
            attendances: Vec::new(),
            clinics: Vec::new(),
            social: Vec::new(),
            community: Vec::new(),
            mental: Vec::new(),
            pharmacy: Vec::new(),
            dental: Vec::new(),
            optometry: Vec::new(),
            hospice: Vec::new(),
            window,
            rows: 0,
            person,
        };
        life.updated = life.patient_updated(random, world);
        contacts::general_practice::happen(random, world, &mut life);
        contacts::hospital::happen(random, world, &mut life);
        contacts::outpatient::happen(random, world, &mut life);
        contacts::teams::happen(random, world, &mut life);
        contacts::local::happen(random, world, &mut life);
        contacts::social_care::happen(random, world, &mut life);
        contacts::discharge_readiness::note(world, &mut life);
        contacts::preferences::record(world, &mut life);
        life
    }

    fn patient_updated(&self, random: &mut Random, world: &World) -> Moment {
        let person = &self.person;
        let mut last = world.from.max(person.birth).max(person.homes[0].since);
        last = last.max(person.registrations[0].since);
        let happened = match person.death.or(person.registrations[0].until) {
            Some(day) => day.max(last),
            None => random.between(last, world.to),
        };
        world.updated(random, at(happened, 1_439))
    }

    /// Years of the window.
    pub(super) fn years(&self) -> f64 {
        f64::from(self.window.1 - self.window.0 + 1) / 365.25
    }

    /// The decile of the home on a day.
    pub(super) fn decile(&self, world: &World, on: Day) -> u32 {
        world.geography.lsoas[self.person.home(on).lsoa].decile
    }

    /// The place of the home on a day.
    pub(super) fn place(&self, world: &World, on: Day) -> usize {
        world.geography.lsoas[self.person.home(on).lsoa].place
    }

    /// Conditions active on a day.
    pub(super) fn burden(&self, on: Day) -> usize {
        conditions::active(&self.conditions, on).count()
    }

    /// Whether a condition is active on a day.
    pub(super) fn has(&self, kind: usize, on: Day) -> bool {
        conditions::has(&self.conditions, kind, on)
    }

    /// Whether one of two conditions is active on a day.
    pub(super) fn has_either(&self, one: usize, other: usize, on: Day) -> bool {
        self.has(one, on) || self.has(other, on)
    }

    /// The next number of a row about this person.
    pub(super) fn next_row(&mut self) -> u32 {
        self.rows += 1;
        self.rows
    }

    /// Whether an organisation sends its activity, by place in the list.
    pub(super) fn connected(world: &World, organisation: usize) -> bool {
        world.organisations.get(organisation).connected
    }

    /// Records a contact and returns its id.
    pub(super) fn meet(&mut self, random: &mut Random, world: &World, new: Meeting) -> u128 {
        let end = new.end.min(world.end).max(new.start);
        let id = random.id();
        self.encounters.push(Encounter {
            id,
            setting: new.setting,
            class: new.class,
            kind: new.kind,
            start: new.start,
            end,
            updated: world.updated(random, end),
            reason: new.reason,
            remark: if random.chance(0.12) {
                random.word(REMARKS)
            } else {
                ""
            },
            provider: new.provider,
            clinician: clinician(random),
            admission_method: "",
            admission_source: "",
            discharge_method: "",
            discharge_destination: "",
            discharge_status: "",
            outcome: "",
        });
        id
    }

    /// Records a letter about a contact.
    pub(super) fn write_letter(
        &mut self,
        random: &mut Random,
        world: &World,
        code: Coding,
        about: (u128, Moment, usize),
    ) {
        let (encounter, end, custodian) = about;
        let delay = i64::from(random.between(600, 260_000));
        let when = (end + delay).min(world.end).max(end);
        let (id, updated) = (random.id(), world.updated(random, when));
        let clinician = clinician(random);
        self.letters.push(Letter {
            id,
            code,
            when,
            updated,
            custodian,
            clinician,
            encounter,
        });
    }
}

/// A contact about to be recorded.
#[derive(Debug)]
pub(super) struct Meeting {
    /// Kind of service.
    pub setting: CareSetting,
    /// v3-ActCode class.
    pub class: &'static str,
    /// What kind of contact.
    pub kind: Coding,
    /// When it began.
    pub start: Moment,
    /// When it ended.
    pub end: Moment,
    /// Why.
    pub reason: Option<Coding>,
    /// Which organisation.
    pub provider: usize,
}

const REMARKS: &[&str] = &[
    "Pt's daughter present, worried re sleep",
    "seen with carer; \"not himself\" for a week",
    "Wants to discuss results by telephone",
    "?viral. Safety-netted, to call back if worse",
    "Running late, brief review only",
];

/// A clinician's number.
pub(super) fn clinician(random: &mut Random) -> u8 {
    random.below(CLINICIAN_COUNT) as u8
}

/// A condition as the reason of a contact.
pub(super) fn reason_of(onset: &Onset) -> Coding {
    let kind = &KINDS[onset.kind];
    coding(kind.snomed, kind.display)
}

/// A moment on a day in opening hours.
pub(super) fn in_hours(random: &mut Random, day: Day) -> Moment {
    at(day, 8 * 60 + 5 * random.between(0, 118))
}

/// A moment at any hour, more often by day.
pub(super) fn any_hour(random: &mut Random, day: Day) -> Moment {
    let minutes = match random.below(10) {
        0 | 1 => random.between(0, 8 * 60 - 1),
        _ => random.between(8 * 60, 1_439),
    };
    at(day, minutes) + i64::from(random.between(0, 59))
}

/// The day of a moment, for reading what held then.
pub(super) fn on(moment: Moment) -> Day {
    day_of(moment)
}
