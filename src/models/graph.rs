//! The order of models: each after what it reads.

use super::library::Library;
use crate::error::{Error, Result};
use crate::lake::TableName;
use std::collections::BTreeSet;

/// `wanted` models and all that they need, each after what it reads. A cycle is an error that
/// names it.
pub(crate) fn order(library: &Library, wanted: &BTreeSet<TableName>) -> Result<Vec<TableName>> {
    let mut walk = GraphWalk {
        library,
        done: BTreeSet::new(),
        path: Vec::new(),
        order: Vec::new(),
    };
    for name in wanted {
        walk.visit(name)?;
    }
    Ok(walk.order)
}

struct GraphWalk<'a> {
    library: &'a Library,
    done: BTreeSet<TableName>,
    path: Vec<TableName>,
    order: Vec<TableName>,
}

impl GraphWalk<'_> {
    fn visit(&mut self, name: &TableName) -> Result<()> {
        if self.done.contains(name) {
            return Ok(());
        }
        let Some(model) = self.library.models.get(name) else {
            return Ok(());
        };
        if let Some(from) = self.path.iter().position(|n| n == name) {
            let mut cycle: Vec<String> =
                self.path[from..].iter().map(TableName::to_string).collect();
            cycle.push(name.to_string());
            return Err(Error::usage("models read each other in a cycle")
                .cause(cycle.join(" → "))
                .hint("let one of them read something earlier instead"));
        }
        self.path.push(name.clone());
        for read in &model.reads {
            self.visit(read)?;
        }
        self.path.pop();
        self.done.insert(name.clone());
        self.order.push(name.clone());
        Ok(())
    }
}
