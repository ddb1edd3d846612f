//! Lives as the CSV extracts that services send, one row an event.
//!
//! Every row begins with who the person is, because real extracts do: taking those columns out is
//! the work of the pull.

pub(super) mod hospital;
pub(super) mod local;
pub(super) mod social_care;
pub(super) mod teams;

use std::fmt::Write;

use super::calendar::{Day, Moment, push_date, push_moment};
use super::fhir::patient::local_number;
use super::life::Life;
use super::world::World;

/// The columns every dataset begins with.
pub(super) const IDENTITY: &str = "nhs_number,nhs_number_status,local_patient_id,patient_name,\
     date_of_birth,postcode,sex,ethnic_category,gp_practice,";

/// A row being written.
pub(super) struct CsvRow<'a> {
    out: &'a mut String,
}

impl<'a> CsvRow<'a> {
    /// Begins a row about a person as they were on a day.
    pub(super) fn begin(out: &'a mut String, world: &World, life: &Life, on: Day) -> Self {
        let person = &life.person;
        let home = person.home(on);
        let _ = write!(
            out,
            "{},{},{},\"{}, {}\",",
            person.nhs_number,
            person.verification,
            local_number(person.index),
            person.family.to_uppercase(),
            person.given
        );
        push_date(out, person.birth);
        let sex = match person.gender {
            "female" => "2",
            "male" => "1",
            "other" => "9",
            _ => "0",
        };
        let _ = write!(
            out,
            ",{},{sex},{},{}",
            world.geography.lsoas[home.lsoa].postcodes[home.postcode],
            person.ethnicity,
            world.organisations.get(person.practice(on)).code
        );
        CsvRow { out }
    }

    /// A code or words without commas, quotes or line ends.
    pub(super) fn code(&mut self, value: &str) -> &mut Self {
        self.out.push(',');
        self.out.push_str(value);
        self
    }

    /// Free words, quoted where they must be.
    pub(super) fn words(&mut self, value: &str) -> &mut Self {
        self.out.push(',');
        if value.contains([',', '"']) {
            self.out.push('"');
            self.out.push_str(&value.replace('"', "\"\""));
            self.out.push('"');
        } else {
            self.out.push_str(value);
        }
        self
    }

    /// A number.
    pub(super) fn number(&mut self, value: impl std::fmt::Display) -> &mut Self {
        let _ = write!(self.out, ",{value}");
        self
    }

    /// The number of a row within a person as a local id that no other row has.
    pub(super) fn local(&mut self, prefix: &str, life: &Life, number: u32) -> &mut Self {
        let _ = write!(self.out, ",{prefix}{:07}{number:04}", life.person.index);
        self
    }

    /// A date, empty when there is none.
    pub(super) fn date(&mut self, day: Option<Day>) -> &mut Self {
        self.out.push(',');
        if let Some(day) = day {
            push_date(self.out, day);
        }
        self
    }

    /// A moment.
    pub(super) fn moment(&mut self, moment: Moment) -> &mut Self {
        self.out.push(',');
        push_moment(self.out, moment);
        self
    }

    /// Ends the row with the time of its extract.
    pub(super) fn end(&mut self, extracted: Moment) {
        self.moment(extracted);
        self.out.push('\n');
    }
}
