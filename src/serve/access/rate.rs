//! Rate limits: how many requests a reader, or an address, may send.

use super::limits::LimitSettings;
use super::settings::SignIn;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// The rate where readers sign in.
const USUAL_RATE: u32 = 20;
/// The most keys that are counted apart; what comes beyond shares one count.
const MOST_KEYS: usize = 50_000;

/// Whose requests are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum RateKey {
    /// A reader who signed in, by subject.
    Reader(String),
    /// An address; of IPv6 the network that one customer has.
    Address(IpAddr),
    /// Tokens from an address, before they are checked.
    Token(IpAddr),
    /// Everybody beyond [`MOST_KEYS`].
    Rest,
}

impl RateKey {
    /// The key of an address.
    pub(super) fn address(address: IpAddr) -> Self {
        RateKey::Address(network_of(address))
    }

    /// The key of tokens from an address.
    pub(super) fn token_from(address: IpAddr) -> Self {
        RateKey::Token(network_of(address))
    }
}

/// An address of IPv4, or the network of IPv6 that one customer has.
pub(super) fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 => v4,
    }
}

/// Counts requests.
pub(super) struct RateLimit {
    /// Apart, so that a flood from many addresses takes no reader's count away.
    readers: CountedKeys,
    addresses: CountedKeys,
    /// Apart from other requests of an address, so that strangers behind it keep no program out.
    tokens: CountedKeys,
}

impl RateLimit {
    /// The limit of the settings; None where there is none.
    pub(super) fn new(settings: &LimitSettings, sign_in: SignIn) -> Option<Self> {
        let usual = (sign_in != SignIn::None).then_some(USUAL_RATE);
        let rate = NonZeroU32::new(settings.requests_per_second.or(usual)?)?;
        let burst = NonZeroU32::new(settings.burst)?;
        Some(RateLimit {
            readers: CountedKeys::new(rate, burst, MOST_KEYS),
            addresses: CountedKeys::new(rate, burst, MOST_KEYS),
            tokens: CountedKeys::new(rate, burst, MOST_KEYS),
        })
    }

    /// Counts a request; fails with the seconds to wait when it is one too many.
    pub(super) fn count(&self, key: RateKey) -> Result<(), u64> {
        match key {
            RateKey::Reader(_) => self.readers.count(key),
            RateKey::Token(_) => self.tokens.count(key),
            _ => self.addresses.count(key),
        }
    }
}

/// Keys and their counts, of which there is an end.
struct CountedKeys {
    limiter: DefaultKeyedRateLimiter<RateKey>,
    most: usize,
    began: Instant,
    /// Seconds after the beginning at which keys were last looked through.
    looked: AtomicU64,
}

impl CountedKeys {
    fn new(rate: NonZeroU32, burst: NonZeroU32, most: usize) -> Self {
        CountedKeys {
            limiter: DefaultKeyedRateLimiter::keyed(Quota::per_second(rate).allow_burst(burst)),
            most,
            began: Instant::now(),
            looked: AtomicU64::new(0),
        }
    }

    fn count(&self, key: RateKey) -> Result<(), u64> {
        let key = match self.has_room() {
            true => key,
            false => RateKey::Rest,
        };
        self.limiter.check_key(&key).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            wait.as_secs() + 1
        })
    }

    /// Whether another key can be remembered. Keys that have their whole burst again are forgotten, at
    /// most once a second: it looks through all.
    fn has_room(&self) -> bool {
        if self.limiter.len() < self.most {
            return true;
        }
        let now = self.began.elapsed().as_secs() + 1;
        if self.looked.swap(now, Ordering::Relaxed) != now {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        self.limiter.len() < self.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(rate: u32, burst: u32, keys: usize) -> CountedKeys {
        let number = |n| NonZeroU32::new(n).unwrap();
        CountedKeys::new(number(rate), number(burst), keys)
    }

    fn key(address: &str) -> RateKey {
        RateKey::address(address.parse().unwrap())
    }

    #[test]
    fn each_key_has_its_own_burst() {
        let limit = limit(1, 3, 100);
        for _ in 0..3 {
            assert_eq!(limit.count(key("192.0.2.1")), Ok(()));
        }
        let wait = limit.count(key("192.0.2.1")).unwrap_err();
        assert!((1..=2).contains(&wait), "{wait}");
        assert_eq!(limit.count(key("192.0.2.2")), Ok(()));
    }

    #[test]
    fn memory_is_bounded() {
        let limit = limit(1, 2, 10);
        for n in 0..10_000u32 {
            let _ = limit.count(RateKey::Address(IpAddr::V4(n.into())));
        }
        assert!(limit.limiter.len() <= 11, "{}", limit.limiter.len());
        assert!(
            limit.count(key("192.0.2.1")).is_err(),
            "the rest share one count"
        );
    }

    #[test]
    fn one_network_of_ipv6_is_one_key() {
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
    }
}
