//! Code systems: what their codes look like, and when two texts are one code.

use super::bnf::{self, bnf};
use super::icd10::icd10;
use super::opcs4::opcs4;
use super::packed::{packed, unpacked};
use super::snomed::{self, snomed};
use serde::Deserialize;

/// A code system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CodeSystem {
    /// SNOMED CT concepts.
    Snomed,
    /// The dictionary of medicines and devices.
    Dmd,
    /// ICD-10, 5th edition.
    Icd10,
    /// OPCS-4 procedures.
    Opcs4,
    /// The British National Formulary.
    Bnf,
    /// Clinical Terms Version 3.
    Ctv3,
    /// Read codes, version 2.
    Read2,
    /// Anything else: codes are the same when they are written the same.
    Other,
}

/// A code in the one form in which it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum CodeForm<'a> {
    Number(u64),
    Packed(u128),
    Text(&'a str),
}

impl CodeSystem {
    /// A code as a record has it; None where it is no code of this system.
    pub(super) fn read(self, code: &str) -> Option<CodeForm<'_>> {
        match self {
            CodeSystem::Snomed | CodeSystem::Dmd => snomed(code).map(CodeForm::Number),
            CodeSystem::Icd10 => icd10(code).map(CodeForm::Packed),
            CodeSystem::Opcs4 => opcs4(code).map(CodeForm::Packed),
            CodeSystem::Bnf => bnf(code).map(CodeForm::Packed),
            CodeSystem::Ctv3 | CodeSystem::Read2 => {
                let code = code.trim();
                let five = (code.len() == 5).then(|| packed(code.bytes()));
                five.flatten().map(CodeForm::Packed)
            }
            CodeSystem::Other => {
                let code = code.trim();
                (!code.is_empty()).then_some(CodeForm::Text(code))
            }
        }
    }

    /// What is wrong with a code of a list.
    pub(super) fn fault(self, code: &str) -> Option<&'static str> {
        match self {
            CodeSystem::Snomed | CodeSystem::Dmd => snomed::fault(code),
            CodeSystem::Bnf => bnf::fault(code),
            CodeSystem::Icd10 if self.read(code).is_none() => Some(
                "this is no single ICD-10 code, such as E11 or E11.9; write the codes of a range one a line",
            ),
            CodeSystem::Opcs4 if self.read(code).is_none() => {
                Some("this is no single OPCS-4 code, such as W37 or W37.1")
            }
            CodeSystem::Ctv3 | CodeSystem::Read2 if self.read(code).is_none() => {
                Some("a Read code has five characters, dots among them")
            }
            _ => None,
        }
    }

    /// Whether a list's codes also stand for the codes that begin with them, unless it says otherwise.
    pub(super) fn is_by_prefix(self) -> bool {
        matches!(
            self,
            CodeSystem::Icd10 | CodeSystem::Opcs4 | CodeSystem::Bnf
        )
    }

    /// Whether codes may be held as whole numbers.
    pub(crate) fn has_numbers(self) -> bool {
        matches!(
            self,
            CodeSystem::Snomed | CodeSystem::Dmd | CodeSystem::Other
        )
    }

    /// Its name, as settings write it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            CodeSystem::Snomed => "snomed",
            CodeSystem::Dmd => "dmd",
            CodeSystem::Icd10 => "icd10",
            CodeSystem::Opcs4 => "opcs4",
            CodeSystem::Bnf => "bnf",
            CodeSystem::Ctv3 => "ctv3",
            CodeSystem::Read2 => "read2",
            CodeSystem::Other => "other",
        }
    }
}

impl CodeForm<'_> {
    /// The code as a text.
    pub(super) fn text(self) -> String {
        match self {
            CodeForm::Number(number) => number.to_string(),
            CodeForm::Packed(code) => unpacked(code),
            CodeForm::Text(text) => text.to_string(),
        }
    }
}
