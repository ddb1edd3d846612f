//! `populace release --changelog`

use crate::cli::complete_file::CompleteFile;
use crate::cli::global::Global;
use crate::cli::printer::Printer;
use crate::cli::session;
use crate::error::{Context, Result};
use crate::publication::{ChangelogEntry, changelog, in_london};
use crate::visible;
use chrono::Utc;
use object_store::path::Path;
use std::fmt::Write as _;
use std::io::Write;
use std::process::ExitCode;

pub(super) async fn main(
    global: &Global,
    output: Option<&std::path::Path>,
    printer: &Printer,
) -> Result<ExitCode> {
    let releases = session::pipeline(global)?.releases()?;
    let entries = match releases.folder().is_some_and(|folder| !folder.is_dir()) {
        true => Vec::new(),
        false => changelog(&*releases.store(false)?, &Path::default(), Utc::now()).await?,
    };
    if let Some(path) = output {
        let mut json = serde_json::to_vec_pretty(&entries).data(|| "cannot write the changelog")?;
        json.push(b'\n');
        let mut file = CompleteFile::create(path)?;
        let shown = || format!("cannot write {}", path.display());
        file.write_all(&json).data(shown)?;
        file.keep()?;
        printer.say(&format!("release  the changelog is in {}", path.display()));
    } else if global.json {
        printer.summary(&entries, &[])?;
    } else {
        printer.data(&visible::lines(&text(&entries)))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn text(entries: &[ChangelogEntry]) -> String {
    let mut text = String::new();
    for entry in entries {
        let _ = writeln!(text, "{}  {}", entry.name, in_london(entry.published));
        let _ = writeln!(text, "  release {}", entry.release);
        if let Some(withdrawn) = &entry.withdrawn {
            let (at, reason) = (in_london(withdrawn.at), &withdrawn.reason);
            let _ = writeln!(text, "  Withdrawn on {at}: {reason}");
        }
        match &entry.follows {
            Some(before) => drop(writeln!(text, "  compared with {before}:")),
            None => text.push_str("  the first of its kind\n"),
        }
        if entry.follows.is_some() && entry.changes.is_empty() {
            text.push_str("    Nothing is different.\n");
        }
        for change in &entry.changes {
            let _ = writeln!(text, "    {}", change.what);
        }
    }
    text
}
