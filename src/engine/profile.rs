//! What the operators of queries took: time, rows, memory and spill, and no value of a row.

use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::metrics::{MetricValue, MetricsSet};
use serde::Serialize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What a query took.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct QueryProfile {
    /// What errors call the query: the model's file, and the check.
    pub place: String,
    /// Seconds from its start to its last row, what takes its rows included.
    pub seconds: f64,
    /// Its operators, each before those that it reads.
    pub operators: Vec<OperatorProfile>,
}

/// What an operator took, on all threads together.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct OperatorProfile {
    /// Its name. Its expressions are left out: they may hold bounds that come from rows.
    pub operator: String,
    /// How many operators stand between it and the rows of the query.
    pub depth: usize,
    /// Seconds of processor, where it counts them.
    pub seconds: Option<f64>,
    /// Rows that it gave.
    pub rows: Option<usize>,
    /// Bytes that it held at most, where it counts them; of several threads, their sum.
    pub memory: Option<usize>,
    /// Bytes that it wrote to temporary files.
    pub spilled: usize,
}

/// The profiles of an engine's queries, in the order in which they ended.
#[derive(Debug, Clone, Default)]
pub(crate) struct Profiles(Arc<Mutex<Vec<QueryProfile>>>);

impl Profiles {
    /// Adds a query that came to its end.
    pub(super) fn add(&self, place: String, took: Duration, plan: &dyn ExecutionPlan) {
        let mut operators = Vec::new();
        visit(plan, 0, &mut operators);
        let mut profiles = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        profiles.push(QueryProfile {
            place,
            seconds: took.as_secs_f64(),
            operators,
        });
    }

    /// Those that were added.
    pub(crate) fn all(&self) -> Vec<QueryProfile> {
        let profiles = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        profiles.clone()
    }
}

fn visit(plan: &dyn ExecutionPlan, depth: usize, operators: &mut Vec<OperatorProfile>) {
    let metrics = plan.metrics().unwrap_or_default();
    #[allow(clippy::cast_precision_loss)] // for reading
    let seconds = metrics.elapsed_compute().map(|nanos| nanos as f64 / 1e9);
    operators.push(OperatorProfile {
        operator: plan.name().to_string(),
        depth,
        seconds,
        rows: metrics.output_rows(),
        memory: memory(&metrics),
        spilled: metrics.spilled_bytes().unwrap_or_default(),
    });
    for input in plan.children() {
        visit(input.as_ref(), depth + 1, operators);
    }
}

/// The bytes that an operator held: joins and aggregates count them, each under another name.
fn memory(metrics: &MetricsSet) -> Option<usize> {
    let bytes = metrics.iter().filter_map(|metric| match metric.value() {
        MetricValue::PeakMemoryUsage { gauge, .. } => Some(gauge.value()),
        MetricValue::Gauge { name, gauge } if name.contains("mem_used") => Some(gauge.value()),
        _ => None,
    });
    bytes.reduce(|sum, bytes| sum + bytes)
}
