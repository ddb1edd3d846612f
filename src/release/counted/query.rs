//! The program's own queries over a model that is counted.

use super::counting::{CountedDimension, Counting, LabelLookup};
use crate::lake::TableName;
use crate::release::dimension::NOT_KNOWN;

/// The query that the rows of a table are judged by: its labels, and its counts.
pub(in crate::release) fn judged(counting: &Counting, dimensions: &[&str]) -> String {
    let mut selected = Vec::new();
    for (at, place) in counting.places.iter().enumerate() {
        let name = dimensions.get(*place).copied().unwrap_or_default();
        selected.push(format!("{} as {}", value(counting, at), quoted(name)));
    }
    // What a label is looked up by says as much as the label.
    for (column, name) in counting.looked_up_by(dimensions) {
        selected.push(format!("counted.{} as {}", quoted(column), quoted(&name)));
    }
    let groups = selected.len();
    // A sum may leave where a count of the same rows may: what is added up decides nothing.
    for name in [&counting.rows, &counting.sum].into_iter().flatten() {
        selected.push(format!("count(*) as {}", quoted(name)));
    }
    if let Some(name) = &counting.people {
        let people = "count(distinct counted.person_key)";
        selected.push(format!("{people} as {}", quoted(name)));
    }
    let by: Vec<String> = (1..=groups).map(|n| n.to_string()).collect();
    let grouped = match by.is_empty() {
        true => String::new(),
        false => format!(" group by {}", by.join(", ")),
    };
    let from = from(counting, counting.by.len());
    // Whoever is read is judged like a condition: an amount that picks somebody out may not be added up.
    let read = amounts(counting).map(|column| format!("counted.{} is not null", quoted(column)));
    let read: Vec<String> = read.collect();
    let read = match read.is_empty() {
        true => String::new(),
        false => format!(" where {}", read.join(" and ")),
    };
    format!("select {}{from}{read}{grouped}", selected.join(", "))
}

/// The columns from which a sum is made.
fn amounts(counting: &Counting) -> impl Iterator<Item = &String> {
    let amount = counting.amount.iter();
    let both = amount.flat_map(|amount| [Some(&amount.column), amount.provider.as_ref()]);
    both.flatten()
}

/// The values of one dimension, each with the smallest and the largest value of every dimension beside:
/// these are the same where it decides them.
pub(super) fn values(counting: &Counting, at: usize) -> String {
    let mut selected = vec![format!("cast({} as varchar) as value", value(counting, at))];
    for beside in 0..counting.beside.len() {
        let other = value(counting, counting.by.len() + beside);
        let known = format!("coalesce(cast({other} as varchar), '{NOT_KNOWN}')");
        selected.push(format!("min({known}) as least{beside}"));
        selected.push(format!("max({known}) as most{beside}"));
    }
    let from = from(counting, counting.by.len() + counting.beside.len());
    format!("select {}{from} group by 1", selected.join(", "))
}

/// Whose row each row is, and where it counts; the rows of one person come together. What is added up
/// comes last. With `by_provider` a row is its provider's.
pub(super) fn rows(counting: &Counting, by_provider: Option<&str>) -> String {
    let whose = match by_provider {
        Some(provider) => format!(
            "coalesce(cast(counted.{} as varchar), '')",
            quoted(provider)
        ),
        None => "counted.person_key".to_string(),
    };
    let mut selected = vec![format!("{whose} as whose")];
    for at in 0..counting.by.len() {
        selected.push(format!("cast({} as varchar) as d{at}", value(counting, at)));
    }
    if let Some(amount) = &counting.amount {
        selected.push(format!("counted.{} as amount", quoted(&amount.column)));
    }
    let from = from(counting, counting.by.len());
    format!("select {}{from} order by whose", selected.join(", "))
}

/// The values of a lookup that have more than one value of the dimension.
pub(super) fn in_two(lookup: &LabelLookup) -> String {
    let LabelLookup { table, by, gives } = lookup;
    let (by, gives) = (quoted(by), quoted(gives));
    format!(
        "select k from (select distinct cast({by} as varchar) as k, cast({gives} as varchar) as v from {table} where {by} is not null) as pairs group by k having count(*) > 1 order by k limit 3"
    )
}

/// What is counted, with the tables in which its first `dimensions` are looked up.
fn from(counting: &Counting, dimensions: usize) -> String {
    let of = &counting.of;
    let condition = match &counting.condition {
        Some(condition) => format!(" where {condition}"),
        None => String::new(),
    };
    let mut text = format!(" from (select * from {of}{condition}) as counted");
    for (at, dimension) in all(counting).take(dimensions) {
        if joins_person(counting, dimension) {
            let column = quoted(&dimension.column);
            text.push_str(&format!(
                " left join (select person_key as k, {column} as v from core.person) as looked{at} on counted.person_key = looked{at}.k"
            ));
        }
        let Some(LabelLookup { table, by, gives }) = &dimension.lookup else {
            continue;
        };
        let (by, gives, column) = (quoted(by), quoted(gives), quoted(&dimension.column));
        text.push_str(&format!(
            " left join (select distinct {by} as k, {gives} as v from {table}) as looked{at} on counted.{column} = looked{at}.k"
        ));
    }
    text
}

fn all(counting: &Counting) -> impl Iterator<Item = (usize, &CountedDimension)> {
    counting.by.iter().chain(&counting.beside).enumerate()
}

fn value(counting: &Counting, at: usize) -> String {
    match all(counting).nth(at) {
        Some((_, dimension))
            if dimension.lookup.is_none() && !joins_person(counting, dimension) =>
        {
            format!("counted.{}", quoted(&dimension.column))
        }
        _ => format!("looked{at}.v"),
    }
}

/// Whether a dimension is read from the person behind a row.
fn joins_person(counting: &Counting, dimension: &CountedDimension) -> bool {
    dimension.of_person && counting.of != TableName::new("core", "person")
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
