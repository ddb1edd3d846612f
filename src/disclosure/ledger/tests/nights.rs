//! Simulated nights, of which somebody keeps every release.

use super::*;
use std::collections::{BTreeMap, BTreeSet};

/// A generator of numbers that are the same on every machine (SplitMix64).
pub(super) struct NightDice(pub(super) u64);

impl NightDice {
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}

const CONDITIONS: u64 = 12;

#[derive(Clone)]
struct Resident {
    neighbourhood: u64,
    practice: u64,
    age: u64,
    sex: u64,
    conditions: BTreeSet<u64>,
    contacts: i64,
}

struct Town {
    people: BTreeMap<i64, Resident>,
    next: i64,
    /// Neighbourhoods; four make a place.
    neighbourhoods: u64,
    dice: NightDice,
}

impl Town {
    fn of(people: u64, seed: u64) -> Self {
        let mut town = Town {
            people: BTreeMap::new(),
            next: 0,
            neighbourhoods: 12.max(people / 250),
            dice: NightDice(seed),
        };
        for _ in 0..people {
            town.arrives();
        }
        town
    }

    fn arrives(&mut self) -> i64 {
        let dice = &mut self.dice;
        let neighbourhood = dice.below(self.neighbourhoods);
        let mut conditions = BTreeSet::new();
        for condition in 0..CONDITIONS {
            // From one in six to one in 400.
            if dice.below(6 + condition * condition * 3) == 0 {
                conditions.insert(condition);
            }
        }
        let away = dice.below(20) == 0;
        let practice = if away {
            dice.below(self.neighbourhoods)
        } else {
            neighbourhood
        } / 2;
        let resident = Resident {
            neighbourhood,
            practice,
            age: dice.below(10),
            sex: dice.below(2),
            contacts: i64::try_from(dice.below(4)).unwrap(),
            conditions,
        };
        self.next += 1;
        self.people.insert(self.next, resident);
        self.next
    }

    /// One night: births, deaths and opt-outs, moves, diagnoses, late records and contacts. Gives whom
    /// something happened to.
    fn night(&mut self) -> BTreeSet<i64> {
        let events = self.people.len() / 250;
        let mut touched = BTreeSet::new();
        for _ in 0..events {
            let whom = usize::try_from(self.dice.below(self.people.len() as u64)).unwrap();
            let whom = *self.people.keys().nth(whom).unwrap();
            touched.insert(match self.dice.below(10) {
                0 => self.arrives(),
                1 | 2 => {
                    self.people.remove(&whom);
                    whom
                }
                kind => {
                    let (to, condition) = (
                        self.dice.below(self.neighbourhoods),
                        self.dice.below(CONDITIONS),
                    );
                    let resident = self.people.get_mut(&whom).unwrap();
                    match kind {
                        3 | 4 => resident.neighbourhood = to,
                        5 | 6 => resident.contacts += 1,
                        7 if resident.conditions.contains(&condition) => {
                            resident.conditions.remove(&condition);
                        }
                        _ => {
                            resident.conditions.insert(condition);
                        }
                    }
                    whom
                }
            });
        }
        touched
    }

    /// The cells of the night's reports, each with what its people add to it.
    fn cells(&self) -> BTreeMap<CellName, Weights> {
        let mut cells: BTreeMap<CellName, Weights> = BTreeMap::new();
        for (person, resident) in &self.people {
            let place = resident.neighbourhood / 4;
            let mut keys = vec![
                "people: all".to_string(),
                format!("people: place {place}"),
                format!("people: neighbourhood {}", resident.neighbourhood),
                format!("people: practice {}", resident.practice),
                format!(
                    "people: place {place}, age {}, sex {}",
                    resident.age, resident.sex
                ),
                format!("people: age {}, sex {}", resident.age, resident.sex),
            ];
            if resident.practice != 1 {
                keys.push(format!("all but a practice: place {place}"));
            }
            for condition in &resident.conditions {
                let of = format!("condition {condition}");
                keys.push(format!("{of}: all"));
                keys.push(format!("{of}: place {place}"));
                keys.push(format!("{of}: neighbourhood {}", resident.neighbourhood));
                keys.push(format!("{of}: practice {}", resident.practice));
                keys.push(format!("{of}: age {}, sex {}", resident.age, resident.sex));
            }
            for key in keys {
                cells.entry(named(&key)).or_default().insert(*person, 1);
            }
            if resident.contacts > 0 {
                for key in [
                    "contacts: all".to_string(),
                    format!("contacts: place {place}"),
                    format!("contacts: practice {}", resident.practice),
                ] {
                    cells
                        .entry(named(&key))
                        .or_default()
                        .insert(*person, resident.contacts);
                }
            }
        }
        cells
    }
}

fn named(text: &str) -> CellName {
    let (table, labels) = text.split_once(": ").unwrap();
    cell(table, labels)
}

type Weights = BTreeMap<i64, i64>;

fn members(weights: &Weights) -> Members {
    let mut members = Members::default();
    for (person, weight) in weights {
        members.add(&key(), Some(*person), *weight);
    }
    members
}

/// The people whom two figures differ by.
fn differing(a: &Weights, b: &Weights) -> Vec<i64> {
    let all: BTreeSet<i64> = a.keys().chain(b.keys()).copied().collect();
    all.into_iter().filter(|p| a.get(p) != b.get(p)).collect()
}

/// The rule of `hes2018`, with a threshold that goes by people.
fn rounded(weights: &Weights) -> Released {
    let count: i64 = weights.values().sum();
    match weights.len() {
        0 => Released::of(0),
        1..=7 => Released::SUPPRESSED,
        _ => Released::of(u64::try_from((count + 2) / 5 * 5).unwrap()),
    }
}

/// A figure that is out, and the people whom it is of.
#[derive(Clone)]
struct FigureOut {
    figure: Released,
    of: Weights,
    night: u32,
}

#[derive(Default, Debug)]
struct SeenByReader {
    /// Nights at which something happened to somebody.
    events: usize,
    /// Those of which a published figure that changed tells of nobody else.
    isolated: usize,
    /// Those of which a published figure tells of fewer than eight people.
    among_few: usize,
    /// Two figures of different nights and cells that differ by one person.
    twins: usize,
    figures: usize,
    /// Those that are not of tonight's people.
    waiting: usize,
    /// Those of them that tonight's people would have changed.
    held: usize,
    nights_held: usize,
    error: f64,
    counted: usize,
    longest: u32,
}

fn simulate(people: u64, nights: u32, hold_below: usize, twins: bool, seed: u64) -> SeenByReader {
    let mut town = Town::of(people, seed);
    let mut ledger = Ledger::of(Vec::new(), KEY, hold_below);
    let mut out: BTreeMap<CellName, FigureOut> = BTreeMap::new();
    let mut history: Vec<(CellName, FigureOut)> = Vec::new();
    let mut seen = SeenByReader::default();
    for night in 1..=nights {
        let touched = if night > 1 {
            town.night()
        } else {
            BTreeSet::new()
        };
        let mut cells = town.cells();
        for known in out.keys() {
            cells.entry(known.clone()).or_default();
        }
        let (mut alone, mut few) = (BTreeSet::new(), BTreeSet::new());
        let mut fresh = Vec::new();
        for (cell, weights) in &cells {
            let tonight = members(weights);
            let holding = ledger.holding(cell, &tonight);
            let shown = match holding {
                Holding::Fresh => FigureOut {
                    figure: rounded(weights),
                    of: weights.clone(),
                    night,
                },
                Holding::Empty => FigureOut {
                    figure: Released::of(0),
                    of: Weights::new(),
                    night: 1,
                },
                Holding::Same(entry) | Holding::Held(entry) | Holding::Near(entry) => {
                    let at = |(_, out): &&(CellName, FigureOut)| {
                        out.figure == entry.figure && members(&out.of) == entry.members
                    };
                    match out
                        .get(cell)
                        .filter(|out| members(&out.of) == entry.members)
                    {
                        Some(out) => out.clone(),
                        None => history.iter().find(at).unwrap().1.clone(),
                    }
                }
            };
            seen.figures += 1;
            let changed = members(&shown.of) != tonight;
            seen.waiting += usize::from(changed);
            if changed && shown.figure != rounded(weights) {
                seen.held += 1;
                seen.nights_held += (night - shown.night) as usize;
                seen.longest = seen.longest.max(night - shown.night);
            }
            if let Some(figure) = shown.figure.count().filter(|_| weights.len() > 7) {
                let truth: i64 = weights.values().sum();
                seen.error += (figure as f64 - truth as f64).abs();
                seen.counted += 1;
            }
            let before = match out.get(cell) {
                Some(before) => before.clone(),
                // A row that was not there said that nobody is in it.
                None => FigureOut {
                    figure: Released::of(0),
                    of: Weights::new(),
                    night: 1,
                },
            };
            if night > 1 && before.figure != shown.figure {
                let changed = differing(&before.of, &shown.of);
                match changed.len() {
                    1 => alone.extend(changed),
                    2..=7 => few.extend(changed),
                    _ => (),
                }
            }
            if holding.is_new() {
                fresh.push(LedgerEntry {
                    figure: shown.figure,
                    ..entry(u64::from(night), cell.clone(), None, tonight)
                });
                history.push((cell.clone(), shown.clone()));
            }
            out.insert(cell.clone(), shown);
        }
        fresh.into_iter().for_each(|entry| ledger.add(entry));
        seen.events += touched.len();
        seen.isolated += touched.intersection(&alone).count();
        alone.extend(few);
        seen.among_few += touched.intersection(&alone).count();
    }
    if twins {
        seen.twins = twins_of(&history);
    }
    seen
}

/// Figures of different nights, of eight people or more each, that differ and are of the same people
/// but one: found among all pairs by their true people.
fn twins_of(history: &[(CellName, FigureOut)]) -> usize {
    let large: Vec<&(CellName, FigureOut)> =
        history.iter().filter(|(_, out)| out.of.len() > 7).collect();
    let mut found = 0;
    for (at, (_, one)) in large.iter().enumerate() {
        for (_, other) in &large[at + 1..] {
            let near = one.of.len().abs_diff(other.of.len()) < 2;
            if near && one.night != other.night && one.figure != other.figure {
                found += usize::from(differing(&one.of, &other.of).len() == 1);
            }
        }
    }
    found
}

#[test]
fn holding_isolates_nobody_and_without_it_somebody_is() {
    let off = simulate(800, 12, 0, true, 3);
    assert!(off.isolated > 10 && off.twins > 0, "{off:?}");
    let on = simulate(800, 12, 8, true, 3);
    assert_eq!((on.isolated, on.among_few, on.twins), (0, 0, 0), "{on:?}");
    assert_eq!(on.events, off.events);
    assert!(on.held > 0 && on.held < on.figures / 2, "{on:?}");
    if let Ok(nights) = std::env::var("POPULACE_NIGHTS") {
        many_nights(nights.parse().unwrap());
    }
}

/// Prints the table of docs/disclosure.md, which takes minutes:
/// `POPULACE_NIGHTS=60 cargo test --lib ledger::tests::nights -- --nocapture`.
fn many_nights(nights: u32) {
    for people in [2_000, 10_000] {
        for hold_below in [0, 8] {
            let seen = simulate(people, nights, hold_below, false, 1);
            let percent = 100.0 * seen.held as f64 / seen.figures as f64;
            println!(
                "{people} people, hold below {hold_below}: {} of {} events isolated, {} among fewer than 8; {percent:.1} % of {} figures lag ({:.1} % are of other people), {:.1} nights on average, {} at most; mean error {:.2}",
                seen.isolated,
                seen.events,
                seen.among_few,
                seen.figures,
                100.0 * seen.waiting as f64 / seen.figures as f64,
                seen.nights_held as f64 / seen.held.max(1) as f64,
                seen.longest,
                seen.error / seen.counted as f64
            );
        }
    }
}
