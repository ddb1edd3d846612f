//! Reports of single areas: what they hold, what they leave out, and that they add up to the whole.

use crate::project::{Project, pipeline_over, repository, synth};
use std::collections::BTreeMap;

/// Figures by labels and measure.
type Figures = BTreeMap<String, String>;

/// The figures of each released table, by the name of its file.
fn tables(project: &Project) -> BTreeMap<String, Figures> {
    let mut all = BTreeMap::new();
    for (name, bytes) in project.released() {
        let Some(table) = name.rsplit('/').next().unwrap().strip_suffix(".csv") else {
            continue;
        };
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let headers = reader.headers().unwrap().clone();
        let at = |name: &str| headers.iter().position(|h| h == name).unwrap();
        let (measure, value) = (at("measure"), at("value"));
        let records = reader.records().map(|record| {
            let record = record.unwrap();
            let labels = record.iter().zip(&headers).take(measure + 1);
            let labels = labels.filter(|(_, header)| !header.ends_with("_code"));
            let labels: Vec<&str> = labels.map(|(label, _)| label).collect();
            (labels.join("|"), record[value].to_string())
        });
        all.insert(table.to_string(), records.collect());
    }
    all
}

/// A project over a small record with reports for each area of these levels.
fn project(people: u32, levels: &str, disclosure: &str) -> (tempfile::TempDir, Project) {
    let record = synth(people, 5, false);
    let project = Project::over(record.path());
    let pipeline = pipeline_over(record.path()).replace(
        "[disclosure]\n",
        &format!("[reports]\nfor_each = [{levels}]\n[disclosure]\n{disclosure}\n"),
    );
    project.write_pipeline(&pipeline);
    // Months of few people cost minutes to protect, and say nothing more of areas.
    leave_out(&project, "contacts_by_month");
    (record, project)
}

/// Takes the tables that hold these words out of the reports.
fn leave_out(project: &Project, words: &str) {
    for report in ["population_profile", "use_of_services"] {
        let file = project.path(&format!("pipelines/reports/{report}.toml"));
        let text = std::fs::read_to_string(&file).unwrap();
        let tables = text.split("[[tables]]").filter(|t| !t.contains(words));
        let kept: Vec<&str> = tables.collect();
        std::fs::write(&file, kept.join("[[tables]]")).unwrap();
    }
}

fn manifest(project: &Project) -> serde_json::Value {
    let released = project.released();
    let (_, bytes) = released
        .iter()
        .find(|(name, _)| name.ends_with("manifest.json"))
        .unwrap();
    serde_json::from_slice(bytes).unwrap()
}

const PLACES: [(&str, &str); 3] = [
    ("WHM", "Harrowmere"),
    ("WUW", "Upper Wendale"),
    ("WTM", "Thurlmouth"),
];

#[test]
fn each_area_has_every_report_and_areas_add_up_to_the_whole() {
    let (_record, project) = project(900, "\"place\", \"neighbourhood\"", "scheme = \"exact\"");
    project.ok(&["nightly"]);
    let released = tables(&project);
    let whole = &released["population_profile-by_age_and_sex"];
    let of = |place: &str| &released[&format!("population_profile-{place}-by_age_and_sex")];
    let mut sums = 0;
    let mut hidden = 0;
    for (cell, total) in whole {
        let parts: Vec<&String> = PLACES.iter().map(|(code, _)| &of(code)[cell]).collect();
        let shown: Vec<i64> = parts.iter().filter_map(|p| p.parse().ok()).collect();
        let Ok(total) = total.parse::<i64>() else {
            continue;
        };
        // People whose place is not known are in the whole alone.
        match shown.len() {
            3 => {
                assert!(shown.iter().sum::<i64>() <= total, "{cell}");
                sums += 1;
            }
            _ => hidden += 1,
        }
    }
    assert!(sums > 3 && hidden > 0, "{sums} {hidden}");
    // The same people are one figure: the area's report, and the table that compares areas.
    let by_place = &released["population_profile-by_place_and_age"];
    for (code, name) in PLACES {
        let total = &of(code)["Total|Total|People"];
        assert_eq!(total, &by_place[&format!("{name}|Total|People")]);
        let truth = project.number(&format!(
            "select count(*) from core.person where is_active and place_code = '{code}'"
        ));
        assert_eq!(total.parse::<i64>().unwrap(), truth);
    }
    // Contacts count where the person belongs, whatever the table's model says of areas.
    let contacts = &released["use_of_services-WHM-contacts_by_setting"];
    let truth = project.number(
        "select count(*) from core.attended_contact c inner join core.person p on c.person_key = p.person_key where p.place_code = 'WHM' and c.setting = 'General practice'",
    );
    assert_eq!(contacts["General practice|Contacts"], truth.to_string());
    // Tables that compare areas have all of them in the report of each.
    assert_eq!(
        &released["population_profile-WHM-by_place_and_age"],
        by_place
    );
    let neighbourhoods = released
        .keys()
        .filter(|name| name.starts_with("population_profile-WHM0"));
    assert!(neighbourhoods.count() > 0);

    let pages = project.released();
    let (_, page) = pages
        .iter()
        .find(|(name, _)| name.ends_with("/population_profile-WHM.html"))
        .unwrap();
    let page = String::from_utf8_lossy(page);
    assert!(page.contains("Population profile: Harrowmere"));
    assert!(page.contains("people who live in the place"));
    assert!(page.contains("Harrowmere (this area)"));
    assert!(page.contains("Upper Wendale") && !page.contains("Upper Wendale (this area)"));
    let made = manifest(&project);
    let area = &made["reports"]["population_profile-WHM"]["area"];
    assert_eq!(area["name"], "Harrowmere");
    assert_eq!(area["level"], "place");
    assert_eq!(area["of_report"], "population_profile");
    let release = made["release"].as_str().unwrap();
    project.ok(&["verify", release]);
    // Nothing changed: the same release.
    assert_eq!(project.json(&["nightly"])["release"]["written"], false);
    assert_eq!(project.released(), pages);
}

#[test]
fn what_is_withheld_in_one_area_does_not_follow_from_the_others() {
    let (_record, project) = project(900, "\"place\"", "scheme = \"exact\"");
    project.ok(&["nightly"]);
    let released = tables(&project);
    let not_known =
        project.number("select count(*) from core.person where is_active and place_code is null");
    let mut alone = 0;
    for table in ["by_age_and_sex", "by_ethnic_group", "by_deprivation"] {
        let whole = &released[&format!("population_profile-{table}")];
        for (cell, total) in whole.iter().filter(|(cell, _)| cell.ends_with("|People")) {
            let suppressed = PLACES.iter().filter(|(code, _)| {
                released[&format!("population_profile-{code}-{table}")][cell] == "*"
            });
            if suppressed.count() == 1 && not_known == 0 {
                assert_eq!(total, "*", "{table} {cell}");
                alone += 1;
            }
        }
    }
    assert!(alone > 0 || not_known > 0);
}

#[test]
fn one_person_of_a_small_area_is_hidden_without_a_table_less() {
    let samples = repository().join("data-samples");
    let project = Project::with_library();
    let projection = samples.join("reference/population_projection.csv");
    let reference = format!(
        "[reports]\nfor_each = [\"place\"]\n[reference]\npopulation_projection = \"{}\"",
        projection.display()
    );
    let pipeline = pipeline_over(&samples).replace("[reference]", &reference);
    project.write_pipeline(&pipeline.replace("hold_below = 0", "hold_below = 8"));
    project.ok(&["nightly"]);
    let released = tables(&project);
    // One person of Upper Wendale is alone in a cell that nothing small can stand for: only an exchange
    // of many figures hides them, and is found.
    let by_number = |code: &str| &released[&format!("long_term_conditions-{code}-by_number")];
    let [whole, wendale] = ["", "WUW-"].map(|of| {
        released[&format!("long_term_conditions-{of}by_number")]["Four or more|85 and over|People"]
            .clone()
    });
    assert_eq!(wendale, "*");
    assert_ne!(whole, "0");
    for (code, _) in PLACES {
        assert!(by_number(code).len() > 10, "{code}");
    }
    let files = project.released();
    let release = manifest(&project)["release"].as_str().unwrap().to_string();
    project.ok(&["verify", &release]);
    project.ok(&["verify", &release, "--ledger"]);
    // Patterns are the same on every run.
    project.ok(&["release", "--replace"]);
    assert_eq!(project.released(), files);
}

#[test]
fn an_area_of_few_people_has_no_report_and_is_not_named() {
    let (_record, project) = project(900, "\"place\", \"practice\"", "scheme = \"hes2018\"");
    let places = "select place_code, count(*) from core.person where is_active and place_code is not null group by 1 order by 2";
    project.ok(&["pull"]);
    project.ok(&["run"]);
    let people = project.sql(places);
    let least: i64 = people[0][1].parse().unwrap();
    let pipeline = std::fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    let limit = format!("smallest_area = {}", least + 1);
    project.write_pipeline(&pipeline.replace("smallest_area = 0", &limit));
    // Tables that compare areas would show it.
    leave_out(&project, "place_name");
    // The areas of a group of deprivation are fewer people than this limit, too.
    leave_out(&project, "quintile");
    project.ok(&["release"]);
    let made = manifest(&project);
    let report = &made["reports"]["population_profile"];
    assert_eq!(report["for_each"], serde_json::json!(["place", "practice"]));
    assert!(
        report["areas_left_out"]
            .as_array()
            .unwrap()
            .contains(&"place".into())
    );
    let small = &people[0][0];
    let large = &people[2][0];
    assert!(
        made["reports"]
            .get(format!("population_profile-{large}"))
            .is_some()
    );
    assert!(
        made["reports"]
            .get(format!("population_profile-{small}"))
            .is_none()
    );
    assert!(!made.to_string().contains(small.as_str()), "{small}");
}

#[test]
fn levels_and_codes_that_cannot_be_used_are_refused() {
    let (record, project) = project(60, "\"place\"", "scheme = \"hes2018\"");
    let pipeline = std::fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    project.write_pipeline(&pipeline.replace("\"place\"", "\"plaice\""));
    let said = project.fails(2, &["check"]);
    assert!(said.contains("plaice"), "{said}");
    project.write_pipeline(&pipeline);
    for (code, says) in [
        (
            "../WHM",
            "reference.lsoa.place_code has a code that cannot be part of a file's name",
        ),
        ("WUW", "reference.lsoa gives a place two names"),
    ] {
        let file = record.path().join("reference/lsoa.csv");
        let before = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, before.replace(",WHM,", &format!(",{code},"))).unwrap();
        project.ok(&["pull"]);
        project.ok(&["run"]);
        let said = project.fails(2, &["release"]);
        assert!(said.contains(says), "{said}");
        assert!(!said.contains("../"), "{said}");
        assert!(!project.path("releases").exists());
        std::fs::write(&file, before).unwrap();
    }
}
