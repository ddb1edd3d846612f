//! The area that a figure is of.

/// An area below that of the whole release: a place, a network of practices, a district.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FigureArea {
    /// Its code, where the site's tables have one.
    pub code: Option<String>,
    /// Its name.
    pub name: String,
    /// What kind of area it is: `place`, `pcn`, `ltla`.
    pub level: String,
}

impl FigureArea {
    /// Whether both are the same area: by their codes, where both have one.
    pub(crate) fn is(&self, other: &FigureArea) -> bool {
        match (&self.code, &other.code) {
            (Some(own), Some(other)) => own == other,
            _ => (&self.name, &self.level) == (&other.name, &other.level),
        }
    }
}
