//! What an analyst must know of a function.

use datafusion::logical_expr::{DocSection, Documentation};

/// An argument: its name, and its meaning with unit and default.
pub(super) type Argument = (&'static str, &'static str);

/// A function's page in `docs/functions.md`. Texts are Markdown, without headings.
#[derive(Debug)]
pub struct Doc {
    /// Its name in SQL.
    pub name: &'static str,
    /// How it is called: `rate(x, n [, multiplier])`.
    pub syntax: &'static str,
    /// What it is for, in a sentence or two.
    pub summary: &'static str,
    /// In the order of a call.
    pub arguments: &'static [Argument],
    /// What it gives: the type, the unit, the fields of a struct.
    pub gives: &'static str,
    /// The formula or the definition.
    pub formula: &'static str,
    /// What NULL, zero and impossible values do.
    pub rules: &'static str,
    /// Where formula and defaults come from.
    pub source: &'static str,
    /// A query that can be run as it stands (reference tables are there); the page shows its
    /// result.
    pub example: &'static str,
}

impl Doc {
    /// What follows summary and arguments, each part with its title.
    pub fn parts(&self) -> [(&'static str, &'static str); 4] {
        [
            ("Gives", self.gives),
            ("Formula", self.formula),
            ("NULL, zero and errors", self.rules),
            ("Source", self.source),
        ]
    }

    /// The same for the engine's own lists (`show functions`).
    pub(super) fn documentation(&self) -> Documentation {
        let section = DocSection {
            include: true,
            label: "Populace",
            description: None,
        };
        let mut page = Documentation::builder(section, self.summary, self.syntax)
            .with_sql_example(self.example);
        for (name, meaning) in self.arguments {
            page = page.with_argument(*name, *meaning);
        }
        page.build()
    }
}
