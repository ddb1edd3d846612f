//! Every row of the reference vectors of rates, standardisation and inequality, through SQL.

use super::engine::{TestEngine, engine};
use crate::project::{notice, shared};
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::csv::ReaderBuilder;
use arrow::csv::reader::Format;
use arrow::datatypes::{DataType, Float64Type};
use populace::lake::TableName;
use std::io::Seek;
use std::sync::Arc;

/// Makes `vectors.NAME` of a vector file known; false where there is none.
fn load(engine: &TestEngine, name: &str) -> bool {
    let Some(path) = shared(&format!("reference/vectors/{name}.csv")) else {
        return false;
    };
    let mut file = std::fs::File::open(path).unwrap();
    let format = Format::default().with_header(true);
    let (schema, _) = format.infer_schema(&mut file, None).unwrap();
    file.rewind().unwrap();
    let schema = Arc::new(schema);
    let reader = ReaderBuilder::new(schema.clone()).with_header(true);
    let rows = reader.build(file).unwrap().map(Result::unwrap).collect();
    let table = TableName::new("vectors", name);
    engine.engine.register_rows(&table, schema, rows).unwrap();
    true
}

/// Runs `sql` over files of vectors. It gives pairs of columns, the expected and what a function
/// gave, which must agree in each row; `rows` is how many there must be.
fn check(files: &[&str], rows: usize, sql: &str) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let engine = engine().await;
        if !files.iter().all(|file| load(&engine, file)) {
            return;
        }
        let frame = engine.engine.query("vectors", sql).await.unwrap();
        let batches = frame.collect().await.unwrap();
        let checked: usize = batches.iter().map(|batch| agree(files[0], batch)).sum();
        assert_eq!(checked, rows, "{}", files[0]);
        notice(&format!("{}.csv: {checked} rows agree", files[0]));
    });
}

fn agree(file: &str, batch: &RecordBatch) -> usize {
    for pair in batch.columns().chunks(2) {
        for row in 0..batch.num_rows() {
            if *pair[1].data_type() == DataType::Utf8 {
                let texts = [0, 1].map(|i| pair[i].as_string::<i32>().value(row));
                assert_eq!(texts[0], texts[1], "{file}, row {row}");
                continue;
            }
            let [expected, got] = [0, 1].map(|i| {
                let numbers = arrow::compute::cast(&pair[i], &DataType::Float64).unwrap();
                let numbers = numbers.as_primitive::<Float64Type>();
                numbers.is_valid(row).then(|| numbers.value(row))
            });
            let same = match (expected, got) {
                (Some(expected), Some(got)) => (expected - got).abs() <= 1e-9 * expected.abs(),
                (expected, got) => expected == got,
            };
            assert!(
                same,
                "{file}, row {row}: {expected:?} is expected, not {got:?}"
            );
        }
    }
    batch.num_rows()
}

#[test]
fn crude_rates() {
    check(
        &["poisson_rate_ci"],
        52,
        "select value, r['value'], lower, r['lower'], upper, r['upper'], method, r['method']
         from (select *, rate(x, n, multiplier, confidence) as r from vectors.poisson_rate_ci)",
    );
    // The same limits from the functions that the rates choose between.
    check(
        &["poisson_rate_ci"],
        52,
        "select lower * n / multiplier, r['lower'], upper * n / multiplier, r['upper']
         from (
             select *, case method
                 when 'Exact' then poisson_ci(x, 100 * confidence)
                 else byar_ci(x, 100 * confidence)
             end as r
             from vectors.poisson_rate_ci
         )",
    );
}

#[test]
fn proportions() {
    check(
        &["wilson_ci"],
        20,
        "select value, r['value'], lower, r['lower'], upper, r['upper'],
             value * 100, p['value'], lower * 100, p['lower'], upper * 100, p['upper']
         from (
             select *, wilson_ci(x, n, confidence) as r, proportion(x, n, 100, confidence) as p
             from vectors.wilson_ci
         )",
    );
}

#[test]
fn standardised_rates() {
    check(
        &["standardised_expected", "standardised_input"],
        8,
        "with got as (
             select e.area, e.confidence,
                 dsr(count, pop, esp2013, 100000, e.confidence) as dsr,
                 isr(count, pop, ref_count, ref_pop, 1, e.confidence) as ratio,
                 isr_rate(count, pop, ref_count, ref_pop, 100000, e.confidence) as rate
             from vectors.standardised_expected as e
             inner join vectors.standardised_input as i on i.area = e.area
             group by e.area, e.confidence
         )
         select dsr_per_100000, dsr['value'], dsr_lower, dsr['lower'], dsr_upper, dsr['upper'],
             total_count / isr_expected, ratio['value'],
             isr_lower / ref_rate, ratio['lower'], isr_upper / ref_rate, ratio['upper'],
             isr_rate, rate['value'], isr_lower, rate['lower'], isr_upper, rate['upper'],
             isr_method, rate['method']
         from vectors.standardised_expected as e
         inner join got on got.area = e.area and got.confidence = e.confidence",
    );
}

#[test]
fn standardised_rates_of_people_with_several_events() {
    check(
        &["dsr_repeat_expected", "dsr_repeat_input"],
        6,
        "with band as (
             select area, esp2013, pop,
                 persons_1_event + 2 * persons_2_events + 3 * persons_3_events
                     + 4 * persons_4_events as events,
                 persons_1_event + 4 * persons_2_events + 9 * persons_3_events
                     + 16 * persons_4_events as squares
             from vectors.dsr_repeat_input
         ),
         got as (
             select e.area, e.confidence, sum(events) as events,
                 dsr_repeat(events, squares, pop, esp2013, 100000, e.confidence) as dsr
             from vectors.dsr_repeat_expected as e
             inner join band on band.area = e.area
             group by e.area, e.confidence
         )
         select total_events, events, dsr_per_100000, dsr['value'], e.lower, dsr['lower'],
             e.upper, dsr['upper']
         from vectors.dsr_repeat_expected as e
         inner join got on got.area = e.area and got.confidence = e.confidence",
    );
}

#[test]
fn means() {
    check(
        &["mean_ci"],
        6,
        "with value as (
             select *, cast(unnest(string_to_array(\"values\", ' ')) as double) as value
             from vectors.mean_ci
         )
         select mean, m['value'], lower, m['lower'], upper, m['upper'], n, got
         from (
             select mean, lower, upper, n, count(value) as got, mean_ci(value, confidence) as m
             from value
             group by mean, lower, upper, n, confidence
         )",
    );
}

#[test]
fn quantiles() {
    check(
        &["quantile"],
        25,
        "select q4_invert, phe_quantile(value, 4) over (),
             q4_plain, phe_quantile(value, 4, false) over (),
             q5_invert, phe_quantile(value, 5, true) over (),
             q5_plain, phe_quantile(value, 5, false) over (),
             q10_invert, phe_quantile(value) over (),
             q10_plain, phe_quantile(value, 10, false) over (),
             q30_invert, phe_quantile(value, 30) over (),
             q30_plain, phe_quantile(value, 30, false) over ()
         from vectors.quantile",
    );
}

#[test]
fn life_tables() {
    check(
        &["life_table"],
        20,
        "with got as (
             select a.age_from, life_expectancy(b.age_from, b.pop, b.deaths, a.age_from) as e
             from vectors.life_table as a
             cross join vectors.life_table as b
             group by a.age_from
         )
         select le, e['value'], le_lower95, e['lower'], le_upper95, e['upper'],
             se, (e['upper'] - e['lower']) / 2 / 1.959963984540054
         from vectors.life_table as v
         inner join got on got.age_from = v.age_from",
    );
}

#[test]
fn indices_of_inequality() {
    check(
        &["sii_rii"],
        3,
        "with got as (
             select \"case\", max(sii) as sii, max(rii) as rii,
                 sii(quantile_most_deprived_first, population, value, scale) as slope,
                 rii(quantile_most_deprived_first, population, value, scale) as ratio,
                 sii_simulated(quantile_most_deprived_first, population, value, value * 0.99,
                     value * 1.01, scale) as drawn
             from (select *, coalesce(transform, 'none') as scale from vectors.sii_rii)
             group by \"case\"
         )
         select sii, slope['value'], rii, ratio['value'], sii as again, drawn['value'] from got",
    );
}
