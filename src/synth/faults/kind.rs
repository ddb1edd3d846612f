//! The kinds of fault, and what a pull makes of each.

/// One kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FaultKind {
    /// A record cut short.
    Truncated,
    /// A selected value of the wrong type or form.
    WrongType,
    /// A resource type that FHIR R4 does not have.
    UnknownType,
    /// No resource type.
    NoType,
    /// No id, or no key.
    NoKey,
    /// A row with a column too few or too many.
    ColumnCount,
    /// Something that happened after its own record.
    Future,
    /// No NHS number.
    NumberMissing,
    /// An NHS number that cannot be one.
    NumberInvalid,
    /// The same record again.
    Duplicate,
    /// A record of which a newer version is there.
    Superseded,
    /// A deletion.
    Deleted,
    /// An NHS number typed into free text.
    FreeText,
    /// A byte order mark.
    Mark,
    /// Lines that end with carriage return and line feed.
    Windows,
    /// A plain file among compressed ones, or the other way round.
    OtherForm,
    /// A file with nothing in it.
    Empty,
}

impl FaultKind {
    /// The name of the fault, its handling, and the reason of a reject or how it is handled.
    pub(super) fn described(self, table: bool) -> (&'static str, &'static str, &'static str) {
        const REJECT: &str = "reject";
        const ABSORBED: &str = "absorbed";
        match self {
            FaultKind::Truncated if table => ("truncated", REJECT, "wrong-column-count"),
            FaultKind::Truncated => ("truncated", REJECT, "not-json"),
            FaultKind::WrongType => ("wrong-type", REJECT, "wrong-type"),
            FaultKind::UnknownType => ("unknown-resource-type", REJECT, "unknown-resource-type"),
            FaultKind::NoType => ("no-resource-type", REJECT, "no-resource-type"),
            FaultKind::NoKey if table => ("key-missing", REJECT, "key-missing"),
            FaultKind::NoKey => ("no-id", REJECT, "no-id"),
            FaultKind::ColumnCount => ("wrong-column-count", REJECT, "wrong-column-count"),
            FaultKind::Future => ("date-in-future", REJECT, "date-in-future"),
            FaultKind::NumberMissing => ("nhs-number-missing", REJECT, "nhs-number-missing"),
            FaultKind::NumberInvalid => ("nhs-number-invalid", REJECT, "nhs-number-invalid"),
            FaultKind::Duplicate => ("duplicate", ABSORBED, "an exact copy of an earlier line"),
            FaultKind::Superseded => (
                "superseded",
                ABSORBED,
                "a newer version is in the same file",
            ),
            FaultKind::Deleted => ("deleted", ABSORBED, "the resource is deleted"),
            FaultKind::FreeText => (
                "nhs-number-in-free-text",
                ABSORBED,
                "no view selects this field",
            ),
            FaultKind::Mark => ("byte-order-mark", ABSORBED, "the mark is skipped"),
            FaultKind::Windows => ("crlf", ABSORBED, "every line ends with CR LF"),
            FaultKind::OtherForm => (
                "gzip",
                ABSORBED,
                "compression follows the file and not the folder",
            ),
            FaultKind::Empty => ("empty-file", ABSORBED, "a file with nothing in it"),
        }
    }
}
