//! Options of every command.

use super::{argument, size};
use clap::Args;
use std::path::PathBuf;

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every command")]
pub(super) struct Global {
    /// The pipeline file [default: pipelines/nightly.toml here, or in the nearest folder above]
    #[arg(short, long, global = true, value_name = "FILE")]
    pub pipeline: Option<PathBuf>,
    /// Give a parameter another value (repeatable)
    #[arg(long, global = true, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// Memory that the whole process should stay within
    #[arg(long, global = true, value_name = "SIZE", default_value = "4GB", value_parser = size::parse)]
    pub memory_limit: usize,
    /// Threads [default: one a core]
    #[arg(long, global = true, value_name = "N", value_parser = argument::whole(1..=1024u16), allow_negative_numbers = true)]
    pub threads: Option<u16>,
    /// Where temporary files go [default: the system's temporary folder]
    #[arg(long, global = true, value_name = "DIR")]
    pub temp_dir: Option<PathBuf>,
    /// Say nothing but errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Log more (repeat for still more)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Show no progress bars
    #[arg(long, global = true)]
    pub no_progress: bool,
    /// Print one machine-readable summary on standard output
    #[arg(long, global = true)]
    pub json: bool,
}
