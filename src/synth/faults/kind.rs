//! The kinds of fault, and what a pull makes of each.

/// One kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
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

impl Kind {
    /// The name of the fault, its handling, and the reason of a reject or how it is handled.
    pub(super) fn described(self, table: bool) -> (&'static str, &'static str, &'static str) {
        const REJECT: &str = "reject";
        const ABSORBED: &str = "absorbed";
        match self {
            Kind::Truncated if table => ("truncated", REJECT, "wrong-column-count"),
            Kind::Truncated => ("truncated", REJECT, "not-json"),
            Kind::WrongType => ("wrong-type", REJECT, "wrong-type"),
            Kind::UnknownType => ("unknown-resource-type", REJECT, "unknown-resource-type"),
            Kind::NoType => ("no-resource-type", REJECT, "no-resource-type"),
            Kind::NoKey if table => ("key-missing", REJECT, "key-missing"),
            Kind::NoKey => ("no-id", REJECT, "no-id"),
            Kind::ColumnCount => ("wrong-column-count", REJECT, "wrong-column-count"),
            Kind::Future => ("date-in-future", REJECT, "date-in-future"),
            Kind::NumberMissing => ("nhs-number-missing", REJECT, "nhs-number-missing"),
            Kind::NumberInvalid => ("nhs-number-invalid", REJECT, "nhs-number-invalid"),
            Kind::Duplicate => ("duplicate", ABSORBED, "an exact copy of an earlier line"),
            Kind::Superseded => (
                "superseded",
                ABSORBED,
                "a newer version is in the same file",
            ),
            Kind::Deleted => ("deleted", ABSORBED, "the resource is deleted"),
            Kind::FreeText => (
                "nhs-number-in-free-text",
                ABSORBED,
                "no view selects this field",
            ),
            Kind::Mark => ("byte-order-mark", ABSORBED, "the mark is skipped"),
            Kind::Windows => ("crlf", ABSORBED, "every line ends with CR LF"),
            Kind::OtherForm => (
                "gzip",
                ABSORBED,
                "compression follows the file and not the folder",
            ),
            Kind::Empty => ("empty-file", ABSORBED, "a file with nothing in it"),
        }
    }
}
