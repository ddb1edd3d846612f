//! What a reader works out from figures alone, who has no truth: for releases that are looked at again.

use super::count::Released;
use super::rule::SchemeRule;
use super::system::{CountOf, Interval};

/// Rounds of narrowing; tables stay as they are after a few.
const ROUNDS: usize = 64;

/// What was worked out, by places among the figures.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReadTogether {
    /// A total that no counts of its parts add up to.
    pub contradiction: Option<usize>,
    /// Suppressed figures that follow from the others.
    pub exposed: Vec<usize>,
}

/// A total and its parts, by places among the figures.
pub(crate) struct PublishedSum {
    /// The total.
    pub total: usize,
    /// Its parts.
    pub parts: Vec<usize>,
}

/// Reads published counts together, as the attacker does who has no truth. Any figure may have been
/// moved to protect another, so that only what holds in any case is taken as known.
pub(crate) fn read_together(
    rule: &dyn SchemeRule,
    figures: &[Released],
    sums: &[PublishedSum],
) -> ReadTogether {
    if rule.adds_up() {
        return ReadTogether {
            contradiction: unequal(figures, sums),
            exposed: Vec::new(),
        };
    }
    let mut bounds: Vec<Interval> = figures.iter().map(|f| interval(rule, *f)).collect();
    for _ in 0..ROUNDS {
        let mut changed = false;
        for sum in sums {
            match narrow(&mut bounds, sum) {
                Some(narrowed) => changed |= narrowed,
                None => {
                    return ReadTogether {
                        contradiction: Some(sum.total),
                        exposed: Vec::new(),
                    };
                }
            }
        }
        if !changed {
            break;
        }
    }
    let is_exposed = |at: &usize| figures[*at].is_suppressed() && bounds[*at].width() == 0;
    ReadTogether {
        contradiction: None,
        exposed: (0..figures.len()).filter(is_exposed).collect(),
    }
}

/// The counts that a figure can stand for, whether it was moved or not.
fn interval(rule: &dyn SchemeRule, figure: Released) -> Interval {
    // A count of rows may be suppressed for the few people behind it, whatever it comes to.
    let counted = CountOf::Rows;
    let own = rule.bounds(figure, counted);
    let moved = rule.moved_bounds(figure, counted);
    Interval::new(own.low.min(moved.low), own.high.max(moved.high))
}

/// Narrows a total by its parts, and each part by the total and the others; None where nothing is
/// possible any more.
fn narrow(bounds: &mut [Interval], sum: &PublishedSum) -> Option<bool> {
    // Thousands of parts without a limit are more than 64 bits hold.
    let all = |end: fn(&Interval) -> i64| -> i128 {
        let ends = sum.parts.iter().map(|part| i128::from(end(&bounds[*part])));
        ends.sum()
    };
    let (low, high) = (all(|part| part.low), all(|part| part.high));
    let total = bounds[sum.total];
    let mut changed = meet(bounds, sum.total, low, high)?;
    for part in &sum.parts {
        // The sums are those before this total's own changes, which only makes bounds wider.
        let own = bounds[*part];
        let rest = (low - i128::from(own.low), high - i128::from(own.high));
        let left = i128::from(total.low) - rest.1;
        let right = i128::from(total.high) - rest.0;
        changed |= meet(bounds, *part, left, right)?;
    }
    Some(changed)
}

/// Narrows one figure to what another interval allows; None where nothing is left.
fn meet(bounds: &mut [Interval], at: usize, low: i128, high: i128) -> Option<bool> {
    let within = |end: i128| {
        let end = end.clamp(-1, i128::from(Interval::NO_LIMIT));
        i64::try_from(end).unwrap_or(Interval::NO_LIMIT)
    };
    let own = bounds[at];
    let both = Interval::new(own.low.max(within(low)), own.high.min(within(high)));
    bounds[at] = both;
    (!both.is_empty()).then_some(both != own)
}

/// A total that is not the sum of its shown parts, under a scheme whose totals are.
fn unequal(figures: &[Released], sums: &[PublishedSum]) -> Option<usize> {
    let count = |at: &usize| figures.get(*at).and_then(|figure| figure.count());
    let differs = |sum: &&PublishedSum| {
        let shown: u64 = sum.parts.iter().filter_map(count).sum();
        count(&sum.total).is_some_and(|total| total != shown)
    };
    sums.iter().find(differs).map(|sum| sum.total)
}

#[cfg(test)]
mod tests {
    use super::super::Scheme;
    use super::*;

    fn read(figures: &[&str], sums: &[(usize, &[usize])]) -> ReadTogether {
        let figures: Vec<Released> = figures.iter().map(|f| Released::read(f).unwrap()).collect();
        let sums = sums.iter().map(|(total, parts)| PublishedSum {
            total: *total,
            parts: parts.to_vec(),
        });
        read_together(&Scheme::Hes2018, &figures, &sums.collect::<Vec<_>>())
    }

    #[test]
    fn a_total_that_its_parts_cannot_come_to_is_found() {
        let parts: &[usize] = &[0, 1, 2];
        for (figures, found) in [
            (["10", "20", "*", "35"], None),
            (["10", "20", "*", "15"], Some(3)),
            (["10", "20", "0", "30"], None),
            (["10", "20", "0", "35"], None),
            (["10", "20", "0", "75"], Some(3)),
            (["10", "20", "0", "15"], Some(3)),
        ] {
            let seen = read(&figures, &[(3, parts)]);
            assert_eq!(seen.contradiction, found, "{figures:?}");
        }
    }

    #[test]
    fn nothing_follows_from_zeros_beside_a_suppressed_total() {
        let found = read(&["*", "0", "*"], &[(2, &[0, 1])]);
        assert!(found.exposed.is_empty() && found.contradiction.is_none());
    }

    #[test]
    fn what_is_no_figure_is_not_read() {
        for text in ["", "-5", "1.5", "**", "[z]", "ten"] {
            assert_eq!(Released::read(text), None, "{text}");
        }
    }
}
