//! Funnels, control charts, waiting lists and NHS numbers against published values.

use super::answers::{Asked, agrees, number, values};
use crate::project::{notice, shared};
use csv::StringRecord;
use proptest::collection::vec;
use proptest::prelude::*;

/// The rows of a file of published values; none where it is not there.
fn vectors(file: &str) -> Option<Vec<StringRecord>> {
    let place = format!("reference/vectors/{file}.csv");
    let path = shared(&place)?;
    let mut reader = csv::Reader::from_path(path).unwrap();
    Some(reader.records().map(Result::unwrap).collect())
}

/// Holds every row of a file against its row of a query.
fn compare(file: &str, vectors: &[StringRecord], found: &[Vec<String>], expected: &[usize]) {
    assert_eq!(found.len(), vectors.len(), "{file}");
    for (found, row) in found.iter().zip(vectors) {
        for (found, column) in found.iter().zip(expected) {
            let expected = match &row[*column] {
                "" => "NULL",
                text => text,
            };
            assert!(
                agrees(found, expected),
                "{file}: {found} is not {expected}: {row:?}"
            );
        }
    }
    notice(&format!("{} rows of {file}.csv", vectors.len()));
}

#[test]
fn published_funnels() {
    let Some(rows) = vectors("funnel") else {
        return;
    };
    let numbered = rows.iter().enumerate().map(|(i, row)| {
        // Proportions name the limits by their one-sided probability, ratios by their confidence.
        let far = matches!(&row[3], "0.999" | "0.998");
        let kind = format!("'{}'", &row[0]);
        vec![
            i.to_string(),
            kind,
            row[1].into(),
            row[2].into(),
            far.to_string(),
        ]
    });
    let found = Asked::new().rows(&format!(
        "select case when far then l.lower_99_8 else l.lower_95 end,
             case when far then l.upper_99_8 else l.upper_95 end
         from (select i, far, funnel_limits(kind, size, baseline) as l
             from (values {}) as v(i, kind, size, baseline, far)) order by i",
        values(numbered)
    ));
    compare("funnel", &rows, &found, &[4, 5]);
}

#[test]
fn published_control_charts() {
    let Some(rows) = vectors("spc_xmr") else {
        return;
    };
    let numbered = rows.iter().enumerate().map(|(i, row)| {
        let series = format!("'{}'", &row[0]);
        vec![
            i.to_string(),
            series,
            row[1].into(),
            row[2].into(),
            row[3].into(),
        ]
    });
    let found = Asked::new().rows(&format!(
        "select x.mean, x.lower, x.upper, x.relative_to_mean, replace(x.signal, ' ', '_')
         from (select i, xmr(y, 0, null, false, screen) over (partition by series, screen order by point) as x
             from (values {}) as v(i, series, screen, point, y)) order by i",
        values(numbered)
    ));
    compare("spc_xmr", &rows, &found, &[4, 5, 6, 7, 8]);
}

#[test]
fn published_waiting_lists() {
    let Some(rows) = vectors("waiting_list") else {
        return;
    };
    let asked = Asked::new();
    let found = rows.iter().map(|row| {
        let name = match &row[0] {
            "waiting_list_pressure" => "waiting_pressure",
            name => name,
        };
        let arguments = row[1]
            .split(',')
            .map(|named| named.split('=').nth(1).unwrap());
        let arguments: Vec<&str> = arguments.collect();
        asked
            .rows(&format!("select {name}({})", arguments.join(", ")))
            .remove(0)
    });
    compare("waiting_list", &rows, &found.collect::<Vec<_>>(), &[2]);
}

#[test]
fn published_nhs_numbers() {
    let Some(rows) = vectors("nhs_number_mod11") else {
        return;
    };
    let numbered = rows.iter().enumerate();
    let numbered = numbered.map(|(i, row)| vec![i.to_string(), format!("'{}'", &row[0])]);
    // The file says whether the sum is right, which it is of ten equal digits too.
    let found = Asked::new().rows(&format!(
        "select nhs_number_valid(number, true) or (length(number) = 10 and replace(number, left(number, 1), '') = '')
         from (values {}) as v(i, number) order by i",
        values(numbered)
    ));
    compare("nhs_number_mod11", &rows, &found, &[1]);
}

#[test]
fn funnel_limits_bracket_the_baseline() {
    let asked = Asked::new();
    let areas = vec((1u32..100_000, 0.0f64..=1.0), 1..20);
    proptest!(ProptestConfig::with_cases(32), |(areas in areas)| {
        let rows = areas.iter().map(|(n, baseline)| vec![n.to_string(), number(*baseline)]);
        let wrong = asked.rows(&format!(
            "select count(*) filter (where not (
                 p.lower_99_8 <= p.lower_95 and p.lower_95 <= b and b <= p.upper_95 and p.upper_95 <= p.upper_99_8
                 and p.lower_99_8 >= 0 and p.upper_99_8 <= 1
                 and r.lower_99_8 <= r.lower_95 and r.lower_95 <= b and b <= r.upper_95 and r.upper_95 <= r.upper_99_8))
             from (select b, funnel_limits('proportion', n, b) as p, funnel_limits('rate', n, b) as r
                 from (values {}) as v(n, b))",
            values(rows)
        ));
        prop_assert_eq!(&wrong[0][0], "0");
    });
}

#[test]
fn significance_of_a_proportion_is_what_the_lines_say() {
    let asked = Asked::new();
    let areas = vec((0u32..=300, 300u32..400, 1u32..100), 1..20);
    proptest!(ProptestConfig::with_cases(32), |(areas in areas)| {
        let rows = areas.iter().map(|(x, n, b)| vec![x.to_string(), n.to_string(), number(f64::from(*b) / 100.0)]);
        let wrong = asked.rows(&format!(
            "select count(*) filter (where significance <> case
                 when value < l.lower_99_8 then 'Low (0.001)' when value < l.lower_95 then 'Low (0.025)'
                 when value > l.upper_99_8 then 'High (0.001)' when value > l.upper_95 then 'High (0.025)'
                 else 'Not significant' end)
             from (select cast(x as double) / n as value, funnel_limits('proportion', n, b) as l,
                     funnel_significance('proportion', x, n, b) as significance
                 from (values {}) as v(x, n, b))",
            values(rows)
        ));
        prop_assert_eq!(&wrong[0][0], "0");
    });
}

#[test]
fn one_wrong_digit_is_always_found() {
    let asked = Asked::new();
    let people = vec((4_000_000u64..999_000_000, 0usize..10, 1u8..10), 1..50);
    proptest!(ProptestConfig::with_cases(32), |(people in people)| {
        let mut rows = Vec::new();
        for (nine, place, by) in people {
            let mut digits = format!("{nine:09}").into_bytes();
            let weighted = digits.iter().zip((2..=10u32).rev());
            let sum: u32 = weighted.map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
            let check = (11 - sum % 11) % 11;
            if check == 10 {
                continue;
            }
            digits.push(b'0' + u8::try_from(check).unwrap());
            let right = String::from_utf8(digits.clone()).unwrap();
            digits[place] = b'0' + (digits[place] - b'0' + by) % 10;
            let wrong = String::from_utf8(digits).unwrap();
            rows.push(vec![format!("'{} {} {}'", &right[..3], &right[3..6], &right[6..]), format!("'{wrong}'")]);
        }
        prop_assume!(!rows.is_empty());
        let found = asked.rows(&format!(
            "select count(*) filter (where not nhs_number_valid(a)), count(*) filter (where nhs_number_valid(b))
             from (values {}) as v(a, b)", values(rows)));
        prop_assert_eq!(&found[0], &["0", "0"]);
    });
}
