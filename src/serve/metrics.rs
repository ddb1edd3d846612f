//! What is counted of requests, in the text format of Prometheus.

use axum::http::StatusCode;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

/// Upper bounds of the times of requests, in seconds.
const BOUNDS: [f64; 8] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1.0, 5.0];
/// Statuses that are counted by themselves; others are counted as `other`.
const STATUSES: [u16; 14] = [
    200, 206, 302, 303, 304, 400, 401, 403, 404, 410, 429, 500, 503, 0,
];

/// Counts since the start.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    by_status: [AtomicU64; STATUSES.len()],
    by_time: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
    sent: AtomicU64,
}

impl Metrics {
    /// Counts a reply that began after `micros`.
    pub(super) fn count(&self, status: StatusCode, micros: u64, bytes: u64) {
        let status = STATUSES.iter().position(|s| *s == status.as_u16());
        let status = status.and_then(|at| self.by_status.get(at));
        if let Some(counter) = status.or(self.by_status.last()) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        let seconds = micros as f64 / 1e6;
        let slot = BOUNDS.iter().position(|bound| seconds <= *bound);
        if let Some(counter) = self.by_time.get(slot.unwrap_or(BOUNDS.len())) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        self.micros.fetch_add(micros, Ordering::Relaxed);
        self.sent.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Writes what was counted.
    pub(super) fn write_requests(&self, out: &mut String) {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        head(
            out,
            "populace_serve_requests_total",
            "counter",
            "Requests by status.",
        );
        for (status, counter) in STATUSES.iter().zip(&self.by_status) {
            let status = match status {
                0 => "other".to_string(),
                status => status.to_string(),
            };
            let count = load(counter);
            let _ = writeln!(
                out,
                "populace_serve_requests_total{{status=\"{status}\"}} {count}"
            );
        }
        let name = "populace_serve_request_seconds";
        head(out, name, "histogram", "Time until the reply begins.");
        let mut sum = 0;
        for (at, counter) in self.by_time.iter().enumerate() {
            sum += load(counter);
            let bound = BOUNDS.get(at).map_or("+Inf".to_string(), f64::to_string);
            let _ = writeln!(out, "{name}_bucket{{le=\"{bound}\"}} {sum}");
        }
        let _ = writeln!(out, "{name}_sum {}", load(&self.micros) as f64 / 1e6);
        let _ = writeln!(out, "{name}_count {sum}");
        head(
            out,
            "populace_serve_sent_bytes_total",
            "counter",
            "Bytes of replies.",
        );
        let _ = writeln!(out, "populace_serve_sent_bytes_total {}", load(&self.sent));
    }
}

/// The lines before the values of a metric.
pub(super) fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}
