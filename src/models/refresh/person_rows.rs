//! Where the rows of chosen people are in the files of a table.

use super::people::{ChosenPeople, people_of, person_at, slice_of};
use crate::engine::PickedRows;
use crate::error::{Context, Result};
use crate::lake::{DataFile, Lake};
use crate::models::locality::PERSON_KEY;
use arrow::array::{Array, Int64Array};
use std::ops::Range;

/// Rows of chosen people in a file.
pub(super) struct PersonRows {
    /// The file.
    pub file: DataFile,
    /// Their positions among the rows of the file that count, ascending; never none.
    pub rows: Vec<u32>,
    /// Those of dirty people.
    pub dirty: Vec<u32>,
}

impl PersonRows {
    /// To be read alone.
    pub(super) fn picked(&self) -> PickedRows {
        PickedRows::some(&self.file, self.file.removed.positions_of(&self.rows))
    }

    /// Those of dirty people, to be read alone; None when there are none.
    pub(super) fn picked_of_dirty(&self) -> Option<PickedRows> {
        let rows = self.file.removed.positions_of(&self.dirty);
        (!self.dirty.is_empty()).then(|| PickedRows::some(&self.file, rows))
    }
}

/// Finds the rows of `people` in `files`, whatever order they lie in: only the column with their keys is
/// read.
///
/// # Errors
/// Data: a file cannot be read.
pub(super) async fn rows_of(
    lake: &Lake,
    files: &[DataFile],
    people: &ChosenPeople,
) -> Result<Vec<PersonRows>> {
    let mut sorted: Vec<i64> = people.dirty.iter().copied().flatten().collect();
    sorted.sort_unstable();
    let mut found = Vec::new();
    for file in files {
        let (mut rows, mut dirty) = (Vec::new(), Vec::new());
        let mut first = 0usize;
        for batch in lake.read_rows(file, &[PERSON_KEY], None).await? {
            let keys = people_of(&batch)?;
            for (at, is_dirty) in chosen_rows(keys, people, &sorted) {
                let place = u32::try_from(first + at).data(|| "a file has too many rows")?;
                rows.push(place);
                if is_dirty {
                    dirty.push(place);
                }
            }
            first += keys.len();
        }
        if !rows.is_empty() {
            let file = file.clone();
            found.push(PersonRows { file, rows, dirty });
        }
    }
    Ok(found)
}

/// The places of rows of `people` among these, ascending, each with whether its person is dirty; `sorted` are
/// the keys of dirty people.
fn chosen_rows(keys: &Int64Array, people: &ChosenPeople, sorted: &[i64]) -> Vec<(usize, bool)> {
    match keys.values() {
        // Tables lie in the order of keys: few of them are looked for among many.
        values if keys.null_count() == 0 && is_ascending(values) => {
            chosen_of_sorted(values, people.slice, sorted)
        }
        _ => {
            let people_at = (0..keys.len()).map(|at| (at, person_at(keys, at)));
            let chosen = people_at.filter(|(_, person)| people.has(*person));
            chosen
                .map(|(at, person)| (at, people.dirty.contains(&person)))
                .collect()
        }
    }
}

/// Whether keys ascend from no less than 0, as those of people do.
fn is_ascending(keys: &[i64]) -> bool {
    keys.first().is_some_and(|first| *first >= 0) && keys.is_sorted()
}

/// [`chosen_rows`] of ascending keys.
fn chosen_of_sorted(keys: &[i64], slice: u64, sorted: &[i64]) -> Vec<(usize, bool)> {
    let (Some(first), Some(last)) = (keys.first(), keys.last()) else {
        return Vec::new();
    };
    let from = sorted.partition_point(|key| key < first);
    let near = sorted.get(from..sorted.partition_point(|key| key <= last));
    let mut dirty: Vec<usize> = Vec::new();
    for key in near.unwrap_or_default() {
        let from = keys.partition_point(|other| other < key);
        dirty.extend((from..keys.len()).take_while(|at| keys.get(*at) == Some(key)));
    }
    let of_slice = in_slice(keys, slice);
    let mut chosen: Vec<(usize, bool)> = of_slice.clone().map(|at| (at, false)).collect();
    for at in dirty {
        match chosen.get_mut(at.wrapping_sub(of_slice.start)) {
            Some(found) if of_slice.contains(&at) => found.1 = true,
            _ => chosen.push((at, true)),
        }
    }
    chosen.sort_unstable();
    chosen
}

/// Which of these ascending keys are in a slice.
fn in_slice(keys: &[i64], slice: u64) -> Range<usize> {
    let from = keys.partition_point(|key| slice_of(Some(*key)) < slice);
    let to = keys.partition_point(|key| slice_of(Some(*key)) <= slice);
    from..to
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::refresh::people::NamedPeople;

    const SLICE: i64 = 1 << 57;

    fn chosen(keys: Vec<Option<i64>>) -> Vec<(usize, bool)> {
        let sorted = [3, SLICE + 7, 3 * SLICE, i64::MAX];
        let dirty: NamedPeople = sorted.map(Some).into_iter().collect();
        let people = ChosenPeople { dirty, slice: 1 };
        chosen_rows(&keys.into(), &people, &sorted)
    }

    #[test]
    fn sorted_keys_are_found_as_others_are() {
        let keys = [
            0,
            3,
            3,
            5,
            SLICE,
            SLICE + 7,
            SLICE + 7,
            2 * SLICE - 1,
            2 * SLICE,
            3 * SLICE,
            i64::MAX,
        ];
        let expected = vec![
            (1, true),
            (2, true),
            (4, false),
            (5, true),
            (6, true),
            (7, false),
            (9, true),
            (10, true),
        ];
        let sorted: Vec<Option<i64>> = keys.map(Some).into();
        assert!(is_ascending(&keys));
        assert_eq!(chosen(sorted.clone()), expected);
        // The same rows behind one of nobody, which makes each be looked at.
        let mut with_nobody = vec![None];
        with_nobody.extend(sorted);
        let later: Vec<_> = expected
            .iter()
            .map(|(at, dirty)| (at + 1, *dirty))
            .collect();
        assert_eq!(chosen(with_nobody), later);
    }

    #[test]
    fn keys_in_no_order_are_looked_at_one_by_one() {
        let keys = vec![Some(2 * SLICE), Some(3), Some(SLICE), Some(1)];
        assert_eq!(chosen(keys), [(1, true), (2, false)]);
        assert_eq!(chosen(Vec::new()), []);
    }
}
