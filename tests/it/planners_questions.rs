//! The questions of docs/planners-questions.md: each is walked as it is written there, from the first page, by
//! links and forms that are on the pages, and the answer has to be on the last one.

use crate::project::{Project, repository};
use crate::serve::{Answer, Served};
use calamine::{Data, Reader, open_workbook_auto_from_rs};
use std::collections::BTreeMap;
use std::io::Cursor;

/// The most clicks to an answer; a search is one.
const MOST_CLICKS: usize = 3;

/// A question, and the steps to its answer.
struct Asked {
    question: String,
    steps: Vec<Step>,
}

enum Step {
    Search(String),
    /// A link or a button with these words.
    Press(String),
}

/// The questions of the document, by number.
fn asked() -> BTreeMap<usize, Asked> {
    let file = repository().join("docs/planners-questions.md");
    let text = std::fs::read_to_string(file).unwrap();
    let sections = text.split("\n### ").skip(1);
    sections
        .map(|section| {
            let (heading, rest) = section.split_once('\n').unwrap();
            let (number, question) = heading.split_once(". ").unwrap();
            let path = rest.lines().find_map(|line| line.strip_prefix("Path: "));
            let steps = path.unwrap_or_else(|| panic!("{question} has no path"));
            let steps = steps.split(" → ").map(|step| {
                let mut quoted = step.split('`');
                let kind = quoted.next().unwrap().trim();
                let words = quoted.next().unwrap().to_string();
                match kind {
                    "search" => Step::Search(words),
                    "" => Step::Press(words),
                    other => panic!("{question} has a step that nobody can take: {other}"),
                }
            });
            let asked = Asked {
                question: question.to_string(),
                steps: steps.collect(),
            };
            (number.parse().unwrap(), asked)
        })
        .collect()
}

/// Where the walk is.
struct Walk<'a> {
    served: &'a Served,
    page: Answer,
}

impl<'a> Walk<'a> {
    fn begin(served: &'a Served) -> Self {
        let page = served.get("/");
        Walk { served, page }
    }

    fn take(&mut self, step: &Step) {
        let html = self.page.text();
        let address = match step {
            Step::Search(words) => {
                let form = html.split("<form").find(|form| form.contains("/search"));
                let action = attribute(form.unwrap(), "action").unwrap();
                format!("{action}?q={}", words.replace(' ', "+"))
            }
            Step::Press(words) => link(&html, words)
                .or_else(|| form(&html, words))
                .unwrap_or_else(|| panic!("no link and no button: {words}")),
        };
        self.page = self.served.get(&address);
        while (300..400).contains(&self.page.status) {
            let to = self.page.headers["location"].clone();
            self.page = self.served.get(&to);
        }
        assert_eq!(self.page.status, 200, "{address}");
    }

    /// The rows of the tables of the page, each as the words of its cells.
    fn rows(&self) -> Vec<Vec<String>> {
        let html = self.page.text();
        let rows = html.split("<tr").skip(1).map(|row| {
            let row = row.split("</tr>").next().unwrap();
            let ends = row.replace("</th>", "</td>");
            let cells = ends.split("</td>").map(|cell| words(&format!("<{cell}")));
            let cells: Vec<String> = cells.collect();
            cells.into_iter().filter(|cell| !cell.is_empty()).collect()
        });
        rows.collect()
    }

    /// Whether the cells of a row begin with `first` and hold all of `rest`.
    fn has_row(&self, first: &str, rest: &[String]) -> bool {
        self.rows().iter().any(|row| {
            let holds = |wanted: &String| row.iter().any(|cell| cell == wanted);
            row.first().is_some_and(|cell| cell == first) && rest.iter().all(holds)
        })
    }
}

/// Where the link with these words leads.
fn link(html: &str, wanted: &str) -> Option<String> {
    let links = html.split("<a ").skip(1);
    let mut links = links.filter_map(|link| link.split_once("</a>").map(|(link, _)| link));
    let link = links.find(|link| words(&format!("<a {link}")) == wanted)?;
    attribute(link, "href")
}

/// Where the form leads whose button has these words, with what is chosen in it.
fn form(html: &str, wanted: &str) -> Option<String> {
    let forms = html.split("<form").skip(1);
    let mut forms = forms.filter_map(|form| form.split_once("</form>").map(|(form, _)| form));
    let form = forms.find(|form| form.contains(&format!(">{wanted}</button>")))?;
    let mut chosen = Vec::new();
    for select in form.split("<select").skip(1) {
        let options: Vec<&str> = select.split("<option").skip(1).collect();
        let is_selected = |option: &&&str| option.split('>').next().unwrap().contains("selected");
        let option = options.iter().find(is_selected).or(options.first())?;
        let (name, value) = (attribute(select, "name")?, attribute(option, "value")?);
        chosen.push(format!("{name}={value}"));
    }
    Some(format!(
        "{}?{}",
        attribute(form, "action")?,
        chosen.join("&")
    ))
}

/// The first attribute of this name.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    let value = rest.split('"').next()?;
    Some(value.replace("&amp;", "&"))
}

/// The words of a piece of HTML, without marks and drawings.
fn words(html: &str) -> String {
    let mut shown = String::new();
    let drawn = html.split("<svg").enumerate();
    for (at, piece) in drawn {
        let piece = match at {
            0 => piece,
            _ => piece.split_once("</svg>").map_or("", |(_, rest)| rest),
        };
        for part in piece.split('<') {
            shown.push_str(part.split_once('>').map_or(part, |(_, text)| text));
            shown.push(' ');
        }
    }
    let shown = shown.replace("&amp;", "&").replace("&#39;", "'");
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The released figure of a table in which the first labels and the measure are these, as pages write it; its
/// limits, if it has them.
struct Released {
    value: String,
    limits: Option<(f64, f64)>,
}

fn released(files: &BTreeMap<String, Vec<u8>>, table: &str, labels: &[&str]) -> Released {
    let file = files
        .iter()
        .find(|(name, _)| name.ends_with(&format!("/{table}.csv")));
    let (_, bytes) = file.unwrap_or_else(|| panic!("no table {table}"));
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let headers = reader.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let row = reader.records().map(Result::unwrap).find(|row| {
        let holds = |label: &&str| row.iter().any(|cell| cell == *label);
        labels.iter().all(holds)
    });
    let row = row.unwrap_or_else(|| panic!("no figure of {labels:?} in {table}"));
    let number = |name: &str| row[at(name)].parse::<f64>().ok();
    let value = number("value").unwrap_or_else(|| panic!("{labels:?} of {table} is not shown"));
    let value = match &row[at("unit")] {
        "percent" => format!("{value}%"),
        _ if value >= 1000.0 => format!("{},{:03}", value as u64 / 1000, value as u64 % 1000),
        _ => value.to_string(),
    };
    Released {
        value,
        limits: number("lower_95").zip(number("upper_95")),
    }
}

/// The questions are answered from the release of a night over the samples, and one that follows it.
pub fn are_answered(project: &Project) {
    let files = project.released();
    let value = |table: &str, labels: &[&str]| released(&files, table, labels).value;
    let values = |table: &str, of: &[&[&str]]| -> Vec<String> {
        of.iter().map(|labels| value(table, labels)).collect()
    };
    // The next release has other words for one report.
    let report = project.path("pipelines/reports/waiting_lists.toml");
    let text_of = std::fs::read_to_string(&report).unwrap();
    std::fs::write(
        &report,
        text_of.replace("Who waits for", "Who still waits for"),
    )
    .unwrap();
    project.ok(&["release"]);

    let served = Served::of(project, &["--all"]);
    let asked = asked();
    assert_eq!(
        asked.keys().copied().collect::<Vec<_>>(),
        (1..=10).collect::<Vec<_>>()
    );
    for (number, asked) in &asked {
        assert!(asked.steps.len() <= MOST_CLICKS, "{}", asked.question);
        let mut walk = Walk::begin(&served);
        for step in &asked.steps {
            walk.take(step);
        }
        let row = |first: &str, rest: Vec<String>| {
            let is_there = walk.has_row(first, &rest);
            let rows = walk.rows();
            assert!(
                is_there,
                "{}: {first} {rest:?} is not in {rows:?}",
                asked.question
            );
        };
        match number {
            1 => {
                let rate = "Emergency admissions per 1,000 people of 75 and over";
                let table = "urgent_and_emergency_care-emergency_admissions_from_75_on";
                let whole = value(table, &["Total", rate]);
                row(
                    rate,
                    vec![
                        value(table, &["Thurlmouth", rate]),
                        "Similar".to_string(),
                        whole,
                    ],
                );
            }
            2 => {
                let share = "Percentage with two or more conditions";
                let table = "long_term_conditions-multimorbidity_by_place";
                let own = released(&files, table, &["Thurlmouth", share]);
                let (lower, upper) = own.limits.unwrap();
                let limits = format!("{lower}% to {upper}%");
                let whole = value(table, &["Total", share]);
                row(share, vec![own.value, limits, "Higher".to_string(), whole]);
            }
            3 => {
                let share = "Percentage seen in three or more settings";
                let own = value("record_coverage-by_place", &["Upper Wendale", share]);
                row(
                    "3",
                    vec!["Upper Wendale".to_string(), own, "Lower".to_string()],
                );
            }
            4 => {
                let of: [&[&str]; 2] = [
                    &["Diabetes", "People with the condition"],
                    &["Diabetes", "Percentage with the condition"],
                ];
                row("Diabetes", values("population_profile-conditions", &of));
            }
            5 => {
                let of: [&[&str]; 2] = [
                    &["HbA1c measured", "People to reach"],
                    &["HbA1c measured", "Percentage due for the care process"],
                ];
                row("HbA1c measured", values("people_to_reach-diabetes", &of));
            }
            6 => {
                let of: [&[&str]; 2] = [
                    &["Surgery", "People who wait over 18 weeks"],
                    &["Surgery", "Percentage who wait over 18 weeks"],
                ];
                row("Surgery", values("waiting_lists-by_specialty", &of));
            }
            7 => {
                let table = "urgent_and_emergency_care-time_in_department";
                row("Total", values(table, &[&["Total", "Median hours"]]));
            }
            8 => {
                let table = "inequalities-emergency_admissions_by_deprivation";
                for quintile in ["Quintile 1 (most deprived)", "Quintile 5 (least deprived)"] {
                    let rate = [quintile, "Emergency admissions per 100,000 people"];
                    row(quintile, values(table, &[&rate]));
                }
            }
            9 => {
                let waiting = value(
                    "waiting_lists-by_specialty",
                    &["Surgery", "People who wait"],
                );
                assert!(holds(&walk.page.body, "Surgery", waiting.parse().unwrap()));
            }
            _ => {
                let page = words(&walk.page.text());
                let changed = "The definition of the report waiting_lists has changed";
                assert!(page.contains("New definition"), "{page}");
                assert!(page.contains(changed), "{page}");
            }
        }
    }
}

/// Whether a row of a workbook begins with a label and holds a number.
fn holds(workbook: &[u8], label: &str, number: f64) -> bool {
    let mut book = open_workbook_auto_from_rs(Cursor::new(workbook)).unwrap();
    book.sheet_names().iter().any(|sheet| {
        let range = book.worksheet_range(sheet).unwrap();
        range.rows().any(|row| {
            let is_number = |cell: &Data| matches!(cell, Data::Float(found) if *found == number);
            row.first().is_some_and(|cell| *cell == *label) && row.iter().any(is_number)
        })
    })
}
