//! Rings as they may be: closed, of an area, and not across themselves.

use crate::error::{Error, Result};

/// Rings of fewer edges are looked through pair by pair.
const FEW: usize = 64;

/// Two edges that meet at less than this angle, in radians, are not said to cross: it is rounding.
const ROUNDING: f64 = 1e-9;

/// Refuses a ring that bounds no area.
///
/// # Errors
/// Data, with what is wrong.
pub(super) fn check_ring(ring: &[[f64; 2]]) -> Result<()> {
    if ring.len() < 4 {
        return Err(Error::data("it has a ring of fewer than four positions"));
    }
    if ring.first() != ring.last() {
        return Err(Error::data("it has a ring that is not closed"));
    }
    if crosses_itself(ring) {
        return Err(Error::data("it has a ring that crosses itself"));
    }
    Ok(())
}

/// Whether two edges of a ring cross; edges that only touch do not.
fn crosses_itself(ring: &[[f64; 2]]) -> bool {
    let edges = ring.len() - 1;
    let edge = |at: usize| (ring[at], ring[at + 1]);
    if edges <= FEW {
        return (0..edges).any(|a| (a + 1..edges).any(|b| cross(edge(a), edge(b))));
    }
    let (least, most) = bounds(ring);
    let side = (edges as f64).sqrt().ceil();
    let cell = |value: f64, axis: usize| {
        let width = most[axis] - least[axis];
        let at = if width > 0.0 {
            (value - least[axis]) / width
        } else {
            0.0
        };
        ((at * side) as usize).min(side as usize - 1)
    };
    let mut cells: Vec<Vec<usize>> = vec![Vec::new(); (side * side) as usize];
    for at in 0..edges {
        let (from, to) = edge(at);
        let range = |axis: usize| {
            let (a, b) = (cell(from[axis], axis), cell(to[axis], axis));
            a.min(b)..=a.max(b)
        };
        for column in range(0) {
            for row in range(1) {
                let inside = &mut cells[row * side as usize + column];
                if inside.iter().any(|other| cross(edge(*other), edge(at))) {
                    return true;
                }
                inside.push(at);
            }
        }
    }
    false
}

/// The smallest and the largest coordinates.
pub(super) fn bounds<'a>(
    positions: impl IntoIterator<Item = &'a [f64; 2]>,
) -> ([f64; 2], [f64; 2]) {
    let none = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
    positions.into_iter().fold(none, |(least, most), at| {
        (
            [least[0].min(at[0]), least[1].min(at[1])],
            [most[0].max(at[0]), most[1].max(at[1])],
        )
    })
}

type Edge = ([f64; 2], [f64; 2]);

fn cross(one: Edge, other: Edge) -> bool {
    let (a, b) = (side(one, other.0), side(one, other.1));
    let (c, d) = (side(other, one.0), side(other, one.1));
    a * b < 0 && c * d < 0
}

/// On which side of an edge a position is; 0 on its line.
fn side((from, to): Edge, at: [f64; 2]) -> i8 {
    let along = [to[0] - from[0], to[1] - from[1]];
    let away = [at[0] - from[0], at[1] - from[1]];
    let turn = along[0] * away[1] - along[1] * away[0];
    let length = |v: [f64; 2]| (v[0] * v[0] + v[1] * v[1]).sqrt();
    match turn.abs() <= ROUNDING * length(along) * length(away) {
        true => 0,
        false if turn > 0.0 => 1,
        false => -1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(ring: &[[f64; 2]]) -> Option<String> {
        check_ring(ring).err().map(|e| e.what().to_owned())
    }

    #[test]
    fn rings_are_closed_and_do_not_cross_themselves() {
        let square = [[0., 0.], [1., 0.], [1., 1.], [0., 1.], [0., 0.]];
        assert_eq!(what(&square), None);
        let bow = [[0., 0.], [1., 1.], [1., 0.], [0., 1.], [0., 0.]];
        assert_eq!(
            what(&bow).as_deref(),
            Some("it has a ring that crosses itself")
        );
        assert_eq!(
            what(&square[..4]).as_deref(),
            Some("it has a ring that is not closed")
        );
        assert_eq!(
            what(&square[..3]).as_deref(),
            Some("it has a ring of fewer than four positions")
        );
        // It touches itself in one position, as rings of real boundaries do.
        let pinched = [
            [0., 0.],
            [2., 0.],
            [1., 1.],
            [2., 2.],
            [0., 2.],
            [1., 1.],
            [0., 0.],
        ];
        assert_eq!(what(&pinched), None);
    }

    #[test]
    fn a_crossing_is_found_in_a_long_ring() {
        let circle = |at: usize| {
            let angle = at as f64 / 500.0 * std::f64::consts::TAU;
            [angle.cos(), angle.sin()]
        };
        let mut ring: Vec<[f64; 2]> = (0..500).map(circle).collect();
        ring.push(ring[0]);
        assert_eq!(what(&ring), None);
        ring.swap(200, 201);
        assert_eq!(
            what(&ring).as_deref(),
            Some("it has a ring that crosses itself")
        );
    }
}
