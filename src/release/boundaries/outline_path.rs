//! Rings as the path of an SVG, in whole numbers from point to point.

use super::arcs::GridPoint;
use std::fmt::Write;

/// The path of some rings.
pub(super) fn path(rings: &[Vec<GridPoint>]) -> String {
    let mut text = String::new();
    for ring in rings {
        let Some(first) = ring.first() else { continue };
        // Writing to a String cannot fail.
        let _ = write!(text, "M{} {}l", first[0], first[1]);
        let mut at = *first;
        for (step, point) in ring.iter().skip(1).enumerate() {
            for axis in [0, 1] {
                let by = point[axis] - at[axis];
                let is_apart = by < 0 || (step == 0 && axis == 0);
                let _ = write!(text, "{}{by}", if is_apart { "" } else { " " });
            }
            at = *point;
        }
        text.push('z');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_written_without_what_can_be_left_out() {
        let ring = vec![[10, 20], [15, 18], [15, 30], [9, 30]];
        assert_eq!(path(std::slice::from_ref(&ring)), "M10 20l5-2 0 12-6 0z");
        assert_eq!(path(&[ring.clone(), ring]).matches('M').count(), 2);
    }
}
