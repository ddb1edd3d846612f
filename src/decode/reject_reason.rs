//! Why a line cannot be used: the reasons of `populace.reject`, and the table of them in
//! docs/operations.md.

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;

/// Why a line cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RejectReason {
    /// Not UTF-8, not JSON, cut off, two documents in one line, or two different resource types.
    NotJson,
    /// Not an object, or without a `resourceType`.
    NoResourceType,
    /// A `resourceType` that neither FHIR R4 nor STU3 has.
    UnknownResourceType,
    /// A resource of another version of FHIR than its view is for.
    OtherFhirVersion,
    /// A resource with a view that holds a modifier extension nobody has said to know.
    UnknownModifierExtension,
    /// A resource with a view, without an `id`.
    NoId,
    /// A selected value whose type or form does not fit its column.
    WrongType,
    /// A key, an NHS number or a needed code that a program took for a number, and cut digits from.
    LostDigits,
    /// A date more than a day after the last update of its record.
    DateInFuture,
    /// A row of a person without an NHS number.
    NhsNumberMissing,
    /// An NHS number that cannot be one.
    NhsNumberInvalid,
    /// An NHS number of the range that is for tests, where none may be.
    NhsNumberTestRange,
    /// No identifier of the source's `person_identifier` system.
    PersonIdentifierMissing,
    /// A CSV row with more or fewer columns than its header.
    WrongColumnCount,
    /// A CSV row without a value in a key column.
    KeyMissing,
    /// A line longer than 64 MiB.
    TooLong,
    /// A resource with a view that has more elements than are kept of one line.
    TooLarge,
}

impl RejectReason {
    /// Every reason, in the order in which they are explained.
    pub const ALL: [RejectReason; 17] = [
        RejectReason::NotJson,
        RejectReason::NoResourceType,
        RejectReason::UnknownResourceType,
        RejectReason::OtherFhirVersion,
        RejectReason::UnknownModifierExtension,
        RejectReason::NoId,
        RejectReason::WrongType,
        RejectReason::LostDigits,
        RejectReason::DateInFuture,
        RejectReason::NhsNumberMissing,
        RejectReason::NhsNumberInvalid,
        RejectReason::NhsNumberTestRange,
        RejectReason::PersonIdentifierMissing,
        RejectReason::WrongColumnCount,
        RejectReason::KeyMissing,
        RejectReason::TooLong,
        RejectReason::TooLarge,
    ];

    /// Its name in `populace.reject`.
    pub const fn name(self) -> &'static str {
        self.told().0
    }

    /// How the sentence goes on that begins with "the line".
    pub const fn line(self) -> &'static str {
        self.told().1
    }

    /// What to do about it.
    pub const fn advice(self) -> &'static str {
        self.told().2
    }

    const fn told(self) -> (&'static str, &'static str, &'static str) {
        match self {
            RejectReason::NotJson => (
                "not-json",
                "is not JSON, is cut off, or is not UTF-8",
                "ask for the file again: a transfer broke off",
            ),
            RejectReason::NoResourceType => (
                "no-resource-type",
                "is not a FHIR resource",
                "ask the sender",
            ),
            RejectReason::UnknownResourceType => (
                "unknown-resource-type",
                "names a type that neither FHIR R4 nor STU3 has",
                "ask the sender: a misspelling, or another FHIR version",
            ),
            RejectReason::OtherFhirVersion => (
                "other-fhir-version",
                "is of another version of FHIR than its view: it has an element or a profile that the version does not have, such as `notGiven` of STU3, or its type came with R5",
                "set `fhir_version` of the source to the version that is sent, or ask the sender for the version that was agreed; a sender of two versions needs two sources",
            ),
            RejectReason::UnknownModifierExtension => (
                "unknown-modifier-extension",
                "has a modifier extension, which can turn its meaning round, that is not on the source's list",
                "ask the sender what it means; when the views allow for it, add its URL to `known_modifier_extensions`",
            ),
            RejectReason::NoId => (
                "no-id",
                "is a resource without an id",
                "ask the sender; it could not be updated later",
            ),
            RejectReason::WrongType => (
                "wrong-type",
                "has a value of another type or form than its column, such as 31 February, where the column is needed",
                "look at `column_name`: is it one sender, or is the view or column file wrong?",
            ),
            RejectReason::LostDigits => (
                "lost-digits",
                "has a key, an NHS number or a needed code that a program took for a number and cut digits from, such as 3.8341E+07",
                "ask the sender for the file as it was before a spreadsheet saved it, or for a column of text",
            ),
            RejectReason::DateInFuture => (
                "date-in-future",
                "says that something happened more than a day after its own last update",
                "ask the sender; often a wrong year",
            ),
            RejectReason::NhsNumberMissing => (
                "nhs-number-missing",
                "has no NHS number",
                "expected for a few; ask when there are many",
            ),
            RejectReason::NhsNumberInvalid => (
                "nhs-number-invalid",
                "has an NHS number that cannot be one: not ten digits, or a wrong check digit",
                "ask the sender",
            ),
            RejectReason::NhsNumberTestRange => (
                "nhs-number-test-range",
                "has an NHS number of the range that is for tests (999…)",
                "ask the sender for the live record; set `accept_test_numbers = true` for a source of test data only",
            ),
            RejectReason::PersonIdentifierMissing => (
                "person-identifier-missing",
                "has no identifier of the source's `person_identifier` system",
                "check that setting",
            ),
            RejectReason::WrongColumnCount => (
                "wrong-column-count",
                "is a CSV row with more or fewer columns than its header",
                "usually a comma or a line end without quotes",
            ),
            RejectReason::KeyMissing => (
                "key-missing",
                "is a CSV row without a value in a key column",
                "ask the sender",
            ),
            RejectReason::TooLong => (
                "too-long",
                "is longer than 64 MiB",
                "a file without line ends?",
            ),
            RejectReason::TooLarge => (
                "too-large",
                "has more elements than are kept of one line (512 MiB of them)",
                "ask the sender",
            ),
        }
    }
}

/// By name, as messages and summaries list them.
impl Ord for RejectReason {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name().cmp(other.name())
    }
}

impl PartialOrd for RejectReason {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for RejectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_staged_has_the_name_of_the_table() {
        for reason in RejectReason::ALL {
            let staged = serde_json::to_string(&reason).unwrap();
            assert_eq!(staged, format!("\"{reason}\""));
        }
    }
}
