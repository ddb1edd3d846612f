//! Code lists are the site's to replace: functions use them, models follow them, mistakes are named.

use crate::project::{Project, synth};
use serde_json::Value;

/// A project with a model that scores frailty, and one that scores nothing.
fn project() -> (tempfile::TempDir, Project) {
    let record = synth(40, 4, false);
    let project = Project::over(record.path());
    let header = "description: x\ngrain: person_key\n";
    let model = |name: &str, value: &str| {
        let sql = format!(
            "/*\n{header}*/\nselect person_key, {value} as value\nfrom record.apc_spell\ngroup by person_key\n"
        );
        std::fs::write(project.path(&format!("sql/marts/needs/{name}.sql")), sql).unwrap();
    };
    model("frailty", "hfrs(diag_01)['score']");
    model("spells", "count(*)");
    model(
        "comorbidity_count",
        "charlson(diag_01, 'shmi')['condition_count']",
    );
    project.ok(&["pull"]);
    (record, project)
}

const MODELS: [&str; 3] = ["marts.frailty", "marts.spells", "marts.comorbidity_count"];

fn states(project: &Project) -> Vec<String> {
    let mut arguments = vec!["run"];
    arguments.extend(MODELS);
    let run = project.json(&arguments);
    let state = |name: &&str| {
        let models = run["models"].as_array().unwrap();
        let model = models.iter().find(|m| m["model"] == **name).unwrap();
        model["state"].as_str().unwrap().to_string()
    };
    MODELS.iter().map(state).collect()
}

#[test]
fn a_model_follows_the_lists_of_its_functions() {
    let (_record, project) = project();
    assert_eq!(states(&project), ["new", "new", "new"]);
    assert_eq!(states(&project), ["up_to_date", "up_to_date", "up_to_date"]);

    // Another list: only the model that uses it is built again, and says why.
    let list = project.path("sql/reference/hfrs_code.csv");
    let shipped = std::fs::read_to_string(&list).unwrap();
    std::fs::write(&list, "icd10_prefix,weight\nZ99,0.3\nF00,20.5\n").unwrap();
    let score = "select hfrs(c)['score'], hfrs(c)['band'] from (values ('F00.1'), ('G81')) as t(c)";
    assert_eq!(project.sql(score), [["20.5", "high"]]);
    assert_eq!(
        states(&project),
        ["input_changed", "up_to_date", "up_to_date"]
    );
    assert_eq!(
        project.number("select count(*) from reference.hfrs_code"),
        2
    );
    assert_eq!(
        project
            .number("select count(*) from marts.frailty where value not in (0, 0.3, 20.5, 20.8)"),
        0
    );

    // The pipeline file names another one.
    let own = project.path("frailty.csv");
    std::fs::write(&own, shipped.replace("G81,4.4", "G81,5.5")).unwrap();
    let pipeline = project.path("pipelines/nightly.toml");
    let text = std::fs::read_to_string(&pipeline).unwrap();
    let named = text.replace("[reference]", "[reference]\nhfrs_code = \"frailty.csv\"");
    std::fs::write(&pipeline, named).unwrap();
    assert_eq!(project.sql(score), [["12.6", "intermediate"]]);
    let plan: Value = project.json(&["plan", "marts.frailty"]);
    assert_eq!(
        plan[0]["state"], "input_changed",
        "a plan looks at the list that the next run loads"
    );
    assert_eq!(
        states(&project),
        ["input_changed", "up_to_date", "up_to_date"]
    );

    // The list goes away: the one that comes with the program takes its place.
    std::fs::write(&pipeline, text).unwrap();
    std::fs::remove_file(&list).unwrap();
    assert_eq!(project.sql(score), [["11.5", "intermediate"]]);
    assert_eq!(
        states(&project),
        ["input_changed", "up_to_date", "up_to_date"]
    );
    assert_eq!(
        project.number("select count(*) from reference.hfrs_code"),
        109
    );

    // Weights of Charlson reach the model that uses them, whichever weighting it names.
    let weights = project.path("sql/reference/charlson_weight.csv");
    let text = std::fs::read_to_string(&weights).unwrap();
    std::fs::write(
        &weights,
        text.replace("aids,AIDS or HIV,6,4,2", "aids,AIDS or HIV,6,5,2"),
    )
    .unwrap();
    assert_eq!(
        project.sql("select charlson('B20')['score'], charlson('B20', 'shmi')['score']"),
        [["5", "2"]]
    );
    assert_eq!(
        states(&project),
        ["up_to_date", "up_to_date", "input_changed"]
    );
}

/// A weighting that is not there is found before a row is read.
#[test]
fn check_knows_the_weightings() {
    let record = synth(5, 4, false);
    let project = Project::over(record.path());
    let sql = "/*\ndescription: x\n*/\nselect charlson(icd10_3, 'quan2005')['score'] as score from core.diagnosis\n";
    std::fs::write(project.path("sql/marts/needs/wrong.sql"), sql).unwrap();
    let error = project.fails(2, &["check"]);
    assert!(
        error.contains(
            "marts/needs/wrong.sql: charlson: weights must be one of quan2011, original, shmi"
        ),
        "{error}"
    );
}

/// Every mistake stops `check`, as it does all that asks, and names file, line and rule.
#[test]
fn mistakes_in_lists_are_named() {
    let record = synth(5, 4, false);
    let project = Project::over(record.path());
    project.ok(&["check"]);
    let cases = [
        (
            "charlson_code",
            "condition,prefix\naids,B20\n",
            "1: there is no column 'icd10_prefix'",
        ),
        (
            "charlson_code",
            "condition,icd10_prefix\n",
            "1: a code list must have a row",
        ),
        (
            "charlson_code",
            "condition,icd10_prefix\naids,B20\naids,B2\n",
            "3: icd10_prefix must be a capital letter and two or three digits",
        ),
        (
            "charlson_code",
            "condition,icd10_prefix\naids,B20.1\n",
            "2: icd10_prefix must be a capital letter and two or three digits",
        ),
        (
            "elixhauser_code",
            "condition,icd10_prefix\naids,b20\n",
            "2: icd10_prefix must be a capital letter and two or three digits",
        ),
        (
            "charlson_shmi_code",
            "condition,icd10_prefix\naids,B20\ngout,M10\n",
            "3: condition 'gout' has no weights in ",
        ),
        (
            "charlson_code",
            "condition,icd10_prefix\n,B20\n",
            "2: condition is missing",
        ),
        (
            "charlson_weight",
            "condition,original,quan2011,zeroed_by\naids,6,4,\n",
            "1: there is no column 'shmi'",
        ),
        (
            "charlson_weight",
            "condition,original,quan2011,shmi,zeroed_by\naids,6,4,\n",
            "this code list cannot be read",
        ),
        (
            "charlson_weight",
            "condition,original,quan2011,shmi,zeroed_by\naids,6,,2,\n",
            "2: quan2011 is missing",
        ),
        (
            "charlson_weight",
            "condition,original,quan2011,shmi,zeroed_by\naids,6,4.5,2,\n",
            "2: quan2011 must be a whole number",
        ),
        (
            "charlson_weight",
            "condition,original,quan2011,shmi,zeroed_by\naids,6,4,2,\naids,6,4,2,\n",
            "3: condition is there a second time",
        ),
        (
            "elixhauser_weight",
            "condition,van_walraven,swiss,zeroed_by\naids,0,0,cancer\n",
            "2: zeroed_by must be another condition of this list",
        ),
        (
            "hfrs_code",
            "icd10_prefix,weight\nF00,7.1\nF00,7.1\n",
            "3: icd10_prefix is there a second time",
        ),
        (
            "hfrs_code",
            "icd10_prefix,weight\nF000,7.1\n",
            "2: icd10_prefix must be a capital letter and two digits",
        ),
        (
            "hfrs_code",
            "icd10_prefix,weight\nF00,7.15\n",
            "2: weight must be a number with at most one decimal place",
        ),
        (
            "cambridge_multimorbidity_weight",
            "version,condition,weight\ngeneral,copd,1\nlocal,copd,NaN\n",
            "3: weight must be a number with at most 6 decimal places",
        ),
        (
            "cambridge_multimorbidity_weight",
            "version,condition,weight\ngeneral,copd,1\ngeneral,copd,2\n",
            "3: condition is there a second time in this version",
        ),
    ];
    for (name, text, rule) in cases {
        let list = project.path(&format!("sql/reference/{name}.csv"));
        let shipped = std::fs::read_to_string(&list).unwrap();
        std::fs::write(&list, text).unwrap();
        let error = project.fails(2, &["check"]);
        assert!(error.contains(&format!("reference/{name}.csv:")), "{error}");
        assert!(error.contains(rule), "{rule}: {error}");
        std::fs::write(&list, shipped).unwrap();
    }
    let many: String = (0..129)
        .map(|n| format!("A{:02},1\n", n % 100).replace('A', if n < 100 { "A" } else { "B" }))
        .collect();
    let list = project.path("sql/reference/hfrs_code.csv");
    std::fs::write(&list, format!("icd10_prefix,weight\n{many}")).unwrap();
    let error = project.fails(2, &["check"]);
    assert!(
        error.contains(".csv:130: there may be 128 different values of icd10_prefix"),
        "{error}"
    );
}
