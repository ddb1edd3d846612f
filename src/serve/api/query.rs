//! The parameters of a request to the interface.

use super::endpoint::endpoint;
use crate::serve::reply::PageFault;
use std::collections::BTreeMap;
use std::ops::Range;

/// Entries of a page unless asked otherwise.
const USUAL_PAGE: usize = 100;
/// Entries of a page at most.
const LARGEST_PAGE: usize = 1000;

/// The parameters of a request: those that its address takes, each once.
#[derive(Debug, Default)]
pub(super) struct ApiQuery {
    given: BTreeMap<String, String>,
    page: usize,
    page_size: usize,
}

impl ApiQuery {
    /// Reads the query of a request to `path`.
    ///
    /// # Errors
    /// Bad request: a parameter is unknown, given twice, or no number where one is expected.
    pub(super) fn read(path: &str, query: Option<&str>) -> Result<Self, PageFault> {
        let takes = endpoint(path).map_or(&[][..], |endpoint| endpoint.parameters);
        let mut read = ApiQuery {
            page: 1,
            page_size: USUAL_PAGE,
            ..ApiQuery::default()
        };
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            if !takes.iter().any(|(taken, _)| *taken == name) {
                let takes: Vec<&str> = takes.iter().map(|(taken, _)| *taken).collect();
                return Err(bad(format!(
                    "There is a parameter that this address does not take. It takes: {}.",
                    takes.join(", ")
                )));
            }
            if value.is_empty() {
                continue;
            }
            if read
                .given
                .insert(name.to_string(), value.to_string())
                .is_some()
            {
                return Err(bad(format!("The parameter {name} is given twice.")));
            }
        }
        read.page = read
            .number("page", 1, usize::MAX / LARGEST_PAGE)?
            .unwrap_or(1);
        read.page_size = read
            .number("page_size", 1, LARGEST_PAGE)?
            .unwrap_or(USUAL_PAGE);
        Ok(read)
    }

    /// A parameter that is given.
    pub(super) fn given(&self, name: &str) -> Option<String> {
        self.given.get(name).cloned()
    }

    /// One page of a list as JSON, with the number of all entries.
    pub(super) fn page<T>(
        &self,
        list: &str,
        all: &[T],
        entry: impl Fn(&T) -> serde_json::Value,
    ) -> serde_json::Value {
        let shown = all.iter().skip(self.range().start).take(self.page_size);
        self.page_of(list, shown.map(entry).collect(), all.len())
    }

    /// The entries of a list that are on the page.
    pub(super) fn range(&self) -> Range<usize> {
        let skipped = (self.page - 1).saturating_mul(self.page_size);
        skipped..skipped.saturating_add(self.page_size)
    }

    /// A page of a list of which `total` entries are on all pages.
    pub(super) fn page_of(
        &self,
        list: &str,
        shown: Vec<serde_json::Value>,
        total: usize,
    ) -> serde_json::Value {
        serde_json::json!({
            list: shown,
            "page": self.page,
            "page_size": self.page_size,
            "total": total,
        })
    }

    fn number(&self, name: &str, least: usize, most: usize) -> Result<Option<usize>, PageFault> {
        let Some(text) = self.given.get(name) else {
            return Ok(None);
        };
        let number = text
            .parse()
            .ok()
            .filter(|number| (least..=most).contains(number));
        match number {
            Some(number) => Ok(Some(number)),
            None => Err(bad(format!(
                "The parameter {name} is no whole number from {least} to {most}."
            ))),
        }
    }
}

fn bad(why: String) -> PageFault {
    PageFault::BadRequest(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_those_of_the_address() {
        let read = ApiQuery::read("/api/v1/releases", Some("report=a&page=2&page_size=5")).unwrap();
        assert_eq!(
            (read.given("report").as_deref(), read.page, read.page_size),
            (Some("a"), 2, 5)
        );
        let page = read.page("list", &(0..12).collect::<Vec<_>>(), |n| {
            serde_json::json!(n)
        });
        assert_eq!(page["list"], serde_json::json!([5, 6, 7, 8, 9]));
        assert_eq!(page["total"], 12);
        for (query, says) in [
            ("x=1", "It takes: report, area, page, page_size."),
            ("report=a&report=b", "given twice"),
            ("page=0", "no whole number"),
            ("page=-1", "no whole number"),
            ("page_size=1001", "from 1 to 1000"),
        ] {
            let fault = ApiQuery::read("/api/v1/releases", Some(query)).unwrap_err();
            assert!(
                fault.explanation().contains(says),
                "{query}: {}",
                fault.explanation()
            );
        }
    }
}
