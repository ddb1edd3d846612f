//! One chunk on its way from lines to rows.

use crate::decode::RejectReason;
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::arena::{Arena, Value};
use super::bundle::{self, BundleContents, ToldVersion};
use super::bundle_pages::BundlePages;
use super::compiled::Compiled;
use super::cursor::{Broken, Cursor};
use super::evaluate::{Evaluator, steps};
use super::other_version::is_later_type;
use super::plan::{LossPolicy, Losses, Sink};
use super::read::Reader;
use super::refusal::Refusal;
use super::resource_plan::ResourcePlan;
use super::shape::Sketch;
use super::table::RowBuffers;
use super::template::cache::TemplateCache;
use super::template::matching::{Strange, follow};
use super::{Chunk, Decoded, Delete, Line, Reject, resource_type, scan, type_name};

/// How deep Bundles may lie in Bundles.
const MOST_NESTED: usize = 4;

/// The column with the time of a version, as far as a view's own are concerned.
const UPDATED: &str = "updated";

/// Where a resource stands in a chunk.
#[derive(Debug, Clone, Copy)]
struct ResourcePlace {
    /// The number of its line.
    number: u64,
    /// Its first byte.
    start: usize,
    /// The byte after its last.
    end: usize,
}

/// One chunk on its way.
pub(super) struct Work<'d, 'c> {
    compiled: &'d Compiled,
    chunk: &'c Chunk<'c>,
    arena: Arena,
    stack: Vec<Value>,
    row: Vec<Value>,
    /// What the line that is being read has lost.
    losses: Losses,
    tables: Vec<RowBuffers>,
    lines: Vec<Line>,
    /// The `Type/id` of each of them.
    references: String,
    rejects: Vec<Reject>,
    deletes: Vec<Delete>,
    /// Lines that are versions of which their Bundle has a later one.
    superseded: BTreeSet<u32>,
    /// What the entry of a Bundle that is being read says of its version.
    told: ToldVersion,
    /// Accepted lines by the number of their type.
    counts: Vec<u64>,
    /// Rejected lines by the number of their type.
    rejected: BTreeMap<usize, u64>,
    line_count: u64,
    blank: u64,
    /// Resources of Bundles after the first of each, which counts for the line.
    bundled: u64,
    /// Bundles that are pages of an answer.
    pages: BundlePages,
    /// The type of the line before, which is mostly the type of the next.
    last: Option<&'d ResourcePlan>,
    cache: TemplateCache,
}

impl<'d, 'c> Work<'d, 'c> {
    /// A chunk of which nothing has been read.
    pub(super) fn new(
        compiled: &'d Compiled,
        chunk: &'c Chunk<'c>,
        cache: TemplateCache,
    ) -> Work<'d, 'c> {
        let tables = compiled.views.iter().map(|_| RowBuffers::default());
        let tables = tables.collect();
        Work {
            compiled,
            chunk,
            arena: Arena::default(),
            stack: Vec::new(),
            row: Vec::new(),
            losses: Losses::default(),
            tables,
            lines: Vec::with_capacity(cache.lines + cache.lines / 8),
            references: String::new(),
            rejects: Vec::new(),
            deletes: Vec::new(),
            superseded: BTreeSet::new(),
            told: ToldVersion::default(),
            counts: vec![0; resource_type::all().len()],
            rejected: BTreeMap::new(),
            line_count: 0,
            blank: 0,
            bundled: 0,
            pages: BundlePages::default(),
            last: None,
            cache,
        }
    }

    /// Reads all its lines.
    pub(super) fn lines(&mut self) {
        let bytes = self.chunk.bytes;
        let mut start = 0;
        while start < bytes.len() {
            let number = self.chunk.first_line + self.line_count;
            self.line_count += 1;
            let strange = match self.by_template(start, number) {
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
                self.cache
                    .learn(kind.number, &kind.shapes, &bytes[start..end]);
            }
            start = next;
        }
    }

    /// Reads the line at `start` by template. Gives the start of the next line.
    #[inline]
    fn by_template(&mut self, start: usize, number: u64) -> Result<usize, Strange> {
        let line = &self.chunk.bytes[start..];
        let kind = self.likely(line).ok_or(Strange::Joint)?;
        if kind.deletions.is_some() {
            // A Bundle is read for what it holds.
            return Err(Strange::Other);
        }
        let known = self.cache.of(kind.number).ok_or(Strange::Joint)?;
        let read = follow(line, &mut known.templates, &mut self.arena);
        known.note(read.is_ok());
        let end = read?;
        let feed = match line.get(end..) {
            Some([b'\n', ..]) => end + 1,
            Some([b'\r', b'\n', ..]) => end + 2,
            _ => return Err(Strange::Other),
        };
        if kind.is_named(&self.arena, 0, line) {
            let result = self.take(kind, 0, line, number, start, start + end);
            self.judge(result, number, start, start + end);
            return Ok(start + feed);
        }
        Err(Strange::Other)
    }

    /// The resource type that a line is probably of.
    fn likely(&mut self, line: &[u8]) -> Option<&'d ResourcePlan> {
        let Some(rest) = type_name::after_start(line) else {
            return self.last;
        };
        if self
            .last
            .is_some_and(|last| type_name::begins(rest, last.name))
        {
            return self.last;
        }
        let end = scan::plain_stop(rest, 0)?;
        let name = std::str::from_utf8(&rest[..end]).ok()?;
        self.last = Some(self.compiled.kinds.get(name)?);
        self.last
    }

    /// Reads a line with care. Whether it was accepted.
    fn line(&mut self, start: usize, end: usize, number: u64) -> bool {
        const MARK: &[u8] = b"\xef\xbb\xbf";
        // Files that were put together have one in the middle.
        let marked = self.chunk.bytes[start..end].starts_with(MARK);
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
            let bytes = self.chunk.bytes;
            let place = ResourcePlace { number, start, end };
            self.resource(&bytes[text..], end - text, place, 0)
        } else {
            Err(Refusal::new(RejectReason::NotJson))
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
        if let Some(kind) = self.last {
            *self.rejected.entry(kind.number).or_default() += 1;
        }
        self.rejects.push(Reject {
            number,
            start: self.chunk.offset + start as u64,
            end: self.chunk.offset + end as u64,
            reason,
            column,
        });
        false
    }

    /// Reads the resource in the first `length` bytes of `line`, which stands at `place` in the chunk,
    /// so many Bundles deep.
    fn resource(
        &mut self,
        line: &[u8],
        length: usize,
        place: ResourcePlace,
        depth: usize,
    ) -> Result<(), Refusal> {
        let kind = self.kind(line, length)?;
        self.arena.clear();
        let mut cursor = Cursor { bytes: line, at: 0 };
        cursor.token();
        let reader = &mut Reader {
            cursor: &mut cursor,
            arena: &mut self.arena,
            shapes: &kind.shapes,
        };
        let resource = match reader.object(Sketch::ROOT, 0) {
            Err(_) if self.arena.is_full() => return Err(Refusal::new(RejectReason::TooLarge)),
            resource => resource?,
        };
        cursor.ended(length)?;
        let Value::Object { base } = resource else {
            return Err(Refusal::new(RejectReason::NotJson));
        };
        if !kind.is_named(&self.arena, base as usize, line) {
            // Named twice, differently.
            return Err(Refusal::new(RejectReason::NotJson));
        }
        let contents = match kind.deletions {
            Some(_) => {
                let Compiled {
                    several_servers,
                    zone,
                    ..
                } = *self.compiled;
                bundle::contents(&line[..length], several_servers, zone)?
            }
            None => BundleContents::default(),
        };
        self.pages.add(&contents.pages);
        let ResourcePlace { number, start, end } = place;
        if !contents.entries.is_empty() {
            return self.bundle((kind, base, line), length, contents, place, depth);
        }
        if !kind.is_ignored() && self.compiled.modifiers.refuse(&line[..length]) {
            return Err(Refusal::new(RejectReason::UnknownModifierExtension));
        }
        self.take(kind, base, line, number, start, end)
    }

    /// Reads the resources of a Bundle, and notes what it deletes. Each counts as a line of its own.
    fn bundle(
        &mut self,
        (kind, base, line): (&'d ResourcePlan, u32, &[u8]),
        length: usize,
        contents: BundleContents,
        place: ResourcePlace,
        depth: usize,
    ) -> Result<(), Refusal> {
        if depth == MOST_NESTED {
            return Err(Refusal::new(RejectReason::TooLarge));
        }
        let (arena, base, zone) = (&self.arena, base as usize, self.compiled.zone);
        let updated = kind.updated(arena, base, line, zone).unwrap_or(None);
        let BundleContents {
            entries,
            is_history,
            restored,
            ..
        } = contents;
        if let Some(deletions) = kind.deletions {
            let when = (updated, zone);
            let noted = deletions.note(arena, base, line, when, &restored, &mut self.deletes);
            if noted.is_err() {
                // The resources can be used, whatever is to be deleted beside them.
                self.bundled += 1;
                self.judge(noted, place.number, place.start, place.end);
            }
        }
        self.bundled += entries.len() as u64 - 1;
        let first = self.lines.len();
        let text = place.end.saturating_sub(length).max(place.start);
        for entry in entries {
            let own = ResourcePlace {
                number: place.number,
                start: text + entry.range.start,
                end: text + entry.range.end,
            };
            self.told = entry.told;
            let before = self.lines.len();
            let result = self.resource(&entry.text, entry.text.len(), own, depth + 1);
            self.judge(result, own.number, own.start, own.end);
            if entry.is_deleted {
                // Without a time it is older than the deletion, and not as old as the file.
                let lines = (0u32..).zip(&self.lines).skip(before);
                let undated = lines.filter(|(_, line)| line.updated.is_none());
                self.superseded.extend(undated.map(|(at, _)| at));
            }
        }
        self.told = ToldVersion::default();
        self.supersede(first, is_history);
        self.last = Some(kind);
        Ok(())
    }

    /// Of the versions of a record among the lines from `first` on, all of one Bundle, that neither time nor
    /// number tells apart, notes all but the one that counts: the last, and of a history the first, below
    /// which one without a time is older too.
    fn supersede(&mut self, first: usize, is_history: bool) {
        let mut records = HashSet::new();
        let mut counts: HashMap<(&str, Option<i64>, Option<i64>), u32> = HashMap::new();
        for (at, line) in (0u32..).zip(&self.lines).skip(first) {
            if self.superseded.contains(&at) {
                continue;
            }
            let reference = self.references.get(line.reference.clone());
            let reference = reference.unwrap_or_default();
            let is_first = records.insert(reference);
            match counts.entry((reference, line.updated, line.version_id)) {
                Entry::Vacant(none) => {
                    none.insert(at);
                    if is_history && !is_first && line.updated.is_none() {
                        self.superseded.insert(at);
                    }
                }
                Entry::Occupied(_) if is_history => {
                    self.superseded.insert(at);
                }
                Entry::Occupied(mut earlier) => {
                    self.superseded.insert(earlier.insert(at));
                }
            }
        }
    }

    /// Takes what is selected from the resource whose members are at `base`.
    fn take(
        &mut self,
        kind: &'d ResourcePlan,
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
        let zone = self.compiled.zone;
        let updated = kind.updated(&self.arena, base, line, zone);
        let (updated, senseless) = (updated.unwrap_or(None), updated.is_err());
        if let Some(deletions) = kind.deletions {
            let (arena, when, none) = (&self.arena, (updated, zone), HashSet::new());
            deletions.note(arena, base, line, when, &none, &mut self.deletes)?;
        }
        let updated = updated.or(self.told.updated);
        if kind.plans.is_empty() {
            self.counts[kind.number] += 1;
            return Ok(());
        }
        if kind.other_version.is_of(&self.arena, base, line) {
            return Err(Refusal::new(RejectReason::OtherFhirVersion));
        }
        let version_id = kind.version_id(&self.arena, base, line);
        let version_id = version_id.or(self.told.version_id);
        let id = match kind.id(&self.arena, base, line) {
            Err(_) if self.compiled.without_ids && !kind.asks_for_key => "",
            id => id?,
        };
        let from = self.references.len();
        self.references.push_str(kind.name);
        self.references.push('/');
        self.references.push_str(id);
        let reference = from..self.references.len();
        let made = self.arena.text.len();
        let text = self.references.get(from..).unwrap_or_default();
        self.arena.text.extend_from_slice(text.as_bytes());
        let key = self.arena.made(made);
        if let Err(refusal) = self.rows(kind, resource, key, line, end - start) {
            self.references.truncate(from);
            return Err(refusal);
        }
        if let (true, Some((view, _))) = (senseless, kind.plans.first()) {
            self.tables[*view].note_unknown(UPDATED, 1);
        }
        self.lines.push(Line {
            reference,
            updated,
            version_id,
            number,
            start: self.chunk.offset + start as u64,
            end: self.chunk.offset + end as u64,
        });
        self.counts[kind.number] += 1;
        Ok(())
    }

    /// Appends the rows of all views, or of none when what a row needs does not fit.
    fn rows(
        &mut self,
        kind: &'d ResourcePlan,
        resource: Value,
        key: Value,
        line: &[u8],
        length: usize,
    ) -> Result<(), Refusal> {
        let mut evaluator = Evaluator {
            line,
            arena: &mut self.arena,
            literals: &kind.literals,
            resource,
            key,
            row_index: 0,
            stack: &mut self.stack,
            left: steps(length),
            several: Cell::new(false),
            zone: self.compiled.zone,
        };
        let index = self.lines.len() as u32;
        for (done, (view, plan)) in kind.plans.iter().enumerate() {
            let table = &mut self.tables[*view];
            if table.buffers.is_empty() {
                table.begin(*view, &self.compiled.views[*view], &self.cache);
            }
            let before = table.line.len();
            let mut sink = Sink {
                buffers: &mut table.buffers,
                row: &mut self.row,
                rows: 0,
                policy: LossPolicy {
                    needed: &self.compiled.needed[*view],
                    refuses_several: self.compiled.refuses_several,
                },
                losses: &mut self.losses,
            };
            let result = plan.rows(&mut evaluator, &mut sink);
            let rows = sink.rows;
            if let Err(misfit) = result {
                evaluator.stack.clear();
                self.losses.clear();
                for (view, _) in &kind.plans[..=done] {
                    self.tables[*view].take_back(index);
                }
                let column = misfit
                    .column
                    .and_then(|at| self.compiled.views[*view].columns.get(at as usize));
                let column = column.map(|column| column.name.clone());
                return Err(Refusal {
                    reason: RejectReason::WrongType,
                    column,
                });
            }
            self.losses.end_of_view(*view);
            table.line.resize(before + rows, index);
        }
        for (view, column, count) in self.losses.drain() {
            if let Some(column) = self.compiled.views[view].columns.get(column as usize) {
                self.tables[view].note_unknown(&column.name, count);
            }
        }
        Ok(())
    }

    /// The line's resource type.
    fn kind(&mut self, line: &[u8], length: usize) -> Result<&'d ResourcePlan, Refusal> {
        let rest = type_name::after_start(line);
        if let (Some(last), Some(rest)) = (self.last, rest)
            && type_name::begins(rest, last.name)
        {
            return Ok(last);
        }
        // Mostly the type comes first. The reader looks at the rest of the line.
        let name = match rest.and_then(type_name::leading) {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Owned(type_name::searched(line, length)?),
        };
        let name = std::str::from_utf8(&name).map_err(|_| Broken)?;
        match self.compiled.kinds.get(name) {
            Some(kind) => {
                self.last = Some(kind);
                Ok(kind)
            }
            None => {
                self.last = None;
                // Broken JSON is what it is, whatever it calls itself.
                let mut cursor = Cursor { bytes: line, at: 0 };
                cursor.skip()?;
                cursor.ended(length)?;
                Err(Refusal::new(match is_later_type(name) {
                    true => RejectReason::OtherFhirVersion,
                    false => RejectReason::UnknownResourceType,
                }))
            }
        }
    }

    /// What was learnt from the chunk, for the next one: of the room that chunks took up the larger
    /// counts, and is forgotten little by little.
    pub(super) fn take_cache(&mut self) -> TemplateCache {
        let TemplateCache { rooms, lines, .. } = &mut self.cache;
        rooms.resize_with(self.tables.len(), Vec::new);
        for (rooms, table) in rooms.iter_mut().zip(&self.tables) {
            table.note_room(rooms);
        }
        *lines = self.lines.len().max(*lines - *lines / 16);
        std::mem::take(&mut self.cache)
    }

    /// What the chunk holds.
    pub(super) fn finish(self) -> Decoded {
        let tables = self.tables.into_iter().zip(&self.compiled.views);
        let counts = resource_type::all()
            .iter()
            .zip(self.counts)
            .filter(|(_, count)| *count > 0);
        Decoded {
            orders: Default::default(),
            marks: Default::default(),
            pages: self.pages,
            tables: tables.map(|(table, view)| table.finish(view)).collect(),
            lines: self.lines,
            references: self.references,
            rejects: self.rejects,
            deletes: self.deletes,
            superseded: self.superseded,
            types: counts
                .map(|(name, count)| ((*name).to_owned(), count))
                .collect(),
            rejected_types: self
                .rejected
                .into_iter()
                .filter_map(|(kind, count)| {
                    Some((resource_type::all().get(kind)?.to_string(), count))
                })
                .collect(),
            line_count: self.line_count,
            bundled: self.bundled,
            blank: self.blank,
        }
    }
}
