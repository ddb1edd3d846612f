//! Code lists that SQL names: files as they are published, what models depend on, and what is refused.

use crate::project::{Project, synth};
use std::path::Path;

/// Refset ids with a right check digit, of nobody.
const ASTHMA: &str = "999000001000230104";
const DIABETES: &str = "999000002000230102";

fn project() -> (tempfile::TempDir, Project) {
    let record = synth(60, 4, false);
    let project = Project::over(record.path());
    (record, project)
}

fn model(project: &Project, name: &str, select: &str) {
    let sql = format!(
        "/*\ndescription: x\ntopic: needs\ncolumns:\n  people: People\n*/\nselect {select} as people\nfrom core.diagnosis\n"
    );
    std::fs::write(project.path(&format!("sql/marts/needs/{name}.sql")), sql).unwrap();
}

fn list(project: &Project, file: &str, text: &str) {
    let path = project.path(&format!("sql/reference/codes/{file}"));
    std::fs::write(path, text).unwrap();
}

fn codes(project: &Project, settings: &str) {
    let path = project.path("pipelines/nightly.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text.split("\n[codes]").next().unwrap();
    std::fs::write(&path, format!("{text}\n[codes]\n{settings}")).unwrap();
}

fn ask(project: &Project, call: &str) -> String {
    project.sql(&format!("select {call}"))[0][0].clone()
}

/// A lake without a row, for queries that read none.
fn empty() -> Project {
    let project = Project::empty();
    project.write_pipeline(&crate::project::pipeline(
        crate::project::NO_POSTCODES,
        "[sources.x]\nkind = \"csv-folder\"\nurl = \"extracts\"\n",
    ));
    std::fs::create_dir(project.path("extracts")).unwrap();
    project.run(&["pull"]);
    project
}

#[test]
fn files_are_read_as_they_are_published() {
    let project = empty();
    // OpenCodelists, with what Windows and spreadsheets do to it.
    list(
        &project,
        "acsc.csv",
        "\u{feff}code,term\r\nE11,Type 2 diabetes mellitus\r\nI25.2,Old\r\n\r\n",
    );
    assert_eq!(ask(&project, "in_code_list('e11.9', 'acsc')"), "true");
    assert_eq!(ask(&project, "in_code_list('I25.1', 'acsc')"), "false");
    list(
        &project,
        "inhalers.csv",
        "dmd_type,dmd_id,dmd_name,bnf_code\nVMP,39013411000001105,x,0301011R0AAAPAP\n",
    );
    assert_eq!(
        ask(&project, "in_code_list(39013411000001105, 'inhalers')"),
        "true"
    );
    list(
        &project,
        "read.csv",
        "CTV3ID,CTV3PreferredTermDesc\nXE2aA,x\nH33..,y\n",
    );
    assert_eq!(ask(&project, "in_code_list('H33..', 'read')"), "true");
    assert_eq!(ask(&project, "in_code_list('xe2aa', 'read')"), "false");
    list(&project, "user-local-insulin.csv", "code,term\n0601011,x\n");
    list(&project, "user-local-insulin.toml", "system = \"bnf\"\n");
    assert_eq!(
        ask(
            &project,
            "in_code_list('0601011A0BBAAAA', 'user-local-insulin')"
        ),
        "true"
    );
    list(&project, "hip.csv", "opcs4_code;name\nW37.1;x\nW38;y\n");
    assert_eq!(ask(&project, "in_code_list('w38.9', 'hip')"), "true");
    assert_eq!(ask(&project, "in_code_list('W37.2', 'hip')"), "false");
    list(&project, "exact.csv", "icd10,name\nE11,x\n");
    list(&project, "exact.toml", "match = \"exact\"\n");
    assert_eq!(ask(&project, "in_code_list('E119', 'exact')"), "false");
    assert_eq!(ask(&project, "in_code_list('E11X', 'exact')"), "true");

    // NHS England: one file, many lists; the same code comes once for each ruleset.
    let clusters = "Cluster_ID\tCluster_Description\tSNOMED_code\tSNOMED_code_description\tPCD_Refset_ID\tService_and_Ruleset\r\n\
        AST_COD\tAsthma codes\t195967001\tAsthma \"any\"\t999000001000230104\tQOF\r\n\
        AST_COD\tAsthma codes\t195967001\tAsthma \"any\"\t999000001000230104\tNCD\r\n\
        DM_COD\tDiabetes codes\t44054006\tType 2\t999000002000230102\tQOF\r\n";
    list(&project, "pcd.txt", clusters);
    assert_eq!(
        ask(&project, "in_code_list('195967001', 'AST_COD')"),
        "true"
    );
    assert_eq!(
        ask(&project, "in_code_list('195967001', 'dm_cod')"),
        "false"
    );
    let error = project.fails(2, &["sql", "-c", "select in_code_list('1', 'AST_COX')"]);
    assert!(error.contains("there is no code list 'ast_cox'"), "{error}");
    assert!(error.contains("did you mean 'ast_cod'?"), "{error}");

    // TRUD: a refset, of which retired members do not count.
    let refset = format!(
        "id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId\r\n\
        a\t20260401\t1\t999000011000000103\t{ASTHMA}\t195967001\r\n\
        b\t20250401\t0\t999000011000000103\t{ASTHMA}\t304527002\r\n\
        c\t20240401\t1\t999000011000000103\t{DIABETES}\t44054006\r\n"
    );
    let file = "der2_Refset_SimpleSnapshot_UKED_GB_20260401.txt";
    std::fs::write(project.path(file), &refset).unwrap();
    codes(
        &project,
        &format!(
            "[codes.lists]\nbreath = {{ file = \"{file}\", refset = \"{ASTHMA}\" }}\nsugar = {{ file = \"{file}\", refset = \"{DIABETES}\", licence = \"x\" }}\nother = {{ file = \"{file}\", refset = \"999000003000230107\" }}\n"
        ),
    );
    assert_eq!(ask(&project, "in_code_list(195967001, 'breath')"), "true");
    assert_eq!(ask(&project, "in_code_list(304527002, 'breath')"), "false");
    assert_eq!(ask(&project, "in_code_list(44054006, 'sugar')"), "true");
    let error = project.fails(2, &["sql", "-c", "select in_code_list('1', 'other')"]);
    assert!(
        error.contains("has no refset 999000003000230107"),
        "{error}"
    );
    // A second state of a member is no snapshot.
    std::fs::write(
        project.path(file),
        format!("{refset}a\t20260501\t0\tm\t{ASTHMA}\t195967001\r\n"),
    )
    .unwrap();
    let error = project.fails(2, &["sql", "-c", "select in_code_list('1', 'breath')"]);
    assert!(
        error.contains(":5: this member is there a second time"),
        "{error}"
    );
    let full = "der2_Refset_SimpleFull_UKED_GB_20260401.txt";
    std::fs::write(project.path(full), &refset).unwrap();
    codes(
        &project,
        &format!("[codes.lists]\nbreath = {{ file = \"{full}\", refset = \"{ASTHMA}\" }}\n"),
    );
    let error = project.fails(2, &["sql", "-c", "select in_code_list('1', 'breath')"]);
    assert!(
        error.contains("is a full release, and no snapshot"),
        "{error}"
    );
}

#[test]
fn a_site_has_its_own_folder_and_files() {
    let project = empty();
    std::fs::create_dir(project.path("codes")).unwrap();
    std::fs::write(
        project.path("codes/diabetes.csv"),
        "code,term\n46635009,Type 1\n",
    )
    .unwrap();
    std::fs::write(
        project.path("pcd.csv"),
        "cluster_id,code,description\nHYP_COD,38341003,x\nSTRK_COD,230690007,y\n",
    )
    .unwrap();
    assert_eq!(
        ask(&project, "in_code_list('44054006', 'diabetes')"),
        "true"
    );
    codes(
        &project,
        "folder = \"codes\"\nclusters = [\"pcd.csv\"]\n[codes.lists]\nstroke = { file = \"pcd.csv\", cluster = \"strk_cod\" }\n",
    );
    assert_eq!(
        ask(&project, "in_code_list('44054006', 'diabetes')"),
        "false"
    );
    assert_eq!(
        ask(&project, "in_code_list('46635009', 'diabetes')"),
        "true"
    );
    assert_eq!(ask(&project, "in_code_list('38341003', 'HYP_COD')"), "true");
    assert_eq!(ask(&project, "in_code_list(230690007, 'stroke')"), "true");
    for (settings, says) in [
        ("folder = \"nowhere\"\n", "the folder of code lists"),
        ("fodler = \"codes\"\n", "did you mean 'folder'?"),
        (
            "[codes.lists]\nx = { file = \"pcd.csv\" }\n",
            "holds many code lists",
        ),
        (
            "[codes.lists]\nx = { file = \"pcd.csv\", cluster = \"STRK_CD\" }\n",
            "did you mean 'STRK_COD'?",
        ),
        (
            "[codes.lists]\nx = { file = \"pcd.csv\", cluster = \"A\", refset = \"1\" }\n",
            "a cluster or a refset, and not both",
        ),
        (
            "[codes.lists]\nx = { file = \"pcd.csv\", sytem = \"snomed\" }\n",
            "did you mean 'system'?",
        ),
        (
            "[codes.lists]\nx = { file = \"codes/diabetes.csv\", match = \"prefix\" }\n",
            "cannot match by prefix",
        ),
        (
            "[codes.lists]\nx = \"absent.csv\"\n",
            "absent.csv cannot be read",
        ),
        (
            "clusters = [\"codes/diabetes.csv\"]\n",
            "no column says which list a code is of",
        ),
    ] {
        codes(&project, settings);
        let error = project.fails(2, &["check"]);
        assert!(error.contains(says), "{settings}: {error}");
    }
}

#[test]
fn damaged_lists_are_refused_with_their_line() {
    let project = empty();
    let cases = [
        (
            "code,term\n44054006,x\n4.4054E+07,y\n",
            ":3: this code is in scientific notation",
        ),
        (
            "code,term\n44054006,x\n4.4054006e+7,y\n",
            ":3: this code is in scientific notation",
        ),
        (
            "code,term\n44054006.0,x\n",
            ":2: this code has a decimal point",
        ),
        (
            "code,term\n44054006,x\n44054007,y\n",
            ":3: the check digit of this SNOMED CT identifier is wrong",
        ),
        ("code,term\n999004691000230000,x\n", ":2: the check digit"),
        (
            "code,term\n754786014,x\n",
            ":2: this is the identifier of a description",
        ),
        (
            "snomedcode,term\nE11,x\n",
            ":2: this is no SNOMED CT identifier",
        ),
        (
            "snomedcode,term\n12345,x\n",
            ":2: this is no SNOMED CT identifier",
        ),
        (
            "bnf_code,term\n0601011,x\n601011,y\n",
            ":3: this is no BNF code",
        ),
        (
            "icd10_code,term\nE10-E14,x\n",
            ":2: this is no single ICD-10 code",
        ),
        (
            "opcs4_code,term\nW37,x\nW,y\n",
            ":3: this is no single OPCS-4 code",
        ),
        ("CTV3ID,x\nH33,y\n", ":2: a Read code has five characters"),
        ("code,term\n,x\n", ":2: there is no code"),
        ("code,term\n", "the code list 'wrong' is empty"),
        ("", "wrong.csv is empty"),
        (
            "disease,meaning\nE11,x\n",
            ":1: no column is named as one of codes",
        ),
        (
            "44054006,Type 2 diabetes\n",
            "the first line may be no header",
        ),
        (
            "code,term\n44054006,x\nE11,y\n",
            ":3: nothing says of which system the codes are",
        ),
        (
            "code,term\n0601011,x\n",
            ":2: nothing says of which system the codes are",
        ),
    ];
    for (text, says) in cases {
        list(&project, "wrong.csv", text);
        let error = project.fails(2, &["check"]);
        assert!(error.contains(says), "{text:?}: {error}");
        assert!(error.contains("wrong.csv"), "{text:?}: {error}");
    }
    // Nothing of a person, and its value is not shown.
    list(&project, "wrong.csv", "code,term\nE11,9434765919\n");
    let error = project.fails(1, &["check"]);
    assert!(
        error.contains("wrong.csv:2: this row holds an NHS number"),
        "{error}"
    );
    assert!(!error.contains("9434765919"));
    list(&project, "wrong.csv", "code,term\nE11,x\n");
    list(&project, "wrong.toml", "system = \"icd11\"\n");
    let error = project.fails(2, &["check"]);
    assert!(
        error.contains("wrong.toml:1:") && error.contains("icd10"),
        "{error}"
    );
    std::fs::remove_file(project.path("sql/reference/codes/wrong.toml")).unwrap();
    list(&project, "Wrong.csv", "code,term\nE11,x\n");
    let error = project.fails(2, &["check"]);
    assert!(error.contains("are both the code list 'wrong'"), "{error}");
}

fn states(project: &Project, models: &[&str]) -> Vec<String> {
    let mut arguments = vec!["run"];
    arguments.extend(models);
    let run = project.json(&arguments);
    let state = |name: &&str| {
        let models = run["models"].as_array().unwrap();
        let model = models.iter().find(|m| m["model"] == **name).unwrap();
        model["state"].as_str().unwrap().to_string()
    };
    models.iter().map(state).collect()
}

/// Another list builds anew what names it, and nothing else; the release says where it comes from.
#[test]
fn models_follow_the_lists_that_they_name() {
    let (_record, project) = project();
    const MODELS: [&str; 3] = ["marts.sugar", "marts.breath", "marts.neither"];
    model(
        &project,
        "sugar",
        "count(distinct person_key) filter (where in_code_list(snomed_code, 'diabetes'))",
    );
    model(
        &project,
        "breath",
        "count(distinct person_key) filter (where in_code_list(snomed_code, 'asthma'))",
    );
    model(&project, "neither", "count(distinct person_key)");
    project.ok(&["pull"]);
    project.ok(&["check"]);
    // The plan knows the lists before they are loaded.
    project.ok(&["run", "marts.neither"]);
    let plan = project.json(&["plan", "marts.sugar"]);
    assert_eq!(plan.as_array().unwrap().last().unwrap()["state"], "new");
    assert_eq!(states(&project, &MODELS)[..2], ["new", "new"]);
    assert_eq!(
        states(&project, &MODELS),
        ["up_to_date", "up_to_date", "up_to_date"]
    );
    let people = |name: &str| project.number(&format!("select people from marts.{name}"));
    let independent = project.number(
        "select count(distinct person_key) from core.diagnosis where snomed_code in ('73211009', '44054006', '46635009')",
    );
    assert!(independent > 0);
    assert_eq!(people("sugar"), independent);
    assert_eq!(
        project.sql("select code, term from reference.codes_diabetes order by code")[0],
        ["44054006", "Type 2 diabetes"]
    );
    list(&project, "diabetes.csv", "code,term\n46635009,Type 1\n");
    assert_eq!(
        states(&project, &MODELS),
        ["input_changed", "up_to_date", "up_to_date"]
    );
    assert_eq!(people("sugar"), 0);
    // Who published a list builds nothing anew.
    list(
        &project,
        "diabetes.toml",
        "source = \"Invented\"\nversion = 2026-04-01\nlicence = \"Open\"\n",
    );
    assert_eq!(
        states(&project, &MODELS),
        ["up_to_date", "up_to_date", "up_to_date"]
    );

    let sql = "/*\ndescription: People with diabetes\ngrain: person_key\ntopic: needs\ncolumns:\n  person_key: Pseudonym\n  sex: Sex\nchecks:\n  - unique: person_key\n*/\nselect person.person_key, person.sex\nfrom core.person as person\ninner join (\n    select person_key from core.diagnosis where in_code_list(snomed_code, 'diabetes') group by person_key\n) as found\n    on person.person_key = found.person_key\n";
    std::fs::write(project.path("sql/marts/needs/sugar_people.sql"), sql).unwrap();
    let report = r#"
name = "sugar"
title = "Diabetes"
description = "People."
audience = "planners"
[[tables]]
id = "all"
title = "People"
description = "People with diabetes."
of = "marts.sugar_people"
rows = ["sex"]
[tables.dimensions]
sex.values = ["female", "male", "other", "unknown"]
[[tables.measures]]
label = "People"
kind = "people"
"#;
    for old in std::fs::read_dir(project.path("pipelines/reports")).unwrap() {
        std::fs::remove_file(old.unwrap().path()).unwrap();
    }
    std::fs::write(project.path("pipelines/reports/sugar.toml"), report).unwrap();
    project.ok(&["check"]);
    project.ok(&["run"]);
    project.ok(&["release"]);
    let released = project.released();
    let (_, manifest) = released
        .iter()
        .find(|(name, _)| name.ends_with("manifest.json"))
        .unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(manifest).unwrap();
    assert_eq!(
        manifest["code_lists"],
        serde_json::json!([{
            "name": "diabetes", "system": "snomed", "codes": 1,
            "source": "Invented", "version": "2026-04-01", "licence": "Open",
        }])
    );
    // So is where the reference tables are from.
    let inputs = manifest["inputs"].as_array().unwrap();
    let published = |table: &str| {
        let input = inputs.iter().find(|input| input["table"] == table);
        input.map(|input| input["published"].clone()).unwrap()
    };
    assert_eq!(
        published("reference.ethnic_category"),
        serde_json::json!({
            "source": "NHS Data Dictionary, *Ethnic Category*",
            "version": "2001",
            "licence": "Open Government Licence v3.0",
        })
    );
    assert_eq!(published("record.patient"), serde_json::Value::Null);
    let (_, page) = released
        .iter()
        .find(|(name, _)| name.ends_with("sugar.html"))
        .unwrap();
    let page = String::from_utf8_lossy(page);
    assert!(page.contains(
        "; source: NHS Data Dictionary, *Ethnic Category*; edition: 2001; licence: Open Government Licence v3.0"
    ));
    assert!(
        page.contains("1 code of snomed; source: Invented; version: 2026-04-01; licence: Open")
    );
    let id = Path::new(released.keys().next().unwrap())
        .components()
        .next()
        .unwrap();
    let id = id.as_os_str().to_str().unwrap().to_string();
    project.ok(&["verify", &id]);
    // A list that changed is as good as SQL that did: the report waits for a run.
    list(
        &project,
        "diabetes.csv",
        "code,term\n46635009,Type 1\n44054006,Type 2\n",
    );
    let error = project.fails(1, &["release"]);
    assert!(error.contains("reference.codes_diabetes"), "{error}");
}

#[test]
fn models_with_lists_that_are_not_there_are_refused() {
    let (_record, project) = project();
    project.ok(&["pull"]);
    model(
        &project,
        "wrong",
        "count(*) filter (where in_code_list(snomed_code, 'diabtes'))",
    );
    for command in [&["check"][..], &["run"], &["plan"], &["test"]] {
        let error = project.fails(2, command);
        assert!(
            error.contains("marts/needs/wrong.sql"),
            "{command:?}: {error}"
        );
        assert!(
            error.contains("there is no code list 'diabtes'"),
            "{command:?}: {error}"
        );
        assert!(
            error.contains("did you mean 'diabetes'?"),
            "{command:?}: {error}"
        );
    }
    model(
        &project,
        "wrong",
        "count(*) filter (where in_code_list(snomed_code, snomed_code))",
    );
    let error = project.fails(2, &["check"]);
    assert!(
        error.contains("wrong.sql: in_code_list: the name of the list is not written out"),
        "{error}"
    );
    list(&project, "nothing.csv", "code,term\n");
    model(
        &project,
        "wrong",
        "count(*) filter (where in_code_list(snomed_code, 'nothing'))",
    );
    for command in [&["check"][..], &["run"], &["plan"]] {
        let error = project.fails(2, command);
        assert!(
            error.contains("the code list 'nothing' is empty"),
            "{command:?}: {error}"
        );
    }
    list(&project, "nothing.csv", "code,term\nE11,x\n");
    model(
        &project,
        "wrong",
        "count(*) filter (where in_code_list(person_key, 'nothing'))",
    );
    let error = project.fails(2, &["check"]);
    assert!(
        error.contains("are texts, and numbers are compared with them"),
        "{error}"
    );
}

/// Cases of models run with the lists of the project.
#[test]
fn tests_of_models_know_the_lists() {
    let (_record, project) = project();
    model(
        &project,
        "sugar",
        "count(*) filter (where in_code_list(snomed_code, 'diabetes'))",
    );
    let case = "cases:\n  - name: codes of the list count\n    given:\n      core.diagnosis: |\n        person_key,snomed_code\n        1,44054006\n        2,195967001\n        3,\n    expect: |\n      people\n      1\n";
    std::fs::write(project.path("tests/models/marts.sugar.yml"), case).unwrap();
    project.ok(&["test", "marts.sugar"]);
    list(
        &project,
        "diabetes.csv",
        "code,term\n195967001,x\n44054006,y\n",
    );
    project.fails(1, &["test", "marts.sugar"]);
    // A case may give the list itself.
    let given = case.replace(
        "    given:\n",
        "    given:\n      reference.codes_diabetes: |\n        code\n        44054006\n",
    );
    assert_ne!(given, case);
    std::fs::write(project.path("tests/models/marts.sugar.yml"), &given).unwrap();
    project.ok(&["test", "marts.sugar"]);
    std::fs::write(
        project.path("tests/models/marts.sugar.yml"),
        given.replace("        code\n        44054006\n", "        code\n"),
    )
    .unwrap();
    let error = project.fails(2, &["test", "marts.sugar"]);
    assert!(
        error.contains("the code list 'diabetes' is empty"),
        "{error}"
    );
}
