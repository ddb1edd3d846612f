//! The README's own words work: its model, its check, its report table, its commands.

use crate::project::{Project, repository};

/// The code blocks of a language, in order.
fn blocks(page: &str, language: &str) -> Vec<String> {
    page.split("```")
        .skip(1)
        .step_by(2)
        .filter_map(|block| {
            block
                .strip_prefix(&format!("{language}\n"))
                .map(str::to_string)
        })
        .collect()
}

#[test]
fn a_first_model_in_five_minutes() {
    let page = std::fs::read_to_string(repository().join("README.md")).unwrap();
    let project = Project::over(&repository().join("data-samples"));
    project.ok(&["pull"]);
    let model = blocks(&page, "sql").remove(0);
    let file = project.path("sql/marts/demographic/my_model.sql");
    std::fs::write(&file, &model).unwrap();
    let commands: Vec<String> = blocks(&page, "sh")
        .iter()
        .flat_map(|block| block.lines().map(str::to_string).collect::<Vec<_>>())
        .filter_map(|line| {
            line.strip_prefix("cargo run --profile quick -- ")
                .map(str::to_string)
        })
        .map(|line| line.split('#').next().unwrap().trim().to_string())
        .collect();
    let run = |command: &str| {
        let words: Vec<&str> = match command.split_once(" -c ") {
            Some((first, sql)) => first
                .split(' ')
                .chain(["-c", sql.trim_matches('"')])
                .collect(),
            None => command.split(' ').collect(),
        };
        project.ok(&words)
    };
    assert!(
        commands.contains(&"run marts.my_model".to_string()),
        "{commands:?}"
    );
    run("run marts.my_model");
    let asked = commands.iter().find(|c| c.starts_with("sql -c")).unwrap();
    assert!(run(asked).contains("other_language"));

    let check = blocks(&page, "yaml").remove(0);
    std::fs::write(
        &file,
        model.replacen("checks:\n", &format!("checks:\n{check}"), 1),
    )
    .unwrap();
    let built = project.json(&["run", "marts.my_model"]);
    let models = built["models"].as_array().unwrap();
    assert_eq!(models.last().unwrap()["state"], "changed");

    let report = project.path("pipelines/reports/population_profile.toml");
    let mut text = std::fs::read_to_string(&report).unwrap();
    let table = blocks(&page, "toml")
        .into_iter()
        .find(|b| b.contains("my_model"))
        .unwrap();
    text.push_str(&format!("\n{table}"));
    std::fs::write(&report, text).unwrap();
    run("check");
    run("nightly");
    let released = project.released();
    let csv = released
        .iter()
        .find(|(name, _)| name.ends_with("population_profile-language.csv"));
    let csv = String::from_utf8(csv.unwrap().1.clone()).unwrap();
    assert!(csv.contains("Prefer another language,count,"), "{csv}");
}

/// The page that says where to change what names files that are there.
#[test]
fn the_files_that_the_architecture_names_are_there() {
    let page = std::fs::read_to_string(repository().join("docs/architecture.md")).unwrap();
    let (_, table) = page.split_once("## Where to change what").unwrap();
    let named: Vec<&str> = table
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| word.ends_with(".rs") || word.ends_with('/'))
        .filter(|word| !word.contains('<'))
        .collect();
    assert!(named.len() > 20, "{named:?}");
    let is_there = |file: &str| repository().join("src").join(file).exists();
    let gone: Vec<&&str> = named.iter().filter(|file| !is_there(file)).collect();
    assert!(gone.is_empty(), "{gone:?}");
}
