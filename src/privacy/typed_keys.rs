//! Pseudonyms by what they stand for, so that none is taken for another. Each is one word, as in the
//! columns of the lake.

use serde::{Deserialize, Serialize};

macro_rules! key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        #[repr(transparent)]
        pub(crate) struct $name(i64);

        impl $name {
            /// The key that a column holds.
            pub(crate) const fn new(stored: i64) -> Self {
                $name(stored)
            }

            /// As a column holds it.
            pub(crate) const fn get(self) -> i64 {
                self.0
            }
        }
    };
}

key! {
    /// The pseudonym of a person (`person_key`): the first 63 bits of the keyed hash of an NHS number.
    PersonKey
}

key! {
    /// The pseudonym of a record (`record_key`): the first 63 bits of the keyed hash of `Type/id`, or
    /// of the values of its key columns.
    RecordKey
}

key! {
    /// The pseudonym of a Patient resource (`patient_key`), to which other records refer.
    PatientKey
}

impl PatientKey {
    /// The Patient that this record is.
    pub(crate) const fn of_record(record: RecordKey) -> Self {
        PatientKey(record.0)
    }

    /// The Patient as a record.
    pub(crate) const fn record(self) -> RecordKey {
        RecordKey(self.0)
    }
}
