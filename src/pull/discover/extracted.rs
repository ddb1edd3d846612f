//! When an extract was made: by the date in its name, else by the time at which its file was changed.

use super::source_file::SourceFile;
use crate::pipeline::Dates;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

const DAY: i64 = 86_400_000_000;

/// When the extract `file` was made, in microseconds since 1970. Of two with one date in their names
/// and no time the one whose file was changed later is the later.
pub(crate) fn extracted(file: &SourceFile, dates: &Dates) -> i64 {
    let Some(named) = last_named(&file.name, dates) else {
        return file.modified;
    };
    let utc = |moment: NaiveDateTime| {
        let local = moment.and_utc().timestamp_micros();
        dates.time_zone.to_utc(local)
    };
    match named.time {
        NamedTime::InForm => utc(named.moment),
        NamedTime::Behind { time, is_utc: true } => {
            let day = named.moment.date();
            day.and_time(time).and_utc().timestamp_micros()
        }
        NamedTime::Behind { time, .. } => utc(named.moment.date().and_time(time)),
        NamedTime::None => {
            let day = utc(named.moment);
            file.modified.clamp(day, day + DAY - 1)
        }
    }
}

/// The date in the name of a file, as the moment at which it began; with a time where the form has one. A
/// time behind the date says no more here: the parts of an extract have one each.
pub(super) fn named_moment(name: &str, dates: &Dates) -> Option<i64> {
    let micros = last_named(name, dates)?.moment.and_utc().timestamp_micros();
    Some(dates.time_zone.to_utc(micros))
}

/// A date in a path.
struct NamedDate {
    /// Where it stands.
    at: usize,
    moment: NaiveDateTime,
    time: NamedTime,
}

/// The time of a date in a path.
enum NamedTime {
    None,
    /// The form has it.
    InForm,
    /// It stands behind the date, in UTC or local.
    Behind {
        time: NaiveTime,
        is_utc: bool,
    },
}

fn last_named(path: &str, dates: &Dates) -> Option<NamedDate> {
    let dated = dates.file_date.iter().filter_map(|form| named(path, form));
    dated.max_by_key(|named| named.at)
}

/// The last date of a form in a path, which names folders first.
fn named(path: &str, form: &str) -> Option<NamedDate> {
    let starts = path.char_indices().map(|(at, _)| at).rev();
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let bytes = path.as_bytes();
    let starts =
        starts.filter(|at| !is_digit(at.checked_sub(1).and_then(|before| bytes.get(before))));
    let whole = |rest: &str| !is_digit(rest.as_bytes().first());
    starts.into_iter().find_map(|at| {
        let text = path.get(at..)?;
        if let Ok((moment, rest)) = NaiveDateTime::parse_and_remainder(text, form) {
            let time = NamedTime::InForm;
            return whole(rest).then_some(NamedDate { at, moment, time });
        }
        let (day, rest) = NaiveDate::parse_and_remainder(text, form).ok()?;
        let time = match time_behind(rest) {
            Some((time, is_utc)) => NamedTime::Behind { time, is_utc },
            None if whole(rest) => NamedTime::None,
            None => return None,
        };
        let moment = NaiveDateTime::from(day);
        Some(NamedDate { at, moment, time })
    })
}

/// The time that follows a date, and whether it is in UTC: `1030`, `103000` and `103000123` after nothing
/// or a T, `10-30-00` after a T. After another mark only six digits are one, since parts are numbered
/// with four.
fn time_behind(rest: &str) -> Option<(NaiveTime, bool)> {
    let mark = rest.chars().next()?;
    let rest = rest.trim_start_matches(['T', 't', '_', '-', ' ']);
    let between = |c: char| mark.eq_ignore_ascii_case(&'t') && matches!(c, '-' | '.' | ':' | '_');
    let mut digits = String::new();
    let mut after = rest;
    while let Some(next) = after.chars().next() {
        if next.is_ascii_digit() {
            digits.push(next);
        } else if !(between(next)
            && matches!(digits.len(), 2 | 4)
            && after[1..].starts_with(|c: char| c.is_ascii_digit()))
        {
            break;
        }
        after = &after[1..];
    }
    let fits = match digits.len() {
        6 => true,
        4 | 9 => mark.is_ascii_digit() || mark.eq_ignore_ascii_case(&'t'),
        _ => false,
    };
    let two = |at: usize| {
        digits
            .get(at..at + 2)
            .map_or(Some(0), |two| two.parse().ok())
    };
    let time = NaiveTime::from_hms_opt(two(0)?, two(2)?, two(4)?).filter(|_| fits)?;
    Some((time, after.starts_with(['Z', 'z'])))
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
            ("apc_20260102103055.csv", "2026-01-02T10:30:55"),
            ("apc_20260702103055123.csv", "2026-07-02T09:30:55"),
            ("apc_202601021030_2.csv", "2026-01-02T10:30:00"),
            ("apc_20260102_103055.csv", "2026-01-02T10:30:55"),
            ("apc_20260702T103055Z.csv", "2026-07-02T10:30:55"),
            ("2026-01-02T10-30-55.Patient.ndjson", "2026-01-02T10:30:55"),
            ("apc_2026-01-02 103055.csv", "2026-01-02T10:30:55"),
            // No times, but numbers of parts or versions.
            ("apc_20260102_0001.csv", "2026-01-02T23:59:59"),
            ("apc_20260102-1.csv", "2026-01-02T23:59:59"),
            ("apc_20260102_995959.csv", "2026-01-02T23:59:59"),
            ("apc_20260102_10-30-55.csv", "2026-01-02T23:59:59"),
            ("apc_2026010210305.csv", "2030-03-17T17:46:40"),
            ("apc_20260102993055.csv", "2030-03-17T17:46:40"),
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
