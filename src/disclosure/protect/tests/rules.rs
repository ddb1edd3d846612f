//! Rules for the tests, apart from the schemes that are shipped.

use crate::disclosure::count::Released;
use crate::disclosure::rule::SchemeRule;
use crate::disclosure::system::{CountOf, Interval, TrueNode};

/// 1 to 7 people are suppressed, the rest is rounded to the nearest 5.
#[derive(Clone, Copy)]
pub(super) struct Rounding {
    pub moves: bool,
}

pub(super) const ROUNDING: Rounding = Rounding { moves: true };

impl SchemeRule for Rounding {
    fn name(&self) -> &'static str {
        "rounding"
    }

    fn release(&self, node: &TrueNode) -> Released {
        match node.count.get() {
            0 => Released::of(0),
            _ if (1..8).contains(&node.people.get()) => Released::SUPPRESSED,
            n => Released::of((n + 2) / 5 * 5),
        }
    }

    fn bounds(&self, released: Released, counted: CountOf) -> Interval {
        match (released.count(), counted) {
            (None, CountOf::People) => Interval::new(1, 7),
            (None, _) => Interval::new(1, Interval::NO_LIMIT),
            (Some(0), _) => Interval::new(0, 0),
            (Some(n), _) => Interval::new((n as i64 - 2).max(8), n as i64 + 2),
        }
    }

    fn moved_bounds(&self, released: Released, counted: CountOf) -> Interval {
        match released.count() {
            Some(n) if n > 0 => Interval::new((n as i64 - 4).max(7), n as i64 + 4),
            _ => self.bounds(released, counted),
        }
    }

    fn neighbours(&self, node: &TrueNode) -> Vec<Released> {
        let n = node.count.get();
        let other = match n {
            7 => 10,
            0..8 => return Vec::new(),
            _ if n.is_multiple_of(5) => return Vec::new(),
            _ if (n + 2) / 5 * 5 < n => n / 5 * 5 + 5,
            _ => n / 5 * 5,
        };
        let can = self.moves && other > 7 && (n != 7 || node.people == node.count);
        can.then(|| Released::of(other)).into_iter().collect()
    }

    fn protection(&self, node: &TrueNode) -> i64 {
        i64::from(node.shown && (1..8).contains(&node.people.get()))
    }
}

/// 1 to `k` - 1 people are suppressed, everything else is exact, or withheld too.
#[derive(Clone, Copy)]
pub(super) struct Exactly {
    pub k: i64,
    pub withholds: bool,
    /// Whether thresholds go by people, not by the count.
    pub by_people: bool,
}

pub(super) const EXACT: Exactly = Exactly {
    k: 8,
    withholds: true,
    by_people: true,
};

impl Exactly {
    fn is_small(&self, node: &TrueNode) -> bool {
        let by = if self.by_people {
            node.people
        } else {
            node.count
        };
        (1..self.k).contains(&(by.get() as i64))
    }
}

impl SchemeRule for Exactly {
    fn name(&self) -> &'static str {
        "exact"
    }

    fn release(&self, node: &TrueNode) -> Released {
        let by = if self.by_people {
            node.people
        } else {
            node.count
        };
        match (1..self.k).contains(&(by.get() as i64)) {
            true => Released::SUPPRESSED,
            false => Released::of(node.count.get()),
        }
    }

    fn bounds(&self, released: Released, _: CountOf) -> Interval {
        match released.count() {
            None => Interval::new(1, Interval::NO_LIMIT),
            Some(count) => Interval::exactly(count),
        }
    }

    fn moved_bounds(&self, released: Released, counted: CountOf) -> Interval {
        self.bounds(released, counted)
    }

    fn neighbours(&self, _: &TrueNode) -> Vec<Released> {
        Vec::new()
    }

    fn protection(&self, node: &TrueNode) -> i64 {
        if self.is_small(node) { self.k - 2 } else { 0 }
    }

    fn withholds(&self) -> bool {
        self.withholds
    }
}

/// Midpoints of steps of six; totals are sums of these.
pub(super) struct Midpoint;

impl SchemeRule for Midpoint {
    fn name(&self) -> &'static str {
        "midpoint"
    }

    fn release(&self, node: &TrueNode) -> Released {
        Released::of(node.count.get().div_ceil(6) * 6 - 3 * u64::from(node.count.get() > 0))
    }

    fn bounds(&self, released: Released, _: CountOf) -> Interval {
        match released.count() {
            None | Some(0) => Interval::new(0, 0),
            Some(n) => Interval::new(n as i64 - 2, n as i64 + 3),
        }
    }

    fn moved_bounds(&self, released: Released, counted: CountOf) -> Interval {
        self.bounds(released, counted)
    }

    fn neighbours(&self, _: &TrueNode) -> Vec<Released> {
        Vec::new()
    }

    fn protection(&self, node: &TrueNode) -> i64 {
        i64::from((1..8).contains(&node.people.get()))
    }

    fn adds_up(&self) -> bool {
        true
    }
}
