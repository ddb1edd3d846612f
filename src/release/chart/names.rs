//! Names in a sentence.

/// The first of some names, and how many more there are.
pub(super) fn listed(names: &[&str], most: usize) -> String {
    let named = names.get(..most).unwrap_or(names).join(", ");
    match names.len().saturating_sub(most) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn the_names_that_are_too_many_are_counted() {
        assert_eq!(listed(&["A", "B"], 2), "A, B");
        assert_eq!(listed(&["A", "B", "C", "D"], 2), "A, B and 2 more");
    }
}
