//! Parameters: `$name` in models and reports.

use super::date_rule::DateRule;
use crate::error::{Context, Error, Result};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParameterType {
    /// A calendar date.
    Date,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// Text.
    Text,
}

impl ParameterType {
    /// What a value of the type is, and how it is written.
    fn in_words(self) -> (&'static str, &'static str) {
        match self {
            ParameterType::Date => (
                "a date",
                "dates are written 2026-11-22, and lie between 1700 and 2199",
            ),
            ParameterType::Integer => ("a whole number", "write a whole number, such as 5"),
            ParameterType::Number => ("a number", "write a number, such as 0.95"),
            ParameterType::Text => ("a text", "write a text in quotes"),
        }
    }
}

/// A parameter's value.
#[derive(Debug, Clone, PartialEq)]
pub enum ParameterValue {
    /// A calendar date.
    Date(NaiveDate),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// Text.
    Text(String),
}

impl ParameterValue {
    /// A value of this type as it is written out.
    pub(crate) fn written(kind: ParameterType, text: &str) -> Option<Self> {
        read(kind, text)
    }

    /// Its type.
    pub(crate) fn kind(&self) -> ParameterType {
        match self {
            ParameterValue::Date(_) => ParameterType::Date,
            ParameterValue::Integer(_) => ParameterType::Integer,
            ParameterValue::Number(_) => ParameterType::Number,
            ParameterValue::Text(_) => ParameterType::Text,
        }
    }
}

impl fmt::Display for ParameterValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParameterValue::Date(date) => write!(f, "{date}"),
            ParameterValue::Integer(n) => write!(f, "{n}"),
            ParameterValue::Number(n) => write!(f, "{n}"),
            ParameterValue::Text(text) => f.write_str(text),
        }
    }
}

/// A parameter: its type and its value.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// The type.
    pub kind: ParameterType,
    /// What it is for.
    pub description: Option<String>,
    /// The value, unless `--set` gives another.
    pub default: ParameterValue,
    /// The rule that the value follows, if it was not written out.
    pub(crate) rule: Option<DateRule>,
}

impl<'de> Deserialize<'de> for Parameter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Written {
            r#type: ParameterType,
            default: toml::Value,
            description: Option<String>,
        }
        let written = Written::deserialize(deserializer)?;
        let text = match &written.default {
            toml::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let kind = written.r#type;
        let rule = DateRule::parse(&text).filter(|_| kind == ParameterType::Date);
        let default = match rule {
            Some(rule) => rule.date().map(ParameterValue::Date),
            None => read(kind, &text),
        };
        let default = default.ok_or_else(|| {
            let (what, _) = kind.in_words();
            let rules = match kind {
                ParameterType::Date => {
                    format!(", nor {}", DateRule::written())
                }
                _ => String::new(),
            };
            serde::de::Error::custom(format!("'{text}' is not {what}{rules}"))
        })?;
        Ok(Parameter {
            kind,
            description: written.description,
            default,
            rule,
        })
    }
}

fn read(kind: ParameterType, text: &str) -> Option<ParameterValue> {
    match kind {
        ParameterType::Date => NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .ok()
            // Times are counted in nanoseconds, which reach from 1677 to 2262.
            .filter(|day| (1700..=2199).contains(&day.year()))
            .map(ParameterValue::Date),
        ParameterType::Integer => text.parse().ok().map(ParameterValue::Integer),
        ParameterType::Number => text
            .parse()
            .ok()
            .filter(|n: &f64| n.is_finite())
            .map(ParameterValue::Number),
        ParameterType::Text => Some(ParameterValue::Text(text.to_string())),
    }
}

/// Applies one `name=value`.
pub(super) fn set(parameters: &mut BTreeMap<String, Parameter>, setting: &str) -> Result<()> {
    let (name, text) = setting
        .split_once('=')
        .ok_or("it has no '='")
        .usage(|| format!("--set {setting} cannot be read"))
        .map_err(|e| e.hint("write --set name=value"))?;
    let known: Vec<String> = parameters.keys().cloned().collect();
    let Some(parameter) = parameters.get_mut(name) else {
        return Err(Error::usage(format!("there is no parameter '{name}'"))
            .hint(crate::nearest::nearest(name, known)));
    };
    parameter.default = read(parameter.kind, text).ok_or_else(|| {
        let (what, written) = parameter.kind.in_words();
        Error::usage(format!("--set {name}: '{text}' is not {what}")).hint(written)
    })?;
    parameter.rule = None;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(text: &str) -> std::result::Result<Parameter, String> {
        toml::from_str(text).map_err(|e| e.message().to_string())
    }

    #[test]
    fn a_date_may_follow_a_rule() {
        let written = parameter("type = \"date\"\ndefault = \"end of last month\"").unwrap();
        assert_eq!(written.rule, Some(DateRule::EndOfLastMonth));
        let date = DateRule::EndOfLastMonth.date().unwrap();
        assert_eq!(written.default, ParameterValue::Date(date));

        let mut all = BTreeMap::from([("as_of".to_string(), written)]);
        set(&mut all, "as_of=2026-09-30").unwrap();
        assert_eq!(all["as_of"].default.to_string(), "2026-09-30");
        assert_eq!(all["as_of"].rule, None);
        let error = set(&mut all, "as_of=yesterday").unwrap_err();
        assert_eq!(error.what(), "--set as_of: 'yesterday' is not a date");
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        assert_eq!(
            parameter("type = \"date\"\ndefault = \"tomorrow\"").unwrap_err(),
            "'tomorrow' is not a date, nor \"yesterday\" or \"end of last month\""
        );
        assert_eq!(
            parameter("type = \"integer\"\ndefault = \"yesterday\"").unwrap_err(),
            "'yesterday' is not a whole number"
        );
        let text = parameter("type = \"text\"\ndefault = \"yesterday\"").unwrap();
        assert_eq!(text.default, ParameterValue::Text("yesterday".to_string()));
        assert_eq!(text.rule, None);
    }
}
