//! Told to stop: which signal came, and what every long step looks at.
//!
//! A step between two awaits is dropped; work on threads of its own asks [`check`] between two
//! pieces. Both leave what a killed command leaves, which the next one finishes: a commit is made
//! whole or not at all.

use crate::error::{Error, Result};
use std::collections::BTreeSet;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// A signal that ends a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// The terminal is gone.
    HangUp,
    /// Ctrl-C.
    Interrupt,
    /// `kill`, or a service manager that shuts down.
    Terminate,
}

impl Signal {
    const ALL: [Signal; 3] = [Signal::HangUp, Signal::Interrupt, Signal::Terminate];

    /// Its number.
    pub(crate) fn number(self) -> u8 {
        match self {
            Signal::HangUp => 1,
            Signal::Interrupt => 2,
            Signal::Terminate => 15,
        }
    }

    /// Its name, as manuals have it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Signal::HangUp => "SIGHUP",
            Signal::Interrupt => "SIGINT",
            Signal::Terminate => "SIGTERM",
        }
    }
}

/// The number of the signal that came; 0 before one has.
static TOLD: AtomicU8 = AtomicU8::new(0);
static WAKE: Notify = Notify::const_new();
/// The step at work, for the message.
static STEP: Mutex<String> = Mutex::new(String::new());
/// Whether the command waits for somebody to type.
static WAITING: AtomicBool = AtomicBool::new(false);
static CHILDREN: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());
static LAST_WORDS: Mutex<Option<LastWords>> = Mutex::new(None);

type LastWords = Box<dyn FnOnce(Signal) + Send>;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Tells every step of this process to stop, and ends the programs that it has started.
pub(crate) fn tell(signal: Signal) {
    TOLD.store(signal.number(), Ordering::SeqCst);
    for child in lock(&CHILDREN).iter() {
        end_child(*child);
    }
    WAKE.notify_waiters();
}

/// The signal that told this process to stop, once one has.
pub(crate) fn told() -> Option<Signal> {
    let number = TOLD.load(Ordering::SeqCst);
    Signal::ALL.into_iter().find(|s| s.number() == number)
}

/// Fails once this process was told to stop.
pub(crate) fn check() -> Result<()> {
    match told() {
        Some(signal) => Err(stopped(signal)),
        None => Ok(()),
    }
}

/// The failure of what was cut short by `signal`.
pub(crate) fn stopped(signal: Signal) -> Error {
    let during = match lock(&STEP).as_str() {
        "" => String::new(),
        step => format!(" during {step}"),
    };
    Error::stopped(
        signal.number(),
        format!("stopped by {}{during}", signal.name()),
    )
    .hint("run it again: what is done stays done, and what was cut short is done again")
}

/// Names the step at work.
pub(crate) fn during(step: &str) {
    *lock(&STEP) = step.to_string();
}

/// The step at work.
pub(crate) fn step() -> String {
    lock(&STEP).clone()
}

/// Does `work`, and drops it as soon as this process is told to stop.
pub(crate) async fn unless_told<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let mut work = pin!(work);
    loop {
        let mut woken = pin!(WAKE.notified());
        woken.as_mut().enable();
        check()?;
        match futures::future::select(work, woken).await {
            futures::future::Either::Left((done, _)) => return done,
            futures::future::Either::Right((_, rest)) => work = rest,
        }
    }
}

/// As long as it lives, the command waits for somebody to type: a signal ends it at once.
pub(crate) struct Waiting(());

impl Waiting {
    /// Begins to wait.
    pub(crate) fn begin() -> Self {
        WAITING.store(true, Ordering::SeqCst);
        Waiting(())
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        WAITING.store(false, Ordering::SeqCst);
    }
}

/// Whether nothing is at work that could end in order.
pub(crate) fn is_waiting() -> bool {
    WAITING.load(Ordering::SeqCst)
}

/// A program that this one has started and that ends with it, until this is dropped.
pub(crate) struct Child(u32);

impl Child {
    /// The program of process `id`.
    pub(crate) fn ends_with_us(id: u32) -> Self {
        lock(&CHILDREN).insert(id);
        // A signal may have come between the start of the program and this.
        if told().is_some() {
            end_child(id);
        }
        Child(id)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        lock(&CHILDREN).remove(&self.0);
    }
}

#[cfg(unix)]
fn end_child(id: u32) {
    use nix::sys::signal::{Signal, kill};
    if let Ok(id) = i32::try_from(id) {
        // One that is gone already needs no signal.
        let _ = kill(nix::unistd::Pid::from_raw(id), Signal::SIGTERM);
    }
}

#[cfg(not(unix))]
fn end_child(_: u32) {}

/// What is done when a command cannot end in order: it is stuck, or a second signal came.
pub(crate) fn last_words(words: impl FnOnce(Signal) + Send + 'static) {
    *lock(&LAST_WORDS) = Some(Box::new(words));
}

/// Forgets the last words: what they would say has been said.
pub(crate) fn forget_last_words() {
    lock(&LAST_WORDS).take();
}

/// Says the last words, once.
pub(crate) fn say_last_words(signal: Signal) {
    let words = lock(&LAST_WORDS).take();
    if let Some(words) = words {
        words(signal);
    }
}
