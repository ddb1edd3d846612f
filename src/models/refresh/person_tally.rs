//! Whether two sets of rows of a person are the same, without keeping either.

/// The rows of a person that came, less those that went.
#[derive(Default, Clone, Copy)]
pub(in crate::models) struct PersonTally {
    rows: i64,
    digest: u128,
}

impl PersonTally {
    /// Counts a row with this hash as one that came or went.
    pub(in crate::models) fn count(&mut self, hash: u128, add: bool) {
        match add {
            true => {
                self.rows += 1;
                self.digest = self.digest.wrapping_add(hash);
            }
            false => {
                self.rows -= 1;
                self.digest = self.digest.wrapping_sub(hash);
            }
        }
    }

    /// Whether the same rows came that went.
    pub(in crate::models) fn is_even(&self) -> bool {
        self.rows == 0 && self.digest == 0
    }
}
