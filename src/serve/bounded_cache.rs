//! A cache that holds at most a number of bytes, and forgets first what was not used for longest.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Values by key, up to a weight.
pub(crate) struct BoundedCache<K, V> {
    most: usize,
    held: Mutex<CacheContent<K, V>>,
}

struct CacheContent<K, V> {
    entries: HashMap<K, CacheEntry<V>>,
    weight: usize,
    clock: u64,
}

struct CacheEntry<V> {
    value: V,
    weight: usize,
    used: u64,
}

impl<K: Hash + Eq + Clone, V: Clone> BoundedCache<K, V> {
    /// An empty cache that holds up to `most`, in the unit of the weights that it is given.
    pub(crate) fn new(most: usize) -> Self {
        let content = CacheContent {
            entries: HashMap::new(),
            weight: 0,
            clock: 0,
        };
        BoundedCache {
            most,
            held: Mutex::new(content),
        }
    }

    /// The value of a key, when it is held.
    pub(crate) fn get(&self, key: &K) -> Option<V> {
        let mut content = self.content();
        content.clock += 1;
        let now = content.clock;
        let entry = content.entries.get_mut(key)?;
        entry.used = now;
        Some(entry.value.clone())
    }

    /// Holds a value, and forgets others until all fits. One that is heavier than the whole cache is not
    /// held.
    pub(crate) fn put(&self, key: K, value: V, weight: usize) {
        let mut content = self.content();
        content.remove(&key);
        if weight > self.most {
            return;
        }
        while content.weight + weight > self.most {
            let oldest = content.entries.iter().min_by_key(|(_, entry)| entry.used);
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else {
                break;
            };
            content.remove(&oldest);
        }
        content.clock += 1;
        let used = content.clock;
        content.weight += weight;
        let entry = CacheEntry {
            value,
            weight,
            used,
        };
        content.entries.insert(key, entry);
    }

    /// The weight of all that is held.
    pub(crate) fn weight(&self) -> usize {
        self.content().weight
    }

    fn content(&self) -> MutexGuard<'_, CacheContent<K, V>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Hash + Eq, V> CacheContent<K, V> {
    fn remove(&mut self, key: &K) {
        if let Some(entry) = self.entries.remove(key) {
            self.weight -= entry.weight;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::BoundedCache;

    #[test]
    fn what_was_not_used_for_longest_is_forgotten_first() {
        let cache = BoundedCache::new(10);
        cache.put("a", 1, 4);
        cache.put("b", 2, 4);
        assert_eq!(cache.get(&"a"), Some(1));
        cache.put("c", 3, 4);
        assert_eq!(
            (cache.get(&"a"), cache.get(&"b"), cache.get(&"c")),
            (Some(1), None, Some(3))
        );
        assert_eq!(cache.weight(), 8);
    }

    #[test]
    fn what_is_too_heavy_is_not_held_and_takes_the_place_of_nothing() {
        let cache = BoundedCache::new(10);
        cache.put("a", 1, 10);
        cache.put("b", 2, 11);
        assert_eq!((cache.get(&"a"), cache.get(&"b")), (Some(1), None));
        cache.put("a", 5, 3);
        assert_eq!((cache.get(&"a"), cache.weight()), (Some(5), 3));
    }
}
