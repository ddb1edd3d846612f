//! Functions as the engine knows them: by name.

use super::Doc;
use arrow::datatypes::DataType;
use datafusion::logical_expr::{Documentation, Signature, TypeSignature, Volatility};
use std::fmt;
use std::hash::{Hash, Hasher};

/// A function of some kind. Two of one name are equal: the engine compares plans by that.
pub(super) struct Named<K> {
    pub doc: &'static Doc,
    /// The same for the engine's own lists.
    pub documentation: Documentation,
    pub signature: Signature,
    /// What only functions of this kind have.
    pub kind: K,
}

impl<K> Named<K> {
    /// A function of the types in `calls`: one list for each number of arguments. The engine casts
    /// what it can to them.
    pub(super) fn new(doc: &'static Doc, calls: &[&[DataType]], kind: K) -> Self {
        let calls = calls.iter().map(|call| TypeSignature::Exact(call.to_vec()));
        Named {
            doc,
            documentation: doc.documentation(),
            signature: Signature::one_of(calls.collect(), Volatility::Immutable),
            kind,
        }
    }
}

impl<K> fmt::Debug for Named<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.doc.name)
    }
}

impl<K> PartialEq for Named<K> {
    fn eq(&self, other: &Self) -> bool {
        self.doc.name == other.doc.name
    }
}

impl<K> Eq for Named<K> {}

impl<K> Hash for Named<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.doc.name.hash(state);
    }
}
