//! The set of a list's codes, as rows are compared with it.

use super::code_system::{CodeForm, CodeSystem};
use super::packed::{length, mask};
use std::collections::{BTreeSet, HashSet};

/// MemberCodes of one system.
#[derive(Debug)]
pub(super) struct CodeSet {
    system: CodeSystem,
    codes: MemberCodes,
}

#[derive(Debug)]
enum MemberCodes {
    Numbers(HashSet<u64>),
    /// With what codes are cut to before they are looked up: the lengths of prefixes.
    Packed(HashSet<u128>, Vec<u128>),
    Texts(HashSet<Box<str>>),
}

impl CodeSet {
    /// A set of codes, which also stand for the codes that begin with them where `by_prefix`. What is
    /// no code of the system is passed over.
    pub(super) fn new<'a>(
        system: CodeSystem,
        by_prefix: bool,
        codes: impl Iterator<Item = &'a str>,
    ) -> Self {
        let (mut numbers, mut packed, mut texts) = (HashSet::new(), HashSet::new(), HashSet::new());
        for code in codes.filter_map(|code| system.read(code)) {
            match code {
                CodeForm::Number(number) => drop(numbers.insert(number)),
                CodeForm::Packed(code) => drop(packed.insert(code)),
                CodeForm::Text(text) => drop(texts.insert(Box::from(text))),
            }
        }
        let codes = match system {
            CodeSystem::Snomed | CodeSystem::Dmd => MemberCodes::Numbers(numbers),
            CodeSystem::Other => MemberCodes::Texts(texts),
            _ => {
                let lengths: BTreeSet<usize> = packed.iter().map(|code| length(*code)).collect();
                let masks = match by_prefix {
                    true => lengths.into_iter().map(mask).collect(),
                    false => vec![u128::MAX],
                };
                MemberCodes::Packed(packed, masks)
            }
        };
        CodeSet { system, codes }
    }

    /// Whether a code, as a record has it, is in the set.
    pub(super) fn has(&self, code: &str) -> bool {
        let Some(code) = self.system.read(code) else {
            return false;
        };
        match (&self.codes, code) {
            (MemberCodes::Numbers(numbers), CodeForm::Number(number)) => numbers.contains(&number),
            (MemberCodes::Packed(codes, masks), CodeForm::Packed(code)) => {
                masks.iter().any(|mask| codes.contains(&(code & mask)))
            }
            (MemberCodes::Texts(texts), CodeForm::Text(text)) => texts.contains(text),
            _ => false,
        }
    }

    /// The same for a code that is held as a number.
    pub(super) fn has_number(&self, code: i64) -> bool {
        match (&self.codes, u64::try_from(code)) {
            (MemberCodes::Numbers(numbers), Ok(code)) => numbers.contains(&code),
            (MemberCodes::Texts(texts), _) => texts.contains(code.to_string().as_str()),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_stand_for_what_begins_with_them() {
        let by =
            |by_prefix| CodeSet::new(CodeSystem::Icd10, by_prefix, ["E11", "i25.2"].into_iter());
        let (prefix, exact) = (by(true), by(false));
        for (code, in_prefix, in_exact) in [
            ("E11", true, true),
            ("e11.9", true, false),
            ("E11X", true, true),
            ("I25", false, false),
            ("I25.2", true, true),
            ("I252", true, true),
            ("I25.21", true, false),
            ("E1", false, false),
            ("44054006", false, false),
        ] {
            assert_eq!(
                (prefix.has(code), exact.has(code)),
                (in_prefix, in_exact),
                "{code}"
            );
        }
    }

    #[test]
    fn numbers_and_texts_are_one_code() {
        let set = CodeSet::new(CodeSystem::Snomed, false, ["44054006"].into_iter());
        assert!(set.has("44054006") && set.has(" 44054006 ") && set.has_number(44_054_006));
        assert!(!set.has("044054006") && !set.has_number(-44_054_006) && !set.has("E11"));
        let read = CodeSet::new(CodeSystem::Ctv3, false, ["XE2aA"].into_iter());
        assert!(read.has("XE2aA") && !read.has("xe2aa"));
    }
}
