//! Bands of ages and their names.

/// Bands of ages that follow each other; the last has no end.
#[derive(Debug, Clone)]
pub(super) struct Bands {
    /// The first age of each band, rising.
    first: Vec<i64>,
    /// What each is called.
    names: Vec<String>,
}

/// The oldest age that a band of a given width may start at.
const LAST: u32 = 90;

impl Bands {
    /// Bands of that many years, 1 to 90, from 0 on.
    pub(super) fn of_width(years: u32) -> Self {
        let first = (0..=LAST).step_by(years as usize).map(i64::from);
        Bands::starting(first.collect())
    }

    /// Bands that start at the ages in a text like `0,18,65`; none when they do not rise.
    pub(super) fn from_bounds(text: &str) -> Option<Self> {
        let first: Option<Vec<i64>> = text.split(',').map(|age| age.trim().parse().ok()).collect();
        let first = first?;
        let rising = first.windows(2).all(|pair| pair[0] < pair[1]);
        (rising && first[0] >= 0).then(|| Bands::starting(first))
    }

    fn starting(first: Vec<i64>) -> Self {
        let ends = first.iter().skip(1).map(|next| Some(next - 1));
        let names = first
            .iter()
            .zip(ends.chain([None]))
            .map(|(from, to)| match to {
                None => format!("{from}+"),
                Some(to) if to == *from => from.to_string(),
                Some(to) => format!("{from}-{to}"),
            });
        Bands {
            names: names.collect(),
            first,
        }
    }

    /// The name of the band of an age.
    pub(super) fn name(&self, age: i64) -> Option<&str> {
        let band = self.first.partition_point(|first| *first <= age);
        Some(self.names[band.checked_sub(1)?].as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Bands;

    #[test]
    fn edges_of_five_year_bands() {
        let bands = Bands::of_width(5);
        let names = [-1, 0, 4, 5, 89, 90, 107].map(|age| bands.name(age));
        let expected = [
            None,
            Some("0-4"),
            Some("0-4"),
            Some("5-9"),
            Some("85-89"),
            Some("90+"),
            Some("90+"),
        ];
        assert_eq!(names, expected);
        assert_eq!(bands.first.len(), 19);
    }

    #[test]
    fn bounds_have_to_rise() {
        for wrong in ["", "a", "0,", "18,0", "5,5", "-1,5", "0 18"] {
            assert!(Bands::from_bounds(wrong).is_none(), "{wrong}");
        }
        let bands = Bands::from_bounds(" 1, 2 ,18").unwrap();
        let names = [0, 1, 2, 17, 18].map(|age| bands.name(age));
        let expected = [None, Some("1"), Some("2-17"), Some("2-17"), Some("18+")];
        assert_eq!(names, expected);
    }
}
