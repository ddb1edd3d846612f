//! Signals: a command that is told to stop ends in order, and its exit code says by what.
//!
//! Commands run on a thread of their own, and the main thread waits for their end or for a signal.
//! The first signal asks; when that is not heard within [`PATIENCE`], or a second one comes, the
//! process ends as it is, without its temporary files.

use super::prompt;
use crate::scratch;
use crate::stop::{self, Signal};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

/// How long a command may take to end in order.
const PATIENCE: Duration = Duration::from_secs(4);
/// Room for plans as deep as a query may be long, which are walked on the stack.
const STACK: usize = 64 * 1024 * 1024;
/// The exit code of a command that panicked: data or storage failed.
const PANICKED: u8 = 3;

enum SignalEvent {
    Ended(ExitCode),
    Told(Signal),
}

/// Runs `command` to its end, or until a signal ends it.
pub(super) fn in_order(command: impl FnOnce() -> ExitCode + Send + 'static) -> ExitCode {
    let (send, events) = channel();
    watch(&send);
    let worker = std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || {
            let code = catch_unwind(AssertUnwindSafe(command));
            let _ = send.send(SignalEvent::Ended(code.unwrap_or(ExitCode::from(PANICKED))));
        });
    if worker.is_err() {
        return ExitCode::from(PANICKED);
    }
    let signal = loop {
        match events.recv() {
            Ok(SignalEvent::Ended(code)) => return code,
            Ok(SignalEvent::Told(Signal::Interrupt)) if prompt::cancel() => {}
            Ok(SignalEvent::Told(signal)) => break signal,
            Err(_) => return ExitCode::from(PANICKED),
        }
    };
    let patience = match stop::is_waiting() {
        true => Duration::ZERO,
        false => PATIENCE,
    };
    stop::tell(signal);
    match events.recv_timeout(patience) {
        Ok(SignalEvent::Ended(code)) => code,
        _ => at_once(signal),
    }
}

/// Ends although the command is still at work.
fn at_once(signal: Signal) -> ExitCode {
    scratch::remove_all();
    stop::say_last_words(signal);
    prompt::give_back_terminal();
    super::stopped::say_stopped(&stop::stopped(signal));
    ExitCode::from(128 + signal.number())
}

/// Sends what signals come. Programs that are started meanwhile have theirs as usual.
#[cfg(unix)]
fn watch(send: &Sender<SignalEvent>) {
    use futures::StreamExt;
    use futures::stream::{poll_fn, select_all};
    use tokio::signal::unix::{SignalKind, signal};
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    // Without a watch signals end the process as they always did.
    let Ok(runtime) = runtime else { return };
    let inside = runtime.enter();
    let mut awaited = Vec::new();
    for (kind, ours) in [
        (SignalKind::interrupt(), Signal::Interrupt),
        (SignalKind::terminate(), Signal::Terminate),
        (SignalKind::hangup(), Signal::HangUp),
    ] {
        // Whoever runs a command with `nohup` wants it to outlive the terminal.
        if ours == Signal::HangUp && is_ignored(ours) {
            continue;
        }
        if let Ok(mut signals) = signal(kind) {
            awaited.push(poll_fn(move |context| {
                signals.poll_recv(context).map(|came| came.map(|()| ours))
            }));
        }
    }
    // A limit on the size of files (`ulimit -f`) then fails a write, as a full disk does, and does not
    // kill: the handler stays when the watch is dropped.
    drop(signal(SignalKind::from_raw(nix::libc::SIGXFSZ)));
    drop(inside);
    let send = send.clone();
    let watching = std::thread::Builder::new().spawn(move || {
        let mut awaited = select_all(awaited);
        runtime.block_on(async {
            while let Some(signal) = awaited.next().await {
                if send.send(SignalEvent::Told(signal)).is_err() {
                    return;
                }
            }
        });
    });
    if watching.is_err() {
        tracing::warn!("signals cannot be watched: they end this command as it is");
    }
}

#[cfg(not(unix))]
fn watch(_: &Sender<SignalEvent>) {}

/// Whether this process was started with a signal ignored.
#[cfg(unix)]
fn is_ignored(signal: Signal) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|l| l.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & (1 << (signal.number() - 1)) != 0)
}
