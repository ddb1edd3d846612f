//! The names of all functions that a query can call.

use crate::functions::sections;
use crate::nearest::near;
use datafusion::prelude::SessionContext;
use std::sync::OnceLock;

/// The function that was meant by one that there is not; None when none is near enough.
pub(super) fn nearest_function(wrong: &str) -> Option<&'static str> {
    static NAMES: OnceLock<Vec<String>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let state = SessionContext::new().state();
        let engines_own = state
            .scalar_functions()
            .keys()
            .chain(state.aggregate_functions().keys())
            .chain(state.window_functions().keys());
        let ours = sections().into_iter().flat_map(|section| section.functions);
        let ours = ours.map(|function| function.doc.name.to_string());
        engines_own.cloned().chain(ours).collect()
    });
    near(&wrong.to_lowercase(), names.iter().map(String::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_meant_that_lacks_a_letter_and_none_that_is_far() {
        assert_eq!(nearest_function("cout"), Some("count"));
        assert_eq!(nearest_function("COUT"), Some("count"));
        assert_eq!(nearest_function("age_bnd"), Some("age_band"));
        assert_eq!(nearest_function("datediff"), None);
        assert_eq!(nearest_function("zeroifnull"), None);
    }
}
