//! What functions say of arguments that they cannot use.

use datafusion::common::{DataFusionError, Result};
use std::error::Error;
use std::fmt;

/// An argument that breaks a function's rule. It holds texts of the program and names from code
/// lists, never a value of a row, so that it may be shown as it is where other errors of a query
/// that runs may not.
#[derive(Debug)]
pub(crate) struct BrokenRule {
    function: &'static str,
    argument: &'static str,
    rule: Rule,
}

#[derive(Debug)]
enum Rule {
    Fixed(&'static str),
    OneOf(Vec<String>),
}

/// The error that an argument breaks a rule, as the engine hands it on.
pub(super) fn broken_rule<T>(
    function: &'static str,
    argument: &'static str,
    rule: &'static str,
) -> Result<T> {
    fails(function, argument, Rule::Fixed(rule))
}

/// The error that an argument is none of the names that a code list has.
pub(super) fn none_of<T>(
    function: &'static str,
    argument: &'static str,
    names: Vec<String>,
) -> Result<T> {
    fails(function, argument, Rule::OneOf(names))
}

fn fails<T>(function: &'static str, argument: &'static str, rule: Rule) -> Result<T> {
    let broken = BrokenRule {
        function,
        argument,
        rule,
    };
    Err(DataFusionError::External(Box::new(broken)))
}

impl BrokenRule {
    /// The broken rule that an error comes from, if it comes from one.
    pub(crate) fn behind(error: &DataFusionError) -> Option<&Self> {
        let mut next: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(error) = next {
            if let Some(broken) = error.downcast_ref() {
                return Some(broken);
            }
            next = error.source();
        }
        None
    }

    /// The function's name.
    pub(crate) fn function(&self) -> &'static str {
        self.function
    }
}

impl fmt::Display for BrokenRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ", self.function, self.argument)?;
        match &self.rule {
            Rule::Fixed(rule) => f.write_str(rule),
            Rule::OneOf(names) => write!(f, "must be one of {}", names.join(", ")),
        }
    }
}

impl Error for BrokenRule {}
