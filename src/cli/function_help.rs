//! What `\h` says of functions.

use crate::error::{Error, Result};
use crate::functions::{Doc, sections};
use crate::nearest::nearest;
use datafusion::logical_expr::Documentation;
use datafusion::prelude::SessionContext;
use std::fmt::Write;

/// Columns of a terminal that text fills.
const WIDTH: usize = 96;

/// The page of the function `name`, or all names by section when it is empty.
pub(super) fn help(name: &str) -> Result<String> {
    let name = name.trim_end_matches("()").to_lowercase();
    let sections = sections();
    if name.is_empty() {
        let mut page = String::new();
        for section in &sections {
            let names: Vec<&str> = section.functions.iter().map(|f| f.doc.name).collect();
            let _ = writeln!(page, "{}", section.title);
            paragraph(&mut page, 2, &names.join(", "));
        }
        page.push_str("\n\\h rate explains rate; \\h sum explains one of DataFusion's.\n");
        return Ok(page);
    }
    let functions = || sections.iter().flat_map(|section| &section.functions);
    if let Some(function) = functions().find(|function| function.doc.name == name) {
        return Ok(page(function.doc));
    }
    let known = functions().map(|function| function.doc.name);
    engines_own(&name).ok_or_else(|| {
        Error::usage(format!("there is no function {name}")).hint(nearest(&name, known))
    })
}

fn page(doc: &Doc) -> String {
    let mut page = format!("{}\n\n", doc.syntax);
    paragraph(&mut page, 0, doc.summary);
    arguments(&mut page, doc.arguments.iter().copied());
    for (title, text) in doc.parts() {
        let _ = writeln!(page, "\n{title}");
        paragraph(&mut page, 2, text);
    }
    let _ = writeln!(page, "\nExample");
    for line in doc.example.lines() {
        let _ = writeln!(page, "  {line}");
    }
    page
}

/// The page of one of DataFusion's functions.
fn engines_own(name: &str) -> Option<String> {
    let state = SessionContext::new().state();
    let scalar = state.scalar_functions().get(name).cloned();
    let aggregate = state.aggregate_functions().get(name).cloned();
    let window = state.window_functions().get(name).cloned();
    let doc: &Documentation = scalar
        .as_ref()
        .and_then(|function| function.documentation())
        .or_else(|| aggregate.as_ref().and_then(|f| f.documentation()))
        .or_else(|| window.as_ref().and_then(|f| f.documentation()))?;
    let mut page = format!("{}\n\n", doc.syntax_example);
    paragraph(&mut page, 0, &doc.description);
    let named = doc.arguments.iter().flatten();
    arguments(&mut page, named.map(|(n, m)| (n.as_str(), m.as_str())));
    if let Some(example) = &doc.sql_example {
        let _ = writeln!(page, "\nExample");
        for line in example.lines().filter(|line| !line.starts_with("```")) {
            let _ = writeln!(page, "  {line}");
        }
    }
    Some(page)
}

fn arguments<'a>(page: &mut String, arguments: impl Iterator<Item = (&'a str, &'a str)>) {
    for (at, (name, meaning)) in arguments.enumerate() {
        if at == 0 {
            page.push_str("\nArguments\n");
        }
        paragraph(page, 2, &format!("{name}: {meaning}"));
    }
}

/// Text in lines of [`WIDTH`], set in by `indent`; lines after the first two more.
fn paragraph(page: &mut String, indent: usize, text: &str) {
    let mut width = indent;
    page.push_str(&" ".repeat(indent));
    for (at, word) in text.split_whitespace().enumerate() {
        let length = word.chars().count();
        if at > 0 && width + 1 + length > WIDTH {
            width = if indent == 0 { 0 } else { indent + 2 };
            page.push('\n');
            page.push_str(&" ".repeat(width));
        } else if at > 0 {
            page.push(' ');
            width += 1;
        }
        page.push_str(word);
        width += length;
    }
    page.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_by_section() {
        let page = help("").unwrap();
        for section in sections() {
            assert!(page.contains(section.title), "{page}");
            for function in section.functions {
                assert!(page.contains(function.doc.name), "{page}");
            }
        }
    }

    #[test]
    fn a_page_says_how_to_call_the_function_and_what_it_refuses() {
        let page = help("RATE").unwrap();
        assert!(page.starts_with("rate(x, n"), "{page}");
        for part in [
            "Arguments\n  x: events",
            "NULL, zero and errors",
            "Example\n  select rate(",
        ] {
            assert!(page.contains(part), "{page}");
        }
        assert!(
            page.lines().all(|line| line.chars().count() <= WIDTH + 2),
            "{page}"
        );
    }

    #[test]
    fn a_function_of_the_engine_has_a_page_too() {
        let page = help("lead").unwrap();
        assert!(
            page.starts_with("lead(expression, offset, default)"),
            "{page}"
        );
    }

    #[test]
    fn a_misspelt_name_gets_the_nearest() {
        let error = help("age_bnad").unwrap_err();
        assert_eq!(error.what(), "there is no function age_bnad");
        assert_eq!(error.hint_text(), Some("did you mean 'age_band'?"));
    }
}
