//! What people type of themselves and of their reasons.

use crate::error::{Error, Result};

/// The longest name of a person, in characters.
const LONGEST_PERSON: usize = 100;
/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// The name of who decides.
///
/// # Errors
/// Usage: it is none.
pub(crate) fn person(typed: &str) -> Result<String> {
    fit("the name after --by", typed, 2, LONGEST_PERSON).map_err(|e| {
        e.hint("name the person who decides it, such as --by \"Head of Intelligence\"")
    })
}

/// Why something was decided.
///
/// # Errors
/// Usage: it says nothing, or too much.
pub(crate) fn reason(typed: &str) -> Result<String> {
    fit("the reason", typed, 3, LONGEST_REASON).map_err(|e| {
        e.hint("say it in a sentence, such as --reason \"deaths of August were missing\"")
    })
}

fn fit(what: &str, typed: &str, fewest: usize, longest: usize) -> Result<String> {
    let said = typed.trim();
    let wrong = |how: &str| Err(Error::usage(format!("{what} {how}")));
    if said.chars().filter(|c| c.is_alphabetic()).count() < fewest {
        return wrong("says nothing");
    }
    if said.chars().count() > longest {
        return wrong(&format!("has more than {longest} characters"));
    }
    // What turns the direction of text looks like another name.
    if crate::visible::one_line(said) != said {
        return wrong("holds a control character");
    }
    Ok(said.to_string())
}
