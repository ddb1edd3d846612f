//! A view's selects, compiled, and the rows they give.
//!
//! A view's rows are a product: each row of one select goes with each row of the next. The plan walks
//! that product without building it: each select sets its columns for one of its rows, lets the rest
//! of the view give its rows, and goes on to its next row.

use std::collections::BTreeMap;

use super::arena::Value;
use super::buffer::Buffer;
use super::definition::{Each, Select};
use super::evaluate::{Evaluator, Wrong};
use super::program::{Compiler, Op};
use super::shape::{ShapeNode, Sketch};
use super::view::View;

/// How deep `repeat` may go.
const DEEPEST: usize = 256;

/// Rows that one resource may give. Iterations beside each other multiply, and so a few thousand
/// elements could fill the memory.
const MOST_ROWS: usize = 1_000_000;

/// A compiled view.
#[derive(Debug)]
pub(super) struct Plan {
    conditions: Vec<Op>,
    top: Part,
    columns: usize,
    collection: Vec<bool>,
}

#[derive(Debug)]
struct Part {
    each: Repetition,
    columns: Vec<(usize, Op)>,
    selects: Vec<Part>,
    union: Vec<Part>,
}

#[derive(Debug)]
enum Repetition {
    Once,
    Every(Op),
    EveryOrNothing(Op),
    Repeat(Vec<Op>, Vec<Op>),
}

/// Why a line gives no rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Misfit {
    /// The number of the column that does not fit; none when it is a condition or an iteration.
    pub column: Option<u32>,
}

impl Misfit {
    #[cold]
    fn at(column: usize) -> Misfit {
        Misfit {
            column: u32::try_from(column).ok(),
        }
    }
}

/// What remains to be done once a part has set its columns.
struct Rest<'r> {
    part: &'r Part,
    /// The next of the part's selects.
    next: usize,
    focus: Value,
    row_index: i64,
    after: Option<&'r Rest<'r>>,
}

/// Where rows go.
pub(super) struct Sink<'s> {
    pub buffers: &'s mut [Buffer],
    pub row: &'s mut Vec<Value>,
    pub rows: usize,
    pub policy: LossPolicy<'s>,
    pub losses: &'s mut Losses,
}

/// What a value that cannot be read costs.
#[derive(Debug, Clone, Copy)]
pub(super) struct LossPolicy<'s> {
    /// By column, whether it costs the row.
    pub needed: &'s [bool],
    /// Whether an element that comes more than once where a column takes one costs the row.
    pub refuses_several: bool,
}

impl LossPolicy<'_> {
    /// Whether a value of `column` that cannot be read costs the value only.
    #[cold]
    fn spares(&self, column: usize, from: &Evaluator<'_>) -> bool {
        let needed = self.needed.get(column).copied().unwrap_or(true);
        let several = self.refuses_several && from.several.get();
        !needed && !several && !from.is_spent()
    }
}

/// Values of one line that could not be read, by view and column.
#[derive(Debug, Default)]
pub(super) struct Losses {
    /// Of the view whose rows are being made, by column.
    columns: BTreeMap<u32, u64>,
    /// Of the views before it.
    views: Vec<(usize, u32, u64)>,
}

impl Losses {
    #[cold]
    fn note(&mut self, column: usize) {
        let column = u32::try_from(column).unwrap_or(u32::MAX);
        *self.columns.entry(column).or_default() += 1;
    }

    /// Says whose the losses were since the last view ended.
    #[inline]
    pub(super) fn end_of_view(&mut self, view: usize) {
        if !self.columns.is_empty() {
            let columns = std::mem::take(&mut self.columns).into_iter();
            let of_view = columns.map(|(column, count)| (view, column, count));
            self.views.extend(of_view);
        }
    }

    /// Takes what the line has lost.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = (usize, u32, u64)> {
        self.views.drain(..)
    }

    /// Forgets a line that is rejected.
    pub(super) fn clear(&mut self) {
        self.columns.clear();
        self.views.clear();
    }
}

impl Part {
    /// All columns that the part and the parts in it set, its own first.
    fn columns_into(&self, columns: &mut Vec<usize>) {
        columns.extend(self.columns.iter().map(|(column, _)| *column));
        for part in self.selects.iter().chain(&self.union) {
            part.columns_into(columns);
        }
    }
}

impl Plan {
    /// Compiles `view`, growing the sketch. Slots are right only once the sketch has all views.
    pub(super) fn compile(view: &View, compiler: &mut Compiler<'_>) -> Plan {
        let mut path = |op, declared| compiler.path(op, Sketch::ROOT, declared).0;
        let conditions = view
            .conditions
            .iter()
            .map(|condition| path(condition, None))
            .collect();
        Plan {
            conditions,
            top: part(&view.select, Sketch::ROOT, view, compiler),
            columns: view.columns.len(),
            collection: view
                .columns
                .iter()
                .map(|column| column.collection)
                .collect(),
        }
    }

    /// Appends the rows of the resource that `from` holds.
    pub(super) fn rows(&self, from: &mut Evaluator<'_>, sink: &mut Sink<'_>) -> Result<(), Misfit> {
        let nowhere = |_| Misfit { column: None };
        for condition in &self.conditions {
            from.row_index = 0;
            if from.test(condition, from.resource).map_err(nowhere)? != Some(true) {
                return Ok(());
            }
        }
        sink.row.clear();
        sink.row.resize(self.columns, Value::Missing);
        self.part(&self.top, from.resource, 0, None, from, sink)
    }

    fn part(
        &self,
        part: &Part,
        focus: Value,
        row_index: i64,
        after: Option<&Rest<'_>>,
        from: &mut Evaluator<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<(), Misfit> {
        let nowhere = |_| Misfit { column: None };
        let mark = from.stack.len();
        from.row_index = row_index;
        match &part.each {
            Repetition::Once => return self.row(part, focus, row_index, after, from, sink),
            Repetition::Every(op) if from.simple(op, focus) == Some(Value::Missing) => {
                return Ok(());
            }
            Repetition::Every(op) | Repetition::EveryOrNothing(op) => {
                if from.run(op, focus).is_err() {
                    from.stack.truncate(mark);
                    self.lose(part, from, sink)?;
                }
            }
            Repetition::Repeat(first, again) => {
                repeat(first, again, focus, 0, from).map_err(nowhere)?
            }
        }
        let end = from.stack.len();
        if end == mark && matches!(part.each, Repetition::EveryOrNothing(_)) {
            self.row(part, Value::Missing, 0, after, from, sink)?;
        }
        for at in mark..end {
            let focus = from.stack[at];
            self.row(part, focus, (at - mark) as i64, after, from, sink)?;
        }
        from.stack.truncate(mark);
        Ok(())
    }

    /// Notes that the elements of a part cannot be read: its rows are lost, unless the resource is
    /// nothing without them.
    #[cold]
    fn lose(&self, part: &Part, from: &Evaluator<'_>, sink: &mut Sink<'_>) -> Result<(), Misfit> {
        let mut columns = Vec::new();
        part.columns_into(&mut columns);
        let spared = columns
            .iter()
            .all(|column| sink.policy.spares(*column, from));
        match columns.first() {
            Some(first) if spared => {
                sink.losses.note(*first);
                Ok(())
            }
            _ => Err(Misfit { column: None }),
        }
    }

    fn row(
        &self,
        part: &Part,
        focus: Value,
        row_index: i64,
        after: Option<&Rest<'_>>,
        from: &mut Evaluator<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<(), Misfit> {
        from.row_index = row_index;
        let mut unread = 0;
        for (column, op) in &part.columns {
            // Most columns are a member of a member, and need no more than to be looked up.
            let simple = from.simple(op, focus);
            if let (Some(value), false) = (simple, self.collection[*column]) {
                sink.row[*column] = value;
                continue;
            }
            sink.row[*column] = match self.value(*column, op, focus, from) {
                Ok(value) => value,
                // What is not read is lost when the row is appended.
                Err(Wrong) if sink.policy.spares(*column, from) => {
                    unread += 1;
                    Value::Opaque
                }
                Err(Wrong) => return Err(Misfit::at(*column)),
            };
        }
        // An element of which nothing can be read is none.
        if unread > 0 && unread == part.columns.len() && matches!(part.each, Repetition::Every(_)) {
            return self.lose(part, from, sink);
        }
        if part.selects.is_empty() && part.union.is_empty() {
            return match after {
                Some(after) => self.rest(after, from, sink),
                None => append(from, sink),
            };
        }
        self.rest(
            &Rest {
                part,
                next: 0,
                focus,
                row_index,
                after,
            },
            from,
            sink,
        )
    }

    fn value(
        &self,
        column: usize,
        op: &Op,
        focus: Value,
        from: &mut Evaluator<'_>,
    ) -> Result<Value, Wrong> {
        if !self.collection[column] {
            return Ok(from.general(op, focus)?.unwrap_or(Value::Missing));
        }
        let mark = from.stack.len();
        from.run(op, focus)?;
        let start = from.arena.slots.len();
        from.arena.slots.extend(from.stack.drain(mark..));
        let length = from.arena.slots.len() - start;
        Ok(Value::Many {
            start: start as u32,
            length: length as u32,
        })
    }

    /// Does what remains, and appends a row when nothing does.
    fn rest(
        &self,
        rest: &Rest<'_>,
        from: &mut Evaluator<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<(), Misfit> {
        let Rest {
            part,
            next,
            focus,
            row_index,
            after,
        } = *rest;
        if let Some(select) = part.selects.get(next) {
            let after = Rest {
                part,
                next: next + 1,
                focus,
                row_index,
                after,
            };
            return self.part(select, focus, row_index, Some(&after), from, sink);
        }
        if next == part.selects.len() && !part.union.is_empty() {
            let after = Rest {
                part,
                next: next + 1,
                focus,
                row_index,
                after,
            };
            for branch in &part.union {
                self.part(branch, focus, row_index, Some(&after), from, sink)?;
            }
            return Ok(());
        }
        if let Some(after) = after {
            return self.rest(after, from, sink);
        }
        append(from, sink)
    }
}

/// Appends the row that all selects have set.
#[inline(always)]
fn append(from: &Evaluator<'_>, sink: &mut Sink<'_>) -> Result<(), Misfit> {
    if sink.rows == MOST_ROWS {
        return Err(Misfit { column: None });
    }
    for (column, (buffer, value)) in sink.buffers.iter_mut().zip(&*sink.row).enumerate() {
        if buffer.push(*value, from).is_err() {
            if !sink.policy.spares(column, from) {
                return Err(Misfit::at(column));
            }
            buffer.push_unknown();
            sink.losses.note(column);
        }
    }
    sink.rows += 1;
    Ok(())
}

/// Pushes the results of `first` on `focus`, each followed by those of `again` on it, and so on.
fn repeat(
    first: &[Op],
    again: &[Op],
    focus: Value,
    depth: usize,
    from: &mut Evaluator<'_>,
) -> Result<(), Wrong> {
    // Paths that find the same elements twice double them at each level.
    if depth > DEEPEST || from.stack.len() > MOST_ROWS {
        return Err(Wrong);
    }
    for op in first {
        let mark = from.stack.len();
        from.run(op, focus)?;
        let found = from.stack.split_off(mark);
        for value in found {
            from.stack.push(value);
            repeat(again, again, value, depth + 1, from)?;
        }
    }
    Ok(())
}

fn part(select: &Select, focus: ShapeNode, view: &View, compiler: &mut Compiler<'_>) -> Part {
    let (each, inner) = match &select.each {
        Each::Once => (Repetition::Once, focus),
        Each::Every(path) => {
            let (op, place) = compiler.path(path, focus, None);
            (Repetition::Every(op), place)
        }
        Each::EveryOrNothing(path) => {
            let (op, place) = compiler.path(path, focus, None);
            (Repetition::EveryOrNothing(op), place)
        }
        Each::Repeat(paths) => {
            // What a path finds at the start, and what it finds on its own results, is one element.
            let inner = compiler.sketch.fresh();
            for path in paths {
                let (_, first) = compiler.path(path, focus, None);
                compiler.sketch.unite(inner, first);
                let (_, again) = compiler.path(path, inner, None);
                compiler.sketch.unite(inner, again);
            }
            let mut compiled = |focus| {
                paths
                    .iter()
                    .map(|path| compiler.path(path, focus, None).0)
                    .collect::<Vec<_>>()
            };
            (Repetition::Repeat(compiled(focus), compiled(inner)), inner)
        }
    };
    let columns = select.columns.iter().map(|(number, path)| {
        let declared = view
            .columns
            .get(*number)
            .and_then(|column| column.fhir_type.as_deref());
        (*number, compiler.path(path, inner, declared).0)
    });
    Part {
        each,
        columns: columns.collect(),
        selects: select
            .selects
            .iter()
            .map(|one| part(one, inner, view, compiler))
            .collect(),
        union: select
            .union
            .iter()
            .map(|one| part(one, inner, view, compiler))
            .collect(),
    }
}
