//! Who a person is: age, sex, home, language, practice, and when they are in the area.

use super::calendar::{Day, age};
use super::geography::POSTCODES_PER_LSOA;
use super::names;
use super::organisations::OrganisationKind;
use super::random::Random;
use super::world::World;

/// A home and the days it was lived in.
#[derive(Debug, Clone)]
pub(super) struct Home {
    /// Which LSOA.
    pub lsoa: usize,
    /// House and street.
    pub street: String,
    /// Which of the LSOA's postcodes.
    pub postcode: usize,
    /// First day.
    pub since: Day,
    /// Last day, for a home that was left.
    pub until: Option<Day>,
}

/// A registration with a practice.
#[derive(Debug, Clone, Copy)]
pub(super) struct Registration {
    /// Which organisation.
    pub practice: usize,
    /// First day.
    pub since: Day,
    /// Last day, if it ended.
    pub until: Option<Day>,
    /// Id of its EpisodeOfCare.
    pub id: u128,
}

/// One invented person.
#[derive(Debug)]
pub(super) struct SyntheticPerson {
    /// Place in the order of all people, from 0.
    pub index: u32,
    /// Ten-digit NHS number.
    pub nhs_number: u64,
    /// Verification status of the number, `01` for verified.
    pub verification: &'static str,
    /// Id of the Patient resource.
    pub id: u128,
    /// Given name.
    pub given: &'static str,
    /// Family name.
    pub family: &'static str,
    /// Sex as recorded; the record's few others are in `gender`.
    pub female: bool,
    /// FHIR administrative gender.
    pub gender: &'static str,
    /// Day of birth.
    pub birth: Day,
    /// Day of death, when it lies in the period.
    pub death: Option<Day>,
    /// Ethnic category 2001 code.
    pub ethnicity: &'static str,
    /// BCP-47 language.
    pub language: &'static str,
    /// Whether an interpreter is needed.
    pub interpreter: bool,
    /// Homes, the present one first.
    pub homes: Vec<Home>,
    /// Registrations, the present one first.
    pub registrations: Vec<Registration>,
    /// Marital status code, for adults.
    pub marital: &'static str,
    /// Last seven digits of a telephone number from the range kept for drama.
    pub telephone: u32,
    /// Whether the person opted out of uses beyond their care.
    pub opted_out: bool,
    /// First and last day on which contacts can happen.
    pub window: (Day, Day),
    /// Smoking: 0 never, 1 ex-smoker, 2 smoker.
    pub smoking: u8,
    /// Body mass index in adult life.
    pub body_mass: f64,
    /// Height in centimetres in adult life.
    pub height: f64,
    /// How readily the person uses services; mean 1.
    pub propensity: f64,
}

/// People of England by five-year age band, 0–4 to 90 and over, per thousand.
const AGE_BANDS: [f64; 19] = [
    54.0, 58.0, 61.0, 58.0, 60.0, 66.0, 70.0, 68.0, 65.0, 60.0, 67.0, 68.0, 60.0, 50.0, 46.0, 42.0,
    26.5, 16.0, 10.0,
];

/// The weight of a five-year band in a place with more or fewer older people.
pub(super) fn band_weight(band: usize, older: f64) -> f64 {
    let factor = match band {
        4..=7 => 1.0 / older,
        13.. => older,
        _ => 1.0,
    };
    AGE_BANDS[band] * factor
}

impl SyntheticPerson {
    /// The person of one index, who lives in the world at some time of its period.
    pub(super) fn new(random: &mut Random, world: &World, index: u32) -> Self {
        let lsoa = world.geography.pick(random);
        let place = world.geography.place(lsoa);
        let decile = world.geography.lsoas[lsoa].decile;
        let birth = birth(random, world, place.older);
        let female = random.chance(if world.to - birth > 75 * 365 {
            0.56
        } else {
            0.502
        });
        let death = death(random, world, birth, female, decile);
        let ethnicity = ethnicity(random, place.diversity);
        let language = language(random, ethnicity);
        let years = age(birth, world.to);
        let interpreter = language != "en" && random.chance(if years > 60 { 0.55 } else { 0.25 });
        let gender = match random.below(2_000) {
            0 => "other",
            1 => "unknown",
            _ if female => "female",
            _ => "male",
        };
        let depth = 5.5 - f64::from(decile);
        let smoking = smoking(random, years, depth);
        let mut person = SyntheticPerson {
            index,
            nhs_number: world.numbers[index as usize],
            verification: if random.chance(0.003) { "02" } else { "01" },
            id: random.id(),
            given: names::given(random, female),
            family: names::family(random),
            female,
            gender,
            birth,
            death,
            ethnicity,
            language,
            interpreter,
            homes: Vec::new(),
            registrations: Vec::new(),
            marital: marital(random, years),
            telephone: random.below(1_000),
            opted_out: random.chance(0.03),
            window: (
                world.from.max(birth),
                world.to.min(death.unwrap_or(world.to)),
            ),
            smoking,
            body_mass: random.normal(27.3 + 0.15 * depth, 4.6).max(16.5),
            height: random.normal(if female { 162.0 } else { 176.0 }, 6.5),
            propensity: random.propensity(0.45),
        };
        person.move_about(random, world, lsoa);
        person
    }

    /// Homes and registrations: some people move house, change practice, arrive or leave.
    fn move_about(&mut self, random: &mut Random, world: &World, lsoa: usize) {
        let (first, last) = self.window;
        let before = first - random.between(0, 5_000);
        let since = before.max(self.birth);
        let home = |random: &mut Random, lsoa, since, until| Home {
            lsoa,
            street: names::street(random),
            postcode: random.below(POSTCODES_PER_LSOA as u32) as usize,
            since,
            until,
        };
        let movable = last - first > 120;
        self.homes.push(home(random, lsoa, since, None));
        let place = world.geography.lsoas[lsoa].place;
        if movable && random.chance(0.09) {
            let moved = random.between(first + 30, last - 30);
            let old = match random.chance(0.7) {
                true => world.geography.pick_in(random, place),
                false => world.geography.pick(random),
            };
            let left = home(random, old, since, Some(moved - 1));
            self.homes[0].since = moved;
            self.homes.push(left);
        }
        self.register(random, world, (place, since, movable));
    }

    /// Registrations with practices of the place, the first since then.
    fn register(
        &mut self,
        random: &mut Random,
        world: &World,
        (place, since, movable): (usize, Day, bool),
    ) {
        let (first, last) = self.window;
        let practice = world
            .organisations
            .pick(random, OrganisationKind::GpPractice, place, 0.95);
        let mut registration = Registration {
            practice,
            since,
            until: self.death,
            id: random.id(),
        };
        match random.below(100) {
            // Arrived in the area during the period.
            0..=3 if movable && self.birth < world.from => {
                registration.since = random.between(first + 10, last - 60);
                self.window.0 = registration.since;
                self.homes.truncate(1);
                self.homes[0].since = registration.since;
            }
            // Left the area.
            4..=5 if movable && self.death.is_none() => {
                let left = random.between(first + 60, last);
                registration.until = Some(left);
                self.window.1 = left;
                self.homes.truncate(1);
                self.homes[0].since = since;
            }
            // Changed practice.
            6..=8 if movable => {
                let changed = random.between(first + 30, last - 30);
                let other =
                    world
                        .organisations
                        .pick(random, OrganisationKind::GpPractice, place, 0.5);
                if other != practice {
                    registration.since = changed;
                    let id = random.id();
                    let until = Some(changed - 1);
                    self.registrations.push(Registration {
                        practice: other,
                        since,
                        until,
                        id,
                    });
                }
            }
            _ => {}
        }
        self.registrations.insert(0, registration);
    }

    /// The practice on a day.
    pub(super) fn practice(&self, on: Day) -> usize {
        let current = self.registrations.iter().find(|r| r.since <= on);
        current.map_or(self.registrations[0].practice, |r| r.practice)
    }

    /// The home on a day.
    pub(super) fn home(&self, on: Day) -> &Home {
        self.homes
            .iter()
            .find(|h| h.since <= on)
            .unwrap_or(&self.homes[0])
    }

    /// Years lived on a day.
    pub(super) fn age(&self, on: Day) -> i32 {
        age(self.birth, on)
    }
}

fn birth(random: &mut Random, world: &World, older: f64) -> Day {
    let bands: [usize; 19] = std::array::from_fn(|band| band);
    let band = random.weighted(&bands, |band| band_weight(*band, older)) as f64;
    let years = match band as usize {
        // Few people of the last band are much older than 90.
        18 => 90.0 + 9.0 * random.unit() * random.unit(),
        // Within a band past 75 the younger years have more people.
        15.. => band * 5.0 + 5.0 * random.unit() * (0.6 + 0.4 * random.unit()),
        _ => band * 5.0 + 5.0 * random.unit(),
    };
    world.to - (years * 365.25) as i32
}

fn death(random: &mut Random, world: &World, birth: Day, female: bool, decile: u32) -> Option<Day> {
    let mut start = world.from.max(birth);
    while start < world.to {
        let end = (start + 365).min(world.to);
        let years = f64::from(end - start) / 365.0;
        if random.chance((mortality(birth, female, decile, start) * years).min(0.9)) {
            let season = &super::calendar::WINTER;
            return Some(super::calendar::pick_day(
                random,
                (start, end),
                season,
                &[1.0; 7],
            ));
        }
        start = end;
    }
    None
}

/// Ethnic categories other than British, with their weights.
const MINORITIES: &[(&str, f64)] = &[
    ("B", 2.0),
    ("C", 22.0),
    ("D", 3.0),
    ("E", 2.0),
    ("F", 3.0),
    ("G", 3.0),
    ("H", 10.0),
    ("J", 18.0),
    ("K", 6.0),
    ("L", 7.0),
    ("M", 4.0),
    ("N", 9.0),
    ("P", 2.0),
    ("R", 4.0),
    ("S", 5.0),
];

fn ethnicity(random: &mut Random, diversity: f64) -> &'static str {
    if random.chance(0.04) {
        return "Z";
    }
    if !random.chance(diversity) {
        return "A";
    }
    MINORITIES[random.weighted(MINORITIES, |m| m.1)].0
}

fn language(random: &mut Random, ethnicity: &str) -> &'static str {
    let (other, share): (&'static [&'static str], f64) = match ethnicity {
        "A" | "B" | "M" => (&["bsl"], 0.001),
        "C" => (&["pl", "ro", "pl", "pt", "uk"], 0.5),
        "H" => (&["pa", "gu", "hi"], 0.3),
        "J" => (&["ur", "pa"], 0.35),
        "K" => (&["bn"], 0.35),
        "N" | "S" => (&["ar", "so", "fr", "ku"], 0.3),
        "R" => (&["zh"], 0.3),
        _ => (&["en", "ta", "fa"], 0.15),
    };
    if random.chance(share) {
        random.word(other)
    } else {
        "en"
    }
}

fn marital(random: &mut Random, years: i32) -> &'static str {
    let choice = random.below(100);
    match years {
        ..=17 => "S",
        18..=29 => ["S", "M"][usize::from(choice < 15)],
        75.. if choice < 45 => "W",
        _ if choice < 55 => "M",
        _ if choice < 68 => "D",
        _ => "S",
    }
}

fn smoking(random: &mut Random, years: i32, depth: f64) -> u8 {
    let current = 0.12 * super::random::exp(0.11 * depth);
    let former = if years > 40 { 0.3 } else { 0.12 };
    let draw = random.unit();
    match years {
        ..=15 => 0,
        _ if draw < current => 2,
        _ if draw < current + former => 1,
        _ => 0,
    }
}

/// The yearly chance of death of a person of this age: Gompertz, with a floor for accidents.
pub(super) fn mortality(person_birth: Day, female: bool, decile: u32, on: Day) -> f64 {
    let years = f64::from(age(person_birth, on));
    let base = 0.0115 * super::random::exp(0.101 * (years - 65.0)) + 0.000_15;
    let sex = if female { 0.8 } else { 1.2 };
    let gradient = if years < 80.0 { 0.075 } else { 0.035 };
    let infant = if years < 1.0 { 0.003 } else { 0.0 };
    base * sex * super::random::exp(gradient * (5.5 - f64::from(decile))) + infant
}
