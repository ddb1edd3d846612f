//! Rules by which a night that redoes some people is known to equal a full build.
//!
//! Each is switched off once in a test, which must then see other rows: a rule that is not needed, or one that
//! no test would miss, is found that way.

/// A rule without which rows would be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ProofRule {
    /// A limit is over all people.
    Limit,
    /// People are joined on an equal person key.
    JoinOnKey,
    /// `not in` is not asked of each person alone.
    NullAware,
    /// A table without people keeps no rows of its own in a join.
    KeepsOwnRows,
    /// What an aggregate over all people groups is apart by person.
    ApartBelow,
    /// Windows are partitioned by the person key.
    WindowKey,
    /// A column of an outer join is NULL where no row was found.
    OuterNull,
    /// What is read of a table without people is what it was.
    SameReference,
    /// Different values but the person key do not add up.
    DistinctKey,
    /// A group that lost its extremum is made in full.
    LostExtremum,
    /// A group without rows goes.
    EmptyGroup,
    /// A sum of no values is NULL.
    EmptySum,
    /// What is above the groups reads nothing that changed.
    RestUnchanged,
    /// Whoever a filter keeps otherwise is dirty.
    FilterOtherwise,
    /// Whoever has another value in a column is dirty.
    ProjectionOtherwise,
    /// Whoever is in another group is dirty.
    GroupOtherwise,
    /// Whoever counts otherwise in a group is dirty.
    MeasureOtherwise,
    /// Whoever counts otherwise in a window is dirty.
    WindowOtherwise,
    /// Whoever is paired otherwise is dirty.
    JoinOtherwise,
    /// What rests on no people makes the same rows.
    ConstantOtherwise,
    /// The old rows of dirty people count in groups as they did.
    GroupsBefore,
}

#[cfg(not(test))]
impl ProofRule {
    /// Always.
    pub(super) const fn is_on(self) -> bool {
        true
    }
}

#[cfg(test)]
pub(super) use switched::{ALL, without};

#[cfg(test)]
mod switched {
    use super::ProofRule;
    use std::cell::Cell;

    pub(in crate::models) const ALL: [ProofRule; 21] = [
        ProofRule::Limit,
        ProofRule::JoinOnKey,
        ProofRule::NullAware,
        ProofRule::KeepsOwnRows,
        ProofRule::ApartBelow,
        ProofRule::WindowKey,
        ProofRule::OuterNull,
        ProofRule::SameReference,
        ProofRule::DistinctKey,
        ProofRule::LostExtremum,
        ProofRule::EmptyGroup,
        ProofRule::EmptySum,
        ProofRule::RestUnchanged,
        ProofRule::FilterOtherwise,
        ProofRule::ProjectionOtherwise,
        ProofRule::GroupOtherwise,
        ProofRule::MeasureOtherwise,
        ProofRule::WindowOtherwise,
        ProofRule::JoinOtherwise,
        ProofRule::ConstantOtherwise,
        ProofRule::GroupsBefore,
    ];

    thread_local! {
        // Of the thread: tests run beside each other.
        static OFF: Cell<Option<ProofRule>> = const { Cell::new(None) };
    }

    impl ProofRule {
        /// Whether it is not switched off.
        pub(in crate::models) fn is_on(self) -> bool {
            OFF.get() != Some(self)
        }
    }

    /// Switches a rule off until what is given back is dropped.
    pub(in crate::models) fn without(rule: ProofRule) -> SwitchedOff {
        OFF.set(Some(rule));
        SwitchedOff
    }

    pub(in crate::models) struct SwitchedOff;

    impl Drop for SwitchedOff {
        fn drop(&mut self) {
            OFF.set(None);
        }
    }
}
