//! `populace release`

use super::damage::explained;
use super::global::Global;
use super::notices::Notices;
use super::printer::Printer;
use super::publication::{self, AskedOfReleases, PublicationArguments};
use super::session;
use super::size::count;
use crate::error::{Error, Result};
use crate::plural::things;
use crate::release::{Made, Wanted, make};
use crate::{panics, stop};
use std::process::ExitCode;

/// Arguments of `populace release`.
#[derive(Debug, clap::Args)]
pub(super) struct ReleaseArguments {
    /// Reports [default: those of the pipeline file]
    #[arg(value_name = "REPORT")]
    reports: Vec<String>,
    /// Show what would be released, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Replace a draft whose figures come out differently now
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    publication: PublicationArguments,
}

impl ReleaseArguments {
    /// As the audit log has them.
    pub(super) fn told(&self) -> Vec<String> {
        let options = [(self.dry_run, "--dry-run"), (self.replace, "--replace")];
        let given = options.iter().filter(|(given, _)| *given);
        let given = given.map(|(_, option)| (*option).to_string());
        let given = given.chain(self.reports.iter().cloned());
        given.chain(self.publication.told()).collect()
    }

    /// Whether nothing is made or decided.
    pub(super) fn reads(&self) -> bool {
        let asked = self.publication.asked();
        asked.is_some_and(|asked| !matches!(asked, AskedOfReleases::Decide(..)))
    }
}

pub(super) async fn main(
    global: &Global,
    arguments: &ReleaseArguments,
    printer: &Printer,
) -> Result<ExitCode> {
    let about = &arguments.publication;
    if let Some(asked) = about.asked() {
        let decided = publication::main(global, about, asked, printer);
        return stop::unless_told(decided).await;
    }
    if arguments.dry_run {
        return stop::unless_told(released(global, arguments, None, printer)).await;
    }
    let mut notices = Notices::of(global, "release");
    let done = released(global, arguments, Some(&mut notices), printer);
    let done = panics::caught_in(stop::unless_told(done)).await;
    notices.ended(&done, printer).await;
    done
}

/// Makes the release that is asked for.
async fn released(
    global: &Global,
    arguments: &ReleaseArguments,
    notices: Option<&mut Notices>,
    printer: &Printer,
) -> Result<ExitCode> {
    let work = session::SessionWork::begin(global).await?;
    let log = session::audit_log(&work.pipeline, &work.lake).await?;
    let wanted = Wanted {
        log: Some(&log),
        reports: &arguments.reports,
        dry_run: arguments.dry_run,
        replace: arguments.replace,
    };
    let (made, lines) = step(global, &work, wanted).await?;
    if let Some(notices) = notices {
        notices.released(&made);
        if let Some(error) = left_out(&made) {
            notices.failed(&error, "release");
        }
    }
    printer.summary(&made, &lines)?;
    let damaged = made.refused.iter().any(|refused| refused.damaged);
    Ok(match (made.refused.is_empty(), damaged) {
        (true, _) => ExitCode::SUCCESS,
        (false, false) => ExitCode::from(1),
        (false, true) => ExitCode::from(3),
    })
}

/// Why not all reports were released, for whoever is told of it.
fn left_out(made: &Made) -> Option<Error> {
    let first = made.refused.first()?;
    let names: Vec<&str> = made.refused.iter().map(|r| r.report.as_str()).collect();
    let error = Error::refused(format!("not released: {}", names.join(", "))).hint(&first.hint);
    let because = made.refused.iter().flat_map(|r| &r.because);
    Some(because.fold(error, Error::cause))
}

/// Releases reports, and says where they are.
pub(super) async fn step(
    global: &Global,
    work: &session::SessionWork,
    wanted: Wanted<'_>,
) -> Result<(Made, Vec<String>)> {
    let library = work.library()?;
    let engine = work.engine(global)?;
    let made = make(&engine, &work.pipeline, &library, wanted).await;
    let made = explained(&work.pipeline, &work.lake, made).await?;
    let lines = lines(&made, wanted.dry_run);
    Ok((made, lines))
}

fn lines(made: &Made, dry_run: bool) -> Vec<String> {
    let what = match (dry_run, made.written, made.repaired.is_empty()) {
        (true, _, _) => "would be made",
        (false, true, true) => "made",
        (false, true, false) => "made again: it was not as it was made",
        (false, false, _) => "is there already, unchanged",
    };
    let reports = made.files.iter().filter_map(|f| f.strip_suffix(".html"));
    let reports: Vec<&str> = reports.collect();
    let mut lines = vec![format!(
        "release  {} {what} ({})",
        made.release,
        reports.join(", ")
    )];
    let altered = made.repaired.iter();
    lines.extend(altered.map(|altered| format!("           {altered}")));
    if let Some(aside) = &made.kept_aside {
        lines.push(format!("         what was there is kept in {aside}"));
    }
    lines.extend([
        format!(
            "         {} shown, {} suppressed",
            things(made.cells_shown, "cell"),
            count(made.cells_suppressed as u64)
        ),
        format!("         reports in {}", made.folder),
    ]);
    lines.extend(
        made.files
            .iter()
            .filter(|f| f.ends_with(".html") || f.ends_with(".xlsx"))
            .map(|file| format!("           {file}")),
    );
    for refused in &made.refused {
        lines.push(format!("refused  report `{}`", refused.report));
        let because = refused.because.iter();
        lines.extend(because.map(|because| format!("         {because}")));
        lines.push(format!("         hint: {}", refused.hint));
    }
    lines
}
