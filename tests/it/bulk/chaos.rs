//! What goes wrong, and when: by a seed, so that a test that fails can be run again.

use super::request::Reply;
use std::sync::{Arc, Mutex};

/// Random numbers by a seed (SplitMix64).
#[derive(Clone)]
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (value ^ (value >> 31)) % sides
    }

    pub fn share(&mut self) -> f64 {
        self.roll(1 << 20) as f64 / f64::from(1 << 20)
    }

    pub fn chance(&mut self, share: f64) -> bool {
        self.share() < share
    }
}

/// One thing that goes wrong.
pub enum Fault {
    /// The connection closes without a word.
    Refuse,
    /// An answer that is none.
    Answer(Reply),
    /// All tokens end.
    LoseTokens,
    /// The connection is cut after this share of a file.
    Cut(f64),
    /// The length is told so much too long.
    LongLength(usize),
    /// Only this share of the file is told and sent.
    ShortLength(f64),
}

/// Which things go wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Refuse,
    TooMany,
    Unavailable,
    BadGateway,
    Transient,
    LoseTokens,
    Cut,
    LongLength,
    ShortLength,
}

pub const ALL: [Kind; 9] = [
    Kind::Refuse,
    Kind::TooMany,
    Kind::Unavailable,
    Kind::BadGateway,
    Kind::Transient,
    Kind::LoseTokens,
    Kind::Cut,
    Kind::LongLength,
    Kind::ShortLength,
];

struct State {
    dice: Dice,
    /// Faults that are left.
    budget: usize,
    /// Complaints of too many requests that follow.
    storm: Option<(Kind, usize)>,
    /// Faults that there were.
    faults: usize,
}

#[derive(Clone)]
pub struct Chaos {
    kinds: Vec<Kind>,
    share: f64,
    state: Arc<Mutex<State>>,
}

impl Chaos {
    pub fn none() -> Self {
        Self::new(0, 0.0, 0, &[])
    }

    /// `share` of the requests go wrong, at most `budget`.
    pub fn new(seed: u64, share: f64, budget: usize, kinds: &[Kind]) -> Self {
        Chaos {
            kinds: kinds.to_vec(),
            share,
            state: Arc::new(Mutex::new(State {
                dice: Dice(seed),
                budget,
                storm: None,
                faults: 0,
            })),
        }
    }

    /// Whether anything is meant to go wrong.
    pub fn is_planned(&self) -> bool {
        !self.kinds.is_empty()
    }

    /// Requests that went wrong.
    pub fn faults(&self) -> usize {
        self.state.lock().unwrap().faults
    }

    /// What goes wrong with the next request.
    pub fn fault(&self, of_file: bool) -> Option<Fault> {
        let fault = self.next(of_file);
        self.state.lock().unwrap().faults += usize::from(fault.is_some());
        fault
    }

    fn next(&self, of_file: bool) -> Option<Fault> {
        let mut state = self.state.lock().unwrap();
        if let Some((kind, left)) = state.storm.take() {
            if left > 0 {
                state.storm = Some((kind, left - 1));
            }
            return Some(complaint(kind, &mut state.dice));
        }
        if state.budget == 0 || self.kinds.is_empty() || !state.dice.chance(self.share) {
            return None;
        }
        let kind = self.kinds[usize::try_from(state.dice.roll(self.kinds.len() as u64)).unwrap()];
        let of_bodies = [Kind::Cut, Kind::LongLength, Kind::ShortLength];
        if of_bodies.contains(&kind) && !of_file {
            return None;
        }
        state.budget -= 1;
        let share = state.dice.share();
        Some(match kind {
            Kind::Refuse => Fault::Refuse,
            Kind::TooMany | Kind::Unavailable => {
                let more = usize::try_from(state.dice.roll(6)).unwrap();
                state.storm = Some((kind, more));
                complaint(kind, &mut state.dice)
            }
            Kind::BadGateway => Fault::Answer(Reply::new(502, "<html>SECRET-GATEWAY</html>")),
            Kind::Transient => Fault::Answer(Reply::outcome(500, "transient")),
            Kind::LoseTokens => Fault::LoseTokens,
            Kind::Cut => Fault::Cut(share),
            Kind::LongLength => Fault::LongLength(1 + (share * 1000.0) as usize),
            Kind::ShortLength => Fault::ShortLength(share),
        })
    }
}

/// A complaint of too many requests, with one of the forms of `Retry-After`.
fn complaint(kind: Kind, dice: &mut Dice) -> Fault {
    let reply = match kind {
        Kind::TooMany => Reply::outcome(429, "throttled"),
        _ => Reply::new(503, ""),
    };
    Fault::Answer(match dice.roll(4) {
        0 => reply.with("Retry-After", "0"),
        1 => reply.with("Retry-After", "Thu, 01 Jan 2015 00:00:00 GMT"),
        2 => reply.with("Retry-After", "in a moment"),
        _ => reply,
    })
}
