//! A release beside all that its lake has published.

use super::together::{CheckedTable, NamedCell};
use crate::disclosure::ledger::{CellName, Ledger, LedgerEntry};
use crate::disclosure::members::MemberKey;
use crate::disclosure::{Released, Scheme};
use crate::error::Result;
use crate::lake::Lake;
use crate::plural::things;
use crate::release::difference::shown;
use crate::release::inspect::Alteration;
use crate::release::ledger_table;
use crate::release::manifest::{MANIFEST, Manifest};
use chrono::NaiveDate;
use serde::Serialize;
use std::collections::BTreeSet;

/// More problems of one kind are not listed.
const LISTED: usize = 5;

/// What a look at a release beside the ledger of its lake found.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LedgerChecked {
    /// Figures of its files that are those of the ledger.
    pub figures: usize,
    /// Earlier releases of the ledger.
    pub earlier_releases: usize,
    /// Figures that were attacked together: of this release and all earlier ones, and of the people
    /// between two of them.
    pub attacked: usize,
    /// What adds up to what among them.
    pub equations: usize,
}

/// Compares the figures of a release with those that the ledger has for it, and attacks all that was
/// published until then together.
///
/// # Errors
/// Refused or data, when the ledger is another lake's, of another scheme, or damaged.
pub(super) async fn against(
    lake: &Lake,
    scheme: &Scheme,
    manifest: &Manifest,
    tables: &[CheckedTable<'_>],
) -> Result<(Option<LedgerChecked>, Vec<Alteration>)> {
    let key = MemberKey::new(lake.member_key().await?);
    let (_, entries) = ledger_table::load(lake, &key, &scheme.in_force()).await?;
    let own = entries
        .iter()
        .filter(|entry| entry.release == manifest.release);
    let own = own.map(|entry| entry.number).min();
    let Some(number) = own.or_else(|| all_held(&entries, manifest)) else {
        let absent = Alteration {
            file: MANIFEST.to_string(),
            what: "is of a release that is not in the ledger of the lake".to_string(),
        };
        return Ok((None, vec![absent]));
    };
    let is_until =
        |entry: &LedgerEntry| entry.number < number || own.is_some() && entry.number == number;
    let until: Vec<LedgerEntry> = entries.into_iter().filter(is_until).collect();
    let before = until.iter().filter(|entry| entry.number < number);
    let earlier: BTreeSet<&String> = before.clone().map(|entry| &entry.release).collect();
    // People are compared under the key that they were under then.
    let own = until.iter().find(|entry| entry.number == number);
    let under = own.map_or("", |entry| entry.key.as_str());
    let before = Ledger::of(before.cloned().collect(), under, hold_below(manifest))
        .keeping_apart(scheme.protects_zeros());
    let mut beside = BesideLedger {
        earlier_releases: earlier.len(),
        hides_zeros: scheme.protects_zeros(),
        as_of: NaiveDate::parse_from_str(&manifest.as_of, "%Y-%m-%d").ok(),
        number,
        ledger: Ledger::of(until, &lake.settings().key_fingerprint, 0)
            .keeping_apart(scheme.protects_zeros()),
        seen: BTreeSet::new(),
        complete: BTreeSet::new(),
        figures: 0,
    };
    let mut found = beside.compare(tables);
    found.extend(beside.missing());
    found.extend(beside.too_early(&before, scheme.few()));
    let (checked, leaks) = beside.attack(scheme);
    found.extend(leaks);
    Ok((Some(checked), found))
}

/// The number that a release would have in which every figure was held, so that it has no entry: that after
/// all that it was made beside.
fn all_held(entries: &[LedgerEntry], manifest: &Manifest) -> Option<u64> {
    let earlier = manifest.proof.as_ref()?.earlier_releases;
    let numbers: BTreeSet<u64> = entries.iter().map(|entry| entry.number).collect();
    let last = numbers.into_iter().nth(earlier.checked_sub(1)?)?;
    (hold_below(manifest) > 0).then_some(last + 1)
}

/// Fewer changed people than these hold a figure of a release, as its manifest says.
fn hold_below(manifest: &Manifest) -> usize {
    let setting = manifest.scheme.settings.get("hold_below");
    let setting = setting.and_then(|text| text.parse().ok());
    setting.unwrap_or(0)
}

/// A release, and all that was published until then.
struct BesideLedger {
    ledger: Ledger,
    earlier_releases: usize,
    number: u64,
    /// Whether nobody is shown as few.
    hides_zeros: bool,
    as_of: Option<NaiveDate>,
    /// The cells that stand in a file.
    seen: BTreeSet<CellName>,
    /// What is counted by which dimensions, where a table has a row for each cell.
    complete: BTreeSet<String>,
    figures: usize,
}

impl BesideLedger {
    /// The figures that are not those of the ledger.
    fn compare(&mut self, tables: &[CheckedTable<'_>]) -> Vec<Alteration> {
        let mut found = Vec::new();
        for table in tables {
            let mut wrong = Vec::new();
            for named in table.cells() {
                let Some(figure) = Released::read(&named.cell.value) else {
                    continue;
                };
                match self.wrong(table, &named, figure) {
                    Some(what) => wrong.push(format!("line {}: {what}", named.cell.line)),
                    None => self.figures += 1,
                }
            }
            let more = wrong.len().saturating_sub(LISTED);
            wrong.truncate(LISTED);
            if more > 0 {
                wrong.push(format!("has {more} problems more"));
            }
            found.extend(wrong.into_iter().map(|what| table.problem(what)));
        }
        found
    }

    fn wrong(
        &mut self,
        table: &CheckedTable<'_>,
        named: &NamedCell<'_>,
        figure: Released,
    ) -> Option<&'static str> {
        let names = [named.name.clone(), table.unheaded(named)];
        let known = names
            .iter()
            .find(|name| self.ledger.standing(name).is_some());
        let name = known.unwrap_or(&named.name).clone();
        let is_leaf = named.cell.labels().iter().all(Option::is_some);
        // A table may be left out of the report of another area.
        let is_whole = named.counted.within.is_none();
        if is_leaf && is_whole && named.counted.by.iter().all(Option::is_some) {
            self.complete.insert(name.table.clone());
        }
        let held = named.cell.held_from();
        let fits = match known {
            Some(_) => self.stands(&name, figure, held),
            None => self.stands_elsewhere(&name, figure, held),
        };
        self.seen.insert(name);
        (!fits).then_some("is not the figure that the ledger has for it")
    }

    /// Whether a figure is that which stands for its cell in this release.
    fn stands(&self, name: &CellName, figure: Released, held: Option<NaiveDate>) -> bool {
        let mut own = self
            .ledger
            .of_cell(name)
            .filter(|entry| entry.number == self.number);
        if let Some(first) = own.next() {
            // A release that was made anew has two, and either is published.
            let mut all = std::iter::once(first).chain(own);
            return held.is_none() && all.any(|entry| entry.figure == figure);
        }
        let stood = self.ledger.standing_at(name, self.number);
        stood.is_some_and(|entry| entry.figure == figure && self.is_dated(entry, held))
    }

    /// Whether a figure can be one that stands for a cell without any of its own: nobody, in a row that is
    /// new, or that of nearly the same people.
    fn stands_elsewhere(&self, name: &CellName, figure: Released, held: Option<NaiveDate>) -> bool {
        let of_nobody = match self.hides_zeros {
            true => figure.is_suppressed(),
            false => figure.count() == Some(0),
        };
        if of_nobody && held.is_none() && self.ledger.has_table(&name.table) {
            return true;
        }
        let mut entries = self.ledger.published_with(figure);
        entries.any(|entry| entry.number < self.number && self.is_dated(entry, held))
    }

    /// Whether a figure is marked with its date; one of a release of the same day need not be.
    fn is_dated(&self, entry: &LedgerEntry, held: Option<NaiveDate>) -> bool {
        held == Some(entry.date) || held.is_none() && Some(entry.date) == self.as_of
    }

    /// Figures of the release that stand in none of its files, though their table does.
    fn missing(&self) -> Option<Alteration> {
        let own = self.ledger.of_release(self.number);
        let cells: BTreeSet<&CellName> = own.map(|entry| &entry.cell).collect();
        let missing = cells
            .into_iter()
            .filter(|cell| self.complete.contains(&cell.table) && !self.seen.contains(*cell));
        let missing: Vec<&CellName> = missing.collect();
        let first = missing.first()?;
        Some(Alteration {
            file: MANIFEST.to_string(),
            what: format!(
                "is of a release with {} in none of its files, such as that of {}",
                things(missing.len(), "figure"),
                shown(&first.labels)
            ),
        })
    }

    /// Figures that should have been held, as those of `before` say, and sums whose change tells of somebody
    /// whatever was held.
    fn too_early(&self, before: &Ledger, few: u64) -> Vec<Alteration> {
        let of = |entry: &LedgerEntry, what: &str| Alteration {
            file: shown(&entry.release),
            what: format!("{what}: {}", shown(&entry.cell.labels)),
        };
        let sums = self.ledger.sums_that_tell(self.number);
        let own = self.ledger.of_release(self.number);
        let own: Vec<&LedgerEntry> = own.filter(|entry| !sums.contains(entry)).collect();
        let held = before.holds(&own, few);
        let sums = sums.iter().take(LISTED).map(|entry| {
            of(entry, "has a sum of which one or two people may be most of the change since an earlier release")
        });
        let held = held.iter().take(LISTED).map(|entry| {
            of(
                entry,
                "has a new figure for a cell in which too few people changed",
            )
        });
        sums.chain(held).collect()
    }

    /// What the attacker finds in all that was published until then.
    fn attack(&self, scheme: &Scheme) -> (LedgerChecked, Vec<Alteration>) {
        let found = self.ledger.attack(scheme, self.number);
        let checked = LedgerChecked {
            figures: self.figures,
            earlier_releases: self.earlier_releases,
            attacked: found.figures,
            equations: found.equations,
        };
        let problem = |release: &str, what: String| Alteration {
            file: shown(release),
            what,
        };
        let mut problems: Vec<Alteration> = Vec::new();
        if found.contradiction {
            let what = "cannot be true together with what was published before".to_string();
            problems.push(problem("the ledger", what));
        }
        let exposed = found.exposed.iter().take(LISTED);
        problems.extend(exposed.map(|entry| {
            let what = format!(
                "suppressed a figure that follows from all that was published: {}",
                shown(&entry.cell.labels)
            );
            problem(&entry.release, what)
        }));
        let more = found.exposed.len().saturating_sub(LISTED) + found.between;
        if more > 0 {
            let what = format!(
                "gives away {}, of cells or of those between two",
                things(more, "more figure")
            );
            problems.push(problem("the ledger", what));
        }
        (checked, problems)
    }
}
