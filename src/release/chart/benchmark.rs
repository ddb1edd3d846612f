//! What figures are compared with.

/// What figures are compared with.
#[derive(Debug, Clone)]
pub(in crate::release) struct Benchmark {
    /// What it is of.
    pub label: String,
    /// Its figure.
    pub value: f64,
}

impl Benchmark {
    /// The label of the row of totals.
    pub(in crate::release) const ALL: &str = "All together";

    /// What it is of within a sentence, where names keep their capitals.
    pub(super) fn in_a_sentence(&self) -> String {
        match self.label == Self::ALL {
            true => self.label.to_lowercase(),
            false => self.label.clone(),
        }
    }
}
