//! Memory that nothing holds any more goes back to the system while the process is near its limit.
//!
//! The allocator keeps freed pages for a second, as most are soon wanted again; to give them back at once
//! costs a tenth of the processor time of a whole run (decision 201). Between two models that need much, pages of the first stay
//! beside those of the second.

/// Pages that nothing holds are given back from this share of the limit on.
const NEAR: f64 = 0.75;
/// Less than this is not worth it.
const WORTH: usize = 64 * 1024 * 1024;

/// What the system says that a process has.
struct ResidentMemory {
    /// All of it, code too.
    bytes: usize,
    /// Without what comes from files.
    anonymous: usize,
}

/// Gives back what nobody holds, where the process is near `limit` and much of it is not `held`.
pub(super) fn purge(limit: usize, held: usize) {
    #[allow(clippy::cast_precision_loss)] // a share
    let is_near = |resident: &ResidentMemory| resident.bytes as f64 > limit as f64 * NEAR;
    let found = resident().filter(is_near);
    if found.is_some_and(|resident| resident.anonymous.saturating_sub(held) > WORTH) {
        // SAFETY: it may be called at any time from any thread.
        #[allow(unsafe_code)]
        unsafe {
            libmimalloc_sys::mi_collect(true);
        }
    }
}

/// None where the system does not say it.
fn resident() -> Option<ResidentMemory> {
    let told = std::fs::read_to_string("/proc/self/status").ok()?;
    let bytes = |name: &str| {
        let line = told.lines().find_map(|line| line.strip_prefix(name))?;
        let number: usize = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        number.checked_mul(1024)
    };
    Some(ResidentMemory {
        bytes: bytes("VmRSS:")?,
        anonymous: bytes("RssAnon:")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_says_what_the_process_has() {
        let told = resident();
        #[cfg(target_os = "linux")]
        assert!(told.is_some_and(|of| of.bytes > of.anonymous && of.anonymous > 1024 * 1024));
        #[cfg(not(target_os = "linux"))]
        assert!(told.is_none());
    }
}
