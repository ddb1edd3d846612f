//! All tables of a release read together, as a reader does who has all files: cells of the same name are
//! one figure, and the cells of a table add up to its totals, shown or not, wherever these are shown.

use super::table::{ReadCell, ReadTable};
use crate::disclosure::ledger::CellName;
use crate::disclosure::system::{CountOf, Equation, NodeId};
use crate::disclosure::{PublishedFigure, Released, Scheme, read_together};
use crate::release::counted::CountMade;
use crate::release::difference::shown;
use crate::release::inspect::Alteration;
use crate::release::manifest::TableMade;
use std::collections::{BTreeMap, BTreeSet};

/// More problems of one kind are not listed.
const LISTED: usize = 5;

/// Tables of more dimensions are read without the totals that they do not show.
const DIMENSIONS: usize = 6;

/// A table of a release.
pub(super) struct CheckedTable<'a> {
    /// Its file.
    pub file: String,
    /// What is in it.
    pub table: ReadTable,
    /// What the manifest says of it.
    pub made: &'a TableMade,
}

/// A figure that a table shows.
pub(super) struct NamedCell<'a> {
    /// The cell that it is in all tables and releases.
    pub name: CellName,
    /// What it is a count of.
    pub counted: &'a CountMade,
    /// Its measure, by its place among those of the table.
    pub measure: usize,
    /// Where it stands.
    pub cell: &'a ReadCell,
}

impl CheckedTable<'_> {
    /// Something that is wrong with its file.
    pub(super) fn problem(&self, what: String) -> Alteration {
        Alteration {
            file: shown(&self.file),
            what,
        }
    }

    /// The counts of the table, each with the name of its cell.
    pub(super) fn cells(&self) -> impl Iterator<Item = NamedCell<'_>> {
        let measures = &self.made.measures;
        let cells = self.table.cells.iter().enumerate();
        cells.filter_map(move |(index, cell)| {
            let measure = index % measures.len().max(1);
            let counted = measures.get(measure)?.counted.as_ref()?;
            Some(NamedCell {
                name: CellName::of(&counted.what, labels(counted, &cell.labels())),
                counted,
                measure,
                cell,
            })
        })
    }
}

impl CheckedTable<'_> {
    /// The name of a cell whose numbers stand without the headings that tables give them ("Quintile 2").
    pub(super) fn unheaded(&self, named: &NamedCell<'_>) -> CellName {
        let bare = |label: &str| -> String {
            let last = label.rsplit(' ').next().unwrap_or(label);
            match last.parse::<u64>() {
                Ok(_) => last.to_string(),
                Err(_) => label.to_string(),
            }
        };
        let all = named.cell.labels();
        let all: Vec<Option<String>> = all.into_iter().map(|label| label.map(bare)).collect();
        let all: Vec<Option<&str>> = all.iter().map(Option::as_deref).collect();
        CellName::of(&named.counted.what, labels(named.counted, &all))
    }
}

/// The labels of those dimensions that divide a count, each with where it comes from.
fn labels(counted: &CountMade, of: &[Option<&str>]) -> Vec<(String, String)> {
    let both = counted.by.iter().zip(of);
    let labels = both.filter_map(|(source, label)| Some((source.clone()?, (*label)?.to_string())));
    labels.chain(counted.within.clone()).collect()
}

/// What is wrong with the figures of all tables together. Beside earlier releases, which `is_first` rules
/// out, a zero may be that of a row which few people have entered.
pub(super) fn problems(
    tables: &[CheckedTable<'_>],
    scheme: &Scheme,
    is_first: bool,
) -> Vec<Alteration> {
    let mut read = ReleaseRead {
        is_first,
        ..ReleaseRead::default()
    };
    for (at, table) in tables.iter().enumerate() {
        read.add(at, table);
    }
    let mut found = read.differ(tables);
    if read.differ.is_empty() {
        found.extend(read.attack(tables, scheme));
    }
    found
}

/// Where a figure stands: its table, and its line.
type FigureLine = (usize, usize);

/// The figures of a release, and what adds up to what.
#[derive(Default)]
struct ReleaseRead {
    /// Whether there is no earlier one.
    is_first: bool,
    nodes: BTreeMap<CellName, usize>,
    figures: Vec<Option<PublishedFigure>>,
    /// Where each is shown first or, of one that is not, a part of it.
    lines: Vec<FigureLine>,
    /// What each says, as it stands in its file.
    says: Vec<Option<(String, String)>>,
    equations: BTreeSet<(usize, Vec<usize>)>,
    /// Figures that are shown in two ways.
    differ: Vec<(FigureLine, FigureLine)>,
}

impl ReleaseRead {
    fn node(&mut self, name: CellName, line: FigureLine) -> usize {
        let next = self.figures.len();
        let node = *self.nodes.entry(name).or_insert(next);
        if node == next {
            self.figures.push(None);
            self.lines.push(line);
            self.says.push(None);
        }
        node
    }

    fn add(&mut self, at: usize, table: &CheckedTable<'_>) {
        let mut leaves: BTreeMap<usize, (&CountMade, Vec<&ReadCell>)> = BTreeMap::new();
        for named in table.cells() {
            let line = (at, named.cell.line);
            let node = self.node(named.name.clone(), line);
            self.show(node, line, &named);
            let is_leaf = named.cell.labels().iter().all(Option::is_some);
            if is_leaf && named.counted.adds_up && named.counted.by.iter().all(Option::is_some) {
                let of = leaves.entry(named.measure);
                of.or_insert((named.counted, Vec::new())).1.push(named.cell);
            }
        }
        for (counted, leaves) in leaves.into_values() {
            self.add_up(at, counted, &leaves);
        }
    }

    fn show(&mut self, node: usize, line: FigureLine, named: &NamedCell<'_>) {
        let cell = named.cell;
        let says = (cell.value.clone(), cell.status.clone());
        match &self.says[node] {
            Some(known) if *known != says => self.differ.push((self.lines[node], line)),
            Some(_) => {}
            None => {
                let counted = match named.counted.what.split(' ').next() {
                    Some("people") => CountOf::People,
                    Some("sum") => CountOf::Amount,
                    _ => CountOf::Rows,
                };
                let figure = Released::read(&cell.value);
                let was_empty = !self.is_first && cell.value == "0";
                self.figures[node] = figure.map(|figure| PublishedFigure {
                    figure,
                    counted,
                    is_held: was_empty || cell.held_from().is_some(),
                });
                self.lines[node] = line;
                self.says[node] = Some(says);
            }
        }
    }

    /// Notes what the cells of a table add up to, dimension by dimension.
    fn add_up(&mut self, at: usize, counted: &CountMade, leaves: &[&ReadCell]) {
        let width = counted.by.len();
        if width > DIMENSIONS {
            return;
        }
        let mut sums: BTreeMap<(usize, usize), BTreeSet<usize>> = BTreeMap::new();
        for cell in leaves {
            let all = cell.labels();
            let kept = |set: usize| -> Vec<Option<&str>> {
                let labels = all.iter().enumerate();
                labels
                    .map(|(d, label)| label.filter(|_| set >> d & 1 == 1))
                    .collect()
            };
            let nodes: Vec<usize> = (0..1_usize << width)
                .map(|set| {
                    let name = CellName::of(&counted.what, labels(counted, &kept(set)));
                    self.node(name, (at, cell.line))
                })
                .collect();
            for (set, part) in nodes.iter().enumerate() {
                for dimension in (0..width).filter(|d| set >> d & 1 == 1) {
                    if let Some(total) = nodes.get(set & !(1 << dimension)) {
                        sums.entry((*total, dimension)).or_default().insert(*part);
                    }
                }
            }
        }
        for ((total, _), parts) in sums {
            self.equations.insert((total, parts.into_iter().collect()));
        }
    }

    /// The cells that are shown in two ways.
    fn differ(&self, tables: &[CheckedTable<'_>]) -> Vec<Alteration> {
        let file = |at: usize| tables.get(at).map_or("", |table| table.file.as_str());
        let listed = self.differ.iter().take(LISTED);
        let told = listed.map(|(first, other)| Alteration {
            file: shown(file(other.0)),
            what: format!(
                "line {} says another thing than line {} of {}, and counts the same",
                other.1,
                first.1,
                shown(file(first.0))
            ),
        });
        told.collect()
    }

    /// What the attacker finds.
    fn attack(&self, tables: &[CheckedTable<'_>], scheme: &Scheme) -> Vec<Alteration> {
        let id = |at: usize| NodeId(at as u32);
        let equation = |(total, parts): &(usize, Vec<usize>)| Equation {
            total: id(*total),
            parts: parts.iter().map(|part| id(*part)).collect(),
        };
        let equations: Vec<Equation> = self.equations.iter().map(equation).collect();
        let seen = read_together(scheme, &self.figures, &equations);
        let alteration = |node: NodeId, what: &str| {
            let (table, line) = self.lines.get(node.at()).copied().unwrap_or_default();
            let file = tables.get(table).map_or("", |table| table.file.as_str());
            Alteration {
                file: shown(file),
                what: format!("line {line}{what}"),
            }
        };
        let contradiction = seen.contradiction.map(|node| {
            let what = " does not fit the figures that it is the total, or a part, of";
            alteration(node, what)
        });
        let exposed = seen.exposed.iter().map(|node| {
            let what = ": the suppressed count follows from the other figures of the release";
            alteration(*node, what)
        });
        contradiction
            .into_iter()
            .chain(exposed.take(LISTED))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::manifest::MeasureMade;

    /// A table of people by some dimensions of `core.person`, of which the last may be across.
    fn made(rows: &[&str], across: Option<&str>, adds_up: bool) -> TableMade {
        let by = rows.iter().chain(&across).map(|d| Some((*d).to_string()));
        TableMade {
            rows: rows.iter().map(|d| (*d).to_string()).collect(),
            across: across.map(str::to_string),
            kinds: BTreeMap::new(),
            compares_areas: false,
            totals_of_rows: false,
            totals_across: false,
            measures: vec![MeasureMade {
                label: "People".to_string(),
                unit: "count".to_string(),
                has_limits: false,
                better: None,
                counted: Some(CountMade {
                    within: None,
                    what: "people of core.person where true".to_string(),
                    by: by.collect(),
                    adds_up,
                }),
            }],
            cells_shown: 0,
            cells_suppressed: 0,
        }
    }

    /// A table whose lines have labels and a figure each.
    fn table<'a>(file: &str, made: &'a TableMade, lines: &[&str]) -> CheckedTable<'a> {
        let dimensions: Vec<&String> = made.rows.iter().chain(&made.across).collect();
        let dimensions: Vec<&str> = dimensions.into_iter().map(String::as_str).collect();
        let mut csv = dimensions.join(",") + ",measure,unit,value,lower_95,upper_95,status\n";
        for line in lines {
            let (labels, figure) = line.rsplit_once(' ').unwrap();
            let (figure, status) = figure.split_once('/').unwrap_or((figure, "exact"));
            csv += &format!("{labels},People,count,{figure},,,{status}\n");
        }
        let table = ReadTable::read(csv.as_bytes(), made).unwrap();
        let file = file.to_string();
        CheckedTable { file, table, made }
    }

    fn found(tables: &[CheckedTable<'_>], scheme: &Scheme, is_first: bool) -> Vec<String> {
        let found = problems(tables, scheme, is_first).into_iter();
        found.map(|problem| problem.to_string()).collect()
    }

    const SEX: [&str; 3] = ["Female 20", "Male *", "Total 23"];

    #[test]
    fn a_suppressed_count_that_its_margins_give_away_is_found() {
        let sex = made(&["sex"], None, true);
        let by_sex = table("sex.csv", &sex, &SEX);
        let words = "the suppressed count follows from the other figures of the release";
        let expected = [format!("sex.csv line 3: {words}")];
        assert_eq!(found(&[by_sex], &Scheme::Legacy1To5, true), expected);
        // Rounded, 20 and 23 leave more than one.
        let rounded = table("sex.csv", &sex, &["Female 20", "Male *", "Total 25"]);
        assert!(found(&[rounded], &Scheme::Hes2018, true).is_empty());
    }

    #[test]
    fn tables_that_are_safe_alone_are_read_together() {
        let (sex, both) = (
            made(&["sex"], None, true),
            made(&["sex"], Some("place"), true),
        );
        let by_sex = || table("sex.csv", &sex, &["Female 20", "Male *"]);
        let lines = ["Female,A *", "Female,B 8", "Male,A *", "Male,B 0"];
        let by_both = || table("both.csv", &both, &lines);
        assert!(found(&[by_sex()], &Scheme::Legacy1To5, true).is_empty());
        assert!(found(&[by_both()], &Scheme::Legacy1To5, true).is_empty());
        let both = found(&[by_sex(), by_both()], &Scheme::Legacy1To5, true);
        assert_eq!(both.len(), 1, "{both:?}");
        assert!(
            both[0].starts_with("both.csv line 2: the suppressed"),
            "{both:?}"
        );
    }

    #[test]
    fn a_cell_that_is_unsuppressed_in_one_table_is_found_in_the_other() {
        let (sex, both) = (
            made(&["sex"], None, true),
            made(&["sex"], Some("place"), true),
        );
        let by_sex = table("sex.csv", &sex, &["Female 20", "Male 6"]);
        let lines = [
            "Female,Total 20",
            "Male,Total */suppressed",
            "Male,A *",
            "Male,B 0",
        ];
        let by_both = table("both.csv", &both, &lines);
        let words = "line 3 says another thing than line 3 of sex.csv, and counts the same";
        let found = found(&[by_sex, by_both], &Scheme::Legacy1To5, true);
        assert_eq!(found, [format!("both.csv {words}")]);
    }

    #[test]
    fn a_total_that_no_table_shows_is_found_where_two_tables_divide_it() {
        let (sex, place) = (made(&["sex"], None, true), made(&["place"], None, true));
        let by_sex = table("sex.csv", &sex, &["Female 20", "Male 30"]);
        let by_place = |b| table("place.csv", &place, &["A 20", b]);
        for scheme in [Scheme::Hes2018, Scheme::Legacy1To5] {
            let fits = [by_sex_again(&sex), by_place("B 30")];
            assert!(found(&fits, &scheme, true).is_empty());
        }
        let found = found(&[by_sex, by_place("B 60")], &Scheme::Hes2018, true);
        assert!(found[0].contains("does not fit the figures"), "{found:?}");
    }

    fn by_sex_again(sex: &TableMade) -> CheckedTable<'_> {
        table("sex.csv", sex, &["Female 20", "Male 30"])
    }

    #[test]
    fn people_who_are_in_several_rows_do_not_add_up() {
        let setting = made(&["setting"], None, false);
        let lines = ["Dental 20", "Hospice 30", "Total 35"];
        let contacts = table("t.csv", &setting, &lines);
        assert!(found(&[contacts], &Scheme::Legacy1To5, true).is_empty());
        let adds_up = made(&["setting"], None, true);
        let contacts = table("t.csv", &adds_up, &lines);
        assert_eq!(found(&[contacts], &Scheme::Legacy1To5, true).len(), 1);
    }

    #[test]
    fn held_figures_and_zeros_of_new_rows_say_nothing_of_now() {
        let sex = made(&["sex"], None, true);
        let held = table(
            "t.csv",
            &sex,
            &["Female 20/held from 2026-08-31", "Male *", "Total 60"],
        );
        assert!(found(&[held], &Scheme::Legacy1To5, false).is_empty());
        let empty = || table("t.csv", &sex, &["Female 20", "Other 0", "Total 23"]);
        assert!(found(&[empty()], &Scheme::Legacy1To5, false).is_empty());
        assert_eq!(found(&[empty()], &Scheme::Legacy1To5, true).len(), 1);
    }
}
