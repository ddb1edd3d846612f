//! Lines to rows.

use std::sync::{Arc, Mutex, PoisonError};

use super::chunk::Work;
use super::compiled::Compiled;
use super::modifier::Modifiers;
use super::template::cache::TemplateCache;
use super::view::View;
use super::{Chunk, Decoded};
use crate::decode::Zone;

/// Turns NDJSON into rows of the views it was made for. One decoder serves many threads.
#[derive(Debug)]
pub struct Decoder {
    compiled: Compiled,
    /// What threads that decoded before learnt; each chunk takes one and brings it back.
    caches: Mutex<Vec<TemplateCache>>,
}

impl Decoder {
    /// A decoder for `views`; its tables come in the same order.
    pub fn new(views: Vec<Arc<View>>) -> Decoder {
        Decoder {
            compiled: Compiled::new(views),
            caches: Mutex::default(),
        }
    }

    /// Uses resources with modifier extensions of these URLs, which the views allow for. Resources
    /// with any other are rejected.
    #[must_use]
    pub fn with_known_modifiers(mut self, urls: impl IntoIterator<Item = String>) -> Decoder {
        self.compiled.modifiers = Box::new(Modifiers::known(urls));
        self
    }

    /// Tells the servers apart whose Bundles come, though each Bundle is of one.
    pub(crate) fn with_several_servers(mut self, several: bool) -> Decoder {
        self.compiled.several_servers = several;
        self
    }

    /// Takes an element that comes more than once, where a column takes one, for a value that cannot be
    /// read. Without it the resource is rejected, as the standard wants it.
    #[must_use]
    pub(crate) fn with_several_unknown(mut self) -> Decoder {
        self.compiled.refuses_several = false;
        self
    }

    /// Reads resources without an id too, where no view asks for their key.
    #[must_use]
    pub(crate) fn with_resources_without_ids(mut self) -> Decoder {
        self.compiled.without_ids = true;
        self
    }

    /// Takes days for those of `zone`, and times without an offset for times of its clock. Without it a
    /// day is the one that is written, and such a time UTC.
    #[must_use]
    pub(crate) fn with_zone(mut self, zone: Zone) -> Decoder {
        self.compiled.zone = Some(zone);
        self
    }

    /// Decodes whole lines. Never fails: a line that cannot be used becomes a [`Reject`].
    pub fn decode(&self, chunk: &Chunk<'_>) -> Decoded {
        // Templates are checked against the bytes of each line, so those of a thread that panicked do.
        let pool = || self.caches.lock().unwrap_or_else(PoisonError::into_inner);
        let mut cache = pool().pop().unwrap_or_default();
        cache.refresh();
        let mut work = Work::new(&self.compiled, chunk, cache);
        work.lines();
        pool().push(work.take_cache());
        work.finish()
    }
}

#[cfg(test)]
impl Decoder {
    /// Forgets what was learnt about how lines are written.
    pub(super) fn forget(&self) {
        self.caches.lock().unwrap().clear();
    }

    /// How many lines were read by template, ever.
    pub(super) fn by_template(&self) -> u64 {
        let caches = self.caches.lock().unwrap();
        caches.iter().map(TemplateCache::by_template).sum()
    }
}
