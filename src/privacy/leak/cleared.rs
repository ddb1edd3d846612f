//! Texts of a column that were looked at before: codes are few, and looking at each again would cost
//! more than everything else that is done with them.

/// Texts that are remembered.
const SLOTS: usize = 256;

/// Texts of one column in which nothing was found.
pub(super) struct Cleared<'a> {
    slots: [Option<&'a str>; SLOTS],
}

impl<'a> Cleared<'a> {
    /// Nothing looked at yet.
    pub(super) const fn new() -> Self {
        Cleared {
            slots: [None; SLOTS],
        }
    }

    /// What `look` finds in `text`, which is looked at once while it is remembered.
    pub(super) fn look(
        &mut self,
        text: &'a str,
        look: impl Fn(&str) -> Option<&'static str>,
    ) -> Option<&'static str> {
        let slot = self.slots.get_mut(place(text.as_bytes()))?;
        if *slot == Some(text) {
            return None;
        }
        let found = look(text);
        if found.is_none() {
            *slot = Some(text);
        }
        found
    }
}

/// The slot of a text, from its length and both its ends.
fn place(text: &[u8]) -> usize {
    let short = || {
        text.iter()
            .fold(0, |all: u64, byte| all << 8 | u64::from(*byte))
    };
    let head = text
        .first_chunk()
        .map_or_else(short, |eight| u64::from_le_bytes(*eight));
    let tail = text
        .last_chunk()
        .map_or(0, |eight| u64::from_le_bytes(*eight));
    let mixed =
        (head ^ tail.rotate_left(29) ^ text.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 56) as usize % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn a_text_is_looked_at_once_and_one_that_gives_somebody_away_each_time() {
        let looked = Cell::new(0);
        let look = |text: &str| {
            looked.set(looked.get() + 1);
            (text == "bad").then_some("a number")
        };
        let mut cleared = Cleared::new();
        let codes = ["44054006", "38341003", "", "A", "E11.9", "mL/min/{1.73_m2}"];
        // One after the other, since two texts may share a slot.
        for code in codes {
            for _ in 0..10 {
                assert_eq!(cleared.look(code, look), None);
            }
        }
        assert_eq!(looked.get(), codes.len());
        for _ in 0..2 {
            assert_eq!(cleared.look("bad", look), Some("a number"));
        }
        assert_eq!(looked.get(), codes.len() + 2);
        // What only begins and ends like one that was looked at is another text.
        assert_eq!(cleared.look("12345678 12345678", look), None);
        assert_eq!(cleared.look("12345678_12345678", look), None);
        assert_eq!(looked.get(), codes.len() + 4);
    }
}
