//! Which values each group has.

/// So many pairs are taken in, at least, before they are put in order.
const UNSORTED: usize = 64 * 1024;

/// Pairs of a group and a value of type `V`, each kept once.
///
/// Pairs come in as they are met. When as many wait as are kept already, all are laid out by group
/// (a counting sort, since groups are numbered) and each group's values are sorted and made unique:
/// every pair is moved a few times at most, and takes little more than its value.
pub(super) struct Pairs<V> {
    /// Where each group's values begin in `values`, and where the last ones end.
    starts: Vec<usize>,
    values: Vec<V>,
    waiting_groups: Vec<u32>,
    waiting_values: Vec<V>,
    groups: usize,
}

impl<V: Copy + Ord + Default> Pairs<V> {
    pub(super) fn new() -> Self {
        Pairs {
            starts: vec![0],
            values: Vec::new(),
            waiting_groups: Vec::new(),
            waiting_values: Vec::new(),
            groups: 0,
        }
    }

    /// Makes room for `groups` groups. There are never more than fit into 32 bits: their keys alone
    /// would not fit into memory.
    pub(super) fn grow(&mut self, groups: usize) {
        self.groups = self.groups.max(groups);
    }

    /// Takes a pair in.
    #[allow(clippy::cast_possible_truncation)] // see `grow`
    pub(super) fn add(&mut self, group: usize, value: V) {
        self.waiting_groups.push(group as u32);
        self.waiting_values.push(value);
    }

    /// Puts pairs in order when enough wait.
    pub(super) fn compact_if_many(&mut self) {
        let kept = self.values.len().max(self.groups).max(UNSORTED);
        if self.waiting_values.len() >= kept {
            self.compact();
        }
    }

    fn compact(&mut self) {
        let known = self.starts.len() - 1;
        if self.waiting_values.is_empty() && known == self.groups {
            return;
        }
        let mut starts = vec![0; self.groups + 1];
        for (group, bounds) in self.starts.windows(2).enumerate() {
            starts[group + 1] = bounds[1] - bounds[0];
        }
        for group in &self.waiting_groups {
            starts[*group as usize + 1] += 1;
        }
        for group in 0..self.groups {
            starts[group + 1] += starts[group];
        }
        let mut values = vec![V::default(); starts[self.groups]];
        let mut next = starts.clone();
        for (group, bounds) in self.starts.windows(2).enumerate() {
            let compacted = &self.values[bounds[0]..bounds[1]];
            values[next[group]..next[group] + compacted.len()].copy_from_slice(compacted);
            next[group] += compacted.len();
        }
        self.values = Vec::new();
        for (group, value) in self.waiting_groups.iter().zip(&self.waiting_values) {
            let place = &mut next[*group as usize];
            values[*place] = *value;
            *place += 1;
        }
        unique(&mut starts, &mut values);
        self.starts = starts;
        self.values = values;
        self.waiting_groups.clear();
        self.waiting_values.clear();
    }

    /// Takes out the first `groups` groups, or all: how many values each of them has, and the values.
    pub(super) fn take(&mut self, groups: Option<usize>) -> (Vec<usize>, Vec<V>) {
        self.compact();
        let groups = groups.unwrap_or(self.groups).min(self.groups);
        let end = self.starts[groups];
        let bounds = self.starts[..=groups].windows(2);
        let lengths = bounds.map(|bounds| bounds[1] - bounds[0]).collect();
        if groups == self.groups {
            let all = std::mem::replace(self, Pairs::new());
            return (lengths, all.values);
        }
        let rest = self.values.split_off(end);
        let taken = std::mem::replace(&mut self.values, rest);
        self.starts = self.starts[groups..].iter().map(|at| at - end).collect();
        self.groups -= groups;
        (lengths, taken)
    }

    /// All values of all groups, to be replaced by others one for one.
    pub(super) fn values_mut(&mut self) -> &mut Vec<V> {
        self.compact();
        &mut self.values
    }

    /// Bytes.
    pub(super) fn size(&self) -> usize {
        self.starts.capacity() * size_of::<usize>()
            + self.waiting_groups.capacity() * size_of::<u32>()
            + (self.values.capacity() + self.waiting_values.capacity()) * size_of::<V>()
    }
}

/// Sorts each group's values, and closes up over those that are there twice.
fn unique<V: Copy + Ord>(starts: &mut [usize], values: &mut Vec<V>) {
    let mut to = 0;
    let mut from = 0;
    for bound in starts.iter_mut().skip(1) {
        let end = *bound;
        values[from..end].sort_unstable();
        let first = to;
        for at in from..end {
            let value = values[at];
            if to == first || values[to - 1] != value {
                values[to] = value;
                to += 1;
            }
        }
        from = end;
        *bound = to;
    }
    values.truncate(to);
    if values.capacity() > 2 * to {
        values.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn pairs_are_kept_once_in_any_order_of_taking() {
        let mut pairs = Pairs::new();
        let mut sets: BTreeMap<usize, BTreeSet<u64>> = BTreeMap::new();
        let mut number = 1_u64;
        for round in 1..=20 {
            for _ in 0..20_000 {
                number = number.wrapping_mul(6_364_136_223_846_793_005) + 1;
                let (group, value) = ((number >> 33) as usize % (round * 50), number >> 55);
                pairs.grow(group + 1);
                pairs.add(group, value);
                sets.entry(group).or_default().insert(value);
            }
            pairs.compact_if_many();
        }
        let (lengths, values) = pairs.take(Some(300));
        let wanted: Vec<u64> = (0..300).flat_map(|g| sets[&g].iter().copied()).collect();
        assert_eq!(lengths.len(), 300);
        assert_eq!(values, wanted);
        pairs.add(0, 1_000_000); // group 300 of before
        let (lengths, _) = pairs.take(None);
        assert_eq!(lengths.len(), 700);
        assert_eq!(lengths[0], sets[&300].len() + 1);
        assert_eq!(lengths[1], sets[&301].len());
        assert!(pairs.take(None).0.is_empty());
    }
}
