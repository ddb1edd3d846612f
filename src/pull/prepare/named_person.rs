//! Whom a row names by an identifier of its own.

use crate::privacy::Person;

/// Whom a row names by an identifier of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NamedPerson {
    /// This person.
    Verified(Person),
    /// This person, as far as a number can say that nobody has verified: the row links to nobody.
    Unverified(Person),
    /// This person, as long as nothing is known of the Patient that the row refers to.
    Beside(Person),
    /// Nobody: the row is rejected, or is of a Patient without a number that another one replaced.
    Nobody,
}

impl NamedPerson {
    /// The person, where the number is verified.
    pub(super) fn verified(self) -> Option<Person> {
        match self {
            NamedPerson::Verified(person) => Some(person),
            _ => None,
        }
    }

    /// The person, where the row refers to a Patient as well.
    pub(super) fn beside(self) -> Option<Person> {
        match self {
            NamedPerson::Beside(person) => Some(person),
            _ => None,
        }
    }

    /// The person, where the number is not verified.
    pub(super) fn unverified(self) -> Option<Person> {
        match self {
            NamedPerson::Unverified(person) => Some(person),
            _ => None,
        }
    }
}
