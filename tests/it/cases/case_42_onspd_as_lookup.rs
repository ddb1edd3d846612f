//! The official file named as postcode lookup, as it is downloaded.

use super::people::{FHIR, number, patient, write};
use crate::project::{Project, pipeline};

fn project(lookup: &str) -> Project {
    let project = Project::empty();
    let lookups = "[privacy.lookups]\npostcode_lsoa = \"postcodes.csv\"\n";
    project.write_pipeline(&pipeline(lookups, FHIR));
    let patients = [
        patient("p1", &number(1), "ZW1 1AA"),
        patient("p2", &number(2), "zw101ab"),
        patient("p3", &number(3), "ZW99 9ZZ"),
    ];
    write(&project, "fhir/Patient.ndjson", &patients);
    std::fs::write(project.path("postcodes.csv"), lookup).unwrap();
    project
}

const LSOAS: &str = "select coalesce(lsoa21_code, '-') from record.patient order by 1";

#[test]
fn case_42_the_official_file_gives_the_area_and_never_a_postcode() {
    // The directory of old, quoted, with its mark; that of 2025; the lookup.
    for text in [
        "\u{feff}\"pcd\",\"pcd2\",\"pcds\",\"dointr\",\"doterm\",\"lsoa11\",\"lsoa21\"\r\n\"ZW1 1AA\",\"ZW1  1AA\",\"ZW1 1AA\",\"198001\",\"\",\"E01990009\",\"E01990001\"\r\n\"ZW101AB\",\"ZW10 1AB\",\"ZW10 1AB\",\"198001\",\"200012\",\"E01990009\",\"E01990002\"\r\n",
        "pcd7,pcd8,pcds,dointr,doterm,lad25cd,lsoa21cd,msoa21cd\nZW1 1AA,ZW1  1AA,ZW1 1AA,198001,,E07990001,E01990001,E02990001\nZW101AB,ZW10 1AB,ZW10 1AB,198001,200012,E07990001,E01990002,E02990001\n",
        "PCD7,PCD8,LSOA21CD\nZW1 1AA,ZW1  1AA,E01990001\nZW101AB,ZW10 1AB,E01990002\n",
    ] {
        let project = project(text);
        project.ok(&["pull", "-q"]);
        assert_eq!(project.sql(LSOAS), [["-"], ["E01990001"], ["E01990002"]]);
    }
}

#[test]
fn case_42_answers_that_are_no_lsoa_codes_are_refused() {
    for (text, says) in [
        (
            "pcd,pcd2\nZW1 1AA,ZW1  1AA\n",
            "line 2: column pcd2 holds something else than LSOA codes",
        ),
        (
            "pcd,pcd2,pcds,lsoa11\nZW1 1AA,ZW1  1AA,ZW1 1AA,E01990001\n",
            "no column that is named for LSOA codes",
        ),
    ] {
        let project = project(text);
        for command in [&["pull"][..], &["check"]] {
            let error = project.fails(3, command);
            assert!(error.contains(says), "{error}");
            assert!(!error.contains("1AA"), "{error}");
        }
        assert!(
            !project
                .run(&[
                    "sql",
                    "--record-level",
                    "a test",
                    "-c",
                    "select 1 from record.patient"
                ])
                .status
                .success()
        );
    }
}
