//! What an analyst must know of a function.

use datafusion::logical_expr::{DocSection, Documentation};
use std::hash::{Hash, Hasher};

/// A function's page in `docs/functions.md`. Texts are Markdown, without headings.
#[derive(Debug)]
pub struct Doc {
    /// Its name in SQL.
    pub name: &'static str,
    /// How it is called: `rate(x, n [, multiplier])`.
    pub syntax: &'static str,
    /// What it is for, in a sentence or two.
    pub summary: &'static str,
    /// Each argument with its meaning, unit and default.
    pub arguments: &'static [(&'static str, &'static str)],
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

/// Two functions of one name are one function: the engine compares plans by that.
impl PartialEq for Doc {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Doc {}

impl Hash for Doc {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}
