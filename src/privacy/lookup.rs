//! Looking a value up in a table of the site's own, such as the LSOA of a postcode.

use crate::error::{Context, Error, Result};
use std::collections::HashMap;
use std::path::Path;

/// A two-column table in memory: normalised key to value.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lookup {
    values: HashMap<Box<str>, Box<str>>,
}

impl Lookup {
    /// Reads a CSV file with a header: the first column is looked up, the second is the answer.
    pub(crate) fn load(path: &Path) -> Result<Self> {
        let cannot = || format!("the lookup file {} cannot be read", path.display());
        let file = crate::regular_file::open(path)
            .data(cannot)
            .map_err(|e| e.hint("correct its path under [privacy.lookups]"))?;
        let mut reader = csv::Reader::from_reader(file);
        let hint = "give [privacy.lookups] a CSV file with a header and two columns: what is looked up, then the answer";
        if reader.headers().data(cannot)?.len() < 2 {
            return Err(Error::data(cannot())
                .cause("its first line does not name two columns")
                .hint(hint));
        }
        let mut values = HashMap::new();
        let mut row = csv::StringRecord::new();
        while reader.read_record(&mut row).data(cannot)? {
            let (Some(key), Some(value)) = (row.get(0), row.get(1)) else {
                let line = row.position().map_or(0, csv::Position::line);
                return Err(Error::data(cannot())
                    .cause(format!("line {line} has fewer than 2 columns"))
                    .hint(hint));
            };
            values.insert(normalise(key).into_boxed_str(), value.into());
        }
        Ok(Lookup { values })
    }

    /// The value of a key, whatever its spacing and case; None when unknown.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.values.get(normalise(key).as_str()).map(|v| &**v)
    }
}

fn normalise(key: &str) -> String {
    key.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_ascii_uppercase())
        .collect()
}
