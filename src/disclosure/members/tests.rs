use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn key() -> MemberKey {
    MemberKey::new(Zeroizing::new([7; 32]))
}

/// Members of a set of people with what each adds.
fn of(weights: &BTreeMap<i64, i64>) -> Members {
    let mut members = Members::default();
    for (person, weight) in weights {
        members.add(&key(), Some(*person), *weight);
    }
    members
}

fn people(set: impl IntoIterator<Item = i64>) -> Members {
    of(&set.into_iter().map(|person| (person, 1)).collect())
}

/// People whose weights differ, counted one by one.
fn differing(a: &BTreeMap<i64, i64>, b: &BTreeMap<i64, i64>) -> usize {
    let all: BTreeSet<&i64> = a.keys().chain(b.keys()).collect();
    all.into_iter().filter(|p| a.get(p) != b.get(p)).count()
}

fn weights() -> impl Strategy<Value = BTreeMap<i64, i64>> {
    prop::collection::btree_map(any::<i64>(), 1i64..400, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn few_changes_are_counted_as_they_are(
        base in weights(),
        changes in prop::collection::btree_map(any::<i64>(), -50i64..50, 0..14),
        touched in prop::collection::vec((any::<prop::sample::Index>(), 1i64..400), 0..8),
    ) {
        let mut then = base.clone();
        for (place, weight) in touched {
            if let Some(person) = base.keys().nth(place.index(base.len().max(1))) {
                match weight % 3 {
                    0 => then.remove(person),
                    _ => then.insert(*person, weight),
                };
            }
        }
        then.extend(changes.into_iter().filter(|(_, weight)| *weight != 0));
        let expected = differing(&base, &then).min(CAPACITY);
        prop_assert_eq!(of(&base).changed(&of(&then)), expected);
        prop_assert_eq!(of(&then).changed(&of(&base)), expected);
        let (a, b) = (of(&base).buckets(), of(&then).buckets());
        let alike = a.iter().zip(b).any(|(a, b)| *a == b);
        prop_assert!(alike || expected == CAPACITY, "no bucket stayed");
    }

    #[test]
    fn sides_of_a_change_follow_from_the_counts(
        base in prop::collection::btree_set(any::<i64>(), 0..40),
        entered in prop::collection::btree_set(any::<i64>(), 0..5),
        left in 0usize..5,
    ) {
        let entered: BTreeSet<i64> = entered.difference(&base).copied().collect();
        let left = left.min(base.len());
        let stay = base.iter().skip(left).copied();
        let now = people(stay.chain(entered.iter().copied()));
        let expected = (entered.len() + left < CAPACITY).then_some((entered.len(), left));
        prop_assert_eq!(now.sides(&people(base.clone())), expected);
    }

    #[test]
    fn parts_add_up_to_the_whole(rows in prop::collection::vec((0i64..30, 0usize..4), 0..80)) {
        let mut parts = vec![BTreeMap::new(); 4];
        let mut whole: BTreeMap<i64, i64> = BTreeMap::new();
        for (person, part) in rows {
            *parts[part].entry(person).or_default() += 1;
            *whole.entry(person).or_default() += 1;
        }
        let sum = parts.iter().map(of).fold(Members::default(), |a, b| a.plus(&b));
        // People who are in several parts count once in the whole, and everything else adds up.
        prop_assert_eq!(sum.fingerprint(), of(&whole).fingerprint());
        prop_assert_eq!(sum.changed(&of(&whole)), 0);
        prop_assert_eq!(sum.buckets(), of(&whole).buckets());
    }

    #[test]
    fn bytes_are_the_members(weights in weights(), cut in 0usize..Members::BYTES) {
        let members = of(&weights);
        let bytes = members.to_bytes();
        prop_assert_eq!(bytes.len(), Members::BYTES);
        prop_assert!(Members::from_bytes(&bytes) == Some(members));
        prop_assert!(Members::from_bytes(&bytes[..cut]).is_none());
    }
}

#[test]
fn many_changes_never_look_like_few() {
    // 50,000 pairs of sets with 8 to 40 changes.
    let mut next = 1i64;
    let mut fresh = |n: i64| {
        next += n;
        next - n..next
    };
    for turn in 0..50_000 {
        let (entered, left) = (4 + turn % 20, 4 + turn / 20 % 17);
        let (a, b) = (people(fresh(entered)), people(fresh(left)));
        assert_eq!(a.changed(&b), CAPACITY, "{entered} entered, {left} left");
    }
}

#[test]
fn a_swap_and_a_person_without_a_key_are_seen() {
    let before = people(0..100);
    assert_eq!(people(1..101).sides(&before), Some((1, 1)));
    let mut unlinked = before;
    unlinked.add(&key(), None, 3);
    assert_eq!(unlinked.changed(&before), 1);
    let mut more = before;
    more.add(&key(), None, 4);
    assert_eq!(more.changed(&unlinked), 1);
}

#[test]
fn another_key_gives_other_members_and_nothing_is_shown() {
    let other = MemberKey::new(Zeroizing::new([8; 32]));
    let mut theirs = Members::default();
    theirs.add(&other, Some(1), 1);
    assert_eq!(theirs.changed(&people([1])), 2);
    assert_ne!(other.fingerprint(), key().fingerprint());
    let shown = format!("{:?} {:?} {:?}", key(), theirs, theirs.fingerprint());
    let expected = "MemberKey(secret) Members(redacted) Fingerprint(redacted)";
    assert_eq!(shown, expected);
}

#[test]
fn bytes_of_something_else_are_refused() {
    let mut bytes = people(0..9).to_bytes();
    let last = bytes.len() - 1;
    bytes[last] = 0xff;
    assert!(Members::from_bytes(&bytes).is_none());
    assert!(Members::from_bytes(&[0; Members::BYTES + 1]).is_none());
}
