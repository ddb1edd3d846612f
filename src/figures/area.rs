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
