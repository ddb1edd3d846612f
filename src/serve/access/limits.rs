//! Limits: how much is served at once, and how long a client may take.

use serde::Deserialize;
use std::time::Duration;

/// The longest head of a request, in bytes; a longer one is answered with 431.
pub(super) const LONGEST_HEAD: usize = 16 * 1024;
/// The most headers of a request.
pub(super) const MOST_HEADERS: usize = 64;
/// The longest body of a request, in bytes.
pub(super) const LONGEST_BODY: usize = 16 * 1024;
/// How long a client may take to send the head of a request, and to begin with the next one.
pub(super) const HEAD_TIME: Duration = Duration::from_secs(10);
/// How long the page may take to begin its answer.
pub(super) const ANSWER_TIME: Duration = Duration::from_secs(30);
/// How often it is looked whether a client takes what it asked for.
pub(super) const TAKING_WINDOW: Duration = Duration::from_secs(20);
/// The fewest bytes that a client that is waited for takes in such a time.
pub(super) const LEAST_TAKEN: u64 = 16 * 1024;
/// How long requests may go on once the server is told to stop.
pub(super) const LAST_REQUESTS: Duration = Duration::from_secs(3);

/// `limits` of `[serve]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitSettings {
    /// Requests a second that a reader, or an address of nobody who signed in, may ask for in the long
    /// run; without it 20 where readers sign in, and any number where nobody does.
    pub requests_per_second: Option<u32>,
    /// Requests that may come at once before that counts.
    #[serde(deserialize_with = "crate::pipeline::bounds::at_least_one")]
    pub burst: u32,
    /// Connections at a time.
    #[serde(deserialize_with = "crate::pipeline::bounds::at_least_one")]
    pub connections: usize,
    /// Connections at a time from one address.
    #[serde(deserialize_with = "crate::pipeline::bounds::at_least_one")]
    pub connections_per_address: usize,
}

impl Default for LimitSettings {
    fn default() -> Self {
        LimitSettings {
            requests_per_second: None,
            burst: 200,
            connections: 512,
            connections_per_address: 256,
        }
    }
}
