//! When an extract was made: by the date in its name, else by the time at which its file was changed.

use super::source_file::SourceFile;
use crate::pipeline::Dates;
use chrono::{NaiveDate, NaiveDateTime};

const DAY: i64 = 86_400_000_000;

/// When the extract `file` was made, in microseconds since 1970. Of two with one date in their names
/// the one whose file was changed later is the later.
pub(crate) fn extracted(file: &SourceFile, dates: &Dates) -> i64 {
    match named_moment(&file.name, dates) {
        None => file.modified,
        Some((named, true)) => named,
        Some((named, false)) => file.modified.clamp(named, named + DAY - 1),
    }
}

/// The date in the name of a file, as the moment at which it began, and whether it has a time.
pub(super) fn named_moment(name: &str, dates: &Dates) -> Option<(i64, bool)> {
    let dated = dates.file_date.iter().filter_map(|form| named(name, form));
    let (_, moment, has_time) = dated.max_by_key(|(at, _, _)| *at)?;
    let micros = moment.and_utc().timestamp_micros();
    Some((dates.time_zone.to_utc(micros), has_time))
}

/// The last date of a form in a path, which names folders first: where it stands, and whether it has a
/// time.
fn named(path: &str, form: &str) -> Option<(usize, NaiveDateTime, bool)> {
    let starts = path.char_indices().map(|(at, _)| at).rev();
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let bytes = path.as_bytes();
    let starts =
        starts.filter(|at| !is_digit(at.checked_sub(1).and_then(|before| bytes.get(before))));
    let whole = |rest: &str| !is_digit(rest.as_bytes().first());
    starts.into_iter().find_map(|at| {
        let text = path.get(at..)?;
        if let Ok((moment, rest)) = NaiveDateTime::parse_and_remainder(text, form) {
            return whole(rest).then_some((at, moment, true));
        }
        let (day, rest) = NaiveDate::parse_and_remainder(text, form).ok()?;
        whole(rest).then_some((at, NaiveDateTime::from(day), false))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pull::discover::source_file::Origin;

    fn made(name: &str, modified: i64, forms: &[&str]) -> String {
        let file = SourceFile {
            name: name.to_string(),
            origin: Origin::Folder(Default::default()),
            size: 1,
            modified,
            decoder: 0,
        };
        let mut dates = Dates::default();
        if !forms.is_empty() {
            dates.file_date = forms.iter().map(|form| form.to_string()).collect();
        }
        let moment = chrono::DateTime::from_timestamp_micros(extracted(&file, &dates)).unwrap();
        moment.format("%Y-%m-%dT%H:%M:%S").to_string()
    }

    #[test]
    fn a_date_in_the_name_counts_for_more_than_the_time_of_the_file() {
        let later = 1_900_000_000_000_000;
        for (name, made_at) in [
            ("2026-01-02.Patient.ndjson", "2026-01-02T23:59:59"),
            ("2025-12-31/apc_20260102_v2.csv", "2026-01-02T23:59:59"),
            ("2026-01-02/apc_spell.csv", "2026-01-02T23:59:59"),
            ("apc_spell.001.csv", "2030-03-17T17:46:40"),
            ("apc_202601021.csv", "2030-03-17T17:46:40"),
        ] {
            assert_eq!(made(name, later, &[]), made_at, "{name}");
        }
        assert_eq!(made("2026-07-02.csv", 0, &[]), "2026-07-01T23:00:00");
        assert_eq!(
            made("spells 02012026.csv", 0, &["%d%m%Y"]),
            "2026-01-02T00:00:00"
        );
        assert_eq!(
            made("x_20260102T1030.csv", later, &["%Y%m%dT%H%M"]),
            "2026-01-02T10:30:00"
        );
    }
}
