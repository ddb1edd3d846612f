//! Giving releases their names: each number of an area and month to one of them.

use super::identifier::FOLDER;
use super::name::{ReleaseName, is_area};
use super::read::failed;
use crate::error::{Error, Result};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where names are taken, in the folder of publications: a file a name, which says whose it is.
const NAMES: &str = "names";

/// The file of a taken name.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TakenName {
    release: String,
}

/// Takes the next name of `area` and the month of the release's day for release `id`, or gives the one
/// that it has. Only one release gets each number, however many are named at once.
///
/// # Errors
/// Usage, when the area cannot stand in a name or the release has no day; data, when the store fails.
pub(super) async fn take(
    store: &dyn ObjectStore,
    prefix: &Path,
    id: &str,
    area: &str,
) -> Result<ReleaseName> {
    let day = id
        .get(..10)
        .and_then(|day| day.parse::<chrono::NaiveDate>().ok());
    let Some(day) = day.filter(|_| is_area(area)) else {
        return Err(Error::usage("the release cannot be named by its area and month")
            .cause("an area is small letters, digits and hyphens, and a release begins with its day")
            .hint("name the area under [releases] in the pipeline file: area = \"my-area\""));
    };
    let period = day.format("%Y-%m").to_string();
    let folder = prefix.clone().join(FOLDER).join(NAMES);
    loop {
        let taken = taken(store, &folder, area, &period).await?;
        if let Some((number, _)) = taken.iter().find(|(_, release)| *release == id) {
            return Ok(ReleaseName {
                area: area.to_string(),
                period,
                number: *number,
            });
        }
        let last = taken.keys().max().copied().unwrap_or(0);
        let Some(number) = last.checked_add(1) else {
            return Err(Error::data(format!(
                "no release of {area} and {period} can be named after {area}-{period}-{last}"
            ))
            .hint(format!(
                "nobody counts so far: remove {FOLDER}/{NAMES}/{area}-{period}-{last}.json below the releases"
            )));
        };
        let name = ReleaseName {
            area: area.to_string(),
            period: period.clone(),
            number,
        };
        let file = folder.clone().join(format!("{name}.json"));
        let text = serde_json::json!({ "release": id }).to_string() + "\n";
        match store
            .put_opts(&file, text.into(), PutMode::Create.into())
            .await
        {
            Ok(_) => return Ok(name),
            // Another release was faster.
            Err(object_store::Error::AlreadyExists { .. }) => (),
            Err(e) => return Err(failed("cannot name the release", e)),
        }
    }
}

/// The names of an area and month that are taken: number to release.
async fn taken(
    store: &dyn ObjectStore,
    folder: &Path,
    area: &str,
    period: &str,
) -> Result<BTreeMap<u32, String>> {
    let lost = |e| failed("cannot read the names of releases", e);
    let listed = store
        .list_with_delimiter(Some(folder))
        .await
        .map_err(lost)?;
    let mut taken = BTreeMap::new();
    for file in listed.objects {
        let name = file
            .location
            .filename()
            .and_then(|name| name.strip_suffix(".json"));
        let name = name.and_then(|name| name.parse::<ReleaseName>().ok());
        let Some(name) = name.filter(|name| name.area == area && name.period == period) else {
            continue;
        };
        let own = folder.clone().join(format!("{name}.json"));
        let bytes = store.get(&own).await.map_err(lost)?;
        let bytes = bytes.bytes().await.map_err(lost)?;
        // A name whose file is damaged is nobody's, and stays taken.
        let whose = serde_json::from_slice::<TakenName>(&bytes);
        taken.insert(
            name.number,
            whose.map_or_else(|_| String::new(), |taken| taken.release),
        );
    }
    Ok(taken)
}
