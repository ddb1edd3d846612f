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
mod treatment;

pub use confirmed::Confirmed;
pub use identifiers::{check_csv_column, check_reference_column, check_view};
pub use key::{Key, chain_fingerprint};
pub use leak::{Leak, LeakGate, looks_identifying};
pub use lookup::Lookup;
pub use nhs_number::{NhsNumber, NhsNumberError};
pub use open_pseudonym::OpenPseudonymiser;
pub use opt_outs::{ListRead, OptOutKind, OptOutList, OptOutLists, OptOuts};
pub use person::Person;
pub use pseudonym::Pseudonyms;
pub use rekey::Rekey;
pub use secret::SecretPlace;
pub use treatment::{Treatment, generalise};
