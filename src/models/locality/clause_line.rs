//! The line of a clause, where the text has only one of its kind.

use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

/// The line of the only clause of `sql` that a node of this name can come from; None where there are
/// several, or none.
pub(super) fn clause_line(sql: &str, node: &str) -> Option<u64> {
    let dialect = GenericDialect {};
    let tokens = Tokenizer::new(&dialect, sql)
        .tokenize_with_location()
        .ok()?;
    let tokens: Vec<TokenWithSpan> = tokens
        .into_iter()
        .filter(|token| !matches!(token.token, Token::Whitespace(_)))
        .collect();
    let words: &[&[&str]] = match node {
        "group by" => &[&["group", "by"]],
        "distinct or group by" => &[&["group", "by"], &["distinct"]],
        "distinct" | "distinct on" => &[&["distinct"]],
        "join" => &[&["join"], &["exists"], &["in", "("]],
        "union" => &[&["union"]],
        "limit" => &[&["limit"], &["offset"], &["fetch"]],
        "window" => &[&["over"]],
        "with recursive" => &[&["recursive"]],
        node => {
            let function = node.split_once("()")?.0;
            return only(&tokens, &[&[function, "("]]);
        }
    };
    only(&tokens, words)
}

/// The line of the only place where one of these sequences of words stands.
fn only(tokens: &[TokenWithSpan], sequences: &[&[&str]]) -> Option<u64> {
    let stands = |at: usize, words: &[&str]| {
        words.iter().enumerate().all(|(after, word)| {
            let token = tokens.get(at + after);
            token.is_some_and(|token| token.token.to_string().eq_ignore_ascii_case(word))
        })
    };
    let mut found = (0..tokens.len()).filter(|at| sequences.iter().any(|words| stands(*at, words)));
    let (first, second) = (found.next()?, found.next());
    match second {
        None => tokens.get(first).map(|token| token.span.start.line),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_only_clause_of_its_kind_has_a_line() {
        let sql = "/*\ngroup by\n*/\nselect a, count(*) -- group by\nfrom t\nGROUP  BY a\nlimit 3";
        assert_eq!(clause_line(sql, "group by"), Some(6));
        assert_eq!(clause_line(sql, "limit"), Some(7));
        assert_eq!(clause_line(sql, "count()"), Some(4));
        assert_eq!(clause_line(sql, "sum()"), None);
        assert_eq!(clause_line(sql, "union"), None);
        assert_eq!(clause_line(sql, "select"), None);
    }

    #[test]
    fn one_of_several_has_none() {
        let sql = "select a from t group by a union all select a from u group by a";
        assert_eq!(clause_line(sql, "group by"), None);
        assert_eq!(clause_line(sql, "union"), Some(1));
        assert_eq!(clause_line("select 'group', by from t", "group by"), None);
    }
}
