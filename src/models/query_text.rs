//! The text of a query as it counts: without comments and layout, with the parameters that it names.

use crate::error::{Context, Result};
use crate::pipeline::ParameterValue;
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The text of a query as it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QueryText {
    /// Without comments, with single spaces: what it means, not how it is laid out.
    pub normalised: String,
    /// The parameters that it names, without `$`.
    parameters: BTreeSet<String>,
}

impl QueryText {
    /// Reads a query.
    ///
    /// # Errors
    /// Usage: it cannot be read.
    pub(crate) fn of(sql: &str) -> Result<Self> {
        let tokens = Tokenizer::new(&GenericDialect {}, sql)
            .tokenize_with_location()
            .usage(|| "this SQL cannot be read")?;
        Ok(Self::of_tokens(&tokens))
    }

    /// The text of which these are the tokens.
    pub(crate) fn of_tokens(tokens: &[TokenWithSpan]) -> Self {
        let mut normalised = String::new();
        let mut parameters = BTreeSet::new();
        let mut apart = false;
        for TokenWithSpan { token, .. } in tokens {
            if let Token::Placeholder(name) = token {
                parameters.insert(name.trim_start_matches('$').to_string());
            }
            match token {
                Token::Whitespace(_) => apart = true,
                token => {
                    if apart && !normalised.is_empty() {
                        normalised.push(' ');
                    }
                    apart = false;
                    // A text takes whatever is written to it.
                    let _ = write!(normalised, "{token}");
                }
            }
        }
        QueryText {
            normalised,
            parameters,
        }
    }

    /// Those of `parameters` that it names, with their values.
    pub(crate) fn used<'a>(
        &self,
        parameters: &'a BTreeMap<String, ParameterValue>,
    ) -> BTreeMap<&'a str, &'a ParameterValue> {
        let used = parameters.iter();
        let used = used.filter(|(name, _)| self.parameters.contains(*name));
        used.map(|(name, value)| (name.as_str(), value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_and_comments_do_not_count() {
        let a = QueryText::of("/* $x */ select a,\n  b -- note\nfrom t").unwrap();
        let b = QueryText::of("select a, b from t").unwrap();
        assert_eq!(a, b);
        assert_eq!(a.normalised, "select a, b from t");
        assert_ne!(a, QueryText::of("select a, 'b  ' from t").unwrap());
    }

    #[test]
    fn parameters_are_those_that_the_query_names() {
        let text = QueryText::of("select $a, '$b' from t -- $c").unwrap();
        let known: BTreeMap<String, ParameterValue> = ["a", "b", "c"]
            .map(|name| (name.to_string(), ParameterValue::Integer(1)))
            .into();
        assert_eq!(text.used(&known).into_keys().collect::<Vec<_>>(), ["a"]);
    }
}
