//! How a line of the log is written, and whose text it may hold.
//!
//! Populace's own messages hold no values of records. Those of its libraries do, below warnings and
//! in them: plans with literals, statistics of columns, parts of requests. No list of what must not
//! be shown would be complete, so the text of a library is shown only where it is known to be about
//! connections; of all others a line says the library, the place in its code and the level.

use crate::error::plain;
use crate::visible::one_line;
use std::fmt::{self, Debug, Write};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// Libraries whose messages are about connections: hosts, ports, tries.
const CONNECTIONS: [&str; 3] = ["hyper_util", "object_store", "reqwest"];
/// A run of digits as long as an NHS number, or longer, is none that a message needs.
const LONGEST_NUMBER: usize = 9;

/// Writes one event as one line, without colours.
#[derive(Debug, Clone, Copy)]
pub(super) struct LogFormat;

impl<S, N> FormatEvent<S, N> for LogFormat
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut said = SaidFields::default();
        event.record(&mut said);
        let facts = event.metadata();
        // Libraries that use the crate `log` say as a field who they are.
        let target = said.target.as_deref().unwrap_or(facts.target());
        SystemTime.format_time(&mut writer)?;
        let text = match whose(target) {
            Whose::Own => said.text,
            Whose::Connections => numbers_hidden(&plain(&said.text)),
            Whose::Others => {
                let file = said.file.as_deref().or(facts.file()).unwrap_or("unknown");
                let file = file.rsplit(['/', '\\']).next().unwrap_or_default();
                let line = said.line.or(facts.line().map(u64::from)).unwrap_or(0);
                format!("{file}:{line} (text of this library may hold values and is not shown)")
            }
        };
        writeln!(
            writer,
            " {:>5} {}: {}",
            facts.level(),
            one_line(target),
            one_line(&text)
        )
    }
}

/// Whose text a line is.
#[derive(Debug, PartialEq, Eq)]
enum Whose {
    Own,
    Connections,
    Others,
}

fn whose(target: &str) -> Whose {
    match target.split("::").next().unwrap_or_default() {
        "populace" => Whose::Own,
        name if CONNECTIONS.contains(&name) => Whose::Connections,
        _ => Whose::Others,
    }
}

/// Text whose longer numbers are left out, among them every pseudonym and NHS number.
fn numbers_hidden(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut digits = String::new();
    let end = |digits: &mut String, out: &mut String| {
        match digits.len() > LONGEST_NUMBER {
            true => out.push('#'),
            false => out.push_str(digits),
        }
        digits.clear();
    };
    for c in text.chars() {
        if c.is_ascii_digit() {
            digits.push(c);
        } else {
            end(&mut digits, &mut out);
            out.push(c);
        }
    }
    end(&mut digits, &mut out);
    out
}

/// The fields of an event.
#[derive(Default)]
struct SaidFields {
    text: String,
    target: Option<String>,
    file: Option<String>,
    line: Option<u64>,
}

impl Visit for SaidFields {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "log.target" => self.target = Some(value.to_string()),
            "log.file" => self.file = Some(value.to_string()),
            _ => self.record_debug(field, &value),
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        match field.name() {
            "log.line" => self.line = Some(value),
            _ => self.record_debug(field, &value),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let space = if self.text.is_empty() { "" } else { " " };
        let _ = match field.name() {
            name if name.starts_with("log.") => Ok(()),
            "message" => write!(self.text, "{space}{value:?}"),
            name => write!(self.text, "{space}{name}={value:?}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_about_connections_is_shown_of_libraries() {
        assert_eq!(whose("populace::lake"), Whose::Own);
        assert_eq!(whose("populace_other"), Whose::Others);
        assert_eq!(whose("reqwest::connect"), Whose::Connections);
        for library in ["datafusion_optimizer", "deltalake_core", "h2", "sqlparser"] {
            assert_eq!(whose(library), Whose::Others);
        }
    }

    #[test]
    fn long_numbers_are_left_out() {
        assert_eq!(
            numbers_hidden("try 3 of 9434765919 on port 8443, key 9223372036854775807"),
            "try 3 of # on port 8443, key #"
        );
    }
}
