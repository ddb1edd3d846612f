//! What earlier releases have said, when another one is made.

use super::ledger_table;
use super::manifest::Manifest;
use crate::disclosure::Scheme;
use crate::disclosure::ledger::{Ledger, LedgerEntry};
use crate::disclosure::members::MemberKey;
use crate::error::{Context, Result};
use crate::lake::{Lake, Table};
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// Every figure that has been published from a lake, and what an entry of the next release begins with.
pub(super) struct Earlier {
    /// The secret under which people are hashed.
    pub key: MemberKey,
    table: Option<Table>,
    entries: Vec<LedgerEntry>,
    begins: LedgerEntry,
    hold_below: usize,
    keeps_apart: bool,
}

impl Earlier {
    /// What was published before the release of `manifest`. Where `hold_below` is 0, nothing of it is looked at,
    /// and nothing is kept.
    ///
    /// # Errors
    /// Data, when the ledger or its secret is not there or damaged; refused, when it is another lake's, or
    /// of another scheme.
    pub(super) async fn read(
        lake: &Lake,
        manifest: &Manifest,
        scheme: &Scheme,
        hold_below: u64,
    ) -> Result<Self> {
        let hold_below = usize::try_from(hold_below).unwrap_or(usize::MAX);
        let keeps_apart = scheme.protects_zeros();
        let scheme = scheme.in_force();
        let (key, table, entries) = match hold_below {
            // The fingerprints of this release are compared with one another alone.
            0 => (MemberKey::new([0; 32].into()), None, Vec::new()),
            _ => {
                let key = MemberKey::new(lake.member_key().await?);
                let (table, entries) = ledger_table::load(lake, &key, &scheme).await?;
                (key, table, entries)
            }
        };
        let date = NaiveDate::parse_from_str(&manifest.as_of, "%Y-%m-%d");
        let begins = LedgerEntry {
            number: first_number(&entries, &manifest.release),
            release: manifest.release.clone(),
            date: date.data(|| "a release has no date")?,
            key: lake.settings().key_fingerprint.clone(),
            scheme,
            ..LedgerEntry::default()
        };
        Ok(Earlier {
            key,
            table,
            entries,
            begins,
            hold_below,
            keeps_apart,
        })
    }

    /// The ledger that the figures are chosen beside, if there is to be one.
    pub(super) fn ledger(&self) -> Option<(Ledger, LedgerEntry)> {
        let begins = &self.begins;
        let ledger = || {
            Ledger::before(&self.entries, &begins.release, &begins.key, self.hold_below)
                .keeping_apart(self.keeps_apart)
        };
        (self.hold_below > 0).then(|| (ledger(), begins.clone()))
    }

    /// How many earlier releases the figures are chosen beside.
    pub(super) fn releases(&self) -> usize {
        let earlier = |entry: &&LedgerEntry| entry.number < self.begins.number;
        let before = self.entries.iter().filter(earlier);
        before
            .map(|entry| &entry.release)
            .collect::<BTreeSet<_>>()
            .len()
    }

    /// Keeps what is about to be published.
    ///
    /// # Errors
    /// Data, when the ledger cannot be written.
    pub(super) async fn keep(self, lake: &Lake, published: Vec<LedgerEntry>) -> Result<()> {
        let (entries, own) = (self.entries, self.begins.release);
        let figure = |entry: &LedgerEntry| (entry.cell.clone(), entry.figure.count());
        let said = entries.iter().filter(|entry| entry.release == own);
        let said: BTreeSet<_> = said.map(figure).collect();
        // A release that is made again says what it said.
        let new = published.into_iter();
        let new: Vec<LedgerEntry> = new.filter(|entry| !said.contains(&figure(entry))).collect();
        if new.is_empty() {
            return Ok(());
        }
        let all = entries.into_iter().chain(new);
        ledger_table::keep(lake, self.table.as_ref(), &self.key, all).await
    }
}

/// The number of a release among those of the ledger: its own, or that after all others.
fn first_number(entries: &[LedgerEntry], release: &str) -> u64 {
    let own = entries.iter().filter(|entry| entry.release == release);
    let own = own.map(|entry| entry.number).min();
    let newest = entries.iter().map(|entry| entry.number).max();
    own.unwrap_or_else(|| newest.unwrap_or(0) + 1)
}
