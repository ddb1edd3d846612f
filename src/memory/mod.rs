//! What the process holds, and the ceiling above which a query ends instead of the machine.
//!
//! DataFusion counts what its operators keep and not what its functions make: `repeat(text, 1000000)`
//! passes any limit of its pool. Here every allocation counts. A thread that works for a query and
//! would pass the ceiling waits inside the allocator, where nothing may fail and nothing may unwind;
//! whoever reads the query's rows learns of it from another thread ([`Exceeded`]) and drops the query.
//! What that frees lets the thread go on, to find that nobody wants its rows.

mod purge;

use futures::task::AtomicWaker;
use mimalloc::MiMalloc;
use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicIsize, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

/// Bytes that a thread may allocate or free before the sum of all threads hears of it.
const UNTOLD: isize = 64 * 1024;
/// Smaller allocations never wait: a thread that makes one may hold a lock that others need.
const SMALLEST_STOPPED: usize = 64 * 1024;
/// How often a waiting thread, and who watches over waiting threads, look again.
const AGAIN: Duration = Duration::from_millis(5);
/// Bytes beyond the limit at which operators spill or end, and beyond which threads wait: code, and
/// buffers that are not a query's.
const ALLOWED: usize = 128 * 1024 * 1024;

/// Bytes that all threads hold, but for what is untold.
static HELD: AtomicIsize = AtomicIsize::new(0);
/// The limit that was set; none before that.
static LIMIT: AtomicUsize = AtomicUsize::new(usize::MAX);
/// Threads that wait.
static WAITING: AtomicUsize = AtomicUsize::new(0);
/// Those among them that will wait for ever: what they want does not fit beside what they hold.
static LOST: AtomicUsize = AtomicUsize::new(0);
/// Of so many looks at waiting threads one is at what the allocator keeps.
const PURGE_LOOKS: usize = 10;
/// How often a thread is looked at before it is lost.
const LOOKS: usize = 200;

thread_local! {
    static CHANGE: Cell<isize> = const { Cell::new(0) };
    static STOPPABLE: Cell<bool> = const { Cell::new(false) };
}

/// The allocator of the program: mimalloc, counted.
#[derive(Debug)]
pub struct Counted;

// SAFETY: every call goes to mimalloc as it came; counting allocates nothing and does not unwind.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Counted {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        // SAFETY: as the caller promises of the layout.
        unsafe { MiMalloc.alloc(layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        // SAFETY: as the caller promises of the layout.
        unsafe { MiMalloc.alloc_zeroed(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        change(-signed(layout.size()));
        // SAFETY: as the caller promises of the memory and its layout.
        unsafe { MiMalloc.dealloc(memory, layout) }
    }

    #[inline]
    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        match size.checked_sub(layout.size()) {
            Some(more) => grow(more),
            None => change(signed(size) - signed(layout.size())),
        }
        // SAFETY: as the caller promises of the memory and its layout.
        unsafe { MiMalloc.realloc(memory, layout, size) }
    }
}

fn signed(size: usize) -> isize {
    isize::try_from(size).unwrap_or(isize::MAX)
}

#[inline]
fn grow(size: usize) {
    if size >= SMALLEST_STOPPED {
        wait_for_room(size);
    }
    change(signed(size));
}

/// Counts for this thread, and now and then for all.
#[inline]
fn change(bytes: isize) {
    // A thread that ends has no counter any more; what it still frees is not worth counting.
    let _ = CHANGE.try_with(|untold| {
        let sum = untold.get().saturating_add(bytes);
        if sum.abs() < UNTOLD {
            untold.set(sum);
        } else {
            untold.set(0);
            HELD.fetch_add(sum, Ordering::Relaxed);
        }
    });
}

#[cold]
fn wait_for_room(size: usize) {
    let stoppable = STOPPABLE.try_with(Cell::get).unwrap_or(false);
    if !stoppable || fits(size) {
        return;
    }
    WAITING.fetch_add(1, Ordering::SeqCst);
    while !fits(size) {
        std::thread::park_timeout(AGAIN);
    }
    WAITING.fetch_sub(1, Ordering::SeqCst);
}

fn fits(size: usize) -> bool {
    held().saturating_add(size) <= ceiling()
}

/// Bytes that the process holds; 0 where [`Counted`] is not the allocator.
pub(crate) fn held() -> usize {
    usize::try_from(HELD.load(Ordering::Relaxed)).unwrap_or(0)
}

/// Sets what the process should stay within.
pub(crate) fn set_limit(bytes: usize) {
    LIMIT.store(bytes, Ordering::Relaxed);
}

/// Above this, operators are told that there is no more memory: they spill, or end the query.
pub(crate) fn high() -> usize {
    let limit = LIMIT.load(Ordering::Relaxed);
    limit.saturating_add(limit / 8).saturating_add(ALLOWED / 2)
}

/// Above this, nothing more is given to a query.
pub(crate) fn ceiling() -> usize {
    let limit = LIMIT.load(Ordering::Relaxed);
    limit.saturating_add(limit / 4).saturating_add(ALLOWED)
}

/// While this lives, the thread works for a query that can be given up: its allocations may wait.
#[derive(Debug)]
pub(crate) struct Stoppable {
    before: bool,
}

impl Stoppable {
    /// From here on.
    pub(crate) fn here() -> Self {
        Stoppable {
            before: STOPPABLE.replace(true),
        }
    }
}

impl Drop for Stoppable {
    fn drop(&mut self) {
        STOPPABLE.set(self.before);
    }
}

/// Ready as soon as a thread waits for memory that is not there.
#[derive(Debug)]
pub(crate) struct Exceeded(Arc<AtomicWaker>);

/// Those who want to know.
static WATCHED: Mutex<Vec<Weak<AtomicWaker>>> = Mutex::new(Vec::new());

impl Exceeded {
    /// Watches from now on.
    pub(crate) fn watch() -> Self {
        static WATCH: Once = Once::new();
        WATCH.call_once(|| {
            // The workers of the runtime may all be waiting: somebody else has to look.
            let name = "memory".to_string();
            let _ = std::thread::Builder::new().name(name).spawn(watch);
        });
        let waker = Arc::new(AtomicWaker::new());
        let mut watched = WATCHED.lock().unwrap_or_else(PoisonError::into_inner);
        watched.retain(|waker| waker.strong_count() > 0);
        watched.push(Arc::downgrade(&waker));
        Exceeded(waker)
    }
}

impl Future for Exceeded {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.0.register(context.waker());
        match some_wait() {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    }
}

/// Whether threads wait that are not lost.
fn some_wait() -> bool {
    let waiting = WAITING.load(Ordering::SeqCst);
    // What another query freed may have been enough for one that was lost.
    LOST.fetch_min(waiting, Ordering::SeqCst).min(waiting) < waiting
}

/// Gives threads, whose query was given up, a moment to go on. True when some cannot: they are lost.
pub(crate) fn lose_waiting() -> bool {
    for _ in 0..LOOKS {
        if !some_wait() {
            return false;
        }
        std::thread::park_timeout(AGAIN);
    }
    LOST.store(WAITING.load(Ordering::SeqCst), Ordering::SeqCst);
    true
}

fn watch() {
    for look in 0usize.. {
        std::thread::park_timeout(AGAIN);
        if look.is_multiple_of(PURGE_LOOKS) {
            purge::purge(LIMIT.load(Ordering::Relaxed), held());
        }
        if !some_wait() {
            continue;
        }
        let watched = WATCHED.lock().unwrap_or_else(PoisonError::into_inner);
        watched
            .iter()
            .filter_map(Weak::upgrade)
            .for_each(|waker| waker.wake());
    }
}
