//! Identifiers of releases, as names of files.

use crate::error::{Error, Result};

/// The folder of publications, below the releases.
pub(crate) const FOLDER: &str = "publication";

/// The longest identifier, in bytes.
const LONGEST: usize = 100;

/// The name of the file of step `n` of release `id`, below the folder of publications.
pub(super) fn file_of(id: &str, n: u32) -> String {
    format!("{id}.{n}.json")
}

/// Refuses what is no identifier of a release: letters, digits and hyphens, so that no name leads
/// elsewhere and a dot ends it.
///
/// # Errors
/// Usage, when it is none.
pub(super) fn check(id: &str) -> Result<()> {
    let fits = |c: u8| c.is_ascii_alphanumeric() || c == b'-';
    if !id.is_empty() && id.len() <= LONGEST && !id.starts_with('-') && id.bytes().all(fits) {
        return Ok(());
    }
    Err(Error::usage("that is not the identifier of a release").hint(
        "give it as `populace release --list` has it, such as 2026-09-30-0123456789ab, or its name",
    ))
}

/// The release and the number of a step, from the name of its file.
pub(super) fn of_file(name: &str) -> Option<(&str, u32)> {
    let (id, number) = name.strip_suffix(".json")?.split_once('.')?;
    let n: u32 = number.parse().ok()?;
    // One way to write each number, so that no two files are one step.
    (n > 0 && n.to_string() == number && check(id).is_ok()).then_some((id, n))
}
