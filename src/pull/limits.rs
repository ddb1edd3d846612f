//! How much of the machine a pull may use.

/// How a pull may use the machine.
#[derive(Debug, Clone, Copy)]
pub struct PullLimits {
    /// Worker threads.
    pub threads: usize,
    /// Bytes that the whole process should stay within.
    pub memory: usize,
}
