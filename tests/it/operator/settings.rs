//! Wrong settings of a pipeline file: each is told with its line, its name and what to write.

use crate::project::{Project, synth};

/// The pipeline file of a project with `wrong` in the place of `right`, and what `check` says of it.
fn told(project: &Project, usual: &str, right: &str, wrong: &str) -> String {
    assert!(usual.contains(right), "{right} is not in {usual}");
    project.write_pipeline(&usual.replacen(right, wrong, 1));
    project.fails(2, &["check"])
}

/// The line, from 1, of the first line of `text` that holds `what`.
fn line(text: &str, what: &str) -> usize {
    1 + text.lines().position(|line| line.contains(what)).unwrap()
}

#[test]
fn each_wrong_setting_is_told_with_its_line_and_what_to_write() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    let usual = std::fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    let accept = "accept_test_numbers = true";
    for (right, wrong, at, said, hint) in [
        (
            accept,
            "accept_test_number = true",
            "accept_test_number =",
            "unknown field `accept_test_number`",
            "did you mean 'accept_test_numbers'?",
        ),
        (
            accept,
            "reject_threshold = -0.1",
            "reject_threshold",
            "reject_threshold: -0.1 is not a share from 0 to 1",
            "",
        ),
        (
            accept,
            "reject_threshold = 2",
            "reject_threshold",
            "reject_threshold: 2 is not a share",
            "",
        ),
        (
            accept,
            "reject_threshold = nan",
            "reject_threshold",
            "reject_threshold: NaN is not a share",
            "",
        ),
        (
            accept,
            "reject_threshold = \"5%\"",
            "reject_threshold",
            "reject_threshold: invalid type: string",
            "write a number, such as 0.05",
        ),
        (
            accept,
            "unlinked_threshold = inf",
            "unlinked_threshold",
            "unlinked_threshold: inf is not a share",
            "",
        ),
        (
            accept,
            "accept_test_numbers = \"yes\"",
            "\"yes\"",
            "accept_test_numbers: invalid type",
            "write true or false",
        ),
        (
            accept,
            "fhir_version = 4.0",
            "fhir_version",
            "fhir_version: invalid type",
            "write a text in quotes",
        ),
        (
            accept,
            "downloads = 5",
            "downloads",
            "unknown field `downloads`",
            "there are kind,",
        ),
        (
            "kind = \"fhir-folder\"",
            "kind = \"fhir-foldr\"",
            "fhir-foldr",
            "unknown variant `fhir-foldr`",
            "did you mean 'fhir-folder'?",
        ),
        (
            "[lake]\n",
            "[lake]\nurl = \"other\"\n",
            "url = \"lake\"",
            "`url` is there already",
            "keep one of the two",
        ),
        (
            "shards = 4",
            "shards = 3",
            "shards",
            "shards is not a power of two",
            "use 16",
        ),
        (
            "default = \"2024-10-01\"",
            "default = \"2027-10-01\"",
            "2027-10-01",
            "period_start is after period_end",
            "both count",
        ),
        (
            "default = \"2024-10-01\"",
            "default = \"01/10/2024\"",
            "01/10/2024",
            "'01/10/2024' is not a date",
            "such as 2026-11-22",
        ),
        (
            "default = \"2024-10-01\"",
            "default = \"2999-10-01\"",
            "2999-10-01",
            "'2999-10-01' is not a date",
            "1700-01-01 to 2199-12-31",
        ),
        (
            "url = \"releases\"",
            "url = \"lake/releases\"",
            "lake/releases",
            "[lake] and [releases] are the same, or one is inside the other",
            "a folder of its own",
        ),
        (
            "url = \"releases\"",
            "url = \"x/../lake\"",
            "x/../lake",
            "[lake] and [releases] are the same",
            "a folder of its own",
        ),
        (
            "url = \"releases\"",
            "url = \" \"",
            "url = \" \"",
            "url of [releases] is empty",
            "name a folder",
        ),
        (
            "url = \"releases\"",
            "url = \"ftp://there\"",
            "ftp://",
            "'ftp://' is no kind of store",
            "write a path",
        ),
        (
            "postcode_lsoa =",
            "postcode_lsao =",
            "",
            "there is no lookup 'postcode_lsoa'",
            "under [privacy.lookups]",
        ),
    ] {
        let error = told(&project, &usual, right, wrong);
        let place = match at {
            "" => "record.".to_string(),
            at => format!(
                "pipelines/nightly.toml:{}:",
                line(&usual.replacen(right, wrong, 1), at)
            ),
        };
        assert!(
            error.starts_with(&format!("error: {place}")),
            "{wrong}: {place}: {error}"
        );
        assert!(error.contains(said), "{wrong}: {error}");
        let told = error.split_once("hint: ").unwrap().1;
        assert!(told.contains(hint), "{wrong}: {error}");
    }
}

#[test]
fn numbers_of_a_bulk_source_have_bounds() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    let usual = std::fs::read_to_string(project.path("pipelines/nightly.toml")).unwrap();
    let server = "\n[sources.server]\nkind = \"fhir-bulk\"\nurl = \"https://127.0.0.1:1/fhir\"\n";
    for (setting, said) in [
        (
            "downloads = 0",
            "downloads: 0 is not a number from 1 to 256",
        ),
        ("downloads = 1000000000", "is not a number from 1 to 256"),
        (
            "piece_kib = 0",
            "piece_kib: 0 is not a number from 1 to 65536",
        ),
        (
            "longest_wait_seconds = -1",
            "longest_wait_seconds: -1 is not a number of seconds",
        ),
        (
            "silence_seconds = inf",
            "silence_seconds: inf is not a number of seconds",
        ),
        (
            "export_limit_seconds = 0",
            "export_limit_seconds: 0 is not 1 or more",
        ),
        ("page_limit = 0", "page_limit: 0 is not 1 or more"),
        ("level = \"groups:5\"", "level: 'groups:5' is no level"),
        ("auth = { clientid = \"x\" }", "unknown field `clientid`"),
    ] {
        let text = format!("{usual}{server}{setting}\n");
        project.write_pipeline(&text);
        let error = project.fails(2, &["check"]);
        let place = format!("error: pipelines/nightly.toml:{}:", line(&text, setting));
        assert!(error.starts_with(&place) && error.contains(said), "{error}");
    }
}

#[test]
fn a_file_that_is_no_utf_8_is_told_so() {
    let project = Project::empty();
    std::fs::write(project.path("pipelines/nightly.toml"), b"# \xe9\n").unwrap();
    let error = project.fails(2, &["check"]);
    assert!(error.contains("hint: save it as UTF-8"), "{error}");
}

/// The list would never be too old.
#[test]
fn an_opt_out_list_of_a_day_to_come_is_refused() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    let list = record.path().join("opt-outs.txt");
    let numbers = std::fs::read_to_string(&list).unwrap();
    std::fs::write(&list, format!("# checked on 2199-01-01\n{numbers}")).unwrap();
    let error = project.fails(3, &["pull"]);
    assert!(
        error.contains("cause: it says that it is of 2199-01-01, which has not come"),
        "{error}"
    );
    assert!(error.contains("hint: correct checked_on"), "{error}");
}

/// One mistake in a model is told once, and not again for every model that reads it.
#[test]
fn what_reads_a_wrong_model_is_named_and_not_told_as_wrong() {
    let record = synth(20, 1, false);
    let project = Project::over(record.path());
    let file = project.path("sql/core/person.sql");
    let sql = std::fs::read_to_string(&file).unwrap();
    std::fs::write(
        &file,
        sql.replace("select * from final", "select nothing_like_it from final"),
    )
    .unwrap();
    let error = project.fails(2, &["check"]);
    assert_eq!(error.matches("error: ").count(), 1, "{error}");
    assert!(
        error.contains("not checked, as they read what is wrong: "),
        "{error}"
    );
    assert!(error.contains("marts.population_profile"), "{error}");
    // A table that no source fills says so.
    std::fs::write(
        &file,
        sql.replace(
            "select * from final",
            "select * from record.nothing_like_it",
        ),
    )
    .unwrap();
    let error = project.fails(2, &["check"]);
    assert!(
        error.contains("hint: no source of the pipeline file fills it"),
        "{error}"
    );
}
