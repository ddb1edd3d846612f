//! What a reader works out from figures alone, who has no truth: for releases that are looked at again.

use super::attacker::propagate;
use super::count::Released;
use super::rule::SchemeRule;
use super::system::{CountOf, Equation, Interval, Network, NodeId};
use std::collections::HashMap;

/// A figure as a file has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PublishedFigure {
    /// The figure.
    pub figure: Released,
    /// What it counts.
    pub counted: CountOf,
    /// Whether it is that of an earlier release, and says nothing of how many there are now.
    pub is_held: bool,
}

/// What was worked out.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReadTogether {
    /// A figure that no counts of the others allow.
    pub contradiction: Option<NodeId>,
    /// Suppressed figures that follow from the others.
    pub exposed: Vec<NodeId>,
}

/// Reads published counts together, as the attacker does who has no truth: what is not published is in
/// no file. Any figure may have been moved to protect another, so that only what holds in any case is
/// taken as known.
pub(crate) fn read_together(
    rule: &dyn SchemeRule,
    figures: &[Option<PublishedFigure>],
    equations: &[Equation],
) -> ReadTogether {
    let now = |figure: &Option<PublishedFigure>| figure.filter(|figure| !figure.is_held);
    let figures: Vec<Option<PublishedFigure>> = figures.iter().map(now).collect();
    if rule.adds_up() {
        return ReadTogether {
            contradiction: unequal(&figures, equations),
            exposed: Vec::new(),
        };
    }
    let read = |figure: &Option<PublishedFigure>| match figure {
        Some(figure) => interval(rule, figure),
        None => Interval::ANY,
    };
    let read: Vec<Interval> = figures.iter().map(read).collect();
    let network = match Network::of_unknown(&read, equations) {
        Ok(network) => network,
        Err(node) => {
            return ReadTogether {
                contradiction: Some(node),
                exposed: Vec::new(),
            };
        }
    };
    let found = propagate(&network, read.clone());
    let is_exposed = |at: &usize| {
        let is_suppressed = figures[*at].is_some_and(|figure| figure.figure.is_suppressed());
        is_suppressed && read[*at].width() > 0 && found.bounds[*at].width() == 0
    };
    let exposed = (0..figures.len()).filter(is_exposed);
    ReadTogether {
        exposed: match found.contradiction {
            Some(_) => Vec::new(),
            None => exposed.map(|at| NodeId(at as u32)).collect(),
        },
        contradiction: found.contradiction,
    }
}

/// The counts that a figure can stand for, whether it was moved or not.
fn interval(rule: &dyn SchemeRule, published: &PublishedFigure) -> Interval {
    let own = rule.bounds(published.figure, published.counted);
    let moved = rule.moved_bounds(published.figure, published.counted);
    Interval::new(own.low.min(moved.low), own.high.max(moved.high))
}

/// A total that is no sum of its shown parts, under a scheme whose totals are. One that is divided in
/// several ways is the sum of one of them.
fn unequal(figures: &[Option<PublishedFigure>], equations: &[Equation]) -> Option<NodeId> {
    let mut ways: HashMap<usize, Vec<&Equation>> = HashMap::new();
    for equation in equations {
        ways.entry(equation.total.at()).or_default().push(equation);
    }
    let mut sums = PossibleSums {
        figures,
        ways,
        known: HashMap::new(),
    };
    let differs = |at: &usize| {
        let Some(figure) = figures[*at].filter(|_| sums.ways.contains_key(at)) else {
            return false;
        };
        let Some((least, most)) = sums.of(*at) else {
            return false;
        };
        match figure.figure.count() {
            Some(count) => !(least..=most).contains(&count),
            None => least > 0,
        }
    };
    let first = (0..figures.len()).find(differs);
    first.map(|at| NodeId(at as u32))
}

/// The smallest and the largest sum of shown parts that a total can be.
struct PossibleSums<'a> {
    figures: &'a [Option<PublishedFigure>],
    ways: HashMap<usize, Vec<&'a Equation>>,
    known: HashMap<usize, Option<(u64, u64)>>,
}

impl PossibleSums<'_> {
    /// None where not all parts can be read.
    fn of(&mut self, at: usize) -> Option<(u64, u64)> {
        if let Some(known) = self.known.get(&at) {
            return *known;
        }
        // A total of itself is not to be known.
        self.known.insert(at, None);
        let sums = match self.ways.get(&at).cloned() {
            None => {
                let figure = self.figures.get(at).copied().flatten();
                figure
                    .map(|figure| figure.figure.count().unwrap_or(0))
                    .map(|n| (n, n))
            }
            Some(ways) => {
                let mut all = Some((u64::MAX, 0));
                for way in ways {
                    let parts = way.parts.iter().map(|part| self.of(part.at()));
                    let sum = parts.fold(Some((0_u64, 0_u64)), |sum, part| {
                        let ((least, most), part) = (sum?, part?);
                        Some((least.saturating_add(part.0), most.saturating_add(part.1)))
                    });
                    all = all
                        .zip(sum)
                        .map(|(all, sum)| (all.0.min(sum.0), all.1.max(sum.1)));
                }
                all
            }
        };
        self.known.insert(at, sums);
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::super::Scheme;
    use super::*;

    fn read(scheme: &Scheme, figures: &[&str], sums: &[(u32, &[u32])]) -> ReadTogether {
        let figure = |text: &&str| {
            (!text.is_empty()).then(|| PublishedFigure {
                figure: Released::read(text.trim_start_matches("held ")).unwrap(),
                counted: CountOf::People,
                is_held: text.starts_with("held "),
            })
        };
        let figures: Vec<Option<PublishedFigure>> = figures.iter().map(figure).collect();
        let sums = sums.iter().map(|(total, parts)| Equation {
            total: NodeId(*total),
            parts: parts.iter().copied().map(NodeId).collect(),
        });
        read_together(scheme, &figures, &sums.collect::<Vec<_>>())
    }

    #[test]
    fn figures_that_their_total_does_not_allow_are_found() {
        let sum: &[(u32, &[u32])] = &[(3, &[0, 1, 2])];
        for (figures, is_found) in [
            (["10", "20", "*", "35"], false),
            (["10", "20", "*", "15"], true),
            (["10", "20", "0", "30"], false),
            (["10", "20", "0", "35"], false),
            (["10", "20", "0", "75"], true),
            (["10", "20", "0", "15"], true),
            // What a figure was says nothing of what it is.
            (["10", "held 20", "0", "75"], false),
        ] {
            let seen = read(&Scheme::Hes2018, &figures, sum);
            assert_eq!(seen.contradiction.is_some(), is_found, "{figures:?}");
        }
    }

    #[test]
    fn a_suppressed_figure_that_its_totals_give_away_is_found() {
        let seen = read(&Scheme::Legacy1To5, &["*", "20", "23"], &[(2, &[0, 1])]);
        assert_eq!(seen.exposed, [NodeId(0)]);
        // Over two tables, of which neither does alone: 20 of 23, and 3 of these as * and 0.
        let figures = ["", "20", "23", "*", "0"];
        let seen = read(&Scheme::Legacy1To5, &figures, &[(2, &[0, 1]), (0, &[3, 4])]);
        assert_eq!(seen.exposed, [NodeId(3)]);
        let figures = ["", "held 20", "23", "*", "0"];
        let seen = read(&Scheme::Legacy1To5, &figures, &[(2, &[0, 1]), (0, &[3, 4])]);
        assert!(seen.exposed.is_empty() && seen.contradiction.is_none());
    }

    #[test]
    fn nothing_follows_from_zeros_beside_a_suppressed_total() {
        let found = read(&Scheme::Hes2018, &["*", "0", "*"], &[(2, &[0, 1])]);
        assert!(found.exposed.is_empty() && found.contradiction.is_none());
    }

    #[test]
    fn a_total_of_released_parts_is_the_sum_of_one_division() {
        let two: &[(u32, &[u32])] = &[(4, &[0, 1]), (4, &[2, 3])];
        let found = |total: &str| {
            let figures = ["10", "15", "20", "*", total];
            read(&Scheme::OpenSafely, &figures, two).contradiction
        };
        assert_eq!(found("25"), None);
        assert_eq!(found("20"), None);
        assert_eq!(found("30"), Some(NodeId(4)));
        assert_eq!(found("*"), Some(NodeId(4)));
        let unknown = read(&Scheme::OpenSafely, &["10", "", "30"], &[(2, &[0, 1])]);
        assert_eq!(unknown.contradiction, None);
    }

    #[test]
    fn what_is_no_figure_is_not_read() {
        for text in ["", "-5", "1.5", "**", "[z]", "ten"] {
            assert_eq!(Released::read(text), None, "{text}");
        }
    }
}
