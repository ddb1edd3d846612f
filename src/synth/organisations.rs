//! Who provides care in the invented area, under codes of the official form.

use super::geography::PLACES;
use super::random::{Random, Stream};

/// What an organisation is. The names are those of `organisation.csv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OrganisationKind {
    /// A general practice.
    GpPractice,
    /// An acute hospital trust.
    AcuteTrust,
    /// A mental health trust.
    MentalHealthTrust,
    /// A community health trust.
    CommunityTrust,
    /// A council with adult social care duties.
    Council,
    /// A hospice.
    Hospice,
    /// A community pharmacy.
    Pharmacy,
    /// A dental practice.
    Dental,
    /// An optometrist.
    Optometry,
}

impl OrganisationKind {
    /// The kind as data files say it.
    pub(super) fn name(self) -> &'static str {
        match self {
            OrganisationKind::GpPractice => "gp_practice",
            OrganisationKind::AcuteTrust => "acute_trust",
            OrganisationKind::MentalHealthTrust => "mental_health_trust",
            OrganisationKind::CommunityTrust => "community_trust",
            OrganisationKind::Council => "council",
            OrganisationKind::Hospice => "hospice",
            OrganisationKind::Pharmacy => "pharmacy",
            OrganisationKind::Dental => "dental",
            OrganisationKind::Optometry => "optometry",
        }
    }
}

/// One organisation.
#[derive(Debug)]
pub(super) struct Organisation {
    /// ODS-form code.
    pub code: String,
    /// Name.
    pub name: String,
    /// What it is.
    pub kind: OrganisationKind,
    /// Which of the places it serves first.
    pub place: usize,
    /// Primary care network (code and name), for practices.
    pub pcn: Option<(String, String)>,
    /// Whether it sends anything to the shared record.
    pub connected: bool,
    /// Id of its Organization resource.
    pub id: u128,
}

/// All organisations, those of one kind together.
#[derive(Debug)]
pub(super) struct Organisations {
    /// The organisations; events name them by their place in this list.
    pub all: Vec<Organisation>,
}

const SURGERIES: &[&str] = &[
    "Kettlegate Surgery",
    "Abbot's Yard Medical Centre",
    "The Lanes Practice",
    "Riverbank Health Centre",
    "Corn Hill Surgery",
    "St Osric's Medical Practice",
    "The Orchard Surgery",
    "Lantern Street Practice",
    "Beacon Medical Centre",
    "Tannery Road Surgery",
    "The Limes Health Centre",
    "Windmill Practice",
];
const PHARMACIES: &[&str] = &[
    "Goosegreen Pharmacy",
    "Fountain Chemist",
    "Lamb & Hart Pharmacy",
];
const DENTISTS: &[&str] = &[
    "Bridge Street Dental Care",
    "Oakley Smiles",
    "The Square Dentists",
];
const OPTICIANS: &[&str] = &[
    "Clearwater Opticians",
    "Market Eyecare",
    "Pier View Opticians",
];

/// Trusts, councils and hospices: code, name, kind, place, and whether it is connected.
const NAMED: [(&str, &str, OrganisationKind, usize, bool); 8] = [
    (
        "RZ1",
        "Harrowmere Teaching Hospitals NHS Trust",
        OrganisationKind::AcuteTrust,
        0,
        true,
    ),
    (
        "RZ2",
        "Thurlmouth General Hospital NHS Trust",
        OrganisationKind::AcuteTrust,
        2,
        true,
    ),
    (
        "RZM",
        "Wendale Mental Health NHS Trust",
        OrganisationKind::MentalHealthTrust,
        0,
        true,
    ),
    (
        "RZC",
        "Wendale Community Health NHS Trust",
        OrganisationKind::CommunityTrust,
        1,
        true,
    ),
    (
        "999",
        "Harrowmere City Council",
        OrganisationKind::Council,
        0,
        true,
    ),
    (
        "998",
        "Wendale County Council",
        OrganisationKind::Council,
        1,
        true,
    ),
    (
        "8ZZ01",
        "St Osric's Hospice",
        OrganisationKind::Hospice,
        0,
        true,
    ),
    (
        "8ZZ02",
        "Saltersea Hospice",
        OrganisationKind::Hospice,
        2,
        false,
    ),
];

/// A practice: code, name, place, its network, and whether it is connected.
type Practice = (String, String, usize, (String, String), bool);

/// The practices for so many people.
fn practices(people: u32) -> Vec<Practice> {
    let mut all = Vec::new();
    let count = (people / 8_000).max(4);
    let mut served = [0u32; PLACES.len()];
    for nth in 0..count {
        // Each next practice goes where there are most people for each.
        let need = |place: usize| PLACES[place].share / f64::from(served[place] + 1);
        let place = (0..PLACES.len()).fold(0, |a, b| if need(b) > need(a) { b } else { a });
        served[place] += 1;
        let network = (served[place] - 1) / 5 + 1;
        let number = place as u32 * 100 + network;
        let pcn = (
            format!("U99{number:03}"),
            format!("{} PCN {network}", PLACES[place].name),
        );
        let surgery = SURGERIES[nth as usize % SURGERIES.len()];
        let name = match nth as usize / SURGERIES.len() {
            0 => surgery.to_owned(),
            round => format!("{surgery} {}", round + 1),
        };
        let connected = count < 6 || nth != 4;
        let code = format!("W{}", 99_001 + nth);
        all.push((code, name, place, pcn, connected));
    }
    all
}

impl Organisations {
    /// The organisations for so many people.
    pub(super) fn new(seed: u64, people: u32) -> Self {
        let mut random = Random::new(seed, Stream::Organisations);
        let mut all = Vec::new();
        let mut add = |code: String, name: String, kind, place, pcn, connected| {
            all.push(Organisation {
                code,
                name,
                kind,
                place,
                pcn,
                connected,
                id: random.id(),
            });
        };

        for (code, name, place, pcn, connected) in practices(people) {
            let kind = OrganisationKind::GpPractice;
            add(code, name, kind, place, Some(pcn), connected);
        }
        for (code, name, kind, place, connected) in NAMED {
            add(
                code.to_owned(),
                name.to_owned(),
                kind,
                place,
                None,
                connected,
            );
        }
        let shops = people.div_ceil(6_000).max(3);
        for (prefix, names, kind) in [
            ("FZ", PHARMACIES, OrganisationKind::Pharmacy),
            ("V99", DENTISTS, OrganisationKind::Dental),
            ("TPZ", OPTICIANS, OrganisationKind::Optometry),
        ] {
            for nth in 0..shops {
                let place = [0, 2, 1, 0][nth as usize % 4];
                let width = if prefix == "TPZ" { 2 } else { 3 };
                let code = format!("{prefix}{:0width$}", nth + 1);
                let base = names[nth as usize % names.len()];
                let name = match nth as usize / names.len() {
                    0 => base.to_owned(),
                    round => format!("{base} {}", round + 1),
                };
                let connected = kind == OrganisationKind::Optometry || nth + 1 != shops;
                add(code, name, kind, place, None, connected);
            }
        }
        Organisations { all }
    }

    /// One organisation.
    pub(super) fn get(&self, index: usize) -> &Organisation {
        &self.all[index]
    }

    /// One of a kind: mostly one that serves the place, sometimes another.
    pub(super) fn pick(
        &self,
        random: &mut Random,
        kind: OrganisationKind,
        place: usize,
        loyal: f64,
    ) -> usize {
        let near = random.chance(loyal);
        let weight = |organisation: &Organisation| match organisation.kind == kind {
            true if !near || organisation.place == place => 1.0,
            true => 0.001,
            false => 0.0,
        };
        random.weighted(&self.all, weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_different_and_every_place_has_a_practice() {
        for people in [100, 100_000] {
            let organisations = Organisations::new(1, people);
            let codes: BTreeSet<&String> = organisations.all.iter().map(|o| &o.code).collect();
            assert_eq!(codes.len(), organisations.all.len());
            for place in 0..PLACES.len() {
                let here =
                    |o: &&Organisation| o.kind == OrganisationKind::GpPractice && o.place == place;
                assert!(organisations.all.iter().any(|o| here(&o)));
            }
        }
    }
}
