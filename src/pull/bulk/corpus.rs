//! What fuzzing of manifests found and what it began with, read again.

#[path = "../../../fuzz/src/manifests.rs"]
pub mod target;

use crate::decode::corpus::each;

#[test]
fn manifest() {
    each("manifest", target::manifest);
}
