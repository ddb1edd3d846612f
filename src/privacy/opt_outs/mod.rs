//! The lists of people who have opted out.

mod list_file;

use super::{Key, PersonKey, Pseudonyms};
use crate::error::{Error, Result};
use chrono::{DateTime, Days, NaiveDate, Utc};
use list_file::ListFile;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::path::{Path, PathBuf};

/// What kind of opt-out a list is of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptOutKind {
    /// The National Data Opt-out: the numbers that the MESH check took out.
    National,
    /// Type 1 opt-outs, which general practices record.
    #[serde(rename = "type-1")]
    Type1,
    /// An area's own.
    #[default]
    Local,
}

impl OptOutKind {
    /// As settings and tables write it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            OptOutKind::National => "national",
            OptOutKind::Type1 => "type-1",
            OptOutKind::Local => "local",
        }
    }
}

/// Whose numbers a file holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holds {
    /// People who have opted out.
    #[default]
    OptedOut,
    /// People who may be used: what the MESH check returns. Who was submitted and did not come back
    /// has opted out.
    MayBeUsed,
}

/// A list under `[privacy.opt_outs.NAME]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptOutList {
    /// A file of NHS numbers, one a line.
    pub file: PathBuf,
    /// Whose numbers the file holds.
    #[serde(default)]
    pub holds: Holds,
    /// The file that was submitted to the check, where `file` is what came back.
    pub submitted: Option<PathBuf>,
    /// Whose opt-outs they are.
    #[serde(default)]
    pub kind: OptOutKind,
    /// The day of which the list is, when its file does not say.
    pub checked_on: Option<toml::value::Datetime>,
    /// The age in days above which a pull warns; 21 for national lists.
    pub warn_after_days: Option<u32>,
    /// The share of its people that may leave it between two pulls without a word of a person.
    #[serde(default, deserialize_with = "share")]
    pub largest_drop: Option<f64>,
    /// The share of the people known that it may newly take out at one pull without a word of a person.
    #[serde(default, deserialize_with = "share")]
    pub largest_share: Option<f64>,
}

fn share<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<f64>, D::Error> {
    crate::pipeline::bounds::share(deserializer).map(Some)
}

/// All lists, by name. A path alone is one list called `local`.
#[derive(Debug, Clone, Default)]
pub struct OptOutLists(pub BTreeMap<String, OptOutList>);

impl<'de> Deserialize<'de> for OptOutLists {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Lists;
        impl<'de> Visitor<'de> for Lists {
            type Value = OptOutLists;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the path of a list, or lists by name")
            }

            fn visit_str<E>(self, path: &str) -> std::result::Result<OptOutLists, E> {
                let list = OptOutList {
                    file: PathBuf::from(path),
                    kind: OptOutKind::Local,
                    holds: Holds::OptedOut,
                    submitted: None,
                    checked_on: None,
                    warn_after_days: None,
                    largest_drop: None,
                    largest_share: None,
                };
                Ok(OptOutLists(BTreeMap::from([("local".to_string(), list)])))
            }

            fn visit_map<A: MapAccess<'de>>(
                self,
                map: A,
            ) -> std::result::Result<OptOutLists, A::Error> {
                BTreeMap::deserialize(MapAccessDeserializer::new(map)).map(OptOutLists)
            }
        }
        deserializer.deserialize_any(Lists)
    }
}

impl OptOutLists {
    /// Refuses two lists of one file: the people of the list that should be there are missing.
    fn refuse_shared_files(&self, base: &Path) -> Result<()> {
        let mut known: BTreeMap<PathBuf, &String> = BTreeMap::new();
        let files = |list: &OptOutList| [Some(list.file.clone()), list.submitted.clone()];
        let lists = self.0.iter();
        let named = lists.flat_map(|(name, list)| files(list).map(|file| (name, file)));
        for (name, file) in named.filter_map(|(name, file)| Some((name, file?))) {
            let path = base.join(file);
            let path = path.canonicalize().unwrap_or(path);
            if let Some(other) = known.insert(path, name) {
                return Err(Error::usage(format!(
                    "the opt-out lists {other} and {name} are the same file"
                ))
                .hint("give each list its own file under [privacy.opt_outs], or take one of them away; nothing was pulled"));
            }
        }
        Ok(())
    }
}

/// A list as it was read, without its numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListRead {
    /// Its name.
    pub name: String,
    /// Whose opt-outs they are.
    pub kind: OptOutKind,
    /// The day of which it is: from the setting, its first line, or its file's time of change.
    pub checked_on: NaiveDate,
    /// People on it.
    pub people: u64,
    /// People on it who were not at the pull before.
    pub joined: u64,
    /// People who were on it at the pull before, and are not now.
    pub withdrawn: u64,
}

/// Everybody who has opted out, from all lists.
#[derive(Debug, Clone, Default)]
pub(crate) struct OptOuts {
    /// Their keys.
    pub people: HashSet<PersonKey>,
    /// The lists.
    pub lists: Vec<ListRead>,
    /// Who is on each list.
    pub members: BTreeMap<String, HashSet<PersonKey>>,
}

/// The age in days above which a National Data Opt-out check is too old, unless a setting says
/// otherwise: the policy gives an organisation 21 days to apply an opt-out.
const NATIONAL_DAYS: u32 = 21;

impl OptOuts {
    /// Reads all lists; relative paths start at `base`. Warns of lists that are too old.
    ///
    /// A line that is no NHS number is an error that names the line: a person whose opt-out was
    /// mistyped must not be pulled.
    pub(crate) fn read(lists: &OptOutLists, base: &Path, key: &Key) -> Result<Self> {
        let mut read = OptOuts::default();
        let pseudonyms = Pseudonyms::new(key, "");
        lists.refuse_shared_files(base)?;
        for (name, list) in &lists.0 {
            let (people, checked_on) = read_list(name, list, base, &pseudonyms)?;
            let limit = match list.kind {
                OptOutKind::National => Some(NATIONAL_DAYS),
                _ => None,
            };
            if let Some(days) = list.warn_after_days.or(limit)
                && let Some(last) = checked_on.checked_add_days(Days::new(days.into()))
                && last < Utc::now().date_naive()
            {
                tracing::warn!(
                    "the opt-out list {name} is of {checked_on}, more than {days} days ago: ask for a new one"
                );
            }
            read.lists.push(ListRead {
                name: name.clone(),
                kind: list.kind,
                checked_on,
                people: people.len() as u64,
                joined: 0,
                withdrawn: 0,
            });
            read.people.extend(&people);
            read.members.insert(name.clone(), people);
        }
        Ok(read)
    }

    /// The day of the oldest check against the National Data Opt-out, where there is one.
    pub(crate) fn ndoo_checked_on(&self) -> Option<NaiveDate> {
        let national = self.lists.iter().filter(|l| l.kind == OptOutKind::National);
        national.map(|l| l.checked_on).min()
    }
}

/// The people of a list, and its day.
fn read_list(
    name: &str,
    list: &OptOutList,
    base: &Path,
    pseudonyms: &Pseudonyms,
) -> Result<(HashSet<PersonKey>, NaiveDate)> {
    let path = base.join(&list.file);
    let read = ListFile::read(&path)?;
    let changed = DateTime::<Utc>::from(read.changed).date_naive();
    let mut day = read.checked_on.unwrap_or(changed);
    let said_day = list.checked_on.is_some() || read.checked_on.is_some();
    let keys = |read: &ListFile| -> HashSet<PersonKey> {
        let numbers = read.numbers.iter();
        numbers.map(|n| pseudonyms.person(n.digits()).key).collect()
    };
    let mut people = keys(&read);
    match (list.holds, &list.submitted) {
        (Holds::OptedOut, None) => {}
        (Holds::OptedOut, Some(_)) => {
            return Err(Error::usage(format!(
                "the opt-out list {name} has submitted, and holds people who have opted out"
            ))
            .hint("write holds = \"may-be-used\" when its file is what the check returned, or take submitted out"));
        }
        (Holds::MayBeUsed, None) => {
            return Err(Error::usage(format!(
                "the opt-out list {name} holds who may be used, and does not say who was asked about"
            ))
            .hint("name the file that was sent to the check: submitted = \"FILE\"; nothing was pulled"));
        }
        (Holds::MayBeUsed, Some(submitted)) => {
            let submitted = keys(&ListFile::read(&base.join(submitted))?);
            people = out_of(name, &submitted, &people)?;
        }
    }
    if let Some(said) = &list.checked_on {
        let said = said.to_string();
        day = NaiveDate::parse_from_str(&said, "%Y-%m-%d").map_err(|_| {
            Error::usage(format!("checked_on of the opt-out list {name} is no day"))
                .hint("write checked_on = 2026-11-22")
        })?;
    }
    // The list would never be too old.
    let tomorrow = Utc::now().date_naive() + Days::new(1);
    if said_day && day > tomorrow {
        let cannot = format!("the opt-out list {} cannot be read", path.display());
        return Err(Error::data(cannot)
            .cause(format!("it says that it is of {day}, which has not come"))
            .hint("correct checked_on under [privacy.opt_outs], or the first line of the list"));
    }
    Ok((people, day))
}

/// Who was `submitted` to the check and did not come back as one who may be used.
fn out_of(
    name: &str,
    submitted: &HashSet<PersonKey>,
    usable: &HashSet<PersonKey>,
) -> Result<HashSet<PersonKey>> {
    let strangers = usable.difference(submitted).count();
    if strangers > 0 {
        return Err(Error::data(format!(
            "the opt-out list {name}: what came back is not the answer to what was submitted"
        ))
        .cause(match strangers {
            1 => "1 number came back that was not submitted".to_string(),
            more => format!("{more} numbers came back that were not submitted"),
        })
        .hint("put the two files of one check together; nothing was pulled"));
    }
    Ok(submitted.difference(usable).copied().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::key::of_digits;

    fn lists(text: &str) -> std::result::Result<OptOutLists, toml::de::Error> {
        #[derive(Deserialize)]
        struct Privacy {
            opt_outs: OptOutLists,
        }
        toml::from_str::<Privacy>(text).map(|p| p.opt_outs)
    }

    #[test]
    fn a_path_alone_is_a_local_list() {
        let one = lists("opt_outs = 'a.txt'").unwrap();
        assert_eq!(one.0["local"].file, Path::new("a.txt"));
        assert_eq!(one.0["local"].kind, OptOutKind::Local);
    }

    #[test]
    fn lists_have_names_kinds_and_days() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("national.txt"),
            "# checked on 2026-11-02\n9434765919\n\n9000000009\n",
        )
        .unwrap();
        std::fs::write(folder.path().join("practices.txt"), "9434765919\n").unwrap();
        let two = lists(
            "[opt_outs.ndoo]\nkind = 'national'\nfile = 'national.txt'\n[opt_outs.gp]\nkind = 'type-1'\nfile = 'practices.txt'\nchecked_on = 2026-10-31\n",
        )
        .unwrap();
        let key = of_digits(&[&"ab".repeat(32)]);
        let read = OptOuts::read(&two, folder.path(), &key).unwrap();
        assert_eq!(read.people.len(), 2);
        let shown: Vec<_> = read
            .lists
            .iter()
            .map(|l| format!("{} {:?} {} {}", l.name, l.kind, l.checked_on, l.people))
            .collect();
        assert_eq!(
            shown,
            ["gp Type1 2026-10-31 1", "ndoo National 2026-11-02 2"]
        );
        assert_eq!(read.ndoo_checked_on().unwrap().to_string(), "2026-11-02");
    }

    #[test]
    fn who_was_submitted_and_did_not_come_back_has_opted_out() {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("sent.dat", "9434765919,\r\n9000000009,\r\n4010232137,\r\n");
        write("back.dat", "9434765919,\r\n4010232137,\r\n");
        let key = of_digits(&[&"ab".repeat(32)]);
        let text = "[opt_outs.ndoo]\nkind = 'national'\nfile = 'back.dat'\nholds = 'may-be-used'\n";
        let read = |text: &str| OptOuts::read(&lists(text).unwrap(), folder.path(), &key);
        let known = Pseudonyms::new(&key, "").person(b"9000000009").key;
        let both = read(&format!("{text}submitted = 'sent.dat'")).unwrap();
        assert_eq!(both.people, HashSet::from([known]));
        let error = read(text).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("does not say who was asked about"),
            "{error}"
        );
        write("back.dat", "9434765919,\r\n9990000018,\r\n");
        let error = read(&format!("{text}submitted = 'sent.dat'")).unwrap_err();
        assert_eq!(
            error.causes(),
            ["1 number came back that was not submitted"]
        );
    }

    #[test]
    fn a_misspelt_key_of_a_list_is_an_error() {
        let error = lists("[opt_outs.ndoo]\nfile = 'a'\nkinds = 'national'\n").unwrap_err();
        assert!(error.message().contains("unknown field `kinds`"), "{error}");
        assert!(lists("opt_outs = 3").is_err());
    }

    #[test]
    fn a_list_in_another_encoding_is_an_error_that_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        // A no-break space of Windows-1252.
        std::fs::write(folder.path().join("a.txt"), b"943\xa0476\xa05919\n").unwrap();
        let key = of_digits(&[&"ab".repeat(32)]);
        let list = lists("opt_outs = 'a.txt'").unwrap();
        let error = OptOuts::read(&list, folder.path(), &key).unwrap_err();
        assert!(error.hint_text().unwrap().contains("UTF-8"), "{error}");
    }

    #[test]
    fn a_line_that_is_no_number_is_named_and_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.txt"), "9434765919\n9434765918\n").unwrap();
        let key = of_digits(&[&"ab".repeat(32)]);
        let list = lists("opt_outs = 'a.txt'").unwrap();
        let error = OptOuts::read(&list, folder.path(), &key).unwrap_err();
        assert_eq!(error.causes(), ["line 2 is not an NHS number"]);
        assert!(!format!("{error:?}").contains("9434765918"));
    }
}
