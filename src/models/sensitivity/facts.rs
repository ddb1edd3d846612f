//! What is known of a table, for whoever reads it.

use super::analyst::Analyst;
use super::attribute::{Attr, Attributes, Attrs, Bases, PEOPLE};
use super::relation::{Level, Relation, RelationColumn};
use super::taint::{Taint, TaintKind};
use crate::lake::TableName;
use crate::models::{CheckRule, Header};
use crate::privacy::Treatment;
use crate::pull::{OPEN_PSEUDONYM, PersonLink, TablePlan};
use datafusion::logical_expr::{LogicalPlan, TableScan};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A table: its columns by name, and its rows.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    pub names: Vec<String>,
    pub relation: Relation,
}

/// Columns that hold a pseudonym, or what follows from one, whatever the view says.
fn is_pseudonym(name: &str) -> bool {
    name.ends_with("_key") || [OPEN_PSEUDONYM, "person_check", "digest"].contains(&name)
}

/// Columns of pulled tables that name an organisation or a small area.
fn is_area(name: &str) -> bool {
    const PARTS: [&str; 22] = [
        "msoa",
        "oa21",
        "oa11",
        "postcode",
        "parish",
        "borough",
        "locality",
        "neighbourhood",
        "hospital",
        "trust",
        "surgery",
        "school",
        "care_home",
        "practice",
        "provider",
        "organisation",
        "council",
        "site",
        "pcn",
        "ods",
        "lsoa",
        "ward",
    ];
    PARTS.iter().any(|part| name.contains(part))
}

/// A column of a pulled table, by its treatment.
fn pulled_column(attributes: &mut Attributes, table: &TablePlan, name: &str) -> RelationColumn {
    let shown = format!("`{}.{name}`", table.name);
    let mut columns = table.columns.iter();
    let treatment = columns.find(|c| c.name == *name).map(|c| &c.treatment);
    let why = format!("{shown} is of a person's record");
    let mut taint = Taint::of(TaintKind::Personal, why);
    let keyed = matches!(treatment, Some(Treatment::Pseudonym | Treatment::Person));
    if keyed || is_pseudonym(name) {
        taint.add(TaintKind::Identifying, format!("{shown} is a pseudonym"));
        let attr = attributes.label(shown, Bases::from([PEOPLE.into()]));
        return RelationColumn {
            pseudonym: Some(name.into()),
            ..RelationColumn::new(attr, taint)
        };
    }
    match treatment {
        // The month in which something began, and no birth.
        Some(Treatment::Month) if name.ends_with("started") => {}
        Some(Treatment::Month | Treatment::Year) => {
            let why = format!("{shown} is a date of birth or death");
            taint.add(TaintKind::Dated, why);
        }
        Some(Treatment::Lookup(_)) => {
            taint.add(TaintKind::Area, format!("{shown} is a small area"));
        }
        _ if is_area(name) => {
            let why = format!("{shown} is an organisation or area");
            taint.add(TaintKind::Area, why);
        }
        _ => {}
    }
    RelationColumn::new(attributes.fresh(shown), taint)
}

impl Facts {
    /// A pulled table, as its view or column file defines it.
    pub(super) fn pulled(attributes: &mut Attributes, table: &TablePlan) -> Self {
        let mut names = Vec::new();
        let mut columns = Vec::new();
        let mut owner = None;
        for field in table.schema.fields() {
            let name = field.name();
            let column = pulled_column(attributes, table, name);
            if name == "person_key" && table.person != PersonLink::None {
                owner = Some(column.attr);
            }
            names.push(name.clone());
            columns.push(column);
        }
        let mut relation = Relation::new(attributes, columns, "a row");
        let base: Arc<str> = table.name.to_string().into();
        let row = attributes.label(format!("a row of {}", table.name), Bases::from([base]));
        relation.keys = vec![Attrs::from([row])];
        let record = names.iter().position(|name| name == "record_key");
        if let Some(record) = record.filter(|_| table.one_row) {
            relation
                .keys
                .extend(relation.columns.get(record).map(|c| Attrs::from([c.attr])));
        }
        relation.owner = owner;
        relation.level = Level::Person;
        relation.sources.insert(table.name.clone());
        Facts { names, relation }
    }

    /// A table that tells of nobody.
    pub(super) fn open(attributes: &mut Attributes, names: Vec<String>) -> Self {
        let columns = names.iter().map(|name| {
            let attr = attributes.fresh(format!("`{name}`"));
            RelationColumn::new(attr, Taint::default())
        });
        let columns = columns.collect();
        let relation = Relation::new(attributes, columns, "a row of the program's own");
        Facts { names, relation }
    }

    /// A model, from its query. Its `unique` checks hold for every table that is built.
    pub(super) fn model(plan: &LogicalPlan, mut relation: Relation, header: &Header) -> Self {
        let names: Vec<String> = plan
            .schema()
            .fields()
            .iter()
            .map(|field| field.name().clone())
            .collect();
        for check in &header.checks {
            let CheckRule::Unique(columns) = &check.rule else {
                continue;
            };
            if !check.is_strict() {
                continue;
            }
            let attr = |name: &String| {
                let index = names.iter().position(|n| n == name)?;
                relation.columns.get(index).map(|c| c.attr)
            };
            if let Some(key) = columns.iter().map(attr).collect::<Option<Attrs>>() {
                relation.keys.push(key);
            }
        }
        relation.dependencies.extend(relation.decided_by_keys());
        relation.tidy();
        relation.stored();
        Facts { names, relation }
    }

    /// The table as one query reads it: another reading of the same table has other attributes.
    pub(super) fn read(&self, attributes: &mut Attributes) -> Relation {
        let mut names: BTreeMap<Attr, Attr> = BTreeMap::new();
        for attr in self.relation.attributes() {
            names.insert(attr, attributes.copy(attr));
        }
        self.relation.clone().renamed(&names)
    }
}

impl Relation {
    /// A stored column is a column, even where the query wrote the value out.
    fn stored(&mut self) {
        let of_people = self.level > Level::Free;
        for column in &mut self.columns {
            column.literal = None;
            // What was looked up for people by their areas is known to be of areas by now.
            column.unlinked &= !of_people;
        }
    }
}

impl Analyst<'_> {
    pub(super) fn scan(&mut self, scan: &TableScan) -> Relation {
        let table = &scan.table_name;
        let name = TableName::new(table.schema().unwrap_or_default(), table.table());
        if name.layer.is_empty() {
            if let Some(rows) = self.work.get(&name.name) {
                let names = vec![String::new(); rows.columns.len()];
                let relation = rows.clone();
                return Facts { names, relation }.read(self.attributes);
            }
            if ["generate_series()", "range()"].contains(&name.name.as_str()) {
                let attr = self.attributes.fresh(format!("value of {}", name.name));
                let taint = Taint::of(TaintKind::Written, "it is written out in the SQL");
                let columns = vec![RelationColumn::new(attr, taint)];
                return Relation::new(self.attributes, columns, "a generated row");
            }
        }
        let plan = LogicalPlan::TableScan(scan.clone());
        let Some(facts) = self.facts.get(&name) else {
            let what = format!("{name} is no model, pulled table or reference table");
            return self.unknown(&plan, &what);
        };
        let mut rows = facts.read(self.attributes);
        let mut columns = Vec::new();
        for field in scan.projected_schema.fields() {
            let place = facts.names.iter().position(|n| n == field.name());
            match place.and_then(|index| rows.columns.get(index)) {
                Some(column) => columns.push(column.clone()),
                None => {
                    let what = format!("`{name}.{}` is no column that is known", field.name());
                    let attr = self.attributes.fresh(what.clone());
                    columns.push(RelationColumn::new(attr, Taint::worst(what)));
                }
            }
        }
        rows.columns = columns;
        rows
    }
}
