//! What the process keeps to itself: its memory, and what it writes.

use crate::lake::FilesFor;

/// Keeps the memory of the process, which holds the key and identifiers on their way to becoming
/// pseudonyms, out of core dumps and away from other processes of the same account, and what it
/// writes for its owner and group only. A stricter mask of the caller's stays.
pub(super) fn keep_private() {
    withhold(FilesFor::default());
    #[cfg(unix)]
    {
        use nix::sys::resource::{Resource, setrlimit};
        // Children inherit the limit: a key command leaves no dump either.
        if let Err(e) = setrlimit(Resource::RLIMIT_CORE, 0, 0) {
            tracing::debug!("core dumps cannot be limited: {e}");
        }
    }
    #[cfg(target_os = "linux")]
    if let Err(e) = nix::sys::prctl::set_dumpable(false) {
        tracing::debug!("core dumps cannot be turned off: {e}");
    }
}

/// Withholds permissions, beside those that are withheld already, from what is made from now on.
#[cfg(unix)]
pub(super) fn withhold(files_for: FilesFor) {
    use nix::sys::stat::{Mode, umask};
    let wanted = Mode::from_bits_truncate(files_for.withheld() as nix::libc::mode_t);
    // The mask can only be read by setting it.
    let before = umask(wanted);
    umask(before | wanted);
}

/// Elsewhere than on Unix the folder's own access list says who may read.
#[cfg(not(unix))]
pub(crate) fn withhold(_: FilesFor) {}
