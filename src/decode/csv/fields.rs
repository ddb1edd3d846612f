//! The fields of a record.

use super::Dialect;

/// Splits records into fields.
pub(super) struct Fields {
    // Making a reader builds its whole state machine: one serves all records.
    reader: csv_core::Reader,
    dialect: Dialect,
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Fields {
    pub(super) fn new(dialect: Dialect) -> Self {
        let mut reader = csv_core::ReaderBuilder::new();
        reader.delimiter(dialect.delimiter);
        match dialect.quote {
            Some(quote) => reader.quote(quote),
            None => reader.quoting(false),
        };
        Fields {
            reader: reader.build(),
            dialect,
            text: Vec::new(),
            ends: Vec::new(),
        }
    }

    /// The fields of a record, unquoted; of more than `most` some, but more than `most`.
    pub(super) fn split<'a>(&'a mut self, record: &'a [u8], most: usize) -> Vec<&'a [u8]> {
        let most = most.saturating_add(1);
        let delimiter = self.dialect.delimiter;
        let quoted = |quote| memchr::memchr(quote, record).is_some();
        if !self.dialect.quote.is_some_and(quoted) {
            return record.split(|b| *b == delimiter).take(most).collect();
        }
        self.text.resize(record.len() + 1, 0);
        // Room for a field more than wanted, and for what the reader asks for at its end.
        self.ends
            .resize(record.len().min(most).saturating_add(2), 0);
        self.reader.reset();
        let reader = &mut self.reader;
        let (_, _, mut written, mut count) =
            reader.read_record(record, &mut self.text, &mut self.ends);
        let (_, _, more, last) =
            reader.read_record(b"", &mut self.text[written..], &mut self.ends[count..]);
        written += more;
        count += last;
        debug_assert!(written <= self.text.len());
        let mut from = 0;
        self.ends[..count]
            .iter()
            .map(|end| {
                let field = &self.text[from..*end];
                from = *end;
                field
            })
            .collect()
    }
}
