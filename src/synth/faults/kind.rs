//! The kinds of fault, and what a pull makes of each.

/// One kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FaultKind {
    /// A record cut short.
    Truncated,
    /// A selected value of the wrong type or form, without which the record is nothing.
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
    /// An older version, of two that say their version and not when they were updated.
    Unversioned,
    /// A deletion.
    Deleted,
    /// An NHS number typed into free text.
    FreeText,
    /// An NHS number with spaces, hyphens, dots or what spreadsheets add.
    NumberSpelling,
    /// A verification status without its zero.
    StatusSpelling,
    /// A date as another program writes it.
    DateForm,
    /// A number with thousands, a currency or a point and zeros.
    NumberForm,
    /// NULL in the place of nothing.
    NullWord,
    /// A code as a spreadsheet keeps it a text.
    SpreadsheetText,
    /// A value that cannot be read, of a column that is not needed.
    Unreadable,
    /// A date that stands for one that is not known.
    UnknownDate,
    /// A birth so long ago that nobody has reached the age.
    ImpossibleAge,
    /// A stay that ends before it begins.
    EndsBefore,
    /// A word that is in no code list.
    UnknownWord,
    /// A reference with the address of a server.
    ReferenceAbsolute,
    /// A reference to one version.
    ReferenceVersioned,
    /// A search in the place of a reference.
    ReferenceConditional,
    /// A reference to a resource inside the same resource.
    ReferenceContained,
    /// A reference to another entry of the same Bundle.
    ReferenceUrn,
    /// A reference to somebody who never comes.
    ReferenceNowhere,
    /// Resources in a Bundle.
    Bundle,
    /// A Bundle over many lines, the only document of its file.
    Document,
    /// A byte order mark.
    Mark,
    /// Lines that end with carriage return and line feed.
    Windows,
    /// Lines that end with a carriage return alone.
    Returns,
    /// Text in UTF-16.
    Utf16,
    /// Text in the older encoding of Windows.
    Windows1252,
    /// Columns that something else than a comma separates.
    Delimiter,
    /// Lines before the header.
    Title,
    /// A last line that is no row.
    Trailer,
    /// A plain file among compressed ones, or the other way round.
    OtherForm,
    /// A file with nothing in it.
    Empty,
}

/// What a pull makes of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Described {
    /// The name of the fault.
    pub name: &'static str,
    /// `reject`, `not-known`, `unlinked` or `absorbed`.
    pub handling: &'static str,
    /// The reason of the reject, the rule of the value, or how it is absorbed.
    pub reason: &'static str,
    /// What becomes of the record: `lost`, `added`, `changed` or `same`.
    pub record: &'static str,
}

const fn described(
    name: &'static str,
    handling: &'static str,
    reason: &'static str,
    record: &'static str,
) -> Described {
    Described {
        name,
        handling,
        reason,
        record,
    }
}

/// A line that is rejected, beside the right one.
const fn reject(name: &'static str) -> Described {
    described(name, "reject", name, "same")
}

/// A line that is rejected in the place of the right one.
const fn lost(name: &'static str, reason: &'static str) -> Described {
    described(name, "reject", reason, "lost")
}

/// A fault that costs nothing.
const fn absorbed(name: &'static str, reason: &'static str) -> Described {
    described(name, "absorbed", reason, "same")
}

/// A line that says something else than the record of the same people without faults.
const fn changed(name: &'static str, reason: &'static str) -> Described {
    described(name, "absorbed", reason, "changed")
}

impl FaultKind {
    /// What a pull makes of it, in a CSV file or in a file of FHIR.
    pub(super) fn described(self, csv: bool) -> Described {
        match self {
            FaultKind::Truncated if csv => lost("truncated", "wrong-column-count"),
            FaultKind::Truncated => lost("truncated", "not-json"),
            FaultKind::WrongType => reject("wrong-type"),
            FaultKind::UnknownType => reject("unknown-resource-type"),
            FaultKind::NoType => reject("no-resource-type"),
            FaultKind::NoKey if csv => reject("key-missing"),
            FaultKind::NoKey => reject("no-id"),
            FaultKind::ColumnCount => reject("wrong-column-count"),
            FaultKind::Future => reject("date-in-future"),
            FaultKind::NumberMissing if csv => reject("nhs-number-missing"),
            FaultKind::NumberMissing => lost("nhs-number-missing", "nhs-number-missing"),
            FaultKind::NumberInvalid if csv => reject("nhs-number-invalid"),
            FaultKind::NumberInvalid => lost("nhs-number-invalid", "nhs-number-invalid"),
            FaultKind::Duplicate => absorbed("duplicate", "an exact copy of an earlier line"),
            FaultKind::Superseded => changed("superseded", "a newer version is in the same file"),
            FaultKind::Unversioned => changed(
                "last-update-missing",
                "a version with a higher number is in the same file",
            ),
            FaultKind::Deleted => {
                described("deleted", "absorbed", "the resource is deleted", "lost")
            }
            FaultKind::FreeText => {
                absorbed("nhs-number-in-free-text", "no view selects this field")
            }
            FaultKind::UnknownDate => {
                described("unknown-date", "not-known", "unknown-date", "changed")
            }
            FaultKind::Unreadable => described("unreadable", "not-known", "wrong-type", "changed"),
            FaultKind::ReferenceNowhere => described(
                "reference-to-nobody",
                "unlinked",
                "the Patient never comes",
                "added",
            ),
            FaultKind::ImpossibleAge => {
                described("impossible-age", "not-known", "age-over-120", "changed")
            }
            FaultKind::EndsBefore => described(
                "ends-before-it-begins",
                "not-known",
                "end-before-start",
                "changed",
            ),
            FaultKind::UnknownWord => changed("unknown-word", "stored as it is"),
            _ => self.form(),
        }
    }

    /// Forms of values, references and files that cost nothing.
    fn form(self) -> Described {
        match self {
            FaultKind::NumberSpelling => absorbed("nhs-number-spelling", "the digits are read"),
            FaultKind::StatusSpelling => absorbed("status-spelling", "the zero is put back"),
            FaultKind::DateForm => absorbed("date-form", "the form is known"),
            FaultKind::NumberForm => absorbed("number-form", "the form is known"),
            FaultKind::NullWord => absorbed("null-word", "NULL is no value"),
            FaultKind::SpreadsheetText => absorbed("spreadsheet-text", "the marks of a text go"),
            FaultKind::ReferenceAbsolute => absorbed("reference-absolute", "it is followed"),
            FaultKind::ReferenceVersioned => absorbed("reference-versioned", "it is followed"),
            FaultKind::ReferenceConditional => absorbed("reference-conditional", "it is followed"),
            FaultKind::ReferenceContained => absorbed("reference-contained", "it is followed"),
            FaultKind::ReferenceUrn => described(
                "reference-urn",
                "absorbed",
                "it is followed inside of the Bundle",
                "added",
            ),
            FaultKind::Bundle => absorbed("bundle", "its entries are read"),
            FaultKind::Document => absorbed("document", "a file is read as one document"),
            FaultKind::Mark => absorbed("byte-order-mark", "the mark is skipped"),
            FaultKind::Windows => absorbed("crlf", "every line ends with CR LF"),
            FaultKind::Returns => absorbed("cr", "every line ends with CR"),
            FaultKind::Utf16 => absorbed("utf-16", "the mark of the file says it"),
            FaultKind::Windows1252 => absorbed("windows-1252", "what is not UTF-8 is read so"),
            FaultKind::Delimiter => absorbed("delimiter", "the header says it"),
            FaultKind::Title => absorbed("title", "the header is looked for"),
            FaultKind::Trailer => absorbed("trailer", "the last line is no row"),
            FaultKind::OtherForm => {
                absorbed("gzip", "compression follows the file and not the folder")
            }
            _ => absorbed("empty-file", "a file with nothing in it"),
        }
    }
}
