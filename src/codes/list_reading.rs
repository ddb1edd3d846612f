//! From a file to lists: which rows are of which list, and what is wrong with them.

use super::code_file::{CodeFile, cell};
use super::code_set::CodeSet;
use super::code_system::CodeSystem;
use super::columns::{CodeColumns, ReleaseColumns};
use super::list_name::list_name;
use super::list_settings::{CodeMatch, ListSettings};
use super::named_list::NamedCodeList;
use crate::error::{Error, Result};
use crate::nearest::nearest;
use crate::privacy::looks_identifying;
use csv::StringRecord;
use std::collections::{BTreeMap, HashSet};

/// A code as the file has it.
struct WrittenCode {
    line: u64,
    code: String,
    term: String,
}

/// The codes of one list.
#[derive(Default)]
struct WrittenList {
    /// The cluster or refset as the file writes it.
    key: String,
    codes: Vec<WrittenCode>,
    /// Members of a release that are no longer active.
    retired: usize,
    ids: HashSet<String>,
    newest: String,
}

/// The columns of a file.
///
/// # Errors
/// Usage: none of them is one of codes.
pub(super) fn columns(file: &CodeFile, settings: &ListSettings) -> Result<CodeColumns> {
    if file.header.is_empty() {
        return Err(
            Error::usage(format!("the code list {} is empty", file.place))
                .hint("write a line of column names, and a code a line below it"),
        );
    }
    let column = settings.column.as_deref();
    CodeColumns::of(&file.header, column, settings.system).ok_or_else(|| {
        let error = match column {
            Some(column) => file
                .wrong(1, &format!("there is no column '{column}'"))
                .hint(nearest(column, &file.header)),
            None => file.wrong(1, "no column is named as one of codes").hint(
                "name it in the file of the same name that ends in .toml, or under [codes]: column = \"…\"; usual names are code, snomedcode, dmd_id, CTV3ID, icd10_code, opcs4_code and bnf_code",
            ),
        };
        match column.is_none() && file.header.iter().any(|name| name.bytes().any(|b| b.is_ascii_digit())) {
            true => error.cause("the first line may be no header"),
            false => error,
        }
    })
}

/// The names of the lists of a file of many, and how the file writes them.
pub(super) fn keys(file: &CodeFile, columns: CodeColumns) -> Result<BTreeMap<String, String>> {
    let mut keys = BTreeMap::new();
    let mut last = String::new();
    file.rows(|_, row| {
        let key = columns.key.and_then(|at| row.get(at)).map(cell);
        let key = key.unwrap_or_default();
        // Rows of a list stand together: do not write its name anew for each.
        if *key != *last && !key.is_empty() {
            keys.insert(list_name(&key), key.to_string());
            last = key.into_owned();
        }
        Ok(())
    })?;
    Ok(keys)
}

/// The only list of a file.
pub(super) fn only_list(
    file: &CodeFile,
    name: &str,
    settings: &ListSettings,
) -> Result<NamedCodeList> {
    let columns = columns(file, settings)?;
    let mut list = WrittenList::default();
    file.rows(|line, row| list.take(file, line, row, columns))?;
    made(file, name, &file.place, list, columns, settings)
}

/// Those of `wanted`, by their names, that a file of many lists has: each under the name that it is
/// to have.
pub(super) fn lists_of_many(
    file: &CodeFile,
    columns: CodeColumns,
    wanted: &BTreeMap<String, String>,
    settings: &ListSettings,
) -> Result<Vec<NamedCodeList>> {
    refuse_full_release(file, columns)?;
    let mut lists: BTreeMap<&String, WrittenList> = BTreeMap::new();
    let (mut last, mut last_name) = (String::new(), None);
    file.rows(|line, row| {
        let key = columns.key.and_then(|at| row.get(at)).map(cell);
        let key = key.unwrap_or_default();
        if key.is_empty() {
            return Err(file.wrong(line, "nothing says which list this code is of"));
        }
        if *key != *last {
            last_name = wanted.get_key_value(&list_name(&key)).map(|(key, _)| key);
            last = key.into_owned();
        }
        match last_name {
            Some(name) => {
                let list = lists.entry(name).or_default();
                if list.key.is_empty() {
                    list.key.clone_from(&last);
                }
                list.take(file, line, row, columns)
            }
            None => Ok(()),
        }
    })?;
    let made = lists.into_iter().map(|(key, list)| {
        let name = wanted.get(key).map_or(key.as_str(), String::as_str);
        let place = format!("{} ({})", file.place, list.key);
        made(file, name, &place, list, columns, settings)
    });
    made.collect()
}

/// A full release has all earlier states of a member, and a delta only those that changed.
fn refuse_full_release(file: &CodeFile, columns: CodeColumns) -> Result<()> {
    let name = file.place.rsplit(['/', '\\']).next().unwrap_or_default();
    let other = ["Full", "Delta"]
        .into_iter()
        .find(|kind| name.contains(kind));
    match other.filter(|_| columns.release.is_some() && !name.contains("Snapshot")) {
        Some(kind) => Err(Error::usage(format!(
            "{} is a {} release, and no snapshot",
            file.place,
            kind.to_lowercase()
        ))
        .hint("name the file of the same release whose name has Snapshot in it")),
        None => Ok(()),
    }
}

impl WrittenList {
    /// Takes a row in.
    fn take(
        &mut self,
        file: &CodeFile,
        line: u64,
        row: &StringRecord,
        columns: CodeColumns,
    ) -> Result<()> {
        let value = |at: usize| cell(row.get(at).unwrap_or_default());
        if let Some(release) = columns.release
            && !self.is_member(file, line, release, value)?
        {
            self.retired += 1;
            return Ok(());
        }
        let code = value(columns.code).into_owned();
        if code.is_empty() {
            return Err(file.wrong(line, "there is no code"));
        }
        let term = columns
            .term
            .map_or(String::new(), |at| value(at).into_owned());
        self.codes.push(WrittenCode { line, code, term });
        Ok(())
    }

    /// Whether a row of a release is of an active member.
    fn is_member<'v>(
        &mut self,
        file: &CodeFile,
        line: u64,
        release: ReleaseColumns,
        value: impl Fn(usize) -> std::borrow::Cow<'v, str>,
    ) -> Result<bool> {
        if !self.ids.insert(value(release.id).into_owned()) {
            return Err(file
                .wrong(line, "this member is there a second time")
                .cause("a snapshot has each member once, as it is now")
                .hint("name the file of the release whose name has Snapshot in it"));
        }
        if *value(release.time) > *self.newest {
            self.newest = value(release.time).into_owned();
        }
        match &*value(release.active) {
            "1" => Ok(true),
            "0" => Ok(false),
            _ => Err(file.wrong(line, "active is neither 0 nor 1")),
        }
    }
}

fn made(
    file: &CodeFile,
    name: &str,
    place: &str,
    list: WrittenList,
    columns: CodeColumns,
    settings: &ListSettings,
) -> Result<NamedCodeList> {
    if list.codes.is_empty() {
        let error = Error::usage(format!("the code list '{name}' is empty"))
            .hint(format!("write codes into {place}, or take the list away"));
        return Err(match list.retired {
            0 => error.cause(format!("{place} has no row")),
            retired => error.cause(format!(
                "{retired} members of it are retired, and none is active"
            )),
        });
    }
    let system = system(file, &list.codes, settings.system.or(columns.system))?;
    let mut codes: BTreeMap<String, Option<String>> = BTreeMap::new();
    for written in &list.codes {
        let fault = fault(system, &written.code);
        if let Some(fault) = fault {
            return Err(file.wrong(written.line, fault));
        }
        let kind = looks_identifying(&written.term).or_else(|| match system {
            CodeSystem::Snomed | CodeSystem::Dmd => None,
            _ => looks_identifying(&written.code),
        });
        if let Some(kind) = kind {
            return Err(Error::refused(format!(
                "{}:{}: this row holds {kind}",
                file.place, written.line
            ))
            .cause("a code list holds nothing of a person")
            .hint("take the row out"));
        }
        let Some(code) = system.read(&written.code) else {
            continue;
        };
        // A code with several terms, or written in several ways, is one code.
        let term = codes.entry(code.text()).or_default();
        if term.is_none() && !written.term.is_empty() {
            *term = Some(written.term.clone());
        }
    }
    let by_prefix = match settings.matching {
        Some(matching) => matching == CodeMatch::Prefix,
        None => system.is_by_prefix(),
    };
    if by_prefix && !system.is_by_prefix() {
        return Err(
            Error::usage(format!("the code list '{name}' cannot match by prefix"))
                .cause(format!(
                    "codes of {} that begin alike have nothing in common",
                    system.name()
                ))
                .hint("take match out, or write match = \"exact\""),
        );
    }
    Ok(NamedCodeList {
        name: name.to_string(),
        system,
        by_prefix,
        set: CodeSet::new(system, by_prefix, codes.keys().map(String::as_str)),
        codes: codes.into_iter().collect(),
        source: settings.source.clone(),
        version: settings
            .version
            .clone()
            .or_else(|| released(place, &list.newest)),
        licence: settings.licence.clone(),
    })
}

/// What is wrong with a code, whatever its system; the code itself is not shown, as it might be
/// somebody's number.
fn fault(system: CodeSystem, code: &str) -> Option<&'static str> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let number = |text: &str| {
        text.split_once('.')
            .is_some_and(|(a, b)| digits(a) && (b.is_empty() || digits(b)))
    };
    if let Some((number_part, power)) = code.split_once(['e', 'E'])
        && power.strip_prefix('+').is_some_and(digits)
        && (digits(number_part) || number(number_part))
    {
        return Some(
            "this code is in scientific notation: a spreadsheet has made a number of it, and its last digits are lost",
        );
    }
    if number(code) && system != CodeSystem::Other {
        return Some("this code has a decimal point: a program has made a number of it");
    }
    system.fault(code)
}

/// The system of a list: what is said of it, or what nothing but the forms of all its codes can be.
fn system(file: &CodeFile, codes: &[WrittenCode], said: Option<CodeSystem>) -> Result<CodeSystem> {
    if let Some(system) = said {
        return Ok(system);
    }
    let numbers = |code: &WrittenCode| {
        code.code
            .starts_with(|c: char| c.is_ascii_digit() && c != '0')
    };
    let diagnosis = |code: &WrittenCode| CodeSystem::Icd10.read(&code.code).is_some();
    let all_digits = |code: &WrittenCode| {
        code.code
            .bytes()
            .all(|b| b.is_ascii_digit() || b"+.eE".contains(&b))
    };
    if codes.iter().all(|code| numbers(code) && all_digits(code)) {
        return Ok(CodeSystem::Snomed);
    }
    if codes.iter().all(diagnosis) {
        return Ok(CodeSystem::Icd10);
    }
    // The first that is not as the one before it.
    let is_odd = |code: &&WrittenCode| match codes.first().is_some_and(numbers) {
        true => !numbers(code) || !all_digits(code),
        false => !diagnosis(code),
    };
    let odd = codes.iter().find(is_odd).map_or(1, |code| code.line);
    Err(file
        .wrong(odd, "nothing says of which system the codes are")
        .cause("they are neither all SNOMED CT identifiers nor all ICD-10 codes")
        .hint("write system = \"bnf\" (or snomed, dmd, icd10, opcs4, ctv3, read2, other) into the file of the same name that ends in .toml, or under [codes]"))
}

/// The day of a release: in the name of its file, or the newest of its members.
fn released(place: &str, newest: &str) -> Option<String> {
    if newest.is_empty() {
        return None;
    }
    let digits = |text: &str| text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
    let named = place
        .split(|c: char| !c.is_ascii_digit())
        .rfind(|part| digits(part) && part.starts_with("20"));
    let day = named.unwrap_or(newest);
    match digits(day) {
        true => Some(format!("{}-{}-{}", &day[..4], &day[4..6], &day[6..])),
        false => Some(day.to_string()),
    }
}
