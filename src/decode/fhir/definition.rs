//! Reading a ViewDefinition: from JSON to a tree of selects, or an error that says where.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::column::{ANSI_TYPE, Column, Form, data_type};
use super::constants::constants;
use super::parts::{
    DefinitionPlace, Misplaced, join, misplaced, misspelt, objects, only, optional, required, wrong,
};
use super::path::{Constants, Expr, Fault, parse};
use super::resource_type;
use crate::nearest::near;

/// Selects that a view may have: each that stands beside another is a step down the thread's stack.
const MOST_SELECTS: usize = 250;

/// Bytes that all paths of a view may have together. An object's members are numbered with fifteen
/// bits, and so much text cannot name more.
const LONGEST_PATHS: usize = 100_000;

/// What a view says.
#[derive(Debug)]
pub(super) struct ViewDefinition {
    pub name: Option<String>,
    pub resource: String,
    /// Its `fhirVersion`.
    pub versions: Vec<String>,
    pub columns: Vec<Column>,
    pub select: Select,
    /// Conditions that all must hold for a resource to give rows.
    pub conditions: Vec<Expr>,
}

/// A part of a view that gives rows.
#[derive(Debug, Default)]
pub(super) struct Select {
    pub each: Each,
    /// Column numbers with their paths.
    pub columns: Vec<(usize, Expr)>,
    pub selects: Vec<Select>,
    pub union: Vec<Select>,
}

/// What a select gives a row for.
#[derive(Debug, Default)]
pub(super) enum Each {
    /// The element it is in.
    #[default]
    Once,
    /// Each result of the path.
    Every(Expr),
    /// Each result of the path, or one row of nothing.
    EveryOrNothing(Expr),
    /// Each result of the paths, of the paths on those, and so on, depth first.
    Repeat(Vec<Expr>),
}

impl ViewDefinition {
    /// Reads a view. `overrides` are texts for constants the view defines.
    pub(super) fn read(
        json: &str,
        overrides: &BTreeMap<String, String>,
    ) -> Result<ViewDefinition, Misplaced> {
        // Some editors begin a file with a byte order mark.
        let json = json.strip_prefix('\u{feff}').unwrap_or(json);
        let view: Value = serde_json::from_str(json).map_err(|error| {
            let told = error.to_string();
            let what = told.split(" at line ").next().unwrap_or(&told);
            let mut misplaced = wrong("", format!("this is not JSON: {what}"));
            misplaced.place = DefinitionPlace::Position(error.line(), error.column());
            let hint = "a view is one JSON object, as those in pipelines/views are";
            misplaced.fault = misplaced.fault.hint(hint);
            misplaced
        })?;
        let Value::Object(view) = view else {
            return Err(wrong("", "a view is a JSON object"));
        };
        misspelt(&view)?;
        let resource = required(&view, "resource", "").map_err(|mut missing| {
            let fault = missing.fault;
            missing.fault = fault.hint("say which type the view reads: \"resource\": \"Patient\"");
            missing
        })?;
        if !resource_type::is_known(&resource) {
            let fault = Fault::new(format!("unknown resource type '{resource}'"));
            let near = near(&resource, resource_type::all().iter().copied());
            let fault = match near {
                Some(near) => fault.hint(format!("did you mean '{near}'?")),
                None => fault.hint("the types are those of FHIR R4"),
            };
            return Err(misplaced("resource", fault));
        }
        let constants = constants(&view, overrides)?;
        let mut reader = DefinitionReader {
            constants: &constants,
            columns: Vec::new(),
            selects: 0,
            path_bytes: 0,
        };
        let mut select = Select::default();
        let mut taken = Vec::new();
        for (place, part) in objects(&view, "select", "")? {
            select
                .selects
                .push(reader.select(part, &place, &mut taken)?);
        }
        if select.selects.is_empty() {
            let fault = Fault::new("the view selects nothing");
            let example = "\"select\": [{\"column\": [{\"name\": \"id\", \"path\": \"id\"}]}]";
            return Err(misplaced("select", fault.hint(format!("write {example}"))));
        }
        if reader.columns.is_empty() {
            let fault = Fault::new("the view has no columns");
            let example = "\"column\": [{\"name\": \"id\", \"path\": \"id\"}]";
            return Err(misplaced("select", fault.hint(format!("write {example}"))));
        }
        let mut conditions = Vec::new();
        for (place, part) in objects(&view, "where", "")? {
            let path = required(part, "path", &place)?;
            conditions.push(reader.path(&path, &format!("{place}.path"), None)?);
        }
        Ok(ViewDefinition {
            name: optional(&view, "name", "")?,
            resource,
            versions: versions(&view),
            columns: reader.columns,
            select,
            conditions,
        })
    }
}

/// The versions of FHIR that a view names.
fn versions(view: &Map<String, Value>) -> Vec<String> {
    let named = view.get("fhirVersion").into_iter();
    let named = named.flat_map(|named| match named {
        Value::Array(several) => several.as_slice(),
        one => std::slice::from_ref(one),
    });
    let texts = named.filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

struct DefinitionReader<'c> {
    constants: &'c Constants,
    columns: Vec<Column>,
    selects: usize,
    path_bytes: usize,
}

impl DefinitionReader<'_> {
    fn path(&mut self, path: &str, place: &str, column: Option<&str>) -> Result<Expr, Misplaced> {
        self.path_bytes += path.len();
        let parsed = if self.path_bytes > LONGEST_PATHS {
            let what = format!("the paths of a view may have {LONGEST_PATHS} bytes together");
            Err(Fault::new(what).hint("make two views of it"))
        } else {
            parse(path, self.constants)
        };
        parsed.map_err(|fault| Misplaced {
            column: column.map(str::to_owned),
            path: Some(path.to_owned()),
            ..misplaced(place, fault)
        })
    }

    /// Reads one select. `taken` are the columns that rows of this branch already have.
    fn select(
        &mut self,
        part: &Map<String, Value>,
        place: &str,
        taken: &mut Vec<usize>,
    ) -> Result<Select, Misplaced> {
        const KNOWN: [&str; 6] = [
            "column",
            "select",
            "forEach",
            "forEachOrNull",
            "repeat",
            "unionAll",
        ];
        only(part, &KNOWN, place)?;
        self.selects += 1;
        if self.selects > MOST_SELECTS {
            let fault = Fault::new(format!("a view may have {MOST_SELECTS} selects"));
            return Err(misplaced(place, fault.hint("make two views of it")));
        }
        let mut select = Select {
            each: self.each(part, place)?,
            ..Select::default()
        };
        for (place, column) in objects(part, "column", place)? {
            let (column, path) = self.column(column, &place)?;
            let number = self.add(column, taken, &place)?;
            select.columns.push((number, path));
        }
        for (place, part) in objects(part, "select", place)? {
            select.selects.push(self.select(part, &place, taken)?);
        }
        let mut first: Option<Vec<usize>> = None;
        for (place, part) in objects(part, "unionAll", place)? {
            let before = taken.len();
            select.union.push(self.select(part, &place, taken)?);
            let added = taken.split_off(before);
            match &first {
                None => first = Some(added),
                Some(first) if *first == added => {}
                Some(first) => return Err(self.unequal(first, &added, &place)),
            }
        }
        taken.extend(first.unwrap_or_default());
        Ok(select)
    }

    fn unequal(&self, first: &[usize], other: &[usize], place: &str) -> Misplaced {
        let names = |numbers: &[usize]| {
            let names = numbers
                .iter()
                .filter_map(|number| self.columns.get(*number));
            let names: Vec<_> = names.map(|column| column.name.as_str()).collect();
            match names.is_empty() {
                true => "(none)".to_owned(),
                false => names.join(", "),
            }
        };
        let fault = Fault::new(format!(
            "this part of unionAll has the columns {}, and the first part has {}",
            names(other),
            names(first)
        ));
        misplaced(
            place,
            fault.hint("give every part the same columns in the same order"),
        )
    }

    fn each(&mut self, part: &Map<String, Value>, place: &str) -> Result<Each, Misplaced> {
        let mut one = |key: &str| -> Result<Option<Expr>, Misplaced> {
            let path = optional(part, key, place)?;
            path.map(|path| self.path(&path, &join(place, key), None))
                .transpose()
        };
        let (every, every_or_nothing) = (one("forEach")?, one("forEachOrNull")?);
        let repeat = match part.get("repeat") {
            None => None,
            Some(Value::Array(paths)) => {
                let place = join(place, "repeat");
                let paths = paths.iter().enumerate().map(|(at, path)| match path {
                    Value::String(path) => self.path(path, &format!("{place}[{at}]"), None),
                    _ => Err(wrong(format!("{place}[{at}]"), "a path must be a string")),
                });
                Some(paths.collect::<Result<Vec<_>, Misplaced>>()?)
            }
            Some(_) => {
                return Err(wrong(
                    join(place, "repeat"),
                    "'repeat' must be a list of paths",
                ));
            }
        };
        match (every, every_or_nothing, repeat) {
            (None, None, None) => Ok(Each::Once),
            (Some(path), None, None) => Ok(Each::Every(path)),
            (None, Some(path), None) => Ok(Each::EveryOrNothing(path)),
            (None, None, Some(paths)) => Ok(Each::Repeat(paths)),
            _ => Err(wrong(
                place,
                "a select has one of forEach, forEachOrNull and repeat",
            )),
        }
    }

    fn column(
        &mut self,
        part: &Map<String, Value>,
        place: &str,
    ) -> Result<(Column, Expr), Misplaced> {
        const KNOWN: [&str; 6] = ["name", "path", "type", "collection", "description", "tag"];
        let name = part.get("name").and_then(Value::as_str);
        let named = |mut misplaced: Misplaced| {
            misplaced.column = misplaced.column.or(name.map(str::to_owned));
            misplaced
        };
        only(part, &KNOWN, place).map_err(named)?;
        let name = required(part, "name", place)?;
        let named = |mut misplaced: Misplaced| {
            misplaced.column = Some(name.clone());
            misplaced
        };
        let first = name
            .chars()
            .next()
            .is_some_and(|letter| letter.is_ascii_alphabetic());
        if !first
            || !name
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        {
            let fault = Fault::new(format!("'{name}' is no column name"));
            let fault = fault.hint("a name begins with a letter, and has letters, digits and '_'");
            return Err(misplaced(join(place, "name"), fault));
        }
        let text = required(part, "path", place).map_err(named)?;
        let path = self.path(&text, &join(place, "path"), Some(&name))?;
        let fhir_type = optional(part, "type", place).map_err(named)?;
        let tags = tags(part, place).map_err(named)?;
        let ansi = tags.get(ANSI_TYPE).map(String::as_str);
        let form = Form::of(fhir_type.as_deref(), ansi).map_err(|fault| {
            // When the type is right by itself, it is the tag that is not.
            let right = Form::of(fhir_type.as_deref(), None).is_ok();
            let key = if right { "tag" } else { "type" };
            named(misplaced(join(place, key), fault))
        })?;
        let collection = match part.get("collection") {
            None => false,
            Some(Value::Bool(collection)) => *collection,
            Some(_) => {
                return Err(named(wrong(
                    join(place, "collection"),
                    "'collection' must be true or false",
                )));
            }
        };
        let column = Column {
            data_type: data_type(form, collection),
            path: text,
            tags,
            collection,
            description: optional(part, "description", place).map_err(named)?,
            fhir_type,
            form,
            name: name.clone(),
        };
        Ok((column, path))
    }

    /// The number of `column`: a new one, or, in another branch of a `unionAll`, the one it has there.
    fn add(
        &mut self,
        column: Column,
        taken: &mut Vec<usize>,
        place: &str,
    ) -> Result<usize, Misplaced> {
        let known = self
            .columns
            .iter()
            .position(|other| other.name == column.name);
        let fault = |fault: Fault| Misplaced {
            column: Some(column.name.clone()),
            ..misplaced(place, fault)
        };
        let number = match known {
            Some(number) if taken.contains(&number) => {
                let twice = Fault::new(format!("column '{}' comes twice", column.name));
                return Err(fault(twice.hint("give one of them another name")));
            }
            Some(number) => {
                let first = &mut self.columns[number];
                if first.data_type != column.data_type {
                    let what = format!(
                        "column '{}' is {} here and {} in another part of unionAll",
                        column.name,
                        column.written_type(),
                        first.written_type()
                    );
                    let differs = Fault::new(what);
                    return Err(fault(differs.hint("give it one type in every part")));
                }
                // One treatment for one column: what any part says holds for all.
                for (tag, value) in column.tags {
                    if first.tags.get(&tag).is_some_and(|other| *other != value) {
                        return Err(wrong(
                            place,
                            format!("tag '{tag}' differs between parts of unionAll"),
                        ));
                    }
                    first.tags.insert(tag, value);
                }
                if first.path != column.path {
                    first.path = format!("{} | {}", first.path, column.path);
                }
                number
            }
            None => {
                self.columns.push(column);
                self.columns.len() - 1
            }
        };
        taken.push(number);
        Ok(number)
    }
}

fn tags(part: &Map<String, Value>, place: &str) -> Result<BTreeMap<String, String>, Misplaced> {
    let mut tags = BTreeMap::new();
    for (place, tag) in objects(part, "tag", place)? {
        let (name, value) = (
            required(tag, "name", &place)?,
            required(tag, "value", &place)?,
        );
        if tags.insert(name.clone(), value).is_some() {
            return Err(wrong(place, format!("tag '{name}' comes twice")));
        }
    }
    Ok(tags)
}
