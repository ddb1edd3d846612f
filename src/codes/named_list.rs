//! A code list: what it is called, what it holds, and where it comes from.

use super::code_set::CodeSet;
use super::code_system::CodeSystem;
use super::list_settings::{CodeMatch, ListSettings};
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, StringArray};
use arrow::compute::{cast, take};
use arrow::datatypes::{DataType, Field, Int64Type, Schema};
use arrow::error::ArrowError;
use std::sync::Arc;

/// A code list.
#[derive(Debug)]
pub(crate) struct NamedCodeList {
    /// Its name, as queries write it.
    pub name: String,
    /// The system of its codes.
    pub system: CodeSystem,
    /// Whether its codes also stand for those that begin with them.
    pub by_prefix: bool,
    /// Each code once, sorted, with its term where there is one.
    pub codes: Vec<(String, Option<String>)>,
    /// Who published it, and where.
    pub source: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Under which licence.
    pub licence: Option<String>,
    pub(super) set: CodeSet,
}

impl NamedCodeList {
    /// What another list is that is compared with records in the same way.
    pub(super) fn settings(&self) -> ListSettings {
        ListSettings {
            system: Some(self.system),
            matching: Some(match self.by_prefix {
                true => CodeMatch::Prefix,
                false => CodeMatch::Exact,
            }),
            ..ListSettings::default()
        }
    }

    /// A digest of what it holds: another one gives other answers.
    pub(crate) fn content(&self) -> String {
        let mut hash = blake3::Hasher::new();
        let mut add = |text: &str| {
            hash.update(&(text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        };
        add("code list 1");
        add(self.system.name());
        add(if self.by_prefix { "prefix" } else { "exact" });
        for (code, term) in &self.codes {
            add(code);
            add(term.as_deref().unwrap_or_default());
        }
        hash.finalize().to_hex()[..32].to_string()
    }

    /// Its codes as rows of a table: `code` and `term`.
    pub(crate) fn rows(&self) -> Result<RecordBatch, ArrowError> {
        let codes = self.codes.iter().map(|(code, _)| Some(code.as_str()));
        let terms = self.codes.iter().map(|(_, term)| term.as_deref());
        let column = |name: &str| Field::new(name, DataType::Utf8, true);
        let schema = Schema::new(vec![column("code"), column("term")]);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(codes.collect::<StringArray>()),
            Arc::new(terms.collect::<StringArray>()),
        ];
        RecordBatch::try_new(Arc::new(schema), columns)
    }

    /// For each code whether it is in the list; NULL for NULL. Codes are texts or whole numbers.
    pub(crate) fn has_each(&self, codes: &ArrayRef) -> Result<BooleanArray, ArrowError> {
        let text = |code: Option<&str>| code.map(|code| self.set.has(code));
        Ok(match codes.data_type() {
            DataType::Utf8 => codes.as_string::<i32>().iter().map(text).collect(),
            DataType::LargeUtf8 => codes.as_string::<i64>().iter().map(text).collect(),
            DataType::Utf8View => codes.as_string_view().iter().map(text).collect(),
            DataType::Int64 => {
                let codes = codes.as_primitive::<Int64Type>().iter();
                codes
                    .map(|code| code.map(|code| self.set.has_number(code)))
                    .collect()
            }
            DataType::Dictionary(_, _) => {
                // A code that many rows have is looked up once.
                let dictionary = codes.as_any_dictionary();
                let of_values = self.has_each(dictionary.values())?;
                take(&of_values, dictionary.keys(), None)?
                    .as_boolean()
                    .clone()
            }
            // Those above the largest of Int64 would become NULL.
            DataType::UInt64 => self.has_each(&cast(codes, &DataType::Utf8)?)?,
            kind if kind.is_integer() => self.has_each(&cast(codes, &DataType::Int64)?)?,
            _ => self.has_each(&cast(codes, &DataType::Utf8)?)?,
        })
    }
}
