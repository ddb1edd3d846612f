use super::sample::{count, in_place, of, rate};
use crate::figures::checksum::is_sealed;
use crate::figures::{
    DimensionKind, FigureRow, Figures, NOT_APPLICABLE, SUPPRESSED, TableForm, frame_parquet,
    unescaped, unmarked, without_signs,
};
use chrono::NaiveDate;
use polars::prelude::{IntoLazy, lit};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn figures_are_read_as_they_were_written() {
    let held = FigureRow {
        held_from: Some(day("2026-08-31")),
        ..of(in_place("Ashcombe", Some(45)), "sex", "Female \"f\", née")
    };
    let old = FigureRow {
        held_from: Some(day("1969-12-31")),
        period: Some("2025/26".to_owned()),
        flags: "r".to_owned(),
        is_total: true,
        ..count(Some(0))
    };
    let rows = [
        held,
        in_place("Ashcombe", None),
        rate("Dunmere", Some((12.5, 10.1, 15.2))),
        old,
    ];
    let bytes = Figures::of_rows(&rows).unwrap().write().unwrap();
    assert_eq!(Figures::read(&bytes).unwrap().rows().unwrap(), rows);
    // Nothing of the machine or the clock is in it, and where it was put together does not count.
    let halves = [&rows[..2], &rows[2..]].map(|half| Figures::of_rows(half).unwrap());
    assert!(Figures::together(&halves).unwrap().write().unwrap() == bytes);
    assert!(Figures::read(&bytes).unwrap().write().unwrap() == bytes);
    let all = Figures::together(&halves).unwrap();
    let by_table = all.by_table().unwrap();
    let name = ("profile".to_owned(), "people".to_owned());
    assert!(by_table[&name].frame().equals_missing(all.frame()));
}

#[test]
fn what_is_derived_has_a_checksum_too() {
    let figures = Figures::of_rows(&[in_place("Ashcombe", Some(5))]).unwrap();
    let derived = figures.lazy().with_column(lit(1).alias("rank"));
    let mut derived = derived.collect().unwrap();
    let bytes = frame_parquet(&mut derived).unwrap();
    assert!(is_sealed(&bytes));
    let mut altered = bytes;
    altered[5] ^= 0x55;
    assert!(!is_sealed(&altered));
}

#[test]
fn no_figures_at_all_are_figures() {
    let none = Figures::of_rows(&[]).unwrap();
    let read = Figures::read(&none.write().unwrap()).unwrap();
    assert!(read.rows().unwrap().is_empty());
    assert!(Figures::together(&[]).unwrap().frame().height() == 0);
}

fn causes(result: Result<Figures, crate::error::Error>) -> String {
    result.unwrap_err().causes().join("; ")
}

#[test]
fn what_can_be_no_figure_is_refused() {
    let suppressed = FigureRow {
        value: Some(3.0),
        ..count(None)
    };
    let zero = FigureRow {
        value: Some(0.0),
        status: NOT_APPLICABLE.to_owned(),
        ..count(None)
    };
    for row in [suppressed, zero] {
        assert_eq!(
            causes(Figures::of_rows(&[row])),
            "a figure that is suppressed or not applicable has a number"
        );
    }
    let limit = FigureRow {
        lower_95: Some(1.0),
        upper_95: Some(2.0),
        ..count(None)
    };
    assert!(causes(Figures::of_rows(&[limit])).contains("has a number"));
    let empty = FigureRow {
        value: None,
        ..count(Some(5))
    };
    assert_eq!(
        causes(Figures::of_rows(&[empty])),
        "a figure that is shown has no value"
    );
    let infinite = FigureRow {
        value: Some(f64::INFINITY),
        ..count(Some(5))
    };
    assert_eq!(
        causes(Figures::of_rows(&[infinite])),
        "a value or limit is no finite number"
    );
    let one = FigureRow {
        lower_95: None,
        ..rate("Ashcombe", Some((2.0, 1.0, 3.0)))
    };
    assert_eq!(
        causes(Figures::of_rows(&[one])),
        "a figure has one limit of two"
    );
    let crossed = rate("Ashcombe", Some((2.0, 3.0, 1.0)));
    assert_eq!(
        causes(Figures::of_rows(&[crossed])),
        "a lower limit is above the upper one"
    );
    let twice = [
        in_place("Ashcombe", Some(5)),
        in_place("Ashcombe", Some(10)),
    ];
    assert_eq!(
        causes(Figures::of_rows(&twice)),
        "two rows are of the same figure"
    );
}

#[test]
fn another_frame_is_refused_by_its_column() {
    let figures = Figures::of_rows(&[count(Some(5))]).unwrap();
    let without = figures.frame().drop("status").unwrap();
    assert_eq!(causes(Figures::of(without)), "there is no column `status`");
    let typed = figures.lazy().with_column(lit("5").alias("value"));
    assert_eq!(
        causes(Figures::of(typed.collect().unwrap())),
        "column `value` is of type str, and not f64"
    );
    let more = figures.lazy().with_column(lit(1).alias("person_key"));
    assert!(causes(Figures::of(more.collect().unwrap())).contains("other columns"));
    let null = figures.frame().clone().lazy();
    let null = null.with_column(
        lit(polars::prelude::NULL)
            .cast(polars::prelude::DataType::String)
            .alias("flags"),
    );
    assert_eq!(
        causes(Figures::of(null.collect().unwrap())),
        "column `flags` has a null"
    );
}

#[test]
fn a_damaged_file_is_an_error_and_no_panic() {
    let rows = [in_place("Ashcombe", Some(5)), in_place("Dunmere", None)];
    let bytes = Figures::of_rows(&rows).unwrap().write().unwrap();
    assert!(Figures::read(b"populace.checksum").is_err());
    assert!(Figures::read(b"").is_err());
    assert!(Figures::read(b"PAR1 and so on PAR1").is_err());
    for at in 0..bytes.len() {
        assert!(Figures::read(&bytes[..at]).is_err(), "cut at {at}");
        let mut altered = bytes.clone();
        altered[at] ^= 0x55;
        assert!(Figures::read(&altered).is_err(), "altered at {at}");
    }
}

fn form<'a>(rows: &'a [String], kinds: &'a BTreeMap<String, DimensionKind>) -> TableForm<'a> {
    TableForm {
        rows,
        across: None,
        kinds,
        limits: vec![false, true],
    }
}

#[test]
fn the_csv_has_codes_signs_and_no_formula() {
    let rows = ["place_name".to_owned(), "band".to_owned()];
    let code = Some("place_code".to_owned());
    let kinds = BTreeMap::from([("place_name".to_owned(), DimensionKind::Area { code })]);
    let cell = |row, band| of(row, "band", band);
    let total = |row| FigureRow {
        area: None,
        is_total: true,
        ..row
    };
    let figures = [
        cell(in_place("Ashcombe", Some(1250)), "=1+1"),
        cell(rate("Ashcombe", Some((12.5, 10.0, 15.25))), "=1+1"),
        cell(in_place("Dunmere", None), "5, or more"),
        cell(rate("Dunmere", None), "5, or more"),
        total(in_place("all", Some(1255))),
        total(rate("all", Some((3.0, 2.0, 4.0)))),
    ];
    let figures = Figures::of_rows(&figures).unwrap();
    let csv = String::from_utf8(figures.csv(&form(&rows, &kinds)).unwrap()).unwrap();
    assert_eq!(
        csv,
        "place_name,place_code,band,measure,unit,value,lower_95,upper_95,status\n\
         Ashcombe,E54Ashcombe,'=1+1,People,count,1250,,,rounded\n\
         Ashcombe,E54Ashcombe,'=1+1,Rate,per 1000,12.5,10,15.25,calculated\n\
         Dunmere,E54Dunmere,\"5, or more\",People,count,*,,,suppressed\n\
         Dunmere,E54Dunmere,\"5, or more\",Rate,per 1000,*,*,*,suppressed\n\
         Total,,All,People,count,1255,,,rounded\n\
         Total,,All,Rate,per 1000,3,2,4,calculated\n"
    );
}

#[test]
fn the_csv_marks_what_is_revised() {
    let revised = |row: FigureRow| FigureRow {
        flags: "r".to_owned(),
        ..row
    };
    let held = |row: FigureRow| FigureRow {
        held_from: Some(day("2026-08-31")),
        ..row
    };
    let rows = [
        revised(of(count(Some(5)), "band", "0 to 4")),
        revised(held(of(count(Some(10)), "band", "5 to 9"))),
        of(count(Some(15)), "band", "10 to 14"),
    ];
    let figures = Figures::of_rows(&rows).unwrap();
    let (dimensions, kinds) = (["band".to_owned()], BTreeMap::new());
    let csv = figures.csv(&form(&dimensions, &kinds)).unwrap();
    let head = "band,measure,unit,value,lower_95,upper_95,status\n";
    let marked = "0 to 4,People,count,5,,,rounded (revised)\n5 to 9,People,count,10,,,held from 2026-08-31 (revised)\n10 to 14,People,count,15,,,rounded\n";
    assert_eq!(csv, format!("{head}{marked}").into_bytes());
    let unmarked_lines = marked.replace(" (revised)", "");
    assert_eq!(
        without_signs(&csv),
        format!("{head}{unmarked_lines}").into_bytes()
    );
    assert_eq!(unmarked("rounded (revised)"), "rounded");
    assert_eq!(unmarked("rounded"), "rounded");
}

#[test]
fn a_formula_is_escaped_and_read_back() {
    for text in [
        "=1", "+a", "-1+1", "@x", "\t=1", " =1", "＝1", "\n=x", "\r-", "'=1", "''@", "+.",
    ] {
        let row = of(count(Some(5)), "band", text);
        let figures = Figures::of_rows(&[row]).unwrap();
        let (rows, kinds) = (["band".to_owned()], BTreeMap::new());
        let csv = figures.csv(&form(&rows, &kinds)).unwrap();
        let mut reader = csv::Reader::from_reader(csv.as_slice());
        let record = reader.records().next().unwrap().unwrap();
        assert_eq!(&record[0], format!("'{text}"));
        assert_eq!(unescaped(&record[0]), text);
    }
    assert_eq!(unescaped("'tis"), "'tis");
    assert_eq!(unescaped("'-1"), "'-1", "a number was never escaped");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Whatever is in them, figures come back as they were, and in the same bytes.
    #[test]
    fn any_figures_come_back(
        values in prop::collection::vec((prop::option::of(0u64..1_000_000), "\\PC{0,12}", any::<bool>()), 1..20)
    ) {
        let rows: Vec<FigureRow> = values
            .iter()
            .enumerate()
            .map(|(at, (value, label, total))| FigureRow {
                row: at as u32,
                is_total: *total,
                period: total.then(|| label.clone()),
                ..of(in_place(&format!("{label}{at}"), *value), "band", label)
            })
            .collect();
        let figures = Figures::of_rows(&rows).unwrap();
        let bytes = figures.write().unwrap();
        let read = Figures::read(&bytes).unwrap();
        prop_assert_eq!(read.rows().unwrap(), rows.clone());
        prop_assert!(read.write().unwrap() == bytes);
        for row in read.rows().unwrap() {
            prop_assert_eq!(row.status == SUPPRESSED, row.value.is_none());
        }
        // No cell of the CSV is taken for a formula, and a suppressed one is a sign.
        let (dimensions, kinds) = (["band".to_owned()], BTreeMap::new());
        let csv = figures.csv(&form(&dimensions, &kinds)).unwrap();
        let mut reader = csv::Reader::from_reader(csv.as_slice());
        for (record, row) in reader.records().zip(&rows) {
            let record = record.unwrap();
            let is_fit = |cell: &str| !cell.starts_with(['=', '+', '-', '@']) || cell.parse::<f64>().is_ok();
            prop_assert!(record.iter().all(is_fit));
            prop_assert_eq!(unescaped(&record[0]), &row.breakdown["band"]);
            prop_assert_eq!(&record[3] == "*", row.value.is_none());
        }
    }
}
