//! The functions a path can call.

use super::Fault;
use crate::nearest::near;

/// A function with ordinary arguments. (`ofType` and `getReferenceKey` take a type and have their own
/// place in the tree.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum PathFunction {
    Where,
    Exists,
    Empty,
    Not,
    First,
    Last,
    Count,
    Join,
    Extension,
    ResourceKey,
    LowBoundary,
    HighBoundary,
    /// What a reference to a contained resource leads to.
    Resolve,
    /// The identifier of one system by which a reference names its resource.
    ReferenceIdentifier,
    /// The coding of the code systems that are preferred, in their order.
    PreferredCoding,
    /// The word of a list that a concept says, whatever its spelling.
    KnownWord,
}

/// What takes a type instead of an expression.
pub(super) const OF_TYPE: &str = "ofType";
pub(super) const REFERENCE_KEY: &str = "getReferenceKey";

/// Name, function, and how many arguments it takes at least and at most.
const ALL: [(&str, PathFunction, usize, usize); 16] = [
    ("where", PathFunction::Where, 1, 1),
    ("exists", PathFunction::Exists, 0, 1),
    ("empty", PathFunction::Empty, 0, 0),
    ("not", PathFunction::Not, 0, 0),
    ("first", PathFunction::First, 0, 0),
    ("last", PathFunction::Last, 0, 0),
    ("count", PathFunction::Count, 0, 0),
    ("join", PathFunction::Join, 0, 1),
    ("extension", PathFunction::Extension, 1, 1),
    ("getResourceKey", PathFunction::ResourceKey, 0, 0),
    ("lowBoundary", PathFunction::LowBoundary, 0, 0),
    ("highBoundary", PathFunction::HighBoundary, 0, 0),
    ("resolve", PathFunction::Resolve, 0, 0),
    (
        "getReferenceIdentifier",
        PathFunction::ReferenceIdentifier,
        1,
        1,
    ),
    ("preferredCoding", PathFunction::PreferredCoding, 1, 8),
    ("knownWord", PathFunction::KnownWord, 1, 24),
];

impl PathFunction {
    /// The function called `name`.
    pub(super) fn parse(name: &str) -> Result<PathFunction, Fault> {
        if let Some((_, function, ..)) = ALL.iter().find(|(known, ..)| *known == name) {
            return Ok(*function);
        }
        let fault = Fault::new(format!("unknown function '{name}'"));
        let names = ALL
            .iter()
            .map(|(known, ..)| *known)
            .chain([OF_TYPE, REFERENCE_KEY]);
        Err(match near(name, names) {
            Some(near) => fault.hint(format!("did you mean '{near}'?")),
            None => {
                let known: Vec<_> = ALL.iter().map(|(known, ..)| *known).collect();
                let known = known.join(", ");
                fault.hint(format!(
                    "the functions are {known}, {OF_TYPE} and {REFERENCE_KEY}"
                ))
            }
        })
    }

    /// Refuses a wrong number of arguments.
    pub(super) fn check(self, given: usize) -> Result<(), Fault> {
        let (name, least, most) = self.entry();
        if (least..=most).contains(&given) {
            return Ok(());
        }
        let wanted = match (least, most) {
            (0, 0) => "no argument".to_owned(),
            (1, 1) => "1 argument".to_owned(),
            (least, most) if most > least + 1 => format!("{least} to {most} arguments"),
            _ => format!("{least} or {most} arguments"),
        };
        Err(Fault::new(format!(
            "function '{name}' takes {wanted}, not {given}"
        )))
    }

    /// The function's name.
    pub(in super::super) fn name(self) -> &'static str {
        self.entry().0
    }

    fn entry(self) -> (&'static str, usize, usize) {
        let entry = ALL.iter().find(|(_, function, ..)| *function == self);
        entry.map_or(("", 0, 0), |(name, _, least, most)| (name, *least, *most))
    }
}
