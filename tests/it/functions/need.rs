//! Scores of comorbidity and frailty: the shipped lists are the published ones, and scores do not
//! depend on how rows are cut up.

use super::engine::{TestEngine, engine};
use crate::project::{notice, shared};
use arrow::array::{Array, AsArray, RecordBatch, StringViewArray, StructArray, UInt32Array};
use arrow::datatypes::{DataType, Field, Float64Type, Int64Type, Schema};
use populace::lake::TableName;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The rows of a query as texts.
async fn texts(engine: &TestEngine, sql: &str) -> Vec<Vec<String>> {
    let frame = engine.engine.query("test", sql).await.unwrap();
    let mut rows = Vec::new();
    for batch in frame.collect().await.unwrap() {
        for row in 0..batch.num_rows() {
            let text = |column: &Arc<dyn Array>| {
                arrow::util::display::array_value_to_string(column, row).unwrap()
            };
            rows.push(batch.columns().iter().map(text).collect());
        }
    }
    rows
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Runtime::new().unwrap()
}

#[test]
fn the_shipped_lists_have_their_published_sizes() {
    let published = "
        select 'charlson', count(*), count(distinct condition) from reference.charlson_code
        union all
        select 'shmi', count(*), count(distinct condition) from reference.charlson_shmi_code
        union all
        select 'elixhauser', count(*), count(distinct condition) from reference.elixhauser_code
        union all
        select 'hfrs', count(*), count(distinct icd10_prefix) from reference.hfrs_code
        union all
        select version, count(*), count(distinct condition)
        from reference.cambridge_multimorbidity_weight group by version
        order by 1";
    let weighed = "
        select hfrs(icd10_prefix)['score'], hfrs(icd10_prefix)['code_count']
        from reference.hfrs_code";
    runtime().block_on(async {
        let engine = engine().await;
        assert_eq!(
            texts(&engine, published).await,
            [
                ["charlson", "289", "17"],
                ["elixhauser", "399", "31"],
                ["general", "20", "20"],
                ["hfrs", "109", "109"],
                ["modified", "21", "21"],
                ["mortality", "20", "20"],
                ["shmi", "224", "17"],
            ]
        );
        assert_eq!(texts(&engine, weighed).await, [["173.2", "109"]]);
    });
}

/// Every prefix of a list finds its own condition.
#[test]
fn every_prefix_stands_for_its_condition() {
    let lists = [
        ("charlson_code", "charlson(icd10_prefix)"),
        ("charlson_code", "charlson(icd10_prefix, 'original')"),
        ("charlson_shmi_code", "charlson(icd10_prefix, 'shmi')"),
        ("elixhauser_code", "elixhauser(icd10_prefix)"),
        ("elixhauser_code", "elixhauser(icd10_prefix, 'swiss')"),
    ];
    runtime().block_on(async {
        let engine = engine().await;
        for (table, call) in lists {
            // As it is, and with more signs behind it.
            for form in [
                "icd10_prefix",
                "icd10_prefix || '9A'",
                "lower(icd10_prefix) || '.7'",
            ] {
                let call = call.replace("icd10_prefix", form);
                let sql = format!(
                    "select count(*) from (
                        select {call}['conditions'] as found, array_agg(condition) as listed
                        from reference.{table} group by icd10_prefix
                    ) where not array_has_all(found, listed)"
                );
                assert_eq!(texts(&engine, &sql).await, [["0"]], "{call}");
            }
        }
    });
}

/// Codes and weights of the published lists, where they are, by whatever name conditions have there.
#[test]
fn the_shipped_lists_are_the_published_ones() {
    let Some(folder) = shared("reference/codelists") else {
        return;
    };
    let read = |file: &str| -> Vec<BTreeMap<String, String>> {
        let mut reader = csv::Reader::from_path(folder.join(file)).unwrap();
        reader.deserialize().map(|row| row.unwrap()).collect()
    };
    let mut checked = 0;
    runtime().block_on(async {
        let engine = engine().await;
        // The two have their conditions in one order.
        let pairs = [
            ("charlson_icd10_quan2005.csv", "charlson_weights.csv", "charlson_code", "charlson_weight"),
            ("charlson_icd10_shmi.csv", "charlson_weights.csv", "charlson_shmi_code", "charlson_weight"),
            ("elixhauser_icd10_quan2005.csv", "elixhauser_weights.csv", "elixhauser_code", "elixhauser_weight"),
        ];
        for (codes, weights, our_codes, our_weights) in pairs {
            let theirs = read(weights).into_iter().map(|row| row["condition"].clone());
            let ours = texts(&engine, &format!("select condition from reference.{our_weights}")).await;
            let name: BTreeMap<String, String> = theirs.zip(ours.into_iter().map(|row| row[0].clone())).collect();
            let expected: BTreeSet<_> = read(codes)
                .into_iter()
                .map(|row| (name[&row["condition"]].clone(), row["icd10_prefix"].clone()))
                .collect();
            let sql = format!("select condition, icd10_prefix from reference.{our_codes}");
            let rows = texts(&engine, &sql).await;
            let found: BTreeSet<_> = rows.into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
            assert_eq!(found, expected, "{codes}");
            checked += expected.len();
        }
        let shmi = read("charlson_weights_shmi_v1_35.csv");
        let weights = read("charlson_weights.csv");
        let expected: Vec<Vec<String>> = weights
            .iter()
            .zip(&shmi)
            .map(|(row, shmi)| {
                assert_eq!(row["condition"], shmi["condition"]);
                vec![row["weight_charlson1987"].clone(), row["weight_quan2011"].clone(), shmi["weight_shmi"].clone()]
            })
            .collect();
        let sql = "select original, quan2011, shmi from reference.charlson_weight";
        assert_eq!(texts(&engine, sql).await, expected);
        checked += expected.len();

        let expected: Vec<Vec<String>> = read("elixhauser_weights.csv")
            .iter()
            .map(|row| vec![row["weight_van_walraven2009"].clone(), row["weight_swiss"].clone()])
            .collect();
        let sql = "select van_walraven, swiss from reference.elixhauser_weight";
        assert_eq!(texts(&engine, sql).await, expected);
        checked += expected.len();

        for (file, sql, columns) in [
            ("hfrs_icd10_weights.csv", "select icd10_prefix, weight from reference.hfrs_code", ["icd10_3char", "weight"]),
            ("cambridge_multimorbidity_20_weights.csv", "select condition, weight from reference.cambridge_multimorbidity_weight where version = 'general'", ["condition", "general_weight"]),
            ("cambridge_multimorbidity_20_weights.csv", "select condition, weight from reference.cambridge_multimorbidity_weight where version = 'mortality'", ["condition", "mortality_weight"]),
            ("cambridge_multimorbidity_modified_21_weights.csv", "select condition, weight from reference.cambridge_multimorbidity_weight where version = 'modified'", ["condition", "weight"]),
        ] {
            let number = |text: &str| text.parse::<f64>().unwrap();
            let expected: Vec<(String, f64)> = read(file)
                .iter()
                .map(|row| (row[columns[0]].clone(), number(&row[columns[1]])))
                .collect();
            let rows = texts(&engine, sql).await;
            let found: Vec<_> = rows.iter().map(|row| (row[0].clone(), number(&row[1]))).collect();
            assert_eq!(found, expected, "{file}");
            checked += expected.len();
        }
    });
    notice(&format!(
        "{checked} rows of codes and weights are the published ones"
    ));
}

/// What zeroes what, and the weight of AIDS, which an open list has wrongly as 2.
#[test]
fn rules_of_the_shipped_weights() {
    runtime().block_on(async {
        let engine = engine().await;
        let zeroed = "select condition, zeroed_by from reference.charlson_weight where zeroed_by is not null
            union all
            select condition, zeroed_by from reference.elixhauser_weight where zeroed_by is not null
            order by 1, 2";
        assert_eq!(
            texts(&engine, zeroed).await,
            [
                ["cancer", "metastatic_cancer"],
                ["diabetes", "diabetes_complicated"],
                ["diabetes", "diabetes_complicated"],
                ["hypertension", "hypertension_complicated"],
                ["mild_liver_disease", "severe_liver_disease"],
                ["solid_tumour", "metastatic_cancer"],
            ]
        );
        let aids = "select original, quan2011, shmi from reference.charlson_weight where condition = 'aids'";
        assert_eq!(texts(&engine, aids).await, [["6", "4", "2"]]);
    });
}

/// The scores of people, as one row of texts for each.
async fn scores(
    engine: &TestEngine,
    people: &[u32],
    codes: &[Option<String>],
    batch: usize,
) -> Vec<Vec<String>> {
    let schema = Arc::new(Schema::new(vec![
        Field::new("person", DataType::UInt32, true),
        Field::new("code", DataType::Utf8View, true),
    ]));
    let people = UInt32Array::from(people.to_vec());
    let codes: StringViewArray = codes.iter().map(Option::as_deref).collect();
    let whole =
        RecordBatch::try_new(schema.clone(), vec![Arc::new(people), Arc::new(codes)]).unwrap();
    let starts = (0..whole.num_rows()).step_by(batch);
    let batches = starts.map(|start| whole.slice(start, batch.min(whole.num_rows() - start)));
    let name = TableName::new("test", "diagnosis");
    engine
        .engine
        .register_rows(&name, schema, batches.collect())
        .unwrap();
    let sql = "select person, charlson(code), charlson(code, 'original'), charlson(code, 'shmi'),
            elixhauser(code), elixhauser(code, 'swiss'), hfrs(code)
        from test.diagnosis group by person order by person";
    texts(engine, sql).await
}

/// Codes of every kind: of the lists, in several forms, none.
fn code() -> impl Strategy<Value = Option<String>> {
    let listed = prop::sample::select(vec![
        "I21", "I50.0", "E11.9", "E11.2", "K70.2", "K72.1", "C50.9", "C78.0", "B20", "F00.1",
        "G81", "I10X", "I11.9", "E66", "I42.6", "W19", "R54", "n18.5", "M05 ", "f31.5",
    ]);
    prop_oneof![
        6 => listed.prop_map(|code| Some(code.to_string())),
        2 => "[A-Z][0-9]{2}(\\.[0-9X])?A?".prop_map(Some),
        1 => "\\PC{0,6}".prop_map(Some),
        1 => Just(None),
    ]
}

#[test]
fn rows_may_come_in_any_order_and_in_parts() {
    let runtime = runtime();
    let engine = runtime.block_on(engine());
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(40));
    let rows = prop::collection::vec((0..5_u32, code()), 1..60);
    let shuffled =
        rows.prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle(), 1..9_usize));
    runner
        .run(&shuffled, |(rows, others, batch)| {
            let scored = |rows: &[(u32, Option<String>)], batch| {
                let (people, codes): (Vec<_>, Vec<_>) = rows.iter().cloned().unzip();
                runtime.block_on(scores(&engine, &people, &codes, batch))
            };
            let expected = scored(&rows, rows.len());
            prop_assert_eq!(&scored(&others, others.len()), &expected);
            prop_assert_eq!(&scored(&others, batch), &expected);
            // Codes that come again change nothing.
            let twice: Vec<_> = rows.iter().chain(&others).cloned().collect();
            prop_assert_eq!(&scored(&twice, batch), &expected);
            Ok(())
        })
        .unwrap();
}

#[test]
fn another_code_takes_no_condition_away() {
    let runtime = runtime();
    let engine = runtime.block_on(engine());
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(60));
    let codes = prop::collection::vec(code(), 1..20);
    runner
        .run(&codes, |codes| {
            // Person n has the first n codes.
            let mut people = Vec::new();
            let mut each = Vec::new();
            for person in 1..=codes.len() {
                for code in &codes[..person] {
                    people.push(person as u32);
                    each.push(code.clone());
                }
            }
            runtime.block_on(scores(&engine, &people, &each, people.len()));
            let sql = "select charlson(code) as c, elixhauser(code) as e, hfrs(code) as h
                from test.diagnosis group by person order by person";
            let batches = runtime.block_on(async {
                let frame = engine.engine.query("test", sql).await.unwrap();
                frame.collect().await.unwrap()
            });
            let whole = arrow::compute::concat_batches(&batches[0].schema(), &batches).unwrap();
            for column in whole.columns() {
                let score = column.as_struct();
                for row in 1..score.len() {
                    let before = names(score, row - 1);
                    let after = names(score, row);
                    prop_assert!(before.is_subset(&after));
                    prop_assert_eq!(counted(score, row), after.len() as i64);
                }
            }
            // The weights of frailty are all above zero: its score never falls.
            let frailty = whole
                .column(2)
                .as_struct()
                .column(0)
                .as_primitive::<Float64Type>();
            prop_assert!(frailty.values().windows(2).all(|pair| pair[0] <= pair[1]));
            Ok(())
        })
        .unwrap();
}

fn names(score: &StructArray, row: usize) -> BTreeSet<String> {
    let lists = score
        .columns()
        .iter()
        .find(|c| matches!(c.data_type(), DataType::List(_)));
    let list = lists.unwrap().as_list::<i32>().value(row);
    let names: Vec<String> = list
        .as_string::<i32>()
        .iter()
        .map(|name| name.unwrap().to_string())
        .collect();
    assert!(names.is_sorted());
    names.into_iter().collect()
}

fn counted(score: &StructArray, row: usize) -> i64 {
    score
        .columns()
        .last()
        .unwrap()
        .as_primitive::<Int64Type>()
        .value(row)
}
