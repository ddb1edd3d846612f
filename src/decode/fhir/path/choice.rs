//! Choice elements (`onset[x]`), which have no value under their bare name in JSON.

use super::{Expr, Fault};

/// Names that are choice elements wherever FHIR R4 uses them. (`value` is one in some places and a
/// plain element in others.)
const CHOICES: [&str; 7] = [
    "abatement",
    "deceased",
    "effective",
    "multipleBirth",
    "occurrence",
    "onset",
    "performed",
];

/// Refuses a choice element without its type: it would silently be empty.
pub(super) fn check(path: &Expr) -> Result<(), Fault> {
    match path {
        Expr::This | Expr::Resource | Expr::RowIndex | Expr::Literal(_) => Ok(()),
        Expr::Member(_, name) if CHOICES.contains(&name.as_str()) => {
            let fault = Fault::new(format!("choice element '{name}' needs a type"));
            Err(fault.hint(format!(
                "write {name}.ofType(dateTime), or another of its types"
            )))
        }
        Expr::OfType(of, _) => match of.as_ref() {
            Expr::Member(parent, _) => check(parent),
            of => check(of),
        },
        Expr::Member(of, _) | Expr::ReferenceKey(of, _) | Expr::Negative(of) => check(of),
        Expr::Index(left, right) | Expr::Binary(_, left, right) => {
            check(left)?;
            check(right)
        }
        Expr::Call(of, _, arguments) => {
            check(of)?;
            arguments.iter().try_for_each(check)
        }
    }
}
