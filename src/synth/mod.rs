//! The synthetic shared record: an invented English area, its people and their lives, written as
//! a shared care record would hand them over.
//!
//! The same seed makes the same bytes on any machine and any number of threads: each life comes
//! from a generator of its own, and nothing asks the clock.

mod areas_2011;
mod boundaries;
mod calendar;
mod conditions;
mod contacts;
mod csv;
mod datasets;
mod faults;
mod fhir;
mod geography;
mod life;
mod names;
mod nhs_number;
mod options;
mod organisations;
mod output;
mod person;
mod random;
mod record;
mod reference;
mod world;

#[cfg(test)]
mod tests;

use std::path::Path;

use crate::error::{Context, Error, Result};
use crate::scratch::Leftover;
pub(crate) use nhs_number::MOST_PEOPLE;
pub use options::Options;
pub(crate) use options::{Count, Summary};
use world::World;

/// Writes a record. The folder appears complete or not at all.
///
/// `progress` is told how many people have been finished since it was last called.
///
/// # Errors
/// Wrong use when the folder holds something, when there are no people or too many, or when the
/// period is too short; a data error when the folder cannot be written.
pub fn write(options: &Options, progress: &(dyn Fn(u64) + Sync)) -> Result<Summary> {
    check(options)?;
    let out = std::path::absolute(&options.out)
        .data(|| format!("cannot find the folder {}", options.out.display()))?;
    // A link to a folder stands for the folder.
    let out = std::fs::canonicalize(&out).unwrap_or(out);
    let parent = out.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent)
        .data(|| format!("cannot make the folder {}", parent.display()))?;
    let folder = tempfile::Builder::new()
        .prefix(".populace-synth-")
        .tempdir_in(parent)
        .data(|| format!("cannot write in {}", parent.display()))
        .map_err(|e| e.hint("give -o a folder in one that may be written to"))?;
    let _leftover = Leftover::new(folder.path().to_path_buf());
    let world = World::new(options);
    let summary = output::write(options, &world, folder.path(), progress)?;
    // An empty folder gives way; one that was filled meanwhile makes the rename fail.
    if out.is_dir() {
        std::fs::remove_dir(&out)
            .map_err(|error| cannot_place(&out, error).hint("give -o a folder inside that one"))?;
    }
    let made = folder.keep();
    let placed = open_to_readers(&made).and_then(|()| std::fs::rename(&made, &out));
    if let Err(error) = placed {
        let _ = std::fs::remove_dir_all(&made);
        return Err(
            Error::data(format!("cannot put the record at {}", out.display())).cause(error),
        );
    }
    Ok(summary)
}

fn cannot_place(out: &Path, error: std::io::Error) -> Error {
    Error::data(format!("cannot put the record at {}", out.display())).cause(error)
}

/// Temporary folders are for their owner only; the record is a folder like any other.
#[cfg(unix)]
fn open_to_readers(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn open_to_readers(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}

fn check(options: &Options) -> Result<()> {
    let shown = options.out.display();
    match std::fs::read_dir(&options.out) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                return Err(Error::usage(format!("the folder {shown} is not empty"))
                    .hint("give -o a folder that does not exist yet, or empty this one"));
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => {
            return Err(Error::usage(format!("cannot write a record to {shown}"))
                .cause(error)
                .hint("give -o a folder that does not exist yet"));
        }
    }
    if options.people == 0 || options.people > MOST_PEOPLE {
        let most = MOST_PEOPLE;
        return Err(
            Error::usage(format!("--people {} is out of range", options.people))
                .cause("each person needs an NHS number of the test range, which begins with 999")
                .hint(format!("give --people a number from 1 to {most}")),
        );
    }
    if (options.to - options.from).num_days() < 89 {
        return Err(Error::usage(format!(
            "the period from {} to {} is too short",
            options.from, options.to
        ))
        .hint("give --from and --to at least 90 days"));
    }
    Ok(())
}
