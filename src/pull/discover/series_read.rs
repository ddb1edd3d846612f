//! A series of extracts of which one is read.

/// A series of which an extract is read.
pub(crate) struct SeriesRead {
    /// Its source's number in the plan.
    pub source: usize,
    /// The index of the column file of its files.
    pub decoder: usize,
    /// The resource type in their names.
    pub kind: Option<String>,
    /// The files of the extract that is read.
    pub current: Vec<String>,
    /// The files of the series that were taken, those of the same names among them.
    pub before: Vec<String>,
}

impl SeriesRead {
    /// Whether a file is one of the extract that is read.
    pub(crate) fn has(&self, file: &str) -> bool {
        self.current.iter().any(|current| current == file)
    }
}
