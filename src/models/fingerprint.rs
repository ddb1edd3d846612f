//! A model's fingerprint: it changes when the model could come out otherwise, and only then.

use super::library::Model;
use crate::error::{Context, Result};
use crate::pipeline::ParameterValue;
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer, Whitespace};
use std::collections::BTreeMap;

/// The form of fingerprints. Tables of an earlier form are built again, since nothing says what they
/// were built with.
const FORM: &str = "form 2";

/// The SQL without comments and with single spaces: what it means, not how it is laid out.
pub(crate) fn normalised(sql: &str) -> Result<String> {
    let tokens = Tokenizer::new(&GenericDialect {}, sql)
        .tokenize()
        .usage(|| "this SQL cannot be read")?;
    let mut text = String::with_capacity(sql.len());
    let mut apart = false;
    for token in tokens {
        match token {
            Token::Whitespace(Whitespace::Space | Whitespace::Newline | Whitespace::Tab)
            | Token::Whitespace(_) => apart = true,
            token => {
                if apart && !text.is_empty() {
                    text.push(' ');
                }
                apart = false;
                text.push_str(&token.to_string());
            }
        }
    }
    Ok(text)
}

/// The parameters that a query uses, with their values.
pub(crate) fn used<'a>(
    sql: &str,
    parameters: &'a BTreeMap<String, ParameterValue>,
) -> Result<BTreeMap<&'a str, &'a ParameterValue>> {
    let tokens = Tokenizer::new(&GenericDialect {}, sql)
        .tokenize()
        .usage(|| "this SQL cannot be read")?;
    let names: Vec<String> = tokens
        .into_iter()
        .filter_map(|token| match token {
            Token::Placeholder(name) => Some(name.trim_start_matches('$').to_string()),
            _ => None,
        })
        .collect();
    Ok(parameters
        .iter()
        .filter(|(name, _)| names.contains(name))
        .map(|(name, value)| (name.as_str(), value))
        .collect())
}

/// The fingerprint of a model over inputs of these versions.
pub(super) fn of(
    model: &Model,
    parameters: &BTreeMap<String, ParameterValue>,
    inputs: &BTreeMap<String, String>,
) -> Result<String> {
    let mut hash = blake3::Hasher::new();
    let mut add = |text: &str| {
        hash.update(&(text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    };
    add(FORM);
    add(&normalised(&model.sql)?);
    // A check that was added must run over what is there.
    for check in &model.header.checks {
        add(&check.text());
    }
    add(&crate::functions::VERSION.to_string());
    for (name, value) in used(&model.sql, parameters)? {
        add(name);
        // 1, 1.0 and '1' are different values to a query.
        add(&format!("{:?}", value.kind()));
        add(&value.to_string());
    }
    for (table, version) in inputs {
        add(table);
        add(version);
    }
    Ok(hash.finalize().to_hex()[..32].to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_and_comments_do_not_count() {
        let a = normalised("/* x */ select a,\n  b -- note\nfrom t").unwrap();
        let b = normalised("select a, b from t").unwrap();
        assert_eq!(a, b);
        assert_ne!(a, normalised("select a, 'b  ' from t").unwrap());
    }
}
