//! The terminal as it was before the prompt, which reads every key itself.

#[cfg(unix)]
mod unix {
    use nix::sys::termios::{SetArg, Termios, tcgetattr, tcsetattr};
    use std::sync::{Mutex, PoisonError};

    static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

    /// Remembers how the terminal is set.
    pub(crate) fn remember() {
        let mut before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner);
        *before = tcgetattr(std::io::stdin()).ok();
    }

    /// Sets the terminal as it was remembered: a command that ends in the middle of a prompt would
    /// leave it without echo.
    pub(crate) fn give_back() {
        let before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = before.as_ref() {
            // A terminal that is gone needs nothing.
            let _ = tcsetattr(std::io::stdin(), SetArg::TCSANOW, before);
        }
    }
}

#[cfg(unix)]
pub(crate) use unix::{give_back, remember};

/// Remembers nothing.
#[cfg(not(unix))]
pub(crate) fn remember() {}

/// Gives nothing back.
#[cfg(not(unix))]
pub(crate) fn give_back() {}
