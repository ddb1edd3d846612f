//! What a plan's rows rest on, and why.

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::Expr;
use std::collections::BTreeSet;
use std::fmt;

/// What a plan's rows rest on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Locality {
    /// Rests on no table of people.
    Constant,
    /// The rows of a person rest on the rows of that person, and on tables without people, alone: the
    /// rows with a value of the key are what the query makes of the rows with that value. NULL is one
    /// value more.
    PersonLocal {
        /// The output columns, by their places, that hold the person key; never none.
        keys: BTreeSet<usize>,
    },
    /// Anything else.
    Global(GlobalCause),
}

/// The node of a plan that makes it global.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct GlobalCause {
    /// The node in a word or two, such as `group by` or `join`.
    pub node: String,
    /// What it lacks.
    pub why: String,
    /// The line of the SQL where it stands, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
}

impl GlobalCause {
    pub(in crate::models) fn new(node: impl Into<String>, why: impl Into<String>) -> Self {
        GlobalCause {
            node: node.into(),
            why: why.into(),
            line: None,
        }
    }

    /// The same, at the first line that any column of `expressions` says it stands in.
    pub(in crate::models) fn at<'a>(
        mut self,
        expressions: impl IntoIterator<Item = &'a Expr>,
    ) -> Self {
        let lines = expressions.into_iter().filter_map(line);
        self.line = self.line.or_else(|| lines.min());
        self
    }
}

fn line(expression: &Expr) -> Option<u64> {
    let mut first = None;
    // A walk that looks alone does not fail.
    let _ = expression.apply(|part| {
        if let Expr::Column(column) = part {
            let lines = column.spans.iter().map(|span| span.start.line);
            first = lines.filter(|line| *line > 0).chain(first).min();
        }
        Ok(TreeNodeRecursion::Continue)
    });
    first
}

impl fmt::Display for GlobalCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.node, self.why)
    }
}
