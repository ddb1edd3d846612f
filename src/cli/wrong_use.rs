//! A command line that cannot be read.

use super::printer::Printer;
use crate::error::Error;
use crate::nearest::distance;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::io::Write;
use std::process::ExitCode;

/// Says what is wrong with the command line, or prints the help that was asked for.
pub(super) fn told(mut wrong: clap::Error) -> ExitCode {
    forget_what_is_far(&mut wrong);
    if !wrong.use_stderr() {
        // Clap prints help to standard output.
        let _ = wrong.print();
        return ExitCode::SUCCESS;
    }
    if wants_json() {
        let text = wrong.to_string();
        let is_empty = matches!(
            wrong.kind(),
            ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
        );
        Printer::of_json(true).error(&match is_empty {
            true => Error::usage("there is no command").hint("`populace --help` lists them"),
            false => error(&text),
        });
    } else {
        let _ = wrong.print();
        let _ = std::io::stderr().flush();
    }
    ExitCode::from(2)
}

/// Takes out suggestions that nobody meant: to clap, `query` is like `verify`.
fn forget_what_is_far(wrong: &mut clap::Error) {
    for (written, suggested) in [
        (
            ContextKind::InvalidSubcommand,
            ContextKind::SuggestedSubcommand,
        ),
        (ContextKind::InvalidArg, ContextKind::SuggestedArg),
        (ContextKind::InvalidValue, ContextKind::SuggestedValue),
    ] {
        let Some(ContextValue::String(written)) = wrong.get(written).cloned() else {
            continue;
        };
        let is_near = |name: &String| {
            distance(
                written.trim_start_matches('-'),
                name.trim_start_matches('-'),
            )
            .is_some()
        };
        match wrong.get(suggested).cloned() {
            Some(ContextValue::String(name)) if !is_near(&name) => {
                wrong.remove(suggested);
            }
            Some(ContextValue::Strings(names)) if !names.iter().all(is_near) => {
                let near: Vec<String> = names.into_iter().filter(is_near).collect();
                wrong.remove(suggested);
                if !near.is_empty() {
                    wrong.insert(suggested, ContextValue::Strings(near));
                }
            }
            _ => {}
        }
    }
}

/// Whether the command line asks for a summary for machines, although it cannot be read.
pub(super) fn wants_json() -> bool {
    let mut options = std::env::args_os().skip(1).take_while(|a| a != "--");
    options.any(|option| option == "--json")
}

/// The same as an error of ours: its first paragraph is what is wrong, tips and usage the hint.
fn error(text: &str) -> Error {
    let mut paragraphs = text.split("\n\n").map(|paragraph| {
        let words = paragraph.split_whitespace();
        words.collect::<Vec<_>>().join(" ")
    });
    let what = paragraphs.next().unwrap_or_default();
    let hints: Vec<String> = paragraphs
        .filter(|p| !p.is_empty())
        .map(|p| p.strip_prefix("tip: ").map(str::to_string).unwrap_or(p))
        .collect();
    let what = what.strip_prefix("error: ").unwrap_or(&what).to_string();
    Error::usage(what).hint(hints.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn only_what_is_near_is_suggested() {
        let says = |command: &str| {
            let asked = ["populace", command];
            let mut wrong = crate::cli::Cli::command().try_get_matches_from(asked).err();
            wrong.iter_mut().for_each(forget_what_is_far);
            wrong.map(|wrong| wrong.to_string()).unwrap_or_default()
        };
        assert!(says("querry").contains("unrecognized subcommand 'querry'"));
        assert!(!says("query").contains("similar"), "{}", says("query"));
        assert!(says("nightli").contains("'nightly'"), "{}", says("nightli"));
    }

    #[test]
    fn a_wrong_command_line_is_an_error_of_ours() {
        let error = error(
            "error: unexpected argument '--jsn' found\n\n  tip: a similar argument exists: '--json'\n\nUsage: populace status --json\n\nFor more information, try '--help'.\n",
        );
        assert_eq!(error.what(), "unexpected argument '--jsn' found");
        assert_eq!(
            error.hint_text(),
            Some(
                "a similar argument exists: '--json'; Usage: populace status --json; For more information, try '--help'."
            )
        );
    }
}
