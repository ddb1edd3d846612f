//! What a release has published, asked again what every cell was asked when it was made.

use super::{Holding, Ledger, LedgerEntry, is_sum};
use crate::disclosure::system::CountOf;
use rayon::prelude::*;

impl Ledger {
    /// The figures among those `published` after all that is in this ledger that it holds: too few people
    /// entered or left since the one that stands.
    pub(crate) fn holds<'e>(
        &self,
        published: &[&'e LedgerEntry],
        few: u64,
    ) -> Vec<&'e LedgerEntry> {
        let is_held = |entry: &&LedgerEntry| {
            let holding = match entry.counted {
                CountOf::Amount => {
                    let sum = (entry.count, entry.largest);
                    self.holding_sum(&entry.cell, &entry.members, sum)
                }
                _ => self.holding(&entry.cell, &entry.members),
            };
            let people = entry.members.people().get();
            !self.own_of_few(holding, people, few).is_new()
        };
        let published = published.par_iter().copied();
        published.filter(is_held).collect()
    }

    /// The sums until release `number` that changed, since any earlier figure of their cell, by what one or
    /// two people could have had: whatever was held when they were made, that tells of them.
    pub(crate) fn sums_that_tell(&self, number: u64) -> Vec<&LedgerEntry> {
        let sums = self.cells.keys().filter(|cell| is_sum(cell));
        let mut found = Vec::new();
        for cell in sums {
            let of_cell = || self.of_cell(cell).filter(|entry| entry.number <= number);
            found.extend(of_cell().enumerate().filter_map(|(at, now)| {
                let mut before = of_cell().take(at);
                let sum = (now.count, now.largest);
                let tells = before.any(|before| before.change_tells(&now.members, sum));
                tells.then_some(now)
            }));
        }
        found.sort_by(|a, b| (a.number, &a.cell).cmp(&(b.number, &b.cell)));
        found
    }

    /// A cell of so few people that the scheme withholds or blurs them does not take the figure of another.
    /// Where cells are kept apart, few people's figures are as fine as those of many.
    pub(super) fn own_of_few<'l>(
        &self,
        holding: Holding<'l>,
        people: u64,
        few: u64,
    ) -> Holding<'l> {
        match holding {
            Holding::Near(_) if people <= few && !self.keeps_apart => Holding::Fresh,
            holding => holding,
        }
    }
}
