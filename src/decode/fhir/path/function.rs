//! The functions a path can call.

use super::Fault;
use crate::nearest::near;

/// A function with ordinary arguments. (`ofType` and `getReferenceKey` take a type and have their own
/// place in the tree.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Function {
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
}

/// What takes a type instead of an expression.
pub(super) const OF_TYPE: &str = "ofType";
pub(super) const REFERENCE_KEY: &str = "getReferenceKey";

/// Name, function, and how many arguments it takes at least and at most.
const ALL: [(&str, Function, usize, usize); 15] = [
    ("where", Function::Where, 1, 1),
    ("exists", Function::Exists, 0, 1),
    ("empty", Function::Empty, 0, 0),
    ("not", Function::Not, 0, 0),
    ("first", Function::First, 0, 0),
    ("last", Function::Last, 0, 0),
    ("count", Function::Count, 0, 0),
    ("join", Function::Join, 0, 1),
    ("extension", Function::Extension, 1, 1),
    ("getResourceKey", Function::ResourceKey, 0, 0),
    ("lowBoundary", Function::LowBoundary, 0, 0),
    ("highBoundary", Function::HighBoundary, 0, 0),
    ("resolve", Function::Resolve, 0, 0),
    (
        "getReferenceIdentifier",
        Function::ReferenceIdentifier,
        1,
        1,
    ),
    ("preferredCoding", Function::PreferredCoding, 1, 8),
];

impl Function {
    /// The function called `name`.
    pub(super) fn parse(name: &str) -> Result<Function, Fault> {
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
