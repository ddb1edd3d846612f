//! Which coding of a concept says what it means.

use super::arena::Value;
use super::evaluate::{Evaluator, Wrong};
use super::program::{Op, Preference};

/// SNOMED CT codes that say only that a record was transferred between GP systems (GP2GP) and lost its
/// code on the way: those of the clinical codes guidance of UK Core.
const DEGRADED: [&[u8]; 7] = [
    b"196411000000103",
    b"196421000000109",
    b"196431000000106",
    b"196441000000102",
    b"196451000000104",
    b"196461000000101",
    b"196471000000108",
];

/// The same in Read v2: a branch of its own.
const DEGRADED_READ: &[u8] = b"9bJ";

/// How the addresses of the code system end whose codes say why there is none.
const NULL_FLAVOUR: &[u8] = b"NullFlavor";

/// How good a coding is; the lowest is the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    without_code: bool,
    degraded: bool,
    /// Its place among the preferred systems.
    system: usize,
}

impl Rank {
    /// None is better.
    const BEST: Rank = Rank {
        without_code: false,
        degraded: false,
        system: 0,
    };
}

impl Evaluator<'_> {
    /// A code as text. One that cannot be read is none; one without quotes is one.
    fn code(&self, code: Value) -> Option<&[u8]> {
        self.read_digits(code).or_else(|| self.bytes(code).ok())
    }

    /// Whether none can be better than this coding: it says a code of the system that is preferred to all.
    pub(super) fn is_best(&self, coding: Value, preference: &Preference) -> bool {
        let (Value::Object { base }, Some(Op::Value(wanted))) =
            (coding, preference.systems.first())
        else {
            return false;
        };
        let member = |slot: u16| self.arena.slots[base as usize + usize::from(slot)];
        let code = self.code(member(preference.code));
        let system = self.bytes(member(preference.system)).ok();
        let wanted = self.bytes(*wanted).ok();
        let (Some(code), Some((system, wanted))) = (code, system.zip(wanted)) else {
            return false;
        };
        is_of(system, wanted) && !system.ends_with(NULL_FLAVOUR) && !is_degraded(code)
    }

    /// Of the codings on the stack from `mark`, the best; of equals, the first.
    pub(super) fn preferred(
        &mut self,
        mark: usize,
        preference: &Preference,
        focus: Value,
    ) -> Result<Option<Value>, Wrong> {
        // Most concepts have one coding.
        if let [only] = self.stack[mark..] {
            return Ok(Some(only));
        }
        let mut best: Option<(Rank, Value)> = None;
        for at in mark..self.stack.len() {
            let coding = self.stack[at];
            let rank = self.rank(coding, preference, focus)?;
            if best.is_none_or(|(known, _)| rank < known) {
                best = Some((rank, coding));
            }
            if rank == Rank::BEST {
                break;
            }
        }
        Ok(best.map(|(_, coding)| coding))
    }

    fn rank(
        &mut self,
        coding: Value,
        preference: &Preference,
        focus: Value,
    ) -> Result<Rank, Wrong> {
        let worst = preference.systems.len();
        let Value::Object { base } = coding else {
            return Ok(Rank {
                without_code: true,
                degraded: false,
                system: worst,
            });
        };
        let member = |this: &Self, slot: u16| this.arena.slots[base as usize + usize::from(slot)];
        let (system, code) = (
            member(self, preference.system),
            member(self, preference.code),
        );
        let text = self.code(code);
        let without_code = text.is_none();
        let unknown = system != Value::Missing && self.bytes(system)?.ends_with(NULL_FLAVOUR);
        let degraded = unknown || text.is_some_and(is_degraded);
        let mut place = worst;
        if system != Value::Missing {
            for (at, wanted) in preference.systems.iter().enumerate() {
                if let Some(wanted) = self.single(wanted, focus)?
                    && is_of(self.bytes(system)?, self.bytes(wanted)?)
                {
                    place = at;
                    break;
                }
            }
        }
        Ok(Rank {
            without_code,
            degraded,
            system: place,
        })
    }
}

/// Whether a code stands in the place of the one that got lost.
fn is_degraded(code: &[u8]) -> bool {
    DEGRADED.contains(&code) || code.starts_with(DEGRADED_READ)
}

/// Whether a system is the wanted one, or an edition or version of it below its address.
fn is_of(system: &[u8], wanted: &[u8]) -> bool {
    let rest = system.strip_prefix(wanted);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/") || rest.starts_with(b"|"))
}
