//! What all lives share: the period, the area, the organisations.

use super::calendar::{Day, Moment, at, day};
use super::geography::Geography;
use super::organisations::Organisations;
use super::random::Random;
use super::{Options, nhs_number};

/// The invented area over its period. It never changes while people are made.
#[derive(Debug)]
pub(super) struct World {
    /// The seed everything follows from.
    pub seed: u64,
    /// How many people.
    pub people: u32,
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
    /// Last moment of the last day: nothing in the record is later.
    pub end: Moment,
    /// Places, LSOAs and postcodes.
    pub geography: Geography,
    /// Who provides care.
    pub organisations: Organisations,
    /// NHS numbers by person; behind them, numbers that some people had before.
    pub numbers: Vec<u64>,
}

/// One person in so many had another NHS number before.
const OLD_NUMBERS: u32 = 64;

impl World {
    /// The world of these options.
    pub(super) fn new(options: &Options) -> Self {
        let geography = Geography::new(options.seed, options.people);
        let organisations = Organisations::new(options.seed, options.people);
        let to = day(options.to);
        World {
            seed: options.seed,
            people: options.people,
            from: day(options.from),
            to,
            end: at(to, 1_440) - 1,
            geography,
            organisations,
            numbers: nhs_number::allocate(
                options.seed,
                options.people,
                options.people / OLD_NUMBERS,
            ),
        }
    }

    /// The number that a person had before, for those who had one.
    pub(super) fn old_number(&self, index: u32) -> Option<u64> {
        let place = self.people + index / OLD_NUMBERS;
        (index % OLD_NUMBERS == OLD_NUMBERS - 1)
            .then(|| self.numbers.get(place as usize).copied())
            .flatten()
    }

    /// When a record of something that happened was last updated: soon after, never later than
    /// the end of the period.
    pub(super) fn updated(&self, random: &mut Random, happened: Moment) -> Moment {
        let delay = match random.below(10) {
            0 => random.between(86_400, 1_200_000),
            1..=3 => random.between(3_600, 86_400),
            _ => random.between(30, 3_600),
        };
        (happened + i64::from(delay)).min(self.end).max(happened)
    }

    /// When a row about something was extracted: the monthly run on the fifth at 02:00 or so.
    pub(super) fn extracted(&self, happened: Moment) -> Moment {
        use chrono::Datelike;
        let date = super::calendar::date(super::calendar::day_of(happened));
        let (year, month) = match date.month() {
            12 => (date.year() + 1, 1),
            month => (date.year(), month + 1),
        };
        let fifth = chrono::NaiveDate::from_ymd_opt(year, month, 5).unwrap_or(date);
        (at(day(fifth), 125)).min(self.end).max(happened)
    }
}
