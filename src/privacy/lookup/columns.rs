//! Which two columns of a file a lookup reads.

use super::area_kind::Area;
use super::settings::LookupSettings;
use crate::error::{Error, Result};
use std::path::Path;

/// The columns of postcodes in the ONS Postcode Directory and the National Statistics Postcode Lookup,
/// the best first: they differ in their spaces only.
const POSTCODES: [&str; 7] = [
    "pcds",
    "pcd8",
    "pcd2",
    "pcd7",
    "pcd",
    "postcode",
    "postcodes",
];

/// What to do about a file whose columns cannot be told.
pub(super) const HINT: &str = "give [privacy.lookups] a CSV file with a header and two columns, what is looked up, then the answer; or name two columns of a larger file: NAME = { file = \"FILE.csv\", key = \"pcds\", value = \"lsoa21\" }";

/// The two columns, as positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LookupColumns {
    pub key: usize,
    pub value: usize,
}

impl LookupColumns {
    /// Chooses the columns: those that are named in the settings; of a file of two its two; of an
    /// official file of postcodes a column of them and that of the area that is promised.
    ///
    /// # Errors
    /// Data: there is no such column, or there are several.
    pub(super) fn choose(
        header: &[String],
        settings: &LookupSettings,
        promised: Option<Area>,
    ) -> Result<Self> {
        let cannot = || cannot(&settings.file);
        let named = |name: &String| {
            let at = header.iter().position(|h| simple(h) == simple(name));
            at.ok_or_else(|| {
                Error::data(cannot())
                    .cause(format!("it has no column {name}"))
                    .hint(format!("its columns are {}", header.join(", ")))
            })
        };
        if header.len() < 2 {
            return Err(Error::data(cannot())
                .cause("its first line does not name two columns")
                .hint(HINT));
        }
        let postcode = POSTCODES
            .iter()
            .find_map(|wanted| header.iter().position(|name| simple(name) == *wanted));
        let is_postcode = |at: usize| POSTCODES.contains(&simple(&header[at]).as_str());
        let key = match &settings.key {
            Some(name) => named(name)?,
            // The first of two, unless the second alone is what is looked up.
            None if header.len() == 2 => usize::from(!is_postcode(0) && is_postcode(1)),
            None => postcode.unwrap_or(0),
        };
        let value = match (&settings.value, promised) {
            (Some(name), _) => named(name)?,
            (None, _) if header.len() == 2 => 1 - key,
            (None, Some(area)) => match of_area(header, area)? {
                Some(at) => at,
                None if postcode.is_none() && key != 1 => 1,
                None => {
                    return Err(Error::data(cannot())
                        .cause(format!(
                            "it has no column that is named for {}",
                            area.kind.codes()
                        ))
                        .hint(HINT));
                }
            },
            (None, None) if postcode.is_some() || key == 1 => {
                return Err(Error::data(cannot())
                    .cause("it has more than two columns, and nothing says which of them is the answer")
                    .hint(HINT));
            }
            (None, None) => 1,
        };
        Ok(LookupColumns { key, value })
    }
}

/// The column of an area: of the year that is promised, or else the only one, or the newest.
fn of_area(header: &[String], wanted: Area) -> Result<Option<usize>> {
    let found = header.iter().enumerate().filter_map(|(at, name)| {
        let area = Area::named(name)?;
        let year = wanted.year.is_none() || area.year.is_none() || area.year == wanted.year;
        (area.kind == wanted.kind && year).then_some((area.year, at))
    });
    Ok(found.max().map(|(_, at)| at))
}

pub(super) fn cannot(file: &Path) -> String {
    format!("the lookup file {} cannot be read", file.display())
}

/// A column's name without case and signs: official files change these.
fn simple(name: &str) -> String {
    let signs = name.chars().filter(char::is_ascii_alphanumeric);
    signs.map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(header: &str, settings: &str, promised: &str) -> Option<(String, String)> {
        let header: Vec<String> = header.split(',').map(str::to_string).collect();
        let settings: LookupSettings =
            toml::from_str(&format!("file = 'f.csv'\n{settings}")).unwrap();
        let columns = LookupColumns::choose(&header, &settings, Area::named(promised)).ok()?;
        Some((header[columns.key].clone(), header[columns.value].clone()))
    }

    #[test]
    fn official_files_of_every_year_are_read() {
        let is = |key: &str, value: &str| Some((key.to_string(), value.to_string()));
        for (header, key, value) in [
            (
                "pcd,pcd2,pcds,dointr,doterm,oslaua,lsoa11,msoa11,imd,oa21,lsoa21,msoa21",
                "pcds",
                "lsoa21",
            ),
            (
                "pcd7,pcd8,pcds,dointr,doterm,lad25cd,lsoa21cd,msoa21cd",
                "pcds",
                "lsoa21cd",
            ),
            ("PCD7,PCD8,LSOA11CD,LSOA21CD,LAD23CD", "PCD8", "LSOA21CD"),
            ("pcd,lsoa11,lsoa21", "pcd", "lsoa21"),
            ("postcode,lsoa21_code", "postcode", "lsoa21_code"),
            ("lsoa21_code,postcode", "postcode", "lsoa21_code"),
        ] {
            assert_eq!(
                chosen(header, "", "lsoa21_code"),
                is(key, value),
                "{header}"
            );
        }
        let both = "pcd,pcds,lsoa11,lsoa21";
        assert_eq!(chosen(both, "", "lsoa11_code"), is("pcds", "lsoa11"));
        assert_eq!(
            chosen(both, "key = 'pcd'\nvalue = 'LSOA11'", "lsoa11_code"),
            is("pcd", "lsoa11")
        );
        // Another census is another area.
        assert_eq!(chosen("pcd,pcds,lsoa11", "", "lsoa21_code"), None);
        assert_eq!(chosen(both, "", "area"), None);
        assert_eq!(chosen("code,name,note", "", "area"), is("code", "name"));
        assert_eq!(chosen(both, "value = 'lsoa31'", "lsoa21_code"), None);
    }
}
