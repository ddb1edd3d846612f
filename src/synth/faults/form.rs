//! What is odd about a whole file: its encoding, its lines, and what separates its columns.

use super::super::datasets::DATASETS;
use super::kind::FaultKind;

/// How the text of a file is encoded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// UTF-8.
    #[default]
    Utf8,
    /// UTF-16, the low byte first, with its mark.
    Utf16,
    /// Windows-1252.
    Windows1252,
}

/// What is odd about a whole file.
#[derive(Debug, Clone, Copy)]
pub(in crate::synth) struct FileForm {
    /// Plain among compressed files, or compressed among plain ones.
    pub other: bool,
    /// Begins with a byte order mark.
    pub(super) mark: bool,
    /// What ends a line.
    pub(super) line_end: &'static str,
    /// What separates two columns.
    pub(super) delimiter: char,
    /// Lines before the header.
    pub(super) title: &'static str,
    /// The last line.
    pub(super) trailer: &'static str,
    /// How the text is encoded.
    pub(super) encoding: Encoding,
}

const USUAL: FileForm = FileForm {
    other: false,
    mark: false,
    line_end: "\n",
    delimiter: ',',
    title: "",
    trailer: "",
    encoding: Encoding::Utf8,
};

impl FileForm {
    /// The form of a file of a dataset: of every fifth part, beginning with the first.
    pub(super) fn of(dataset: usize, part: u32) -> Self {
        if part % 5 != 1 {
            return USUAL;
        }
        match DATASETS[dataset].stem {
            "fhir/Immunization" | "fhir/Procedure" | "csv/community_contact" => FileForm {
                other: true,
                ..USUAL
            },
            "fhir/EpisodeOfCare" | "fhir/ServiceRequest" | "csv/optometry_contact" => FileForm {
                line_end: "\r\n",
                ..USUAL
            },
            "fhir/Flag" | "fhir/Goal" | "csv/dental_contact" => FileForm {
                mark: true,
                ..USUAL
            },
            "csv/apc_spell" => FileForm {
                encoding: Encoding::Utf16,
                delimiter: '\t',
                line_end: "\r\n",
                ..USUAL
            },
            "csv/ecds_attendance" => FileForm {
                delimiter: '|',
                title: "Emergency care attendances of the month\n\n",
                trailer: "(all rows affected)",
                ..USUAL
            },
            "csv/op_attendance" => FileForm {
                delimiter: ';',
                title: "sep=;\n",
                trailer: "END OF FILE",
                ..USUAL
            },
            "csv/social_care_event" => FileForm {
                encoding: Encoding::Windows1252,
                line_end: "\r\n",
                ..USUAL
            },
            "csv/mental_health_contact" => FileForm {
                delimiter: '^',
                ..USUAL
            },
            "csv/pharmacy_contact" => FileForm {
                line_end: "\r",
                ..USUAL
            },
            _ => USUAL,
        }
    }

    /// The faults that the form is.
    pub(super) fn kinds(&self) -> impl Iterator<Item = FaultKind> {
        let line_ends = match self.line_end {
            "\r\n" => Some(FaultKind::Windows),
            "\r" => Some(FaultKind::Returns),
            _ => None,
        };
        let encoding = match self.encoding {
            Encoding::Utf8 => None,
            Encoding::Utf16 => Some(FaultKind::Utf16),
            Encoding::Windows1252 => Some(FaultKind::Windows1252),
        };
        [
            self.other.then_some(FaultKind::OtherForm),
            line_ends,
            encoding,
            (self.delimiter != ',').then_some(FaultKind::Delimiter),
            (!self.title.is_empty()).then_some(FaultKind::Title),
            (!self.trailer.is_empty()).then_some(FaultKind::Trailer),
        ]
        .into_iter()
        .flatten()
    }

    /// How many bytes a pull counts for a text: those of UTF-8 where it has to be put into that.
    pub(super) fn length(&self, text: &str) -> u64 {
        match self.encoding {
            Encoding::Windows1252 => text.chars().count() as u64,
            _ => text.len() as u64,
        }
    }

    /// The bytes of a text in the file.
    pub(in crate::synth) fn encoded<'t>(&self, text: &'t str) -> std::borrow::Cow<'t, [u8]> {
        match self.encoding {
            Encoding::Utf8 => text.as_bytes().into(),
            Encoding::Utf16 => text
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect::<Vec<u8>>()
                .into(),
            // Below 256 the letters of names have the same numbers as in Unicode.
            Encoding::Windows1252 => text
                .chars()
                .map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?'))
                .collect::<Vec<u8>>()
                .into(),
        }
    }

    /// A row whose columns commas separate, as the file separates them.
    pub(super) fn row(&self, line: &str) -> String {
        let cells = super::row::cells(line);
        let quoted = |cell: &String| match cell.contains(self.delimiter) && !cell.starts_with('"') {
            true => format!("\"{cell}\""),
            false => cell.clone(),
        };
        let cells: Vec<String> = cells.iter().map(quoted).collect();
        cells.join(self.delimiter.encode_utf8(&mut [0; 4]))
    }
}
