//! Whom rows name by an identifier of their own.

use super::named_person::NamedPerson;
use super::{KeptRow, Preparer, Rejecting, TableRows, text};
use crate::decode::{Decoded, RejectReason, ViewRows};
use crate::error::Result;
use crate::privacy::{NhsNumber, NhsNumberError, Person, VERIFIED, verification_status};
use crate::pull::identity::facts::REPLACED_BY;
use crate::pull::plan::{PersonLink, SourceKind, TablePlan};
use arrow::array::{Array, ArrayRef, StringArray, new_null_array};
use arrow::datatypes::DataType;
use std::cell::LazyCell;
use std::collections::HashSet;
use std::sync::Arc;

impl Preparer<'_> {
    /// Whom each row names, where rows carry the person's own identifier.
    pub(super) fn named(
        &self,
        rows: &ViewRows,
        plan: &TablePlan,
        replaced: &LazyCell<HashSet<u32>, impl FnOnce() -> HashSet<u32>>,
        rejecting: &mut Rejecting,
    ) -> Result<Vec<NamedPerson>> {
        let (column, reference) = match (plan.person, plan.logical) {
            (PersonLink::Identifier(column), _) => (column, None),
            (PersonLink::Patient(reference), Some(column)) => (column, Some(reference)),
            _ => return Ok(Vec::new()),
        };
        let references = match reference {
            Some(reference) => Some(text(rows.batch.column(reference))?),
            None => None,
        };
        let (nhs_numbers, statuses) = match &self.source.kind {
            SourceKind::Fhir {
                nhs_numbers,
                verified_statuses,
                ..
            } => (*nhs_numbers, verified_statuses.as_slice()),
            SourceKind::Csv { .. } => (true, [VERIFIED].as_slice()),
        };
        let name = &plan.columns[column].name;
        let identifiers = text(rows.batch.column(column))?;
        let verified = match rows.batch.column_by_name("nhs_number_status") {
            Some(status) if nhs_numbers => Some(text(status)?),
            _ => None,
        };
        let mut named = Vec::with_capacity(rows.line.len());
        // A person's records arrive together.
        let mut last = ("", None);
        for (row, line) in rows.line.iter().enumerate() {
            let identifier = match identifiers.is_valid(row) {
                true => identifiers.value(row).trim(),
                false => "",
            };
            if let Some(references) = &references
                && (references.is_valid(row) || identifier.is_empty())
            {
                // The record that it refers to says who it is about, once it has come.
                if last.0 != identifier {
                    last = (identifier, self.person(identifier, nhs_numbers).ok());
                }
                named.push(last.1.map_or(NamedPerson::Nobody, NamedPerson::Beside));
                continue;
            }
            let unverified = verified.as_ref().is_some_and(|status| {
                let status = status.is_valid(row).then(|| status.value(row));
                status.is_some_and(|status| !is_verified(status, statuses))
            });
            named.push(match self.person(identifier, nhs_numbers) {
                Ok(person) if unverified => NamedPerson::Unverified(person),
                Ok(person) => NamedPerson::Verified(person),
                // A server that merges Patients takes the number from the one that goes.
                Err(_) if identifier.is_empty() && replaced.contains(line) => NamedPerson::Nobody,
                Err(reason) => {
                    rejecting.reject(*line, reason, name);
                    NamedPerson::Nobody
                }
            });
        }
        Ok(named)
    }

    /// The lines that say of a Patient which other one took its place.
    pub(super) fn replaced(&self, decoded: &Decoded, targets: &[usize]) -> HashSet<u32> {
        let mut replaced = HashSet::new();
        for (rows, target) in decoded.tables.iter().zip(targets) {
            let Some(merges) = &self.tables[*target].merges else {
                continue;
            };
            let words = |name: &str| text(rows.batch.column_by_name(name)?).ok();
            let (Some(others), Some(kinds)) = (words(&merges.other), words(&merges.kind)) else {
                continue;
            };
            let said = kinds.iter().zip(&others).zip(&rows.line);
            let by_another = said.filter(|((kind, other), _)| {
                other.is_some() && kind.is_some_and(|kind| kind == REPLACED_BY)
            });
            replaced.extend(by_another.map(|(_, line)| *line));
        }
        replaced
    }

    /// The person of an identifier, or why it is none.
    fn person(&self, identifier: &str, nhs_number: bool) -> Result<Person, RejectReason> {
        let pseudonyms = &self.source.pseudonyms;
        if nhs_number {
            return match NhsNumber::parse(identifier, self.source.accept_test_numbers) {
                Ok(number) => Ok(pseudonyms.person(number.digits())),
                Err(NhsNumberError::Missing) => Err(RejectReason::NhsNumberMissing),
                Err(NhsNumberError::Test) => Err(RejectReason::NhsNumberTestRange),
                Err(NhsNumberError::Invalid) => Err(RejectReason::NhsNumberInvalid),
            };
        }
        match identifier {
            "" => Err(RejectReason::PersonIdentifierMissing),
            identifier => Ok(pseudonyms.person(identifier.as_bytes())),
        }
    }

    /// The pseudonyms by which older data can be linked: of the same people as the others.
    pub(super) fn open_pseudonyms(&self, table: &TableRows, kept: &[KeptRow]) -> Result<ArrayRef> {
        let (PersonLink::Identifier(column), Some(open)) = (table.plan.person, &self.source.open)
        else {
            return Ok(new_null_array(&DataType::Utf8, kept.len()));
        };
        let identifiers = text(table.rows.batch.column(column))?;
        let digests: StringArray = kept
            .iter()
            .map(|kept| {
                let row = kept.row as usize;
                table.named[row].verified()?;
                let number = NhsNumber::parse(identifiers.value(row), true).ok()?;
                Some(open.digest(number.digits()))
            })
            .collect();
        Ok(Arc::new(digests))
    }
}

/// Whether a number with this status says who somebody is.
fn is_verified(status: &str, accepted: &[&str]) -> bool {
    verification_status(status).is_some_and(|status| accepted.contains(&status))
}
