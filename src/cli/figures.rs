//! `populace figures`

use super::complete_file::CompleteFile;
use super::diff::place;
use super::global::Global;
use super::printer::Printer;
use crate::error::{Context, Error, Result};
use crate::figures::derive::{
    Across, RankFirst, ShareOver, best_and_worst, compared, merged, ranked, rolling_years, shares,
    wide,
};
use crate::figures::{FigureArea, Figures, frame_csv, frame_parquet};
use crate::plural::things;
use crate::release::ReadRelease;
use crate::visible;
use clap::ValueEnum;
use polars::prelude::DataFrame;
use serde::Serialize;
use std::borrow::Cow;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `populace figures`.
#[derive(Debug, clap::Args)]
pub(super) struct FiguresArguments {
    /// Releases, each by its identifier, folder or address; with several, each after the name of its
    /// area: NAME=RELEASE
    #[arg(required = true, value_name = "RELEASE")]
    releases: Vec<String>,
    /// Of this report only
    #[arg(long)]
    report: Option<String>,
    /// Of this table only
    #[arg(long)]
    table: Option<String>,
    /// Of this measure only
    #[arg(long)]
    measure: Option<String>,
    /// What is derived from the figures
    #[arg(long, value_enum, conflicts_with = "wide")]
    derive: Option<Derived>,
    /// For ranks: the smallest figure is the first, and the best
    #[arg(long)]
    lowest_first: bool,
    /// For shares: what they are of [default: areas]
    #[arg(long, value_enum)]
    of: Option<ShareOf>,
    /// For the best and the worst: how many places [default: 1]
    #[arg(long, value_name = "N")]
    places: Option<u32>,
    /// For benchmarks: the area that others are compared with [default: the whole]
    #[arg(long, value_name = "AREA")]
    benchmark: Option<String>,
    /// What becomes columns
    #[arg(long, value_enum)]
    wide: Option<Wide>,
    /// How they are written [default: as the ending of --output says, or csv]
    #[arg(long, value_enum)]
    format: Option<FiguresFormat>,
    /// Where they are written [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What is derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Derived {
    /// The rank of each area among those of its level
    Rank,
    /// The share that a count is of its total
    Share,
    /// The sum of twelve months
    RollingYears,
    /// The areas in first and last place
    BestAndWorst,
    /// Lower, higher or similar, by 95% and 99.8% limits
    Benchmark,
}

/// What a share is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ShareOf {
    /// All areas together
    Areas,
    /// All values of the other dimensions together
    Breakdown,
}

/// What becomes columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Wide {
    /// Areas
    Area,
    /// Periods
    Period,
    /// Measures
    Measure,
    /// Values of the other dimensions
    Breakdown,
}

/// How figures are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FiguresFormat {
    /// Comma-separated values with a header
    Csv,
    /// A Parquet file; needs --output
    Parquet,
}

pub(super) async fn main(
    global: &Global,
    arguments: &FiguresArguments,
    printer: &Printer,
) -> Result<ExitCode> {
    has_effect(arguments)?;
    let format = format(arguments)?;
    if global.json && arguments.output.is_none() {
        return Err(Error::usage(
            "the summary of --json and the figures cannot share standard output",
        )
        .hint("name a file for the figures with --output"));
    }
    let (figures, rounding) = read(global, arguments).await?;
    let mut derived = derived(&figures, arguments, rounding)?;
    let rows = derived.height();
    let bytes = match format {
        FiguresFormat::Csv => frame_csv(derived)?,
        FiguresFormat::Parquet => frame_parquet(&mut derived)?,
    };
    let Some(file) = &arguments.output else {
        let text = String::from_utf8_lossy(&bytes);
        printer.data(&shown(&text, std::io::stdout().is_terminal()))?;
        return Ok(ExitCode::SUCCESS);
    };
    let mut out = CompleteFile::create(file)?;
    let written = out.write_all(&bytes);
    written.data(|| format!("cannot write {}", file.display()))?;
    out.keep()?;
    let summary = FiguresWritten {
        file: file.display().to_string(),
        rows,
    };
    let line = format!("figures  {} in {}", things(rows, "row"), summary.file);
    printer.summary(&summary, &[line])?;
    Ok(ExitCode::SUCCESS)
}

/// Figures as they are printed. On a terminal, names of places must not act on it; a file or another
/// program gets them as they are.
fn shown(text: &str, terminal: bool) -> Cow<'_, str> {
    match terminal {
        true => visible::lines(text),
        false => Cow::Borrowed(text),
    }
}

/// Refuses options that say how something is derived which is not.
fn has_effect(arguments: &FiguresArguments) -> Result<()> {
    use Derived::{Benchmark, BestAndWorst, Rank, Share};
    let options: [(&str, bool, &[Derived]); 4] = [
        (
            "--lowest-first",
            arguments.lowest_first,
            &[Rank, BestAndWorst],
        ),
        ("--of", arguments.of.is_some(), &[Share]),
        ("--places", arguments.places.is_some(), &[BestAndWorst]),
        ("--benchmark", arguments.benchmark.is_some(), &[Benchmark]),
    ];
    for (option, given, of) in options {
        if given
            && !arguments
                .derive
                .is_some_and(|derived| of.contains(&derived))
        {
            let names = of.iter().filter_map(Derived::to_possible_value);
            let names: Vec<String> = names.map(|name| name.get_name().to_owned()).collect();
            return Err(Error::usage(format!("{option} has no effect here"))
                .hint(format!("it goes with --derive {}", names.join(" or "))));
        }
    }
    Ok(())
}

/// What was written.
#[derive(Debug, Serialize)]
struct FiguresWritten {
    file: String,
    rows: usize,
}

fn format(arguments: &FiguresArguments) -> Result<FiguresFormat> {
    let ending = arguments.output.as_ref().and_then(|file| file.extension());
    let by_ending = match ending.and_then(|ending| ending.to_str()) {
        Some("parquet") => FiguresFormat::Parquet,
        _ => FiguresFormat::Csv,
    };
    let format = arguments.format.unwrap_or(by_ending);
    match (format, &arguments.output) {
        (FiguresFormat::Parquet, None) => {
            Err(Error::usage("Parquet needs a file").hint("name it with --output"))
        }
        _ => Ok(format),
    }
}

/// The figures of all releases that are asked for, and how far counts may be from the true ones.
async fn read(global: &Global, arguments: &FiguresArguments) -> Result<(Figures, Option<f64>)> {
    let mut releases = Vec::new();
    let mut rounding = Some(0.0_f64);
    let several = arguments.releases.len() > 1;
    for what in &arguments.releases {
        let named = what.split_once('=').filter(|(name, _)| !name.contains('/'));
        let (name, what) = match named {
            Some((name, what)) => (Some(name), what),
            None => (None, what.as_str()),
        };
        if several && name.is_none_or(str::is_empty) {
            return Err(
                Error::usage("figures of several releases need the names of their areas")
                    .hint("write NAME=RELEASE, such as 'North=2026-09-30-3f2a9c71b0de'"),
            );
        }
        let area = name.map(|name| FigureArea {
            code: None,
            name: name.to_owned(),
            level: "release".to_owned(),
        });
        let (place, id) = place(global, what).await?;
        let read = ReadRelease::read(&place, &id).await?;
        rounding = rounding.zip(read.rounding()).map(|(a, b)| a.max(b));
        let figures = chosen(&read.figures, arguments)?;
        let figures = match arguments.derive {
            Some(Derived::RollingYears) => read.adding_up(&figures)?,
            _ => figures,
        };
        releases.push((area, figures));
    }
    Ok((merged(&releases)?, rounding))
}

/// Those that are asked for.
fn chosen(figures: &Figures, arguments: &FiguresArguments) -> Result<Figures> {
    let wanted = [
        ("report", &arguments.report),
        ("table", &arguments.table),
        ("measure", &arguments.measure),
    ];
    let mut chosen = figures.clone();
    for (column, value) in wanted {
        let Some(value) = value else { continue };
        let only = chosen.only(column, value)?;
        if only.frame().height() == 0 {
            let known = chosen.values(column)?;
            return Err(Error::usage(format!("there is no {column} `{value}`"))
                .hint(crate::nearest::nearest(value, &known)));
        }
        chosen = only;
    }
    Ok(chosen)
}

fn derived(
    figures: &Figures,
    arguments: &FiguresArguments,
    rounding: Option<f64>,
) -> Result<DataFrame> {
    let first = match arguments.lowest_first {
        true => RankFirst::Lowest,
        false => RankFirst::Highest,
    };
    if let Some(across) = arguments.wide {
        return wide(figures, across.across());
    }
    match arguments.derive {
        None => Ok(figures.frame().clone()),
        Some(Derived::Rank) => ranked(figures, first),
        Some(Derived::BestAndWorst) => {
            best_and_worst(figures, first, arguments.places.unwrap_or(1))
        }
        Some(Derived::RollingYears) => rolling_years(figures),
        Some(Derived::Benchmark) => {
            let benchmark = arguments.benchmark.as_deref();
            if let Some(area) = benchmark {
                let known = figures.values("area_name")?;
                if !known.iter().any(|name| name == area) {
                    return Err(Error::usage(format!("there is no area `{area}`"))
                        .hint(crate::nearest::nearest(area, &known)));
                }
            }
            compared(figures, benchmark)
        }
        Some(Derived::Share) => {
            let rounding = rounding.ok_or_else(|| {
                Error::usage("how counts of this release are rounded, only its site knows")
                    .hint("shares need a scheme that publishes its rule")
            })?;
            let over = match arguments.of {
                Some(ShareOf::Areas) | None => ShareOver::Areas,
                Some(ShareOf::Breakdown) => ShareOver::Breakdown,
            };
            shares(figures, over, rounding)
        }
    }
}

impl Wide {
    fn across(self) -> Across {
        match self {
            Wide::Area => Across::Area,
            Wide::Period => Across::Period,
            Wide::Measure => Across::Measure,
            Wide::Breakdown => Across::Breakdown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_places_do_not_act_on_a_terminal() {
        let csv = "area_name,value\n\u{1b}[2JAsh\u{202e}combe,5\n";
        assert_eq!(
            shown(csv, true),
            "area_name,value\n\\u{1b}[2JAsh\\u{202e}combe,5\n"
        );
        assert_eq!(shown(csv, false), csv);
    }
}
