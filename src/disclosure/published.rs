//! What a reader works out from figures alone, who has no truth: for releases that are looked at again.

use super::attacker::propagate;
use super::count::Released;
use super::rule::SchemeRule;
use super::system::{CountOf, Equation, Interval, Network, NodeId};

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
    // Of a figure that is a sum of what was shown elsewhere nobody can tell from files which it is the sum
    // of: bands in one table are groups of bands in another.
    if rule.adds_up() {
        return ReadTogether::default();
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
    fn sums_of_what_was_shown_are_not_read() {
        let sum: &[(u32, &[u32])] = &[(2, &[0, 1])];
        let seen = read(&Scheme::OpenSafely, &["10", "15", "30"], sum);
        assert!(seen.contradiction.is_none() && seen.exposed.is_empty());
    }

    #[test]
    fn what_is_no_figure_is_not_read() {
        for text in ["", "-5", "1.5", "**", "[z]", "ten"] {
            assert_eq!(Released::read(text), None, "{text}");
        }
    }
}
