//! `[boundaries]`: files of boundaries that maps are drawn from, by the kind of area.

use super::census::census;
use crate::error::{Error, Result};
use crate::nearest::nearest;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use std::fmt;
use std::path::PathBuf;

/// A file of boundaries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundarySettings {
    /// A GeoJSON file.
    pub file: PathBuf,
    /// The property of its features that has the code of the area, where it is not found by its name.
    pub code: Option<String>,
    /// What is said of where it is from, under each map.
    pub source: Option<String>,
}

/// The kinds of area that may have boundaries, each with what ONS begins the name of the property of its
/// codes with. Areas of a site's own have none there.
const KINDS: [(&str, &[&str]); 13] = [
    ("icb", &["ICB"]),
    ("lad", &["LAD"]),
    ("locality", &[]),
    ("lsoa", &["LSOA"]),
    ("ltla", &["LTLA", "LAD"]),
    ("msoa", &["MSOA"]),
    ("neighbourhood", &[]),
    ("pcn", &[]),
    ("place", &[]),
    ("region", &["RGN"]),
    ("sub_icb", &["SICBL"]),
    ("utla", &["UTLA", "CTYUA"]),
    ("ward", &["WD"]),
];

/// The census of the areas that reports name.
const CENSUS: u16 = 2021;

impl BoundarySettings {
    /// Refuses a kind of area that no report has, and codes of another census.
    pub(super) fn check(&self, kind: &str) -> Result<()> {
        let kinds = KINDS.map(|(known, _)| known);
        if !kinds.contains(&kind) {
            return Err(
                Error::usage(format!("[boundaries] {kind} is no kind of area"))
                    .hint(nearest(kind, kinds)),
            );
        }
        match &self.code {
            Some(code) => of_this_census(code),
            None => Ok(()),
        }
    }

    /// Whether a property of this name has the codes of a kind of area: the one that is given, `code`, or as
    /// ONS calls it, such as `LSOA21CD`.
    pub(crate) fn is_code(&self, kind: &str, property: &str) -> bool {
        if let Some(code) = &self.code {
            return code == property;
        }
        let ons = KINDS.iter().filter(|(known, _)| *known == kind);
        let mut ons = ons.flat_map(|(_, prefixes)| prefixes.iter().copied());
        let upper = property.to_ascii_uppercase();
        let is_ons = |prefix: &str| {
            let rest = upper.strip_prefix(prefix);
            let year = rest.and_then(|rest| rest.strip_suffix("CD"));
            year.is_some_and(|year| year.len() == 2 && year.bytes().all(|b| b.is_ascii_digit()))
        };
        property == "code" || ons.any(is_ons)
    }
}

/// Refuses a property that has codes of another census than the areas of reports.
pub(crate) fn of_this_census(property: &str) -> Result<()> {
    match census(property) {
        Some(found) if found != CENSUS => Err(Error::usage(format!(
            "`{property}` has codes of the census of {found}, and reports name areas of that of {CENSUS}"
        ))
        .hint(format!("download the boundaries of {CENSUS}: LSOAs of two censuses share most codes, and not all"))),
        _ => Ok(()),
    }
}

impl<'de> Deserialize<'de> for BoundarySettings {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Whole {
            file: PathBuf,
            code: Option<String>,
            source: Option<String>,
        }
        struct Boundaries;
        impl<'de> Visitor<'de> for Boundaries {
            type Value = BoundarySettings;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the path of a GeoJSON file, or a table with file, code and source")
            }

            fn visit_str<E>(self, path: &str) -> Result<BoundarySettings, E> {
                Ok(BoundarySettings {
                    file: PathBuf::from(path),
                    code: None,
                    source: None,
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<BoundarySettings, A::Error> {
                let whole = Whole::deserialize(MapAccessDeserializer::new(map))?;
                Ok(BoundarySettings {
                    file: whole.file,
                    code: whole.code,
                    source: whole.source,
                })
            }
        }
        deserializer.deserialize_any(Boundaries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(code: Option<&str>) -> BoundarySettings {
        BoundarySettings {
            file: PathBuf::from("b.geojson"),
            code: code.map(str::to_owned),
            source: None,
        }
    }

    #[test]
    fn codes_are_found_by_the_names_of_ons() {
        for (kind, property, is) in [
            ("lsoa", "LSOA21CD", true),
            ("lsoa", "lsoa21cd", true),
            ("lsoa", "LSOA21NM", false),
            ("lsoa", "MSOA21CD", false),
            ("ltla", "LAD24CD", true),
            ("sub_icb", "SICBL24CD", true),
            ("icb", "SICBL24CD", false),
            ("ward", "WD24CD", true),
            ("place", "code", true),
            ("place", "LAD24CD", false),
        ] {
            assert_eq!(named(None).is_code(kind, property), is, "{kind} {property}");
        }
        assert!(named(Some("PLACE_ID")).is_code("place", "PLACE_ID"));
        assert!(!named(Some("PLACE_ID")).is_code("place", "code"));
    }

    #[test]
    fn kinds_and_censuses_are_checked() {
        let error = named(None).check("lsao").unwrap_err();
        assert_eq!(error.what(), "[boundaries] lsao is no kind of area");
        assert!(error.hint_text().unwrap().contains("lsoa"));
        let error = named(Some("LSOA11CD")).check("lsoa").unwrap_err();
        assert_eq!(
            error.what(),
            "`LSOA11CD` has codes of the census of 2011, and reports name areas of that of 2021"
        );
        assert!(named(Some("LSOA21CD")).check("lsoa").is_ok());
    }
}
