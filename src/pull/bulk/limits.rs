//! How much, and how long, a server may send before it is given up.

use super::failure::ExportFailure;
use crate::error::Error;
use crate::pipeline::FhirBulk;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const MIB: u64 = 1024 * 1024;

/// Counts the bytes of an export as they come, unpacked.
#[derive(Debug)]
pub(super) struct DownloadLimits {
    source: String,
    /// Bytes that one file may have.
    file: u64,
    /// Bytes that a pull may take.
    export: u64,
    taken: AtomicU64,
}

impl DownloadLimits {
    /// The limits of a source.
    pub(super) fn new(source: &str, settings: &FhirBulk) -> Self {
        DownloadLimits {
            source: source.to_string(),
            file: settings.file_limit_mib.saturating_mul(MIB),
            export: settings.export_limit_mib.saturating_mul(MIB),
            taken: AtomicU64::new(0),
        }
    }

    /// Takes `more` bytes of the file `name`, which has `length` now.
    ///
    /// # Errors
    /// Data, and the job is given up: the file or the export is larger than its limit.
    pub(super) fn take(&self, name: &str, more: u64, length: u64) -> Result<(), ExportFailure> {
        let taken = self.taken.fetch_add(more, Ordering::Relaxed) + more;
        let (what, setting, limit) = if length > self.file {
            (format!("file {name}"), "file_limit_mib", self.file)
        } else if taken > self.export {
            ("the export".to_string(), "export_limit_mib", self.export)
        } else {
            return Ok(());
        };
        Err(ExportFailure::hopeless(
            Error::data(format!(
                "source {}: {what} is longer than {} MiB, and was given up",
                self.source,
                limit / MIB
            ))
            .hint(format!(
                "nothing was committed; ask the server's operator whether it has an end, and raise {setting} of this source if it is right"
            )),
        ))
    }
}

/// Watches how fast an answer comes: only the time counts in which it was waited for.
#[derive(Debug)]
pub(super) struct Rate {
    /// How long slowness is borne.
    window: Duration,
    slowest: u64,
    waited: Duration,
    bytes: u64,
}

impl Rate {
    /// Bears less than `slowest` bytes a second for as long as `window`.
    pub(super) fn new(window: Duration, slowest: u64) -> Self {
        Rate {
            window,
            slowest,
            waited: Duration::ZERO,
            bytes: 0,
        }
    }

    /// Takes in that `bytes` came after a wait; whether they come too slowly.
    pub(super) fn is_too_slow(&mut self, bytes: usize, waited: Duration) -> bool {
        self.waited += waited;
        self.bytes += bytes as u64;
        if self.waited < self.window {
            return false;
        }
        let slow = (self.bytes as f64) < self.slowest as f64 * self.waited.as_secs_f64();
        (self.waited, self.bytes) = (Duration::ZERO, 0);
        slow
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_a_second_is_too_slow_and_a_burst_now_and_then_is_not() {
        let second = Duration::from_secs(1);
        let mut drip = Rate::new(10 * second, 100);
        let slow: Vec<bool> = (0..20).map(|_| drip.is_too_slow(1, second)).collect();
        assert_eq!(slow.iter().filter(|slow| **slow).count(), 2);
        assert!(slow[9] && slow[19]);
        let mut burst = Rate::new(10 * second, 100);
        assert!((0..20).all(|n| !burst.is_too_slow(if n % 10 == 9 { 1000 } else { 0 }, second)));
        let mut quick = Rate::new(10 * second, 100);
        assert!((0..1000).all(|_| !quick.is_too_slow(1, second / 1000)));
    }
}
