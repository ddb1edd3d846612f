//! A view's column: its FHIR type, its Arrow type, its tags.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, TimeUnit};

use super::path::Fault;
use crate::nearest::near;

/// The tag of SQL on FHIR that asks for another SQL type than the FHIR type's own.
pub(crate) const ANSI_TYPE: &str = "ansi/type";

/// The tag of a column without whose value a row is nothing: `true`.
const NEEDED: &str = "populace/needed";

/// The column that refers to the person of a row.
const PERSON_KEY: &str = "person_key";

/// A column of a view.
#[derive(Debug, Clone)]
pub struct Column {
    /// The name, unique in the view.
    pub name: String,
    /// The Arrow type: a list of the element's type when `collection` is set.
    pub data_type: DataType,
    /// The path as the view writes it, relative to its `forEach`.
    pub path: String,
    /// The tags, by name.
    pub tags: BTreeMap<String, String>,
    /// Whether the column holds all values of the path and not at most one.
    pub collection: bool,
    /// What the view says about the column.
    pub description: Option<String>,
    /// The FHIR type, when the view gives one.
    pub fhir_type: Option<String>,
    pub(super) form: Form,
}

impl Column {
    /// Whether a value that cannot be read costs the row, and not only the value: the view says so, or
    /// the value says whose the row is.
    pub(crate) fn is_needed(&self) -> bool {
        let tagged = |tag: &str, value: &str| self.tags.get(tag).is_some_and(|own| own == value);
        tagged(NEEDED, "true") || tagged("populace/privacy", "person") || self.name == PERSON_KEY
    }

    /// The type as the view writes it, for messages.
    pub(super) fn written_type(&self) -> String {
        let own = match (self.tags.get(ANSI_TYPE), &self.fhir_type) {
            (Some(ansi), _) => ansi.as_str(),
            (None, Some(fhir)) => fhir.as_str(),
            (None, None) => "text",
        };
        if self.collection {
            format!("a collection of {own}")
        } else {
            format!("'{own}'")
        }
    }
}

/// What a value must look like, and what it becomes.
///
/// FHIR's dates and times may be partial, so that the standard keeps them as text. A column whose
/// `ansi/type` tag is `DATE` or `TIMESTAMP` becomes that type, and a partial date its first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Any primitive, as text.
    Any,
    /// A string.
    Text,
    /// A string that is a date (without a time), kept as text.
    DateText,
    /// A string that is a date or a date-time, kept as text.
    MomentText,
    /// A string that is a time of day, kept as text.
    TimeText,
    Boolean,
    Int32,
    Int64,
    Float64,
    /// Days since 1970-01-01 of the day as written.
    Date,
    /// Microseconds since 1970-01-01T00:00 UTC.
    Timestamp,
}

impl Form {
    pub(super) fn data_type(self) -> DataType {
        match self {
            Form::Any | Form::Text | Form::DateText | Form::MomentText | Form::TimeText => {
                DataType::Utf8
            }
            Form::Boolean => DataType::Boolean,
            Form::Int32 => DataType::Int32,
            Form::Int64 => DataType::Int64,
            Form::Float64 => DataType::Float64,
            Form::Date => DataType::Date32,
            Form::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
        }
    }

    /// The form of FHIR type `fhir`, or of SQL type `ansi` made from it.
    pub(super) fn of(fhir: Option<&str>, ansi: Option<&str>) -> Result<Form, Fault> {
        let own = match fhir {
            None => Form::Any,
            Some(fhir) => Form::of_fhir(fhir)?,
        };
        let Some(ansi) = ansi else { return Ok(own) };
        let wanted = Form::of_ansi(ansi)?;
        let fits = match wanted {
            Form::Date => matches!(own, Form::DateText | Form::MomentText | Form::Any),
            Form::Timestamp => matches!(own, Form::DateText | Form::MomentText | Form::Any),
            Form::Int32 | Form::Int64 => matches!(own, Form::Int32 | Form::Int64 | Form::Any),
            Form::Float64 => {
                matches!(own, Form::Int32 | Form::Int64 | Form::Float64 | Form::Any)
            }
            Form::Boolean => matches!(own, Form::Boolean | Form::Any),
            _ => true,
        };
        match (fits, wanted) {
            // Text of any kind stays in its own form, so that it is still checked.
            (true, Form::Text) if own.data_type() == DataType::Utf8 => Ok(own),
            (true, Form::Text) => Ok(Form::Any),
            (true, wanted) => Ok(wanted),
            (false, _) => Err(Fault::new(format!(
                "a '{}' cannot become SQL type '{ansi}'",
                fhir.unwrap_or_default()
            ))),
        }
    }

    fn of_fhir(fhir: &str) -> Result<Form, Fault> {
        const TEXT: [&str; 11] = [
            "string",
            "code",
            "id",
            "uri",
            "url",
            "canonical",
            "oid",
            "uuid",
            "markdown",
            "base64Binary",
            "xhtml",
        ];
        const OTHER: [&str; 11] = [
            "boolean",
            "integer",
            "positiveInt",
            "unsignedInt",
            "integer64",
            "decimal",
            "date",
            "dateTime",
            "instant",
            "time",
            "number",
        ];
        let name = fhir.rsplit(['/', '.']).next().unwrap_or(fhir);
        Ok(match name {
            _ if TEXT.contains(&name) || name == "String" => Form::Text,
            "boolean" | "Boolean" => Form::Boolean,
            "integer" | "positiveInt" | "unsignedInt" | "Integer" => Form::Int32,
            "integer64" => Form::Int64,
            "decimal" | "number" | "Decimal" => Form::Float64,
            "date" | "Date" => Form::DateText,
            "dateTime" | "instant" | "DateTime" => Form::MomentText,
            "time" | "Time" => Form::TimeText,
            _ => {
                let fault = Fault::new(format!("unknown type '{fhir}'"));
                return Err(match near(name, TEXT.into_iter().chain(OTHER)) {
                    Some(near) => fault.hint(format!("did you mean '{near}'?")),
                    None => fault.hint("a column holds a primitive FHIR type"),
                });
            }
        })
    }

    fn of_ansi(ansi: &str) -> Result<Form, Fault> {
        let name = ansi
            .split('(')
            .next()
            .unwrap_or(ansi)
            .trim()
            .to_ascii_uppercase();
        Ok(match name.as_str() {
            "DATE" => Form::Date,
            "TIMESTAMP" | "TIMESTAMP WITHOUT TIME ZONE" => Form::Timestamp,
            "BOOLEAN" => Form::Boolean,
            "INTEGER" | "INT" | "SMALLINT" => Form::Int32,
            "BIGINT" => Form::Int64,
            "DOUBLE PRECISION" | "DOUBLE" | "REAL" | "FLOAT" => Form::Float64,
            "CHARACTER VARYING" | "VARCHAR" | "CHARACTER" | "CHAR" | "TEXT" => Form::Text,
            _ => {
                let known = [
                    "DATE",
                    "TIMESTAMP",
                    "BOOLEAN",
                    "INTEGER",
                    "BIGINT",
                    "VARCHAR",
                ];
                let fault = Fault::new(format!("unknown SQL type '{ansi}' in tag '{ANSI_TYPE}'"));
                return Err(match near(&name, known) {
                    Some(near) => fault.hint(format!("did you mean '{near}'?")),
                    None => fault.hint(format!(
                        "known are {} and DOUBLE PRECISION",
                        known.join(", ")
                    )),
                });
            }
        })
    }
}

/// The type of a column of `form`.
pub(super) fn data_type(form: Form, collection: bool) -> DataType {
    let own = form.data_type();
    if collection {
        DataType::List(Arc::new(Field::new("item", own, true)))
    } else {
        own
    }
}
