//! The end of a file: what the manifest says of it decides whether it is whole.

use super::content::WrongBytes;
use super::failure::ExportFailure;
use super::manifest::Role;
use super::reading::{FileReading, ReadEnd};
use super::staging::staged_file::Finished;
use super::staging::writer::StagingNote;
use crate::error::Error;

impl FileReading<'_> {
    /// The server says that the file has ended. None when it is too early to be true and it is not
    /// the `last` time to ask.
    pub(super) async fn finish(&mut self, last: bool) -> Result<Option<ReadEnd>, ExportFailure> {
        let cuts = match self.content.end() {
            Ok(cuts) => cuts,
            Err(WrongBytes::Changed) => return Ok(Some(ReadEnd::Void("it has become shorter"))),
            Err(WrongBytes::Damaged) => return Ok(Some(ReadEnd::Void("it does not unpack"))),
        };
        for cut in cuts {
            self.hand_over(cut).await?;
        }
        self.pass_on().await?;
        let short = self.is_short();
        if short && !last {
            if self.content.is_packed() {
                self.begin_again();
            }
            return Ok(None);
        }
        if let Some(cut) = self.content.lines().last() {
            self.hand_over(cut).await?;
            self.pass_on().await?;
        }
        self.expect_whole(short)?;
        let state = &self.state;
        if self.of.job.files[self.file].role != Role::Error && state.outcome {
            return Ok(Some(ReadEnd::Void(
                "it holds an OperationOutcome in the place of records",
            )));
        }
        let finished = Finished {
            file: self.file,
            reading: state.reading,
            bytes: state.end,
        };
        self.note(StagingNote::Finished(finished)).await?;
        Ok(Some(ReadEnd::Whole))
    }

    /// How many resources the server says the file holds. Whether Bundles or deletions are counted in
    /// files of deletions, servers do not agree.
    fn counted(&self) -> Option<u64> {
        let file = &self.of.job.files[self.file];
        file.count.filter(|_| file.role == Role::Output)
    }

    /// Whether what arrived ends before the file can.
    fn is_short(&mut self) -> bool {
        let open = self.content.lines();
        let line = open.open_line();
        let is_empty = line.trim_ascii().is_empty();
        let cut_off = !is_empty && is_cut_off(line);
        let resources = self.state.resources + u64::from(open.in_too_long() || !is_empty);
        match self.counted() {
            Some(count) => resources < count || (cut_off && resources == count),
            None => cut_off,
        }
    }

    /// Fails when the file has other resources than the server says, or is `short`.
    fn expect_whole(&self, short: bool) -> Result<(), ExportFailure> {
        let (file, state) = (&self.of.job.files[self.file], &self.state);
        let wrong = match (file.count, file.role) {
            (Some(count), Role::Output) => state.resources != count,
            (Some(count), Role::Deleted) => count != state.resources && count != state.deletes,
            _ => false,
        };
        if !(wrong || short && self.counted().is_none()) {
            return Ok(());
        }
        let error = Error::data(format!(
            "source {}: file {} did not arrive whole",
            self.of.session.source,
            self.of.job.name(self.file)
        ));
        let error = match file.count {
            Some(count) => error.cause(format!(
                "the manifest says {count} resources, and {} arrived",
                state.resources
            )),
            None => error.cause("it ends in the middle of a line"),
        };
        Err(ExportFailure::hopeless(error.hint("nothing was committed; run again: the next pull asks for a new export; tell the server's operator if it stays so")))
    }
}

/// Whether a line is JSON that stops in its middle.
fn is_cut_off(line: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(line).is_err_and(|e| e.is_eof())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_line_that_stops_is_cut_off() {
        assert!(is_cut_off(br#"{"resourceType":"Pat"#));
        assert!(is_cut_off(br#"{"a":[1,2"#));
        assert!(!is_cut_off(br#"{"a":1}"#));
        assert!(!is_cut_off(b"{]"));
    }
}
