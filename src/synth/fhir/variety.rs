//! Which of several published forms a resource has.

/// Whether this is one of the `n` resources of which one has a form.
///
/// It follows from the id alone, so that a form more or less leaves everything else in a record as
/// it was. `form` tells the forms apart: each is drawn on its own.
pub(crate) fn one_in(n: u64, id: u128, form: u64) -> bool {
    drawn(id, form).is_multiple_of(n)
}

/// A number that follows from an id, for choosing among forms.
pub(crate) fn drawn(id: u128, form: u64) -> u64 {
    let folded = (id as u64) ^ ((id >> 64) as u64).rotate_left(17);
    let mixed =
        (folded ^ form.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed ^ (mixed >> 29)
}

#[cfg(test)]
mod tests {
    use super::one_in;

    #[test]
    fn forms_are_as_frequent_as_they_are_said_to_be() {
        let ids =
            (1..=20_000_u128).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
        for n in [2, 10, 100] {
            let found = ids.clone().filter(|id| one_in(n, *id, 3)).count() as u64;
            let expected = 20_000 / n;
            assert!(found.abs_diff(expected) < expected / 4, "{n}: {found}");
        }
        let both = ids
            .filter(|id| one_in(10, *id, 1) && one_in(10, *id, 2))
            .count();
        assert!((100..320).contains(&both), "{both}");
    }
}
