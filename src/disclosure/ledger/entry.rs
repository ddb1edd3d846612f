//! One figure that has been published, and who was behind it.

use crate::disclosure::count::{Released, TrueCount};
use crate::disclosure::members::{MemberKey, Members};
use chrono::NaiveDate;

/// One figure that has been published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LedgerEntry {
    /// Which release of the ledger published it, from 1.
    pub number: u64,
    /// The release.
    pub release: String,
    /// The date that it is of.
    pub date: NaiveDate,
    /// The disclosure control scheme.
    pub scheme: String,
    /// What is counted, in which table, under which labels.
    pub cell: String,
    /// The figure.
    pub figure: Released,
    /// The true count of people or rows.
    pub count: TrueCount,
    /// Who was behind it.
    pub members: Members,
}

/// Bytes of the seal of an entry.
const SEAL: usize = 16;

impl LedgerEntry {
    /// What the ledger keeps of the truth, sealed together with the rest of the entry.
    pub(crate) fn truth(&self, key: &MemberKey) -> Vec<u8> {
        let mut bytes = self.count.get().to_le_bytes().to_vec();
        bytes.extend(self.members.to_bytes());
        let seal = self.seal(key, &bytes);
        bytes.extend(seal);
        bytes
    }

    /// The same entry with the truth that [`LedgerEntry::truth`] gave of it; None where either has been
    /// changed, or the seal is another key's.
    pub(crate) fn with_truth(mut self, key: &MemberKey, truth: &[u8]) -> Option<Self> {
        let (bytes, seal) = truth.split_at_checked(truth.len().checked_sub(SEAL)?)?;
        let (count, members) = bytes.split_first_chunk()?;
        self.count = TrueCount::new(u64::from_le_bytes(*count));
        self.members = Members::from_bytes(members)?;
        (self.seal(key, bytes) == seal).then_some(self)
    }

    fn seal(&self, key: &MemberKey, truth: &[u8]) -> [u8; SEAL] {
        let mut text = Vec::new();
        let date = self.date.to_string();
        for part in [&self.release, &date, &self.scheme, &self.cell] {
            text.extend(part.len().to_le_bytes());
            text.extend(part.as_bytes());
        }
        text.extend(self.number.to_le_bytes());
        text.push(u8::from(self.figure.is_suppressed()));
        text.extend(self.figure.count().unwrap_or_default().to_le_bytes());
        text.extend(truth);
        key.seal(&text)
    }
}

impl Default for LedgerEntry {
    fn default() -> Self {
        LedgerEntry {
            number: 0,
            release: String::new(),
            date: NaiveDate::default(),
            scheme: String::new(),
            cell: String::new(),
            figure: Released::SUPPRESSED,
            count: TrueCount::ZERO,
            members: Members::default(),
        }
    }
}
