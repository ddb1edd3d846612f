//! What figures are compared with.

/// What figures are compared with.
#[derive(Debug, Clone)]
pub(in crate::release) struct Benchmark {
    /// What it is of.
    pub label: String,
    /// Its figure.
    pub value: f64,
}
