//! The levels of areas that a report can be made for, each area by itself.

use crate::lake::TableName;
use serde::{Deserialize, Serialize};

/// A level of areas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaLevel {
    /// Places, of residence.
    Place,
    /// Lower tier local authorities, of residence.
    LocalAuthority,
    /// Neighbourhoods, of residence.
    Neighbourhood,
    /// Primary care networks, of registration.
    Pcn,
    /// General practices, of registration.
    Practice,
}

impl AreaLevel {
    /// The word for it in files: `pcn`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            AreaLevel::Place => "place",
            AreaLevel::LocalAuthority => "local_authority",
            AreaLevel::Neighbourhood => "neighbourhood",
            AreaLevel::Pcn => "pcn",
            AreaLevel::Practice => "practice",
        }
    }

    /// Whose figures those of an area of the level are, in words.
    pub(crate) fn whose(self) -> &'static str {
        match self {
            AreaLevel::Place => "people who live in the place",
            AreaLevel::LocalAuthority => "people who live in the local authority",
            AreaLevel::Neighbourhood => "people who live in the neighbourhood",
            AreaLevel::Pcn => "people registered with a practice of the primary care network",
            AreaLevel::Practice => "people registered with the practice",
        }
    }

    /// The column of `core.person` that has the code of a person's area.
    pub(crate) fn column_of_person(self) -> &'static str {
        match self {
            AreaLevel::Place => "place_code",
            AreaLevel::LocalAuthority => "ltla_code",
            AreaLevel::Neighbourhood => "neighbourhood_code",
            AreaLevel::Pcn => "pcn_code",
            AreaLevel::Practice => "practice_code",
        }
    }

    /// What the column of areas is called in the queries that a table is judged by.
    pub(crate) fn dimension(self) -> &'static str {
        match self {
            AreaLevel::Place => "place of the person",
            AreaLevel::LocalAuthority => "local authority of the person",
            AreaLevel::Neighbourhood => "neighbourhood of the person",
            AreaLevel::Pcn => "primary care network of the person",
            AreaLevel::Practice => "practice of the person",
        }
    }

    /// The reference table that lists the areas, and its columns of their codes and names.
    pub(crate) fn listed(self) -> (TableName, &'static str, &'static str) {
        let (table, code, name) = match self {
            AreaLevel::Place => ("lsoa", "place_code", "place_name"),
            AreaLevel::LocalAuthority => ("lsoa", "ltla_code", "ltla_name"),
            AreaLevel::Neighbourhood => ("lsoa", "neighbourhood_code", "neighbourhood_name"),
            AreaLevel::Pcn => ("organisation", "pcn_code", "pcn_name"),
            AreaLevel::Practice => ("organisation", "ods_code", "name"),
        };
        (TableName::new("reference", table), code, name)
    }
}
