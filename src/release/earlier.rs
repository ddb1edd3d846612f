//! What earlier releases have said, when another one is made.

use super::ledger_table;
use super::manifest::Manifest;
use crate::disclosure::Scheme;
use crate::disclosure::ledger::{CellName, Ledger, LedgerEntry};
use crate::disclosure::members::MemberKey;
use crate::error::{Context, Error, Result};
use crate::lake::{Lake, Table};
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// What has been published from a lake, beside which the next release is made.
pub(super) struct Earlier {
    /// The secret under which people are hashed.
    pub key: MemberKey,
    /// What the figures are chosen beside, and what an entry of the release begins with; None where nothing
    /// is looked at.
    pub ledger: Option<(Ledger, LedgerEntry)>,
    /// How many earlier releases that is.
    pub releases: usize,
    table: Option<Table>,
    /// What the release has said, where it was made before.
    said: BTreeSet<(CellName, Option<u64>)>,
}

impl Earlier {
    /// What was published before the release of `manifest`. Where `hold_below` is 0, nothing of it is looked at,
    /// and nothing is kept.
    ///
    /// # Errors
    /// Data, when the ledger or its secret is not there or damaged; refused, when it is another lake's, of
    /// another scheme, or not to be looked at although it has figures.
    pub(super) async fn read(
        lake: &Lake,
        manifest: &Manifest,
        scheme: &Scheme,
        hold_below: u64,
    ) -> Result<Self> {
        let hold_below = usize::try_from(hold_below).unwrap_or(usize::MAX);
        if hold_below == 0 {
            if ledger_table::is_there(lake).await? {
                return Err(beside_a_ledger());
            }
            return Ok(Earlier {
                // The fingerprints of this release are compared with one another alone.
                key: MemberKey::new([0; 32].into()),
                ledger: None,
                releases: 0,
                table: None,
                said: BTreeSet::new(),
            });
        }
        let key = MemberKey::new(lake.member_key().await?);
        let (table, entries) = ledger_table::load(lake, &key, &scheme.in_force()).await?;
        let date = NaiveDate::parse_from_str(&manifest.as_of, "%Y-%m-%d");
        let begins = LedgerEntry {
            number: first_number(&entries, &manifest.release),
            release: manifest.release.clone(),
            date: date.data(|| "a release has no date")?,
            key: lake.settings().key_fingerprint.clone(),
            scheme: scheme.in_force(),
            ..LedgerEntry::default()
        };
        let before = entries.iter().filter(|entry| entry.number < begins.number);
        let before: BTreeSet<&String> = before.map(|entry| &entry.release).collect();
        let own = entries
            .iter()
            .filter(|entry| entry.release == begins.release);
        Ok(Earlier {
            key,
            releases: before.len(),
            table,
            said: own.map(figure).collect(),
            ledger: Some((
                Ledger::before(entries, &begins.release, &begins.key, hold_below)
                    .keeping_apart(scheme.protects_zeros()),
                begins,
            )),
        })
    }

    /// Keeps what is about to be published.
    ///
    /// # Errors
    /// Data, when the ledger cannot be written.
    pub(super) async fn keep(self, lake: &Lake, published: Vec<LedgerEntry>) -> Result<()> {
        // A release that is made again says what it said.
        let new = published.into_iter();
        let new: Vec<LedgerEntry> = new
            .filter(|entry| !self.said.contains(&figure(entry)))
            .collect();
        if new.is_empty() {
            return Ok(());
        }
        ledger_table::keep(lake, self.table.as_ref(), &self.key, new).await
    }
}

fn beside_a_ledger() -> Error {
    Error::refused("figures of this lake are in its ledger, and [disclosure] has hold_below = 0")
        .cause("fresh figures beside those that are held say what few people changed, and no later release would know of them")
        .hint("leave hold_below out, or release from a lake of its own")
}

/// What an entry says of a cell.
fn figure(entry: &LedgerEntry) -> (CellName, Option<u64>) {
    (entry.cell.clone(), entry.figure.count())
}

/// The number of a release among those of the ledger: its own, or that after all others.
fn first_number(entries: &[LedgerEntry], release: &str) -> u64 {
    let own = entries.iter().filter(|entry| entry.release == release);
    let own = own.map(|entry| entry.number).min();
    let newest = entries.iter().map(|entry| entry.number).max();
    own.unwrap_or_else(|| newest.unwrap_or(0) + 1)
}
