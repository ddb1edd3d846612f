//! One figure that has been published, and who was behind it.

use crate::disclosure::count::{Released, TrueCount};
use crate::disclosure::magnitude;
use crate::disclosure::members::{MemberKey, Members};
use crate::disclosure::system::CountOf;
use chrono::NaiveDate;

/// How the source of a label ends that is the area of the people, and not a column of the model.
pub(crate) const OF_THE_PERSON: &str = " of the person";

/// What a cell is, in every release.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct CellName {
    /// What is counted, and by which dimensions.
    pub table: String,
    /// Its label of each of them.
    pub labels: String,
}

/// One figure that has been published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LedgerEntry {
    /// Which release of the ledger published it, from 1.
    pub number: u64,
    /// The release.
    pub release: String,
    /// The date that it is of.
    pub date: NaiveDate,
    /// The fingerprint of the key of the lake's pseudonyms: people under different ones cannot be
    /// compared.
    pub key: String,
    /// The disclosure control scheme.
    pub scheme: String,
    /// The cell.
    pub cell: CellName,
    /// The figure.
    pub figure: Released,
    /// The true count of people or rows.
    pub count: TrueCount,
    /// What is counted.
    pub counted: CountOf,
    /// Of a sum, the most that somebody had of it.
    pub largest: TrueCount,
    /// Who was behind it.
    pub members: Members,
}

impl CellName {
    /// The cell of what is counted that has these labels, each with the source of its values.
    pub(crate) fn of(what: &str, labels: impl IntoIterator<Item = (String, String)>) -> Self {
        let (mut sources, mut named) = (Vec::new(), Vec::new());
        for (source, value) in labels {
            named.push(format!("{source} = {value}"));
            sources.push(source);
        }
        sources.sort();
        named.sort();
        CellName {
            table: format!("{what} by {}", sources.join(", ")),
            labels: named.join("; "),
        }
    }

    /// What is counted, and its labels, each with its source; None where these cannot be told apart.
    fn parts(&self) -> Option<(&str, Vec<(String, String)>)> {
        let mut labels: Vec<(String, String)> = Vec::new();
        for text in self.labels.split("; ").filter(|text| !text.is_empty()) {
            match (text.split_once(" = "), labels.last_mut()) {
                (Some((source, value)), _) => labels.push((source.to_string(), value.to_string())),
                (None, Some((_, value))) => value.push_str(&format!("; {text}")),
                (None, None) => return None,
            }
        }
        let mut sources: Vec<&str> = labels.iter().map(|(source, _)| source.as_str()).collect();
        sources.sort_unstable();
        let by = format!(" by {}", sources.join(", "));
        Some((self.table.strip_suffix(&by)?, labels))
    }

    /// The cells that it is a part of, each with the source of the label that it has more; none where its
    /// labels cannot be told apart.
    pub(super) fn totals(&self) -> Vec<(CellName, String)> {
        let Some((what, labels)) = self.parts() else {
            return Vec::new();
        };
        let without = |at: usize| {
            let others = labels.iter().enumerate().filter(|(other, _)| *other != at);
            CellName::of(what, others.map(|(_, label)| label.clone()))
        };
        let totals = labels.iter().enumerate();
        totals
            .map(|(at, (source, _))| (without(at), source.clone()))
            .collect()
    }

    /// Everybody of its areas, whatever divides them; None for a cell that is of no area.
    pub(crate) fn all_of_area(&self) -> Option<CellName> {
        if !self.table.contains(OF_THE_PERSON) {
            return None;
        }
        let (what, mut labels) = self.parts()?;
        labels.retain(|(source, _)| source.ends_with(OF_THE_PERSON));
        (!labels.is_empty()).then(|| CellName::of(what, labels))
    }

    /// Its areas, as its labels have them; nothing for a cell of all people.
    pub(super) fn area(&self) -> String {
        self.all_of_area()
            .map_or_else(String::new, |all| all.labels)
    }
}

/// What can be counted, each by the number that stands for it.
const COUNTED: [CountOf; 3] = [CountOf::People, CountOf::Rows, CountOf::Amount];
/// Bytes of the seal of an entry.
const SEAL: usize = 16;

impl LedgerEntry {
    /// What the ledger keeps of the truth: nobody without the key can read it, or change it or the rest of
    /// the entry.
    pub(crate) fn truth(&self, key: &MemberKey) -> Vec<u8> {
        let counted = COUNTED.iter().position(|known| *known == self.counted);
        let mut bytes = vec![counted.and_then(|at| u8::try_from(at).ok()).unwrap_or(0)];
        bytes.extend(self.count.get().to_le_bytes());
        if self.counted == CountOf::Amount {
            bytes.extend(self.largest.get().to_le_bytes());
        }
        bytes.extend(self.members.to_bytes());
        let mut open = self.open();
        key.cover(&open, &mut bytes);
        open.extend(&bytes);
        bytes.extend(key.seal(&open));
        bytes
    }

    /// The same entry with the truth that [`LedgerEntry::truth`] gave of it; None where either has been
    /// changed, or the seal is another key's.
    pub(crate) fn with_truth(mut self, key: &MemberKey, truth: &[u8]) -> Option<Self> {
        let open = self.open();
        let (covered, seal) = truth.split_at_checked(truth.len().checked_sub(SEAL)?)?;
        let sealed = [open.as_slice(), covered].concat();
        if key.seal(&sealed) != seal {
            return None;
        }
        let mut bytes = covered.to_vec();
        key.cover(&open, &mut bytes);
        let ([counted], rest) = bytes.split_first_chunk()?;
        let (count, mut members) = rest.split_first_chunk()?;
        self.counted = *COUNTED.get(usize::from(*counted))?;
        self.count = TrueCount::new(u64::from_le_bytes(*count));
        if self.counted == CountOf::Amount {
            let (largest, rest) = members.split_first_chunk()?;
            self.largest = TrueCount::new(u64::from_le_bytes(*largest));
            members = rest;
        }
        self.members = Members::from_bytes(members)?;
        Some(self)
    }

    /// Whether one or two people could be most of what a sum changed by since this one: these have such a
    /// sum now, and a largest amount.
    pub(super) fn change_tells(
        &self,
        members: &Members,
        (sum, largest): (TrueCount, TrueCount),
    ) -> bool {
        self.members.fingerprint() != members.fingerprint()
            && magnitude::change_tells(
                (self.count.get(), self.largest.get()),
                (sum.get(), largest.get()),
            )
    }

    /// All of the entry that anybody may know, as bytes that no other entry has.
    fn open(&self) -> Vec<u8> {
        let mut open = Vec::new();
        let (cell, date) = (&self.cell, self.date.to_string());
        let texts = [
            &self.release,
            &date,
            &self.key,
            &self.scheme,
            &cell.table,
            &cell.labels,
        ];
        for text in texts {
            open.extend((text.len() as u64).to_le_bytes());
            open.extend(text.as_bytes());
        }
        open.extend(self.number.to_le_bytes());
        open.push(u8::from(self.figure.is_suppressed()));
        open.extend(self.figure.count().unwrap_or_default().to_le_bytes());
        open
    }
}

impl Default for LedgerEntry {
    fn default() -> Self {
        LedgerEntry {
            number: 0,
            release: String::new(),
            date: NaiveDate::default(),
            key: String::new(),
            scheme: String::new(),
            cell: CellName::default(),
            figure: Released::SUPPRESSED,
            count: TrueCount::ZERO,
            counted: CountOf::People,
            largest: TrueCount::ZERO,
            members: Members::default(),
        }
    }
}
