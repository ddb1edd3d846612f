//! Lines to rows.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};

use super::arena::{Arena, Value};
use super::buffer::{Buffer, Room};
use super::cursor::{Broken, Cursor};
use super::evaluate::Evaluator;
use super::experience::Experience;
use super::follow::{Strange, follow};
use super::modifier::Modifiers;
use super::path::Literal;
use super::plan::{Plan, Sink};
use super::program::Compiler;
use super::read::Reader;
use super::shape::{Shapes, Sketch};
use super::temporal::Temporal;
use super::view::View;
use super::{Chunk, Decoded, Delete, Line, Reject, Rows, reason, resource_type};

/// How most servers begin a line.
const START: &[u8] = b"{\"resourceType\":\"";

/// Turns NDJSON into rows of the views it was made for. One decoder serves many threads.
#[derive(Debug)]
pub struct Decoder {
    views: Vec<Arc<View>>,
    /// By resource type, what to do with its lines.
    types: HashMap<&'static str, Type>,
    modifiers: Box<Modifiers>,
    /// What threads that decoded before learnt; each chunk takes one and brings it back.
    experiences: Mutex<Vec<Experience>>,
}

/// A resource type.
#[derive(Debug)]
struct Type {
    name: &'static str,
    /// The type's number in the list of all types.
    number: usize,
    shapes: Shapes,
    slots: Slots,
    literals: Vec<Literal>,
    /// View numbers with their plans; none when nothing is selected from this type.
    plans: Vec<(usize, Plan)>,
    /// Where the deletions of a Bundle stand.
    deletions: Option<Deletions>,
}

/// The slots of what every line needs.
#[derive(Debug, Clone, Copy)]
struct Slots {
    resource_type: usize,
    id: usize,
    meta: usize,
    last_updated: usize,
}

#[derive(Debug, Clone, Copy)]
struct Deletions {
    entry: usize,
    request: usize,
    method: usize,
    url: usize,
}

impl Decoder {
    /// A decoder for `views`; its tables come in the same order.
    pub fn new(views: Vec<Arc<View>>) -> Decoder {
        let types = resource_type::all()
            .iter()
            .enumerate()
            .map(|(number, name)| {
                let own = views
                    .iter()
                    .enumerate()
                    .filter(|(_, view)| view.resource == *name);
                (*name, Type::new(name, number, &own.collect::<Vec<_>>()))
            });
        Decoder {
            types: types.collect(),
            views,
            modifiers: Box::new(Modifiers::known([])),
            experiences: Mutex::default(),
        }
    }

    /// Uses resources with modifier extensions of these URLs, which the views allow for. Resources
    /// with any other are rejected.
    #[must_use]
    pub fn with_known_modifiers(mut self, urls: impl IntoIterator<Item = String>) -> Decoder {
        self.modifiers = Box::new(Modifiers::known(urls));
        self
    }

    /// Decodes whole lines. Never fails: a line that cannot be used becomes a [`Reject`].
    pub fn decode(&self, chunk: &Chunk<'_>) -> Decoded {
        // Habits are checked against the bytes of each line, so those of a thread that panicked do.
        let pool = || {
            self.experiences
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        let mut experience = pool().pop().unwrap_or_default();
        experience.refresh();
        let mut work = Work::new(self, chunk, experience);
        work.lines();
        work.note_room();
        pool().push(std::mem::take(&mut work.experience));
        work.finish()
    }
}

#[cfg(test)]
impl Decoder {
    /// Forgets what was learnt about how lines are written.
    pub(super) fn forget(&self) {
        self.experiences.lock().unwrap().clear();
    }

    /// How many lines were read by habit, ever.
    pub(super) fn by_habit(&self) -> u64 {
        let experiences = self.experiences.lock().unwrap();
        experiences.iter().map(Experience::by_habit).sum()
    }
}

impl Type {
    fn new(name: &'static str, number: usize, views: &[(usize, &Arc<View>)]) -> Type {
        let mut sketch = Sketch::new();
        if name == "Bundle" {
            let entry = sketch.child(Sketch::ROOT, "entry");
            let request = sketch.child(entry, "request");
            sketch.child(request, "method");
            sketch.child(request, "url");
        }
        let compile = |sketch: &mut Sketch| {
            let mut compiler = Compiler::new(sketch);
            let plans: Vec<_> = views
                .iter()
                .map(|(number, view)| (*number, Plan::compile(view, &mut compiler)))
                .collect();
            (plans, compiler.literals)
        };
        // The first time to learn all elements, the second time with their slots known.
        compile(&mut sketch);
        let (plans, literals) = compile(&mut sketch);
        let slot = |place, name| sketch.slot(place, name).map_or(0, usize::from);
        let meta = sketch.find_child(Sketch::ROOT, "meta");
        let slots = Slots {
            resource_type: slot(Sketch::ROOT, "resourceType"),
            id: slot(Sketch::ROOT, "id"),
            meta: slot(Sketch::ROOT, "meta"),
            last_updated: slot(meta, "lastUpdated"),
        };
        let deletions = (name == "Bundle").then(|| {
            let entry = sketch.find_child(Sketch::ROOT, "entry");
            let request = sketch.find_child(entry, "request");
            Deletions {
                entry: slot(Sketch::ROOT, "entry"),
                request: slot(entry, "request"),
                method: slot(request, "method"),
                url: slot(request, "url"),
            }
        });
        Type {
            name,
            number,
            shapes: sketch.freeze(),
            slots,
            literals,
            plans,
            deletions,
        }
    }

    /// Whether nothing is taken from its lines.
    fn is_ignored(&self) -> bool {
        self.plans.is_empty() && self.deletions.is_none()
    }
}

/// One chunk on its way.
struct Work<'d, 'c> {
    decoder: &'d Decoder,
    chunk: &'c Chunk<'c>,
    arena: Arena,
    stack: Vec<Value>,
    row: Vec<Value>,
    tables: Vec<Table>,
    lines: Vec<Line>,
    rejects: Vec<Reject>,
    deletes: Vec<Delete>,
    /// Accepted lines by the number of their type.
    counts: Vec<u64>,
    line_count: u64,
    blank: u64,
    /// The type of the line before, which is mostly the type of the next.
    last: Option<&'d Type>,
    experience: Experience,
}

struct Table {
    buffers: Vec<Buffer>,
    line: Vec<u32>,
}

/// Why a line is rejected.
struct Refusal {
    reason: &'static str,
    column: Option<String>,
}

impl From<Broken> for Refusal {
    fn from(_: Broken) -> Refusal {
        Refusal {
            reason: reason::NOT_JSON,
            column: None,
        }
    }
}

fn refuse(reason: &'static str) -> Refusal {
    Refusal {
        reason,
        column: None,
    }
}

impl<'d, 'c> Work<'d, 'c> {
    fn new(decoder: &'d Decoder, chunk: &'c Chunk<'c>, experience: Experience) -> Work<'d, 'c> {
        let tables = decoder
            .views
            .iter()
            .enumerate()
            .map(|(number, view)| Table {
                buffers: view
                    .columns
                    .iter()
                    .enumerate()
                    .map(|(column, own)| {
                        let room = experience.room(number, column).ample();
                        Buffer::new(own.form, own.collection, room)
                    })
                    .collect(),
                line: Vec::with_capacity(experience.room(number, 0).ample().rows),
            });
        let tables = tables.collect();
        Work {
            decoder,
            chunk,
            arena: Arena::default(),
            stack: Vec::new(),
            row: Vec::new(),
            tables,
            lines: Vec::with_capacity(experience.lines + experience.lines / 8),
            rejects: Vec::new(),
            deletes: Vec::new(),
            counts: vec![0; resource_type::all().len()],
            line_count: 0,
            blank: 0,
            last: None,
            experience,
        }
    }

    fn lines(&mut self) {
        let bytes = self.chunk.bytes;
        let mut start = 0;
        while start < bytes.len() {
            let number = self.chunk.first_line + self.line_count;
            self.line_count += 1;
            let strange = match self.by_habit(start, number) {
                Ok(next) => {
                    start = next;
                    continue;
                }
                Err(strange) => strange,
            };
            let feed = memchr::memchr(b'\n', &bytes[start..]);
            let next = feed.map_or(bytes.len(), |feed| start + feed + 1);
            let end = feed.map_or(bytes.len(), |feed| start + feed);
            let end = if bytes[start..end].ends_with(b"\r") {
                end - 1
            } else {
                end
            };
            let accepted = self.line(start, end, number);
            if let (true, Strange::Joint, Some(kind)) = (accepted, strange, self.last) {
                self.experience
                    .learn(kind.number, &kind.shapes, &bytes[start..end]);
            }
            start = next;
        }
    }

    /// Reads the line at `start` by habit. Gives the start of the next line.
    #[inline]
    fn by_habit(&mut self, start: usize, number: u64) -> Result<usize, Strange> {
        let line = &self.chunk.bytes[start..];
        let kind = self.likely(line).ok_or(Strange::Joint)?;
        let known = self.experience.of(kind.number).ok_or(Strange::Joint)?;
        let read = follow(line, &mut known.habits, &mut self.arena);
        known.note(read.is_ok());
        let end = read?;
        let feed = match line.get(end..) {
            Some([b'\n', ..]) => end + 1,
            Some([b'\r', b'\n', ..]) => end + 2,
            _ => return Err(Strange::Other),
        };
        if self.named(kind, 0, line) {
            let result = self.take(kind, 0, line, number, start, start + end);
            self.judge(result, number, start, start + end);
            return Ok(start + feed);
        }
        Err(Strange::Other)
    }

    /// The resource type that a line is probably of.
    fn likely(&mut self, line: &[u8]) -> Option<&'d Type> {
        let Some(rest) = line.strip_prefix(START) else {
            return self.last;
        };
        if let Some(last) = self.last
            && rest
                .strip_prefix(last.name.as_bytes())
                .is_some_and(|rest| rest.starts_with(b"\""))
        {
            return self.last;
        }
        let end = super::scan::plain_stop(rest, 0)?;
        let name = std::str::from_utf8(&rest[..end]).ok()?;
        self.last = Some(self.decoder.types.get(name)?);
        self.last
    }

    /// Reads a line with care. Whether it was accepted.
    fn line(&mut self, start: usize, end: usize, number: u64) -> bool {
        const MARK: &[u8] = b"\xef\xbb\xbf";
        let marked = start == 0 && self.chunk.offset == 0 && self.chunk.bytes.starts_with(MARK);
        let text = if marked { start + MARK.len() } else { start };
        let line = &self.chunk.bytes[text..end];
        if line.trim_ascii_start().is_empty() {
            self.blank += 1;
            return false;
        }
        // Positions in a line are 31 bits wide. Line by line, so that the line is in the cache when it
        // is read.
        let readable = i32::try_from(line.len()).is_ok() && std::str::from_utf8(line).is_ok();
        let result = if readable {
            self.resource(text, start, end, number)
        } else {
            Err(refuse(reason::NOT_JSON))
        };
        self.judge(result, number, start, end)
    }

    /// Notes a line that is refused. Whether it was accepted.
    #[inline(always)]
    fn judge(
        &mut self,
        result: Result<(), Refusal>,
        number: u64,
        start: usize,
        end: usize,
    ) -> bool {
        let Err(Refusal { reason, column }) = result else {
            return true;
        };
        self.rejects.push(Reject {
            number,
            start: self.chunk.offset + start as u64,
            end: self.chunk.offset + end as u64,
            reason,
            column,
        });
        false
    }

    /// Reads the resource whose text begins at `text`, in the line from `start` to `end`.
    fn resource(
        &mut self,
        text: usize,
        start: usize,
        end: usize,
        number: u64,
    ) -> Result<(), Refusal> {
        let line = &self.chunk.bytes[text..];
        let length = end - text;
        let kind = self.kind(line, length)?;
        self.arena.clear();
        let mut cursor = Cursor { bytes: line, at: 0 };
        cursor.token();
        let reader = &mut Reader {
            cursor: &mut cursor,
            arena: &mut self.arena,
            shapes: &kind.shapes,
        };
        let resource = reader.object(Sketch::ROOT, 0)?;
        ended(&mut cursor, length)?;
        let Value::Object { base } = resource else {
            return Err(refuse(reason::NOT_JSON));
        };
        if !self.named(kind, base, line) {
            // Named twice, differently.
            return Err(refuse(reason::NOT_JSON));
        }
        if !kind.is_ignored() && self.decoder.modifiers.refuse(&line[..length]) {
            return Err(refuse(reason::UNKNOWN_MODIFIER));
        }
        self.take(kind, base, line, number, start, end)
    }

    /// Whether the resource that was read is of the type that it was taken for.
    #[inline]
    fn named(&self, kind: &Type, base: u32, line: &[u8]) -> bool {
        let own = self.arena.slots[base as usize + kind.slots.resource_type];
        self.text(own, line) == Some(kind.name.as_bytes())
    }

    /// Takes what is selected from the resource whose members are at `base`.
    fn take(
        &mut self,
        kind: &'d Type,
        base: u32,
        line: &[u8],
        number: u64,
        start: usize,
        end: usize,
    ) -> Result<(), Refusal> {
        let (resource, base) = (Value::Object { base }, base as usize);
        if kind.is_ignored() {
            // Nothing is taken from it, so nothing about it can be wrong.
            self.counts[kind.number] += 1;
            return Ok(());
        }
        let updated = self.updated(base, kind, line)?;
        self.deletions(base, kind, line, updated)?;
        if kind.plans.is_empty() {
            self.counts[kind.number] += 1;
            return Ok(());
        }
        let id = self.text(self.arena.slots[base + kind.slots.id], line);
        let id = id
            .and_then(|id| std::str::from_utf8(id).ok())
            .filter(|id| !id.is_empty());
        let Some(id) = id else {
            return Err(refuse(reason::NO_ID));
        };
        let mut reference = String::with_capacity(kind.name.len() + 1 + id.len());
        reference.push_str(kind.name);
        reference.push('/');
        reference.push_str(id);
        let made = self.arena.text.len();
        self.arena.text.extend_from_slice(reference.as_bytes());
        let key = self.arena.made(made);
        self.rows(kind, resource, key, line)?;
        self.lines.push(Line {
            reference,
            updated,
            number,
            start: self.chunk.offset + start as u64,
            end: self.chunk.offset + end as u64,
        });
        self.counts[kind.number] += 1;
        Ok(())
    }

    /// Appends the rows of all views, or of none when one does not fit.
    fn rows(
        &mut self,
        kind: &'d Type,
        resource: Value,
        key: Value,
        line: &[u8],
    ) -> Result<(), Refusal> {
        let mut evaluator = Evaluator {
            line,
            arena: &mut self.arena,
            literals: &kind.literals,
            resource,
            key,
            row_index: 0,
            stack: &mut self.stack,
        };
        let index = self.lines.len() as u32;
        for (done, (view, plan)) in kind.plans.iter().enumerate() {
            let table = &mut self.tables[*view];
            let before = table.line.len();
            let mut sink = Sink {
                buffers: &mut table.buffers,
                row: &mut self.row,
                rows: 0,
            };
            let result = plan.rows(&mut evaluator, &mut sink);
            let rows = sink.rows;
            if let Err(misfit) = result {
                evaluator.stack.clear();
                for (view, _) in &kind.plans[..=done] {
                    let table = &mut self.tables[*view];
                    while table.line.last() == Some(&index) {
                        table.line.pop();
                    }
                    let rows = table.line.len();
                    table
                        .buffers
                        .iter_mut()
                        .for_each(|buffer| buffer.truncate(rows));
                }
                let column = misfit
                    .column
                    .and_then(|at| self.decoder.views[*view].columns.get(at as usize));
                let column = column.map(|column| column.name.clone());
                return Err(Refusal {
                    reason: reason::WRONG_TYPE,
                    column,
                });
            }
            table.line.resize(before + rows, index);
        }
        Ok(())
    }

    /// The line's resource type.
    fn kind(&mut self, line: &[u8], length: usize) -> Result<&'d Type, Refusal> {
        let rest = line.strip_prefix(START);
        if let (Some(last), Some(rest)) = (self.last, rest)
            && rest
                .strip_prefix(last.name.as_bytes())
                .is_some_and(|rest| rest.starts_with(b"\""))
        {
            return Ok(last);
        }
        // Mostly the type comes first. The reader looks at the rest of the line.
        let first = rest.and_then(|rest| {
            let end = super::scan::string_stop(rest, 0);
            (rest.get(end) == Some(&b'"')).then(|| rest[..end].to_vec())
        });
        let name = match first {
            Some(name) => name,
            None => named(line, length)?,
        };
        let name = std::str::from_utf8(&name).map_err(|_| Broken)?;
        match self.decoder.types.get(name) {
            Some(kind) => {
                self.last = Some(kind);
                Ok(kind)
            }
            None => {
                // Broken JSON is what it is, whatever it calls itself.
                let mut cursor = Cursor { bytes: line, at: 0 };
                cursor.skip()?;
                ended(&mut cursor, length)?;
                Err(refuse(reason::UNKNOWN_RESOURCE_TYPE))
            }
        }
    }

    fn text<'t>(&'t self, value: Value, line: &'t [u8]) -> Option<&'t [u8]> {
        match value {
            Value::Text { start, end } => line.get(start as usize..end as usize),
            Value::Made { start, end } => self.arena.text.get(start as usize..end as usize),
            _ => None,
        }
    }

    /// When the resource was last updated, in microseconds since 1970 UTC.
    fn updated(&self, base: usize, kind: &Type, line: &[u8]) -> Result<Option<i64>, Refusal> {
        let wrong = || Refusal {
            reason: reason::WRONG_TYPE,
            column: Some("updated".to_owned()),
        };
        let meta = match self.arena.slots[base + kind.slots.meta] {
            Value::Missing => return Ok(None),
            Value::Object { base } => base as usize,
            _ => return Err(wrong()),
        };
        let value = self.arena.slots[meta + kind.slots.last_updated];
        if value == Value::Missing {
            return Ok(None);
        }
        let updated = self
            .text(value, line)
            .and_then(Temporal::parse)
            .and_then(|updated| updated.micros());
        updated.map(Some).ok_or_else(wrong)
    }

    /// Notes what a Bundle of deletions deletes.
    fn deletions(
        &mut self,
        base: usize,
        kind: &Type,
        line: &[u8],
        updated: Option<i64>,
    ) -> Result<(), Refusal> {
        let Some(places) = kind.deletions else {
            return Ok(());
        };
        let entries = self.arena.slots[base + places.entry];
        let entries = match entries {
            Value::Many { start, length } => start..start + length,
            Value::Object { .. } => (base + places.entry) as u32..(base + places.entry) as u32 + 1,
            Value::Missing => return Ok(()),
            _ => return Err(refuse(reason::WRONG_TYPE)),
        };
        for at in entries {
            let Value::Object { base } = self.arena.slots[at as usize] else {
                return Err(refuse(reason::WRONG_TYPE));
            };
            let Value::Object { base } = self.arena.slots[base as usize + places.request] else {
                continue;
            };
            let member = |slot: usize| self.text(self.arena.slots[base as usize + slot], line);
            if member(places.method) != Some(b"DELETE") {
                continue;
            }
            let url = member(places.url).unwrap_or_default();
            let Some(key) = super::reference::key(url, None) else {
                return Err(refuse(reason::WRONG_TYPE));
            };
            let Ok(reference) = std::str::from_utf8(&url[key]) else {
                return Err(refuse(reason::NOT_JSON));
            };
            let reference = reference.to_owned();
            self.deletes.push(Delete { reference, updated });
        }
        Ok(())
    }

    /// Notes what this chunk took up, for the next one. Of chunks of other sizes the larger count, and
    /// are forgotten little by little.
    fn note_room(&mut self) {
        let Experience { rooms, lines, .. } = &mut self.experience;
        rooms.resize_with(self.tables.len(), Vec::new);
        for (rooms, table) in rooms.iter_mut().zip(&self.tables) {
            rooms.resize_with(table.buffers.len(), Room::default);
            for (room, buffer) in rooms.iter_mut().zip(&table.buffers) {
                *room = room.after(buffer.room());
            }
        }
        *lines = self.lines.len().max(*lines - *lines / 16);
    }

    fn finish(self) -> Decoded {
        let mut tables = Vec::with_capacity(self.tables.len());
        for (table, view) in self.tables.into_iter().zip(&self.decoder.views) {
            let rows = table.line.len();
            let schema = view.schema();
            let columns: Result<Vec<ArrayRef>, _> =
                table.buffers.into_iter().map(Buffer::finish).collect();
            let options = RecordBatchOptions::new().with_row_count(Some(rows));
            let batch = columns.and_then(|columns| {
                RecordBatch::try_new_with_options(schema.clone(), columns, &options)
            });
            // Buffers are built for the view's own schema, from bytes checked as UTF-8.
            let batch = batch.unwrap_or_else(|_| RecordBatch::new_empty(schema));
            tables.push(Rows {
                batch,
                line: table.line,
            });
        }
        let counts = resource_type::all()
            .iter()
            .zip(self.counts)
            .filter(|(_, count)| *count > 0);
        let types: BTreeMap<_, _> = counts
            .map(|(name, count)| ((*name).to_owned(), count))
            .collect();
        Decoded {
            tables,
            lines: self.lines,
            rejects: self.rejects,
            deletes: self.deletes,
            types,
            line_count: self.line_count,
            blank: self.blank,
        }
    }
}

/// Whether nothing but white space follows.
fn ended(cursor: &mut Cursor<'_>, length: usize) -> Result<(), Broken> {
    while cursor.at < length {
        if !matches!(cursor.peek(), b' ' | b'\t' | b'\r') {
            return Err(Broken);
        }
        cursor.at += 1;
    }
    if cursor.at > length + 1 {
        Err(Broken)
    } else {
        Ok(())
    }
}

/// The `resourceType` of a line that does not begin with it.
fn named(line: &[u8], length: usize) -> Result<Vec<u8>, Refusal> {
    let mut cursor = Cursor { bytes: line, at: 0 };
    if cursor.token() != b'{' {
        cursor.skip()?;
        ended(&mut cursor, length)?;
        return Err(refuse(reason::NO_RESOURCE_TYPE));
    }
    cursor.at += 1;
    let mut found = None;
    if cursor.token() == b'}' {
        cursor.at += 1;
    } else {
        loop {
            if cursor.token() != b'"' {
                return Err(Broken.into());
            }
            let name = cursor.string()?;
            cursor.expect(b':')?;
            let own = line.get(name.start() as usize..name.end() as usize) == Some(b"resourceType");
            if own && cursor.token() == b'"' {
                let value = cursor.string()?;
                found = Some(super::text::decode(line, value)?);
            } else {
                if own {
                    found = None;
                }
                cursor.skip()?;
            }
            match cursor.token() {
                b',' => cursor.at += 1,
                b'}' => break,
                _ => return Err(Broken.into()),
            }
        }
        cursor.at += 1;
    }
    ended(&mut cursor, length)?;
    found.ok_or_else(|| refuse(reason::NO_RESOURCE_TYPE))
}
