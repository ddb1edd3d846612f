//! The one error type. It says what failed, why, and what to do, and it knows the exit code.
//!
//! An error never holds a value from a record: say the file, line, column or key instead.

use std::fmt;

/// What kind of failure this is; each kind has its own exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A check failed or a release was refused (exit code 1).
    Refused,
    /// Wrong use or configuration (exit code 2).
    Usage,
    /// Data or storage failed (exit code 3).
    Data,
    /// A signal of this number ended the command (exit code 128 + number).
    Stopped(u8),
}

impl Kind {
    /// The process exit code of this kind of failure.
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Kind::Refused => 1,
            Kind::Usage => 2,
            Kind::Data => 3,
            Kind::Stopped(signal) => 128 + signal,
        }
    }

    /// Its name, for programs.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Refused => "refused",
            Kind::Usage => "usage",
            Kind::Data => "data",
            Kind::Stopped(_) => "stopped",
        }
    }
}

/// A failure as a user reads it: `error:`, then `cause:` lines, then `hint:`.
#[derive(Debug, Clone)]
pub struct Error(Box<ErrorParts>);

#[derive(Debug, Clone)]
struct ErrorParts {
    kind: Kind,
    what: String,
    causes: Vec<String>,
    hint: Option<String>,
    damaged: Option<String>,
}

/// The result of anything that can fail in Populace.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    fn new(kind: Kind, what: impl fmt::Display) -> Self {
        Error(Box::new(ErrorParts {
            kind,
            what: what.to_string(),
            causes: Vec::new(),
            hint: None,
            damaged: None,
        }))
    }

    /// A check failed or a release was refused.
    pub(crate) fn refused(what: impl fmt::Display) -> Self {
        Self::new(Kind::Refused, what)
    }

    /// Wrong use or configuration.
    pub(crate) fn usage(what: impl fmt::Display) -> Self {
        Self::new(Kind::Usage, what)
    }

    /// Data or storage failed.
    pub(crate) fn data(what: impl fmt::Display) -> Self {
        Self::new(Kind::Data, what)
    }

    /// A signal of number `signal` ended the command.
    pub(crate) fn stopped(signal: u8, what: impl fmt::Display) -> Self {
        Self::new(Kind::Stopped(signal), what)
    }

    /// Adds a cause, the nearest first.
    #[must_use]
    pub(crate) fn cause(mut self, cause: impl fmt::Display) -> Self {
        self.0.causes.push(plain(&cause.to_string()));
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.0.hint = Some(hint.to_string());
        self
    }

    /// Says that this file of the lake, or this log, is not as it was written.
    #[must_use]
    pub(crate) fn damaged(mut self, path: impl fmt::Display) -> Self {
        self.0.damaged = Some(path.to_string());
        self
    }

    /// Says in front where it came up: a file, a query.
    #[must_use]
    pub(crate) fn at(mut self, place: impl fmt::Display) -> Self {
        self.0.what = format!("{place}: {}", self.0.what);
        self
    }

    /// Puts this failure under a wider one: what was `error:` becomes the first `cause:`.
    #[must_use]
    pub(crate) fn within(mut self, what: impl fmt::Display) -> Self {
        let inner = std::mem::replace(&mut self.0.what, what.to_string());
        self.0.causes.insert(0, inner);
        self
    }

    /// The kind, which decides the exit code.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// What failed, on one line.
    pub fn what(&self) -> &str {
        &self.0.what
    }

    /// Why, the nearest cause first.
    pub fn causes(&self) -> &[String] {
        &self.0.causes
    }

    /// The failure of Populace itself that a library handed on, if it did.
    pub(crate) fn behind<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a Self> {
        std::iter::successors(Some(error), |error| error.source())
            .find_map(|error| error.downcast_ref())
    }

    /// The file or log of the lake, relative to it, that is not as it was written, when that is why.
    pub(crate) fn damaged_path(&self) -> Option<&str> {
        self.0.damaged.as_deref()
    }

    /// What to do, when there is something to say.
    pub fn hint_text(&self) -> Option<&str> {
        let usual = || {
            let causes = self.0.causes.iter();
            causes.flat_map(|cause| usual_cure(cause)).next()
        };
        self.0.hint.as_deref().or_else(usual)
    }
}

/// What helps against a failure of the system, wherever it comes up.
fn usual_cure(cause: &str) -> Option<&'static str> {
    const CURES: [(&str, &str); 8] = [
        (
            "No space left on device",
            "make room on that disk, then run again",
        ),
        (
            "File too large",
            "allow this account larger files (`ulimit -f`), then run again",
        ),
        (
            "Permission denied",
            "let this account read and write there, then run again",
        ),
        (
            "Read-only file system",
            "name a place that can be written to, or mount it for writing",
        ),
        (
            "File exists (os error",
            "a file is where a folder should be: move it, or name another place",
        ),
        (
            "Not a directory",
            "a file is where a folder should be: move it, or name another place",
        ),
        (
            "No such file or directory",
            "check how the path is spelt, and that its folder is there",
        ),
        (
            "Too many open files",
            "allow this account more open files (`ulimit -n`), then run again",
        ),
    ];
    let (_, cure) = CURES.iter().find(|(words, _)| cause.contains(words))?;
    Some(cure)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.what)?;
        for cause in &self.0.causes {
            write!(f, ": {cause}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// A library's words without the query and the user of any address, which may be secrets, without its stack,
/// and with no more of a store's XML answer than its code and message.
pub(crate) fn plain(text: &str) -> String {
    let text = text.split("\n   0: ").next().unwrap_or_default();
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("://") {
        let end = rest[start..]
            .find(|c: char| c.is_whitespace() || "\"'<>)".contains(c))
            .map_or(rest.len(), |length| start + length);
        let address = &rest[..end];
        let cut = address[start..].find('?').map_or(end, |at| start + at);
        // Who asks, before the host, may be a name and a password.
        let host = start + "://".len();
        let path = rest[host..cut].find('/').map_or(cut, |at| host + at);
        let user = rest[host..path].rfind('@').map_or(host, |at| host + at + 1);
        kept.push_str(&rest[..host]);
        kept.push_str(&rest[user..cut]);
        rest = &rest[end..];
    }
    kept.push_str(rest);
    let Some(start) = kept.find("<?xml") else {
        return kept;
    };
    let part = |tag: &str| {
        let (_, after) = kept[start..].split_once(&format!("<{tag}>"))?;
        Some(after.split_once("</")?.0.to_string())
    };
    let code = part("Code").unwrap_or_default();
    let message = part("Message").unwrap_or_default();
    let first = message.lines().next().unwrap_or_default();
    format!("{}{code} {first}", &kept[..start])
        .trim_end()
        .to_string()
}

/// Turns a library's error into ours, with what we were doing when it came.
pub trait Context<T> {
    /// Data or storage failed while doing `what`.
    fn data<D: fmt::Display>(self, what: impl FnOnce() -> D) -> Result<T>;
    /// Wrong use or configuration was found while doing `what`.
    fn usage<D: fmt::Display>(self, what: impl FnOnce() -> D) -> Result<T>;
}

impl<T, E: fmt::Display> Context<T> for std::result::Result<T, E> {
    fn data<D: fmt::Display>(self, what: impl FnOnce() -> D) -> Result<T> {
        self.map_err(|e| Error::data(what()).cause(e))
    }

    fn usage<D: fmt::Display>(self, what: impl FnOnce() -> D) -> Result<T> {
        self.map_err(|e| Error::usage(what()).cause(e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_hold_no_query_and_no_xml() {
        let error =
            Error::data("x").cause("GET https://a.example/b?sig=hunter2 (see http://c/d) and e?f");
        assert_eq!(
            error.causes(),
            ["GET https://a.example/b (see http://c/d) and e?f"]
        );
        let error = Error::data("x").cause("GET https://me:hunter2@a.example/b@c?d=hunter2 failed");
        assert_eq!(error.causes(), ["GET https://a.example/b@c failed"]);
        let answer = "404: <?xml version=\"1.0\"?><Error><Code>NoSuchBucket</Code><Message>It is not there.\nId: 7</Message></Error>";
        assert_eq!(
            Error::data("x").cause(answer).causes(),
            ["404: NoSuchBucket It is not there."]
        );
        let with_stack = "not JSON\n   0: parser::read\n             at parser.rs:3\n   1: main";
        assert_eq!(Error::data("x").cause(with_stack).causes(), ["not JSON"]);
    }

    #[test]
    fn what_the_system_refuses_has_a_cure() {
        let full = || Error::data("x").cause("cannot copy: No space left on device (os error 28)");
        assert_eq!(
            full().hint_text(),
            Some("make room on that disk, then run again")
        );
        assert_eq!(full().hint("own").hint_text(), Some("own"));
        assert_eq!(Error::data("x").cause("no idea").hint_text(), None);
    }
}
