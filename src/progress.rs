//! Progress bars on standard error, for people only.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::Duration;

/// Whether and how progress is shown.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    shown: bool,
}

impl Progress {
    /// Shown when `wanted` and standard error is a terminal that can move its cursor.
    pub(crate) fn new(wanted: bool) -> Self {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Progress {
            shown: wanted && !dumb && std::io::stderr().is_terminal(),
        }
    }

    /// Never shown.
    pub fn hidden() -> Self {
        Progress { shown: false }
    }

    /// A bar over `bytes`.
    pub(crate) fn bytes(self, label: &str, bytes: u64) -> ProgressBar {
        self.bar(
            label,
            bytes,
            "{msg:20} {bar:30} {bytes}/{total_bytes} {bytes_per_sec}",
        )
    }

    /// A bar over `count` things.
    pub(crate) fn count(self, label: &str, count: u64) -> ProgressBar {
        self.bar(label, count, "{msg:20} {bar:30} {pos}/{len} {elapsed}")
    }

    fn bar(self, label: &str, length: u64, template: &str) -> ProgressBar {
        let target = if self.shown {
            ProgressDrawTarget::stderr_with_hz(5)
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(length), target);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(label.to_string());
        bar.enable_steady_tick(Duration::from_millis(500));
        bar
    }
}
