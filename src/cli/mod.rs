//! The command line: one file a command. What the user typed becomes settings once, here.

mod argument;
mod as_of_version;
mod audit;
mod audited;
mod audited_command;
mod check;
mod complete_file;
mod confirmations;
mod damage;
mod describe;
mod diff;
mod figures;
mod flat;
mod function_help;
mod global;
mod init;
mod key;
mod lineage;
mod log_format;
mod missing_release;
mod night_log;
mod nightly;
mod nights;
mod notices;
mod plan;
mod plan_kinds;
mod printer;
mod process;
mod profile;
mod project;
mod prompt;
mod publication;
mod pull;
mod pull_table;
mod query;
mod record_level;
mod release;
mod rows;
mod run;
mod serve;
mod session;
mod signals;
mod size;
mod sql;
mod status;
mod stopped;
mod synth;
mod test;
mod vacuum;
mod verify;
mod view;
mod wrong_use;

use crate::error::{Kind, Result};
use crate::{panics, stop};
use audited_command::ToldCommand;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use global::Global;
use printer::Printer;
use std::process::ExitCode;
use stopped::{PRINTER, say_stopped, stopped_too_late};

/// Population-health analytics for England's shared care records.
#[derive(Debug, Parser)]
#[command(
    name = "populace",
    version,
    max_term_width = 100,
    arg_required_else_help = true
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Pull, run and release; safe to repeat, resumes where it stopped
    Nightly(nightly::NightlyArguments),
    /// Bring new extracts into the lake
    Pull(pull::PullArguments),
    /// Build models that are out of date, and run their checks
    Run(run::RunArguments),
    /// Make disclosure-controlled reports
    Release(release::ReleaseArguments),
    /// Check that a release, or the lake, is as it was written
    Verify(verify::VerifyArguments),
    /// Compare two releases: what changed, and why
    Diff(diff::DiffArguments),
    /// Read the figures of releases, and derive others from them
    Figures(figures::FiguresArguments),
    /// Print and check the audit log: who ran what, and what was released
    Audit(audit::AuditArguments),
    /// Show what would run and why
    Plan(plan::PlanArguments),
    /// Check everything that can be checked without data
    Check,
    /// Run the models' tests over given rows, without a lake
    Test(test::TestArguments),
    /// Show releases to planners in a browser
    Serve(serve::ServeArguments),
    /// Query the lake
    Sql(sql::SqlArguments),
    /// Show last nights, freshness and failures
    Status,
    /// Remove files of the lake that no table needs any more
    Vacuum(vacuum::VacuumArguments),
    /// Run one ViewDefinition over FHIR resources in NDJSON
    View(view::ViewArguments),
    /// Write a synthetic shared record
    Synth(synth::SynthArguments),
    /// Make a key, or show which one is in use
    Key(key::KeyArguments),
    /// Make a new project folder
    Init(init::InitArguments),
}

impl Command {
    /// What the audit log hears of it.
    fn told(&self) -> ToldCommand {
        match self {
            Command::Nightly(arguments) => ToldCommand::changing("nightly", &arguments.told()),
            Command::Pull(arguments) => ToldCommand::changing("pull", &arguments.told()),
            Command::Run(arguments) => ToldCommand::changing("run", &arguments.told()),
            Command::Release(arguments) if arguments.reads() => ToldCommand::reading("release"),
            Command::Release(arguments) => ToldCommand::changing("release", &arguments.told()),
            Command::Vacuum(_) => ToldCommand::changing("vacuum", &[]),
            Command::Key(arguments) if arguments.rotates() => {
                ToldCommand::changing("key rotate", &[])
            }
            Command::Sql(_) => ToldCommand::reading("sql"),
            _ => ToldCommand::reading("populace"),
        }
    }
}

/// Runs the program; the exit code says how it went.
pub fn main() -> ExitCode {
    process::keep_private();
    signals::in_order(command)
}

fn command() -> ExitCode {
    let read = Cli::command().try_get_matches();
    let read = read.and_then(|read| Ok((Cli::from_arg_matches(&read)?, read)));
    let (cli, read) = match read {
        Ok(read) => read,
        Err(e) => return wrong_use::told(e),
    };
    let printer = *PRINTER.get_or_init(|| Printer::new(&cli.global));
    session::log(cli.global.verbose, cli.global.quiet);
    panics::watch();
    stop::during(read.subcommand_name().unwrap_or_default());
    audited_command::begins(cli.command.told(), &cli.global.set);
    let done = panics::caught(|| dispatch(&cli, &printer));
    audited::ended(&cli.global, &done, &printer);
    // A server runs until a signal ends it.
    let is_served = matches!(cli.command, Command::Serve(_)) && done.is_ok();
    if let Some(signal) = stop::told().filter(|_| !is_served) {
        return say_stopped(&match done {
            Ok(_) => stopped_too_late(signal),
            Err(error) if matches!(error.kind(), Kind::Stopped(_)) => error,
            // What failed, failed because it was ended.
            Err(_) => stop::stopped(signal),
        });
    }
    match done {
        Ok(code) => code,
        Err(e) => {
            printer.error(&e);
            ExitCode::from(e.kind().exit_code())
        }
    }
}

fn dispatch(cli: &Cli, printer: &Printer) -> Result<ExitCode> {
    let global = &cli.global;
    match &cli.command {
        // These need no lake, and no runtime.
        Command::Synth(arguments) => synth::main(global, arguments, printer),
        Command::Key(arguments) => key::main(global, arguments, printer),
        Command::Init(arguments) => init::main(arguments, printer),
        Command::View(arguments) => view::main(global, arguments, printer),
        Command::Check => session::block_on(global, check::main(global, printer)),
        Command::Test(arguments) => {
            session::block_on(global, test::main(global, arguments, printer))
        }
        // A night writes into its log that it was stopped.
        Command::Nightly(arguments) => {
            session::block_on_whole(global, nightly::main(global, arguments, printer))
        }
        Command::Pull(arguments) => {
            session::block_on(global, pull::main(global, arguments, printer))
        }
        Command::Run(arguments) => session::block_on(global, run::main(global, arguments, printer)),
        // A release tells that it was stopped.
        Command::Release(arguments) => {
            session::block_on_whole(global, release::main(global, arguments, printer))
        }
        Command::Verify(arguments) => {
            session::block_on(global, verify::main(global, arguments, printer))
        }
        Command::Diff(arguments) => {
            session::block_on(global, diff::main(global, arguments, printer))
        }
        Command::Figures(arguments) => {
            session::block_on(global, figures::main(global, arguments, printer))
        }
        Command::Audit(arguments) => {
            session::block_on(global, audit::main(global, arguments, printer))
        }
        Command::Plan(arguments) => {
            session::block_on(global, plan::main(global, arguments, printer))
        }
        // It is told to stop as a matter of course, and ends in order.
        Command::Serve(arguments) => {
            session::block_on_whole(global, serve::main(global, arguments, printer))
        }
        Command::Sql(arguments) => session::block_on(global, sql::main(global, arguments, printer)),
        Command::Vacuum(arguments) => {
            session::block_on(global, vacuum::main(global, arguments, printer))
        }
        Command::Status => session::block_on(global, status::main(global, printer)),
    }
}
