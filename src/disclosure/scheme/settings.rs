//! Which settings a scheme takes, and the scheme that they make.

use super::Scheme;
use super::cell_key::CellKey;
use super::exact::ExactCounts;
use crate::error::{Error, Result};
use crate::nearest::nearest;
use std::sync::Arc;

/// Thresholds that mean something: who is one of two in a cell knows the other.
const THRESHOLDS: std::ops::RangeInclusive<u64> = 3..=1000;

/// What a scheme is made from. Secrets have been read.
#[derive(Default)]
pub(crate) struct SchemeSettings<'a> {
    /// The scheme's name.
    pub name: &'a str,
    /// `exact`: the smallest count that is shown.
    pub threshold: Option<u64>,
    /// `exact`: whether zeros are withheld too.
    pub protect_zeros: Option<bool>,
    /// `cell_key`: the site's key.
    pub key: Option<&'a str>,
    /// `cell_key`: the text of the table of perturbations.
    pub perturbation_table: Option<&'a str>,
}

/// The schemes, with the settings that each takes beside its name.
const TAKES: [(&str, &[&str]); 8] = [
    ("hes2018", &[]),
    ("hes2018_api", &[]),
    ("opensafely", &[]),
    ("midpoint6", &[]),
    ("threshold10", &[]),
    ("legacy_1_5", &[]),
    ("exact", &["threshold", "protect_zeros"]),
    ("cell_key", &["key", "perturbation_table"]),
];

impl Scheme {
    /// The names of the schemes.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        TAKES.iter().map(|(name, _)| *name)
    }

    /// The settings that the scheme of a name takes.
    ///
    /// # Errors
    /// Usage, when there is no scheme of that name.
    pub(crate) fn takes(name: &str) -> Result<&'static [&'static str]> {
        let known = TAKES.iter().find(|(known, _)| *known == name);
        known.map(|(_, takes)| *takes).ok_or_else(|| {
            Error::usage(format!("there is no disclosure scheme `{name}`"))
                .hint(nearest(name, Self::names()))
        })
    }

    /// The scheme of these settings.
    ///
    /// # Errors
    /// Usage: there is no such scheme, it does not take one of these settings, or it needs another.
    pub(crate) fn of(settings: &SchemeSettings<'_>) -> Result<Self> {
        let takes = Self::takes(settings.name)?;
        let given = [
            ("threshold", settings.threshold.is_some()),
            ("protect_zeros", settings.protect_zeros.is_some()),
            ("key", settings.key.is_some()),
            ("perturbation_table", settings.perturbation_table.is_some()),
        ];
        for (setting, _) in given.iter().filter(|(_, is_given)| *is_given) {
            if !takes.contains(setting) {
                return Err(not_taken(setting, settings.name, takes));
            }
        }
        Ok(match settings.name {
            "hes2018" => Scheme::Hes2018,
            "hes2018_api" => Scheme::Hes2018Api,
            "opensafely" => Scheme::OpenSafely,
            "midpoint6" => Scheme::Midpoint6,
            "threshold10" => Scheme::Threshold10,
            "legacy_1_5" => Scheme::Legacy1To5,
            "exact" => Scheme::Exact(exact(settings)?),
            _ => Scheme::CellKey(Arc::new(CellKey::new(
                needed("key", settings.key)?,
                needed("perturbation_table", settings.perturbation_table)?,
            )?)),
        })
    }
}

fn exact(settings: &SchemeSettings<'_>) -> Result<ExactCounts> {
    let threshold = settings.threshold.unwrap_or(ExactCounts::THRESHOLD);
    if !THRESHOLDS.contains(&threshold) {
        let (least, most) = (THRESHOLDS.start(), THRESHOLDS.end());
        return Err(Error::usage(format!(
            "the threshold {threshold} of [disclosure] is not from {least} to {most}"
        ))
        .hint("counts below the threshold are withheld: with 0 or 1 none would be, and with 2 each of two people would know of the other"));
    }
    Ok(ExactCounts::new(
        threshold,
        settings.protect_zeros.unwrap_or(false),
    ))
}

fn needed<'a>(setting: &str, value: Option<&'a str>) -> Result<&'a str> {
    value.ok_or_else(|| {
        Error::usage(format!(
            "the scheme `cell_key` of [disclosure] needs `{setting}`"
        ))
        .hint(format!("add {setting} = \"env:NAME\" or \"file:PATH\""))
    })
}

/// A setting of another scheme.
fn not_taken(setting: &str, name: &str, takes: &[&str]) -> Error {
    let of = TAKES.iter().filter(|(_, takes)| takes.contains(&setting));
    let of: Vec<&str> = of.map(|(name, _)| *name).collect();
    let error = Error::usage(format!("the scheme `{name}` does not take `{setting}`"));
    let error = error.cause(format!("it is a setting of `{}`", of.join("`, `")));
    match takes {
        [] => error.hint(format!("`{name}` has no settings: take `{setting}` out")),
        _ => error.hint(format!("`{name}` takes {}", takes.join(" and "))),
    }
}
