//! Sources that a pull goes on without, and why.

use crate::error::{Error, Kind, Result};
use std::collections::BTreeMap;

/// Sources that a pull goes on without, and why: what they brought before stays.
#[derive(Debug, Default)]
pub(super) struct SourceFailures(BTreeMap<String, Error>);

impl SourceFailures {
    /// Whether no source failed.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many failed.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Whether a source failed.
    pub(super) fn has(&self, source: &str) -> bool {
        self.0.contains_key(source)
    }

    /// The sources that failed, and why.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Error)> {
        self.0
            .iter()
            .map(|(source, error)| (source.as_str(), error))
    }

    /// Goes on without a source; the first reason counts.
    ///
    /// # Errors
    /// `error` itself, when it is not one of the source: a signal, or damage of the lake.
    pub(super) fn note(&mut self, source: &str, error: Error) -> Result<()> {
        if matches!(error.kind(), Kind::Stopped(_)) || error.damaged_path().is_some() {
            return Err(error);
        }
        self.0.entry(source.to_string()).or_insert(error);
        Ok(())
    }

    /// The error of a pull that cannot go on without these sources.
    pub(super) fn error(&self) -> Error {
        let mut failed = self.0.values();
        let Some(first) = failed.next() else {
            return Error::data("the pull did not finish");
        };
        failed.fold(first.clone(), |error, other| {
            let causes = other.causes().first().map(|cause| format!(": {cause}"));
            error.cause(format!("{}{}", other.what(), causes.unwrap_or_default()))
        })
    }
}

/// Why a source failed, on one line, and what to do about it.
pub(super) fn in_words(source: &str, error: &Error) -> String {
    let own = format!("source {source}: ");
    let mut words = error
        .what()
        .strip_prefix(&own)
        .unwrap_or(error.what())
        .to_string();
    if !error.causes().is_empty() {
        words = format!("{words} ({})", error.causes().join("; "));
    }
    let hint = error.hint_text().unwrap_or_default();
    // Other sources were committed.
    let hint = hint.strip_prefix("nothing was committed; ").unwrap_or(hint);
    let hint = hint.strip_prefix("nothing was stored. ").unwrap_or(hint);
    let hint = hint.strip_suffix("; nothing was committed").unwrap_or(hint);
    match hint.is_empty() {
        true => words,
        false => format!("{words}; {hint}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_is_nobodys_failure() {
        let mut failures = SourceFailures::default();
        assert!(failures.note("gp", Error::stopped(15, "stopped")).is_err());
        assert!(
            failures
                .note("gp", Error::data("x").damaged("a/b"))
                .is_err()
        );
        failures.note("gp", Error::data("source gp: away")).unwrap();
        failures.note("gp", Error::data("again")).unwrap();
        failures
            .note("trust", Error::data("source trust: late").cause("why"))
            .unwrap();
        assert!(failures.has("gp") && failures.count() == 2);
        let error = failures.error();
        assert_eq!(error.what(), "source gp: away");
        assert_eq!(error.causes(), ["source trust: late: why"]);
    }

    #[test]
    fn the_words_are_of_one_source_only() {
        let error = Error::data("source gp: no file")
            .cause("it is away")
            .hint("nothing was committed; ask the sender");
        assert_eq!(
            in_words("gp", &error),
            "no file (it is away); ask the sender"
        );
    }
}
