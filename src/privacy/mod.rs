//! Privacy on the way in: what a value becomes before it may be stored.
//!
//! Values are identifiable only in memory, between the decoder and this room. What leaves it is a
//! keyed hash, a month or year, a looked-up area, or a value that was checked for leaks.

mod confirmed;
mod identifiers;
mod key;
mod leak;
mod lookup;
mod nhs_number;
mod open_pseudonym;
mod opt_outs;
mod person;
pub(crate) mod place_name;
mod pseudonym;
mod rekey;
mod secret;
mod spelling;
mod treatment;
mod typed_keys;
mod verification_status;

pub(crate) use confirmed::Confirmed;
pub(crate) use identifiers::{check_csv_column, check_reference_column, check_view};
pub use key::Key;
pub(crate) use key::chain_fingerprint;
pub(crate) use leak::{BirthDates, LeakGate, looks_identifying, unnamed, verhoeff};
pub use lookup::LookupSettings;
pub(crate) use lookup::{Asked, Lookup};
pub(crate) use nhs_number::{NhsNumber, NhsNumberError};
pub(crate) use open_pseudonym::OpenPseudonymiser;
pub(crate) use opt_outs::{ListRead, OptOutKind, OptOutLists, OptOuts};
pub(crate) use person::Person;
pub use pseudonym::Pseudonyms;
pub(crate) use rekey::Rekey;
pub(crate) use secret::SecretPlace;
pub(crate) use treatment::{Treatment, generalise};
pub(crate) use typed_keys::{PatientKey, PersonKey, RecordKey};
pub(crate) use verification_status::{VERIFIED, verification_status};
