//! Names for invented people. They are common ones put together at random.

use super::random::Random;

const FEMALE: &[&str] = &[
    "Amelia",
    "Olivia",
    "Isla",
    "Ava",
    "Margaret",
    "Jean",
    "Patricia",
    "Susan",
    "Karen",
    "Julie",
    "Sarah",
    "Claire",
    "Emma",
    "Gemma",
    "Lauren",
    "Chloe",
    "Zoë",
    "Dorothy",
    "Sheila",
    "Brenda",
    "Fatima",
    "Aisha",
    "Priya",
    "Harpreet",
    "Agnieszka",
    "Ngozi",
    "Grace",
    "Mei",
    "Niamh",
    "Elena",
];
const MALE: &[&str] = &[
    "Oliver", "George", "Noah", "Arthur", "John", "David", "Michael", "Peter", "Alan", "Stephen",
    "Paul", "Malcolm", "Andrew", "Daniel", "Ryan", "Jack", "Ronald", "Kenneth", "Derek", "Terence",
    "Mohammed", "Imran", "Arjun", "Gurpreet", "Piotr", "Emeka", "Samuel", "Weiming", "Conor",
    "Andrei",
];
const FAMILY: &[&str] = &[
    "Smith",
    "Jones",
    "Taylor",
    "Brown",
    "Williams",
    "Wilkes",
    "Johnson",
    "Davies",
    "Robinson",
    "Wright",
    "Thompson",
    "Evans",
    "Walker",
    "Whitmore",
    "Roberts",
    "Green",
    "Hall",
    "Wood",
    "Jackson",
    "Clarke",
    "Khan",
    "Patel",
    "Ahmed",
    "Hussain",
    "Singh",
    "Kaur",
    "Begum",
    "Hamza",
    "Kowalski",
    "Nowak",
    "Popescu",
    "O'Brien",
    "Murphy",
    "Okafor",
    "Mensah",
    "Chen",
    "Fernández",
    "Shaw",
    "Holmes",
    "Barker",
    "Dixon",
    "Palmer",
    "Hargreaves-Lund",
    "Ashworth",
    "Sutcliffe",
    "Whitaker",
];
const STREETS: &[&str] = &[
    "High Street",
    "Church Lane",
    "Station Road",
    "Mill Lane",
    "Victoria Road",
    "Park Avenue",
    "Tannery Row",
    "Orchard Close",
    "Lantern Street",
    "Harbour View",
    "Green Lane",
    "Canal Street",
];
const CLINICIANS: &[&str] = &[
    "Dr A. Hartley",
    "Dr S. Iqbal",
    "Dr M. Osei",
    "Dr R. Fenwick",
    "Dr L. Novak",
    "Dr P. Mehta",
    "Nurse J. Calder",
    "Nurse T. Adeyemi",
    "Mr C. Lindqvist",
    "Miss H. Draycott",
    "Dr E. Rowntree",
    "Nurse K. Sandhu",
    "Dr F. Amari",
    "Ms B. Thackeray",
    "Dr N. Pellow",
    "Mr O. Vance",
];

/// How many clinicians [`clinician`] knows.
pub(super) const CLINICIAN_COUNT: u32 = CLINICIANS.len() as u32;

/// A given name.
pub(super) fn given(random: &mut Random, female: bool) -> &'static str {
    random.word(if female { FEMALE } else { MALE })
}

/// A family name.
pub(super) fn family(random: &mut Random) -> &'static str {
    random.word(FAMILY)
}

/// A house and street.
pub(super) fn street(random: &mut Random) -> String {
    let house = random.between(1, 148);
    format!("{house} {}", random.word(STREETS))
}

/// The name of a clinician by number.
pub(super) fn clinician(number: u8) -> &'static str {
    CLINICIANS[usize::from(number) % CLINICIANS.len()]
}
