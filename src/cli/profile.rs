//! What the queries of a run took, for people.

use super::size::{count, show};
use crate::engine::QueryProfile;

/// A table for each query, its operators indented below those that read them.
pub(super) fn lines(queries: &[QueryProfile]) -> Vec<String> {
    let mut lines = Vec::new();
    for query in queries {
        lines.push(format!("profile  {}  {:.2} s", query.place, query.seconds));
        lines.push(format!(
            "         {:<44} {:>9} {:>13} {:>9} {:>9}",
            "operator", "seconds", "rows", "memory", "spilled"
        ));
        for one in &query.operators {
            let name = format!("{}{}", "  ".repeat(one.depth), one.operator);
            let seconds = one.seconds.map(|seconds| format!("{seconds:.3}"));
            let rows = one.rows.map(|rows| count(rows as u64));
            let memory = one.memory.map(|bytes| show(bytes as u64));
            let spilled = (one.spilled > 0).then(|| show(one.spilled as u64));
            let cell = |text: Option<String>| text.unwrap_or_default();
            let line = format!(
                "         {name:<44} {:>9} {:>13} {:>9} {:>9}",
                cell(seconds),
                cell(rows),
                cell(memory),
                cell(spilled)
            );
            lines.push(line.trim_end().to_string());
        }
    }
    lines
}
