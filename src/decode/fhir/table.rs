//! The rows of one view while a chunk is read.

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};

use super::ViewRows;
use super::buffer::{Buffer, Room};
use super::template::cache::TemplateCache;
use super::view::View;
use crate::decode::{ValueCounts, ValueRule};

/// The rows of one view.
#[derive(Default)]
pub(super) struct RowBuffers {
    /// None before the first resource of the view's type: a file mostly holds one type.
    pub buffers: Vec<Buffer>,
    /// For each row the index of its line.
    pub line: Vec<u32>,
    /// Values that are not known although something was written.
    values: ValueCounts,
}

impl RowBuffers {
    /// Makes room for rows of the view with this number, for as many as the last chunk with any had.
    #[cold]
    pub(super) fn begin(&mut self, number: usize, view: &View, cache: &TemplateCache) {
        let room = |column| cache.room(number, column).ample();
        let columns = view.columns.iter().enumerate();
        let buffers =
            columns.map(|(column, own)| Buffer::new(own.form, own.collection, room(column)));
        self.buffers = buffers.collect();
        self.line.reserve(room(0).rows);
    }

    /// Takes back the rows of the line with this index, which are the last ones.
    pub(super) fn take_back(&mut self, index: u32) {
        while self.line.last() == Some(&index) {
            self.line.pop();
        }
        let rows = self.line.len();
        self.buffers
            .iter_mut()
            .for_each(|buffer| buffer.truncate(rows));
    }

    /// Notes that values of a column could not be read.
    pub(super) fn note_unknown(&mut self, column: &str, count: u64) {
        let place = (column.to_owned(), ValueRule::WrongType);
        *self.values.entry(place).or_default() += count;
    }

    /// Notes what the columns took up, for the next chunk.
    pub(super) fn note_room(&self, rooms: &mut Vec<Room>) {
        rooms.resize_with(rooms.len().max(self.buffers.len()), Room::default);
        let now = self.buffers.iter().map(Buffer::room);
        let now = now.chain(std::iter::repeat(Room::default()));
        for (room, now) in rooms.iter_mut().zip(now) {
            *room = room.after(now);
        }
    }

    /// The rows as Arrow columns of the view's schema.
    pub(super) fn finish(self, view: &View) -> ViewRows {
        let schema = view.schema();
        if self.line.is_empty() {
            return ViewRows {
                batch: RecordBatch::new_empty(schema),
                line: self.line,
                values: self.values,
            };
        }
        let columns: Result<Vec<ArrayRef>, _> =
            self.buffers.into_iter().map(Buffer::finish).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(self.line.len()));
        let batch = columns.and_then(|columns| {
            RecordBatch::try_new_with_options(schema.clone(), columns, &options)
        });
        // Buffers are built for the view's own schema, from bytes checked as UTF-8.
        let batch = batch.unwrap_or_else(|_| RecordBatch::new_empty(schema));
        ViewRows {
            batch,
            line: self.line,
            values: self.values,
        }
    }
}
