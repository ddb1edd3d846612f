//! How long a query may be.
//!
//! Plans are trees that are walked on the stack, and a chain of 10,000 `or` is 10,000 deep: the process
//! would end in the middle of everything. The time to plan grows with the square of such chains, too.

use crate::error::{Error, Result};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

/// Operators that stand one in another.
const OPERATORS: usize = 1_000;
/// Queries within a query, those of `union` among them.
const QUERIES: usize = 500;
/// Joins.
const JOINS: usize = 200;

/// Refuses a text that makes too deep a plan. One that is no SQL passes: the parser says why.
pub(super) fn refuse_too_long(place: &str, sql: &str) -> Result<()> {
    let Ok(tokens) = Tokenizer::new(&GenericDialect {}, sql).tokenize() else {
        return Ok(());
    };
    let length = Length::of(&tokens);
    let refused = |count: usize, most: usize, what: &str, hint: &str| match count > most {
        true => Err(Error::usage(format!(
            "{place}: the query is too long: it has {count} {what}, and may have {most}"
        ))
        .hint(hint)),
        false => Ok(()),
    };
    refused(
        length.operators,
        OPERATORS,
        "operators in one expression",
        "write `x in (…)` for many comparisons, or join a reference table that lists the values",
    )?;
    refused(
        length.queries,
        QUERIES,
        "queries in it",
        "make models of its parts",
    )?;
    refused(length.joins, JOINS, "joins", "make models of its parts")
}

#[derive(Default)]
struct Length {
    /// The most operators that one expression has, with those around it.
    operators: usize,
    queries: usize,
    joins: usize,
}

impl Length {
    fn of(tokens: &[Token]) -> Self {
        let mut length = Length::default();
        // Operators so far at each depth of brackets.
        let mut open = vec![0_usize];
        let mut around = 0;
        for token in tokens {
            match token {
                Token::LParen | Token::LBracket => {
                    around += open.last().copied().unwrap_or(0);
                    open.push(0);
                }
                Token::RParen | Token::RBracket => {
                    open.pop();
                    around -= open.last().copied().unwrap_or(0).min(around);
                }
                Token::Comma | Token::SemiColon => begin(&mut open),
                Token::Word(word) => match word.keyword {
                    Keyword::SELECT | Keyword::VALUES => {
                        length.queries += usize::from(word.keyword == Keyword::SELECT);
                        begin(&mut open);
                    }
                    Keyword::JOIN => {
                        length.joins += 1;
                        begin(&mut open);
                    }
                    Keyword::WHEN
                    | Keyword::THEN
                    | Keyword::ELSE
                    | Keyword::FROM
                    | Keyword::WHERE
                    | Keyword::HAVING
                    | Keyword::BY => begin(&mut open),
                    Keyword::AND | Keyword::OR | Keyword::XOR | Keyword::NOT | Keyword::IS => {
                        count(&mut open);
                    }
                    _ => {}
                },
                token if is_operator(token) => count(&mut open),
                _ => {}
            }
            let here = around + open.last().copied().unwrap_or(0);
            length.operators = length.operators.max(here);
        }
        length
    }
}

fn begin(open: &mut [usize]) {
    if let Some(operators) = open.last_mut() {
        *operators = 0;
    }
}

fn count(open: &mut [usize]) {
    if let Some(operators) = open.last_mut() {
        *operators += 1;
    }
}

fn is_operator(token: &Token) -> bool {
    !matches!(
        token,
        Token::EOF
            | Token::Word(_)
            | Token::Number(..)
            | Token::Char(_)
            | Token::Whitespace(_)
            | Token::Period
            | Token::SingleQuotedString(_)
            | Token::DoubleQuotedString(_)
            | Token::Placeholder(_)
            | Token::Eq
            | Token::Lt
            | Token::Gt
            | Token::LtEq
            | Token::GtEq
            | Token::Neq
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operators(sql: &str) -> usize {
        let tokens = Tokenizer::new(&GenericDialect {}, sql).tokenize().unwrap();
        Length::of(&tokens).operators
    }

    #[test]
    fn operators_are_counted_where_they_stand_one_in_another() {
        assert_eq!(operators("select a + b, c + d from t where x or y"), 1);
        assert_eq!(operators("select 1 + (2 + (3 + 4 - 5))"), 4);
        assert_eq!(operators("select (1 + 2 + 3), (4 + 5)"), 2);
        assert_eq!(operators("select 1 -- + + +\n, '+ +'"), 0);
        assert_eq!(
            operators("case when a and b then 1 when c or d then 2 end"),
            1
        );
    }

    #[test]
    fn long_lists_and_choices_are_not_deep() {
        let list: Vec<String> = (0..5_000).map(|n| n.to_string()).collect();
        let whens: Vec<String> = (0..5_000)
            .map(|n| format!("when x = {n} and y then {n}"))
            .collect();
        let sql = format!(
            "select case {} end from t where x in ({})",
            whens.join(" "),
            list.join(",")
        );
        assert!(refuse_too_long("query", &sql).is_ok());
    }

    #[test]
    fn chains_that_would_fill_the_stack_are_refused() {
        for (sql, what) in [
            (
                vec!["x = 1"; 1_002].join(" or "),
                "1001 operators in one expression",
            ),
            (
                vec!["select 1"; 501].join(" union all "),
                "501 queries in it",
            ),
            (vec!["t"; 202].join(" join "), "201 joins"),
        ] {
            let error = refuse_too_long("query", &sql).unwrap_err();
            assert!(error.what().contains(what), "{error}");
        }
    }
}
