//! Unions: the same people on both sides are not more people.

use super::analyst::Analyst;
use super::attribute::{Attrs, Bases, PEOPLE, overlap};
use super::expression::whole;
use super::relation::{Relation, RelationColumn, SensitiveMeasure};
use super::taint::Taint;
use datafusion::logical_expr::{LogicalPlan, Union};
use std::collections::BTreeSet;

impl Analyst<'_> {
    pub(super) fn union(&mut self, union: &Union) -> Relation {
        let inputs: Vec<Relation> = union.inputs.iter().map(|input| self.plan(input)).collect();
        let width = union.schema.fields().len();
        let mut columns = Vec::with_capacity(width);
        for index in 0..width {
            let shown = union.schema.field(index).name();
            let attr = self.attributes.fresh(format!("`{shown}`"));
            columns.push(RelationColumn::new(attr, Taint::default()));
        }
        let mut rows = Relation::new(self.attributes, columns, "a row of a union");
        if inputs.iter().any(|input| input.columns.len() != width) {
            return self.unknown(&LogicalPlan::Union(union.clone()), "a union");
        }
        let apart = telling_apart(&inputs, width);
        for index in 0..width {
            let parts: Vec<&RelationColumn> =
                inputs.iter().map(|input| &input.columns[index]).collect();
            self.unite(&mut rows.columns[index], &parts);
        }
        let attrs: Vec<u32> = rows.columns.iter().map(|c| c.attr).collect();
        for index in 0..width {
            rows.columns[index].measure = measure(&inputs, index, apart, &attrs);
            if rows.columns[index].measure.is_none() {
                let lost = inputs.iter().find_map(|i| {
                    let column = &i.columns[index];
                    let again = column
                        .measure
                        .as_ref()
                        .map(|_| "the same people may be counted in two parts of a union");
                    column.lost.clone().or(again.map(Into::into))
                });
                rows.columns[index].lost = lost;
            }
        }
        if let Some((spread, bases)) = rows_once(self, &inputs, apart) {
            let row = self.attributes.label("a record of a union", bases);
            let mut key: Attrs = spread.iter().map(|place| attrs[*place]).collect();
            key.insert(row);
            rows.keys.push(key);
        }
        for input in &inputs {
            rows.rows.merge(&input.rows);
            rows.order.merge(&input.order);
            rows.level = rows.level.max(input.level);
            rows.sources.extend(input.sources.iter().cloned());
        }
        let place = |input: &Relation| {
            let owner = input.owner?;
            input.columns.iter().position(|c| c.attr == owner)
        };
        let places: BTreeSet<Option<usize>> = inputs.iter().map(place).collect();
        if let [Some(place)] = places.into_iter().collect::<Vec<_>>()[..] {
            rows.owner = Some(attrs[place]);
        }
        rows.tidy();
        rows
    }

    fn unite(&mut self, column: &mut RelationColumn, parts: &[&RelationColumn]) {
        for part in parts {
            column.taint.merge(&part.taint);
        }
        column.indicator = parts.iter().all(|part| part.indicator);
        column.unlinked = parts.iter().any(|part| part.unlinked);
        // NULL and 0 are nobody's pseudonym; another number that is written out may be somebody's.
        let nobody = |part: &RelationColumn| {
            let literal = part.literal.as_ref();
            literal.is_some_and(|v| v.is_null() || whole(v) == Some(0))
        };
        let own = parts.iter().filter(|part| !nobody(part));
        let kinds: BTreeSet<_> = own.map(|part| part.pseudonym.clone()).collect();
        if let [Some(kind)] = &kinds.into_iter().collect::<Vec<_>>()[..] {
            column.pseudonym = Some(kind.clone());
            column.attr = self
                .attributes
                .label(format!("{kind}"), Bases::from([PEOPLE.into()]));
        }
    }
}

/// A column that holds another written value in each input.
fn telling_apart(inputs: &[Relation], width: usize) -> Option<usize> {
    (0..width).find(|index| {
        let values: Option<BTreeSet<String>> = inputs
            .iter()
            .map(|input| {
                input.columns[*index]
                    .literal
                    .as_ref()
                    .map(ToString::to_string)
            })
            .collect();
        values.is_some_and(|values| values.len() == inputs.len())
    })
}

/// Bases together, if nobody is in two of them.
fn together<'a>(all: impl Iterator<Item = &'a Bases>, apart: bool) -> Option<Bases> {
    let mut known = Bases::new();
    for bases in all {
        if !apart && overlap(&known, bases) && !known.is_empty() {
            return None;
        }
        known.extend(bases.iter().cloned());
    }
    Some(known)
}

fn measure(
    inputs: &[Relation],
    index: usize,
    apart: Option<usize>,
    attrs: &[u32],
) -> Option<SensitiveMeasure> {
    let mut spread = Attrs::new();
    let mut measures = Vec::new();
    for input in inputs {
        let column = &input.columns[index];
        let nothing =
            |value: &datafusion::common::ScalarValue| value.is_null() || whole(value) == Some(0);
        if column.literal.as_ref().is_some_and(nothing) {
            continue;
        }
        let measure = column.measure.as_ref()?;
        for attr in &measure.spread {
            let place = input.columns.iter().position(|c| c.attr == *attr)?;
            spread.insert(attrs[place]);
        }
        measures.push(&measure.bases);
    }
    if measures.is_empty() {
        return None;
    }
    if let Some(bases) = together(measures.iter().copied(), false) {
        return Some(SensitiveMeasure { spread, bases });
    }
    spread.insert(attrs[apart?]);
    let bases = together(measures.into_iter(), true)?;
    Some(SensitiveMeasure { spread, bases })
}

/// The columns within which no record has two rows, and whose records they are.
fn rows_once(
    analyst: &Analyst,
    inputs: &[Relation],
    apart: Option<usize>,
) -> Option<(BTreeSet<usize>, Bases)> {
    let mut spread: BTreeSet<usize> = BTreeSet::new();
    let mut found = Vec::new();
    for input in inputs {
        let mut best: Option<(BTreeSet<usize>, Bases)> = None;
        for key in &input.keys {
            for label in key {
                let Some(bases) = analyst.attributes.label_of(*label) else {
                    continue;
                };
                let place = |attr: &u32| input.columns.iter().position(|c| c.attr == *attr);
                let rest: Option<BTreeSet<usize>> =
                    key.iter().filter(|a| *a != label).map(place).collect();
                // Records of a table are told from those of another; people are not.
                let rank =
                    |rest: &BTreeSet<usize>, bases: &Bases| (rest.len(), bases.contains(PEOPLE));
                if let Some(rest) = rest
                    && best
                        .as_ref()
                        .is_none_or(|(r, b)| rank(&rest, bases) < rank(r, b))
                {
                    best = Some((rest, bases.clone()));
                }
            }
        }
        let (rest, bases) = best?;
        spread.extend(rest);
        found.push(bases);
    }
    if let Some(bases) = together(found.iter(), false) {
        return Some((spread, bases));
    }
    spread.insert(apart?);
    let bases = together(found.iter(), true)?;
    Some((spread, bases))
}
