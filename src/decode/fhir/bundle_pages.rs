//! Bundles that are one page of an answer: where the others are.

use crate::plural::{things, verb};
use std::collections::HashSet;

/// The pages of searches and histories among Bundles, by the links that they have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BundlePages {
    /// Fingerprints of the addresses that Bundles say are their own.
    own: HashSet<[u8; 16]>,
    /// Those of the next pages, one for each Bundle that has one.
    next: Vec<[u8; 16]>,
    /// How many Bundles have a page before them.
    later: u64,
}

impl BundlePages {
    /// Notes a Bundle with a link of `relation` to `url`; only pages count.
    pub(super) fn note(&mut self, relation: &[u8], url: &[u8]) {
        match relation {
            b"self" => {
                self.own.insert(fingerprint(url));
            }
            b"next" => self.next.push(fingerprint(url)),
            b"previous" | b"prev" => self.later += 1,
            _ => {}
        }
    }

    /// Adds the pages of other Bundles.
    pub fn add(&mut self, other: &BundlePages) {
        self.own.extend(&other.own);
        self.next.extend(&other.next);
        self.later += other.later;
    }

    /// How many Bundles have a next page that is not among them. Some servers write a page's own address
    /// in another way than the link to it, so that a page is there too when it says that one is before it.
    fn incomplete(&self) -> u64 {
        let missing = self.next.iter().filter(|next| !self.own.contains(*next));
        let without = (self.next.len() as u64).saturating_sub(self.later);
        without.min(missing.count() as u64)
    }

    /// Says that pages are missing, when some are.
    pub fn warning(&self) -> Option<String> {
        let missing = self.incomplete();
        (missing > 0).then(|| {
            format!(
                "{} {} to a next page that was not among what was read; ask the sender for all pages",
                things(missing, "Bundle"),
                verb(missing, "links", "link")
            )
        })
    }
}

/// An address by which a page is found again. Addresses of searches can name people, and are not kept.
fn fingerprint(url: &[u8]) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(&blake3::hash(url).as_bytes()[..16]);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_missing_unless_it_is_there() {
        let mut first = BundlePages::default();
        first.note(b"self", b"https://x.example/Patient?page=1");
        first.note(b"next", b"https://x.example/Patient?page=2");
        first.note(b"last", b"https://x.example/Patient?page=9");
        assert_eq!(first.incomplete(), 1);
        let mut second = BundlePages::default();
        second.note(b"self", b"https://x.example/Patient?page=2");
        first.add(&second);
        assert_eq!(first.incomplete(), 0);
        first.note(b"next", b"https://x.example/Patient?page=3");
        assert_eq!(first.incomplete(), 1);
    }

    #[test]
    fn a_page_whose_own_address_is_written_otherwise_is_there() {
        let mut pages = BundlePages::default();
        pages.note(b"self", b"https://x.example/Patient?page=1");
        pages.note(b"next", b"https://x.example?cursor=2");
        pages.note(b"self", b"Patient?page=2");
        assert_eq!(pages.incomplete(), 1);
        pages.note(b"previous", b"https://x.example?cursor=1");
        assert_eq!(pages.incomplete(), 0);
        pages.note(b"next", b"https://x.example?cursor=3");
        assert_eq!(pages.incomplete(), 1);
    }
}
