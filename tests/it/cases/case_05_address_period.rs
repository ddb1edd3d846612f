//! Addresses have a use and a period, which may begin or end later.

use super::fhir_record::{HARROWMERE, NUMBERS, patient, project};

/// Another area of the samples.
const ELSEWHERE: &str = "ZW3 1BX";

fn address(kind: &str, postcode: &str, period: &str) -> String {
    format!(r#"{{"use":"{kind}","postalCode":"{postcode}","period":{{{period}}}}}"#)
}

#[test]
fn the_residence_is_the_home_address_on_the_as_of_date() {
    let (here, _) = HARROWMERE;
    let of = [
        // Ends after the as-of date.
        vec![address(
            "home",
            here,
            r#""start":"2020-01-01","end":"2027-12-31""#,
        )],
        // The next one is known already, and comes first.
        vec![
            address("home", ELSEWHERE, r#""start":"2027-01-01""#),
            address("home", here, r#""start":"2020-01-01","end":"2026-12-31""#),
        ],
        // A temporary one is no home, and an old one neither.
        vec![
            address("temp", ELSEWHERE, r#""start":"2026-08-01""#),
            address("old", ELSEWHERE, r#""start":"2010""#),
            address("home", here, r#""start":"2020""#),
        ],
        // Ended in a year; began in a month.
        vec![
            address("home", ELSEWHERE, r#""end":"2024""#),
            address("home", here, r#""start":"2025-01""#),
        ],
        // Nothing else is known.
        vec![address("temp", here, r#""start":"2026-01-01""#)],
    ];
    let people: Vec<String> = of
        .iter()
        .zip(NUMBERS)
        .enumerate()
        .map(|(at, (addresses, number))| {
            let more = format!(r#","address":[{}]"#, addresses.join(","));
            patient(&format!("p{at}"), number, &more)
        })
        .collect();
    let project = project(&[("Patient.ndjson", &people)]);
    project.ok(&["pull"]);
    project.ok(&["run", "core.person"]);
    let areas = |table: &str| {
        let sql = format!("select distinct lsoa21_code from {table}");
        (
            project.sql(&sql),
            project.number(&format!("select count(lsoa21_code) from {table}")),
        )
    };
    let here = (vec![vec![HARROWMERE.1.to_string()]], 5);
    assert_eq!(areas("core.person"), here);
    assert_eq!(areas("record.patient"), here, "when last updated");
    let history = "select use, started, ended from record.patient_address where started >= date '2025-01-01' or ended < date '2025-01-01' order by started nulls first";
    assert_eq!(
        project.sql(history),
        [
            ["home", "", "2024-12-31"],
            ["home", "2025-01-01", ""],
            ["temp", "2026-01-01", ""],
            ["temp", "2026-08-01", ""],
            ["home", "2027-01-01", ""]
        ]
    );

    // Half a year later two have moved, and the others have not.
    project.ok(&["run", "core.person", "--set", "as_of=2027-01-31"]);
    let moved = "select count(*) from core.person where lsoa21_code <> 'E01990001'";
    assert_eq!(project.number(moved), 1);
    project.ok(&["run", "core.person", "--set", "as_of=2028-01-31"]);
    let nowhere = "select count(*) from core.person where lsoa21_code is null";
    assert_eq!(project.number(nowhere), 1, "no address is known then");
}
