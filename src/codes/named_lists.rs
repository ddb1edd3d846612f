//! All code lists of a project, read when a query names them.

use super::code_file::CodeFile;
use super::columns::CodeColumns;
use super::list_name::list_name;
use super::list_reading::{columns, keys, lists_of_many, only_list};
use super::list_settings::{DeclaredList, ListKey, ListSettings};
use super::named_list::NamedCodeList;
use crate::error::{Context, Error, Result};
use crate::nearest::nearest;
use crate::pipeline::parse_settings;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The code lists of a project.
#[derive(Debug, Default)]
pub(crate) struct NamedCodeLists {
    /// Lists of which it is known where they are.
    single: BTreeMap<String, SingleList>,
    /// Files of many lists, whose names are in them.
    many: Vec<ManyLists>,
    /// Where lists are that are not among these.
    base: Option<Arc<NamedCodeLists>>,
    read: Mutex<BTreeMap<String, Arc<NamedCodeList>>>,
}

#[derive(Debug)]
struct SingleList {
    source: ListSource,
    key: Option<ListKey>,
    settings: ListSettings,
}

#[derive(Debug)]
enum ListSource {
    File(PathBuf),
    /// A file of the program's own sources.
    Shipped(String, &'static [u8]),
}

#[derive(Debug)]
struct ManyLists {
    path: PathBuf,
    settings: ListSettings,
    keys: Mutex<Option<Arc<BTreeMap<String, String>>>>,
}

/// Where lists are that are named by their files.
#[derive(Debug, Clone)]
pub(crate) struct ListFolder {
    /// The folder.
    pub path: PathBuf,
    /// Whether it has to be there.
    pub required: bool,
}

/// Files of a folder that are lists.
const ENDINGS: [&str; 3] = ["csv", "tsv", "txt"];

/// Bytes of a file in which its header is.
const HEAD: u64 = 64 * 1024;

impl NamedCodeLists {
    /// The lists of these folders, of which a later one wins over an earlier, and those that are
    /// declared, which win over both; `many` are more files of many lists. Paths are as they are to be
    /// opened.
    ///
    /// # Errors
    /// Usage: a folder or a header cannot be read, or two files are one list.
    pub(crate) fn open(
        folders: &[ListFolder],
        declared: &BTreeMap<String, DeclaredList>,
        many: &[DeclaredList],
    ) -> Result<Self> {
        let mut lists = NamedCodeLists::default();
        for folder in folders {
            lists.add_folder(folder)?;
        }
        for declared in many {
            let settings = declared.settings.clone();
            lists.add_many(declared.file.clone(), settings)?;
        }
        for (name, declared) in declared {
            let settings = declared.settings.clone().or(&beside(&declared.file)?);
            lists.single.insert(
                list_name(name),
                SingleList {
                    source: ListSource::File(declared.file.clone()),
                    key: declared.key.clone(),
                    settings,
                },
            );
        }
        Ok(lists)
    }

    /// These lists, but with the codes of some as they are given: by name, what errors call them, and
    /// their text, as a file has it. The system is that of the list of the same name, where there is one.
    ///
    /// # Errors
    /// Usage: a list that is given is empty, or breaks a rule.
    pub(crate) fn with_given(self: &Arc<Self>, given: &[(&str, String, &str)]) -> Result<Self> {
        let mut read = BTreeMap::new();
        for (name, place, text) in given {
            let settings = match self.has(name)? {
                true => self.get(name)?.settings(),
                false => ListSettings::default(),
            };
            let file = CodeFile::of(place.clone(), text.as_bytes());
            let list = only_list(&file, name, &settings)?;
            read.insert(list_name(name), Arc::new(list));
        }
        Ok(NamedCodeLists {
            base: Some(self.clone()),
            read: Mutex::new(read),
            ..NamedCodeLists::default()
        })
    }

    /// Lists that come with the program: the file's place among its sources, what it holds, and what
    /// is said of it.
    pub(crate) fn shipped(files: &[(&str, &'static [u8], &str)]) -> Self {
        let mut lists = NamedCodeLists::default();
        for (name, bytes, settings) in files {
            let place = format!("sql/reference/codes/{name}.csv");
            lists.single.insert(
                list_name(name),
                SingleList {
                    source: ListSource::Shipped(place, bytes),
                    key: None,
                    // They can be read: a test does.
                    settings: toml::from_str(settings).unwrap_or_default(),
                },
            );
        }
        lists
    }

    fn add_folder(&mut self, folder: &ListFolder) -> Result<()> {
        let cannot = || {
            format!(
                "the folder of code lists {} cannot be read",
                folder.path.display()
            )
        };
        if !folder.required && !folder.path.is_dir() {
            return Ok(());
        }
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(&folder.path)
            .usage(cannot)
            .map_err(|e| e.hint("correct folder under [codes]"))?
        {
            paths.push(entry.usage(cannot)?.path());
        }
        paths.sort();
        let mut here: BTreeMap<String, PathBuf> = BTreeMap::new();
        for path in paths {
            let ending = path.extension().and_then(|ending| ending.to_str());
            let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else {
                continue;
            };
            if !ending.is_some_and(|ending| ENDINGS.contains(&ending)) || path.is_dir() {
                continue;
            }
            let settings = beside(&path)?;
            let header = header(&path)?;
            let column = settings.column.as_deref();
            let found = CodeColumns::of(&header, column, settings.system);
            if found.is_some_and(|columns| columns.key.is_some()) {
                self.add_many(path, settings)?;
                continue;
            }
            let name = list_name(stem);
            if let Some(other) = here.insert(name.clone(), path.clone()) {
                return Err(Error::usage(format!(
                    "{} and {} are both the code list '{name}'",
                    other.display(),
                    path.display()
                ))
                .hint("rename one of them"));
            }
            self.single.insert(
                name,
                SingleList {
                    source: ListSource::File(path),
                    key: None,
                    settings,
                },
            );
        }
        Ok(())
    }

    fn add_many(&mut self, path: PathBuf, settings: ListSettings) -> Result<()> {
        let settings = settings.or(&beside(&path)?);
        self.many.push(ManyLists {
            path,
            settings,
            keys: Mutex::new(None),
        });
        Ok(())
    }

    /// A list by its name.
    ///
    /// # Errors
    /// Usage: there is no such list, it is empty, or its file breaks a rule.
    pub(crate) fn get(&self, name: &str) -> Result<Arc<NamedCodeList>> {
        let name = list_name(name);
        let mut lists = self.read_all(&BTreeSet::from([name.clone()]))?;
        lists.remove(&name).ok_or_else(|| self.unknown(&name))
    }

    /// Lists by their names; each file is read once.
    ///
    /// # Errors
    /// As [`NamedCodeLists::get`].
    pub(crate) fn read_all(
        &self,
        names: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, Arc<NamedCodeList>>> {
        let mut known = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let mut of_files: BTreeMap<&Path, Vec<(String, &SingleList)>> = BTreeMap::new();
        let mut left = BTreeMap::new();
        for name in names {
            if known.contains_key(name) {
                continue;
            }
            match self.single.get(name) {
                Some(list) => match (&list.source, &list.key) {
                    (ListSource::File(path), Some(_)) => {
                        of_files.entry(path).or_default().push((name.clone(), list));
                    }
                    (source, _) => {
                        let read = alone(source, name, &list.settings)?;
                        known.insert(name.clone(), Arc::new(read));
                    }
                },
                None => match &self.base {
                    Some(base) => drop(known.insert(name.clone(), base.get(name)?)),
                    None => drop(left.insert(name.clone(), name.clone())),
                },
            }
        }
        for (path, wanted) in of_files {
            for list in declared_of(path, &wanted)? {
                known.insert(list.name.clone(), Arc::new(list));
            }
        }
        for (file, wanted) in self.files_of(&left)? {
            let text = CodeFile::read(&file.path)?;
            let columns = columns(&text, &file.settings)?;
            for list in lists_of_many(&text, columns, &wanted, &file.settings)? {
                known.insert(list.name.clone(), Arc::new(list));
            }
        }
        let found = names.iter().map(|name| {
            let list = known.get(name).cloned().ok_or_else(|| self.unknown(name));
            list.map(|list| (name.clone(), list))
        });
        found.collect()
    }

    /// The files of many lists that have these, and which each has.
    fn files_of(
        &self,
        names: &BTreeMap<String, String>,
    ) -> Result<Vec<(&ManyLists, BTreeMap<String, String>)>> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let mut of: BTreeMap<&String, &ManyLists> = BTreeMap::new();
        let mut files = Vec::new();
        for file in &self.many {
            let keys = file.keys()?;
            let here: BTreeMap<String, String> = names
                .iter()
                .filter(|(name, _)| keys.contains_key(*name))
                .map(|(name, same)| (name.clone(), same.clone()))
                .collect();
            for name in names.keys().filter(|name| here.contains_key(*name)) {
                if let Some(other) = of.insert(name, file) {
                    return Err(Error::usage(format!(
                        "{} and {} both have a code list '{name}'",
                        other.path.display(),
                        file.path.display()
                    ))
                    .hint(format!(
                        "say which: [codes.lists] {name} = {{ file = \"FILE\", cluster = \"{}\" }}",
                        name.to_uppercase()
                    )));
                }
            }
            if !here.is_empty() {
                files.push((file, here));
            }
        }
        match names.keys().find(|name| !of.contains_key(name)) {
            Some(name) => Err(self.unknown(name)),
            None => Ok(files),
        }
    }

    fn unknown(&self, name: &str) -> Error {
        let error = Error::usage(format!("there is no code list '{name}'"));
        let mut names: BTreeSet<String> = self.single.keys().cloned().collect();
        for file in &self.many {
            match file.keys() {
                Ok(keys) => names.extend(keys.keys().cloned()),
                Err(e) => return e,
            }
        }
        match names.is_empty() {
            true => error.hint("put its file into reference/codes below the folder of models, or name it under [codes.lists]"),
            false => error.hint(nearest(name, names)),
        }
    }

    /// Whether there is a list of this name.
    pub(crate) fn has(&self, name: &str) -> Result<bool> {
        if self.single.contains_key(name) {
            return Ok(true);
        }
        for file in &self.many {
            if file.keys()?.contains_key(name) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reads every list of a file of its own, and the names of the others; gives what is wrong.
    pub(crate) fn check(&self) -> Vec<Error> {
        let names = self.single.keys();
        let lists = names.filter_map(|name| self.get(name).err());
        let files = self.many.iter().filter_map(|file| file.keys().err());
        lists.chain(files).collect()
    }
}

impl ManyLists {
    /// The names of its lists, and how the file writes them.
    fn keys(&self) -> Result<Arc<BTreeMap<String, String>>> {
        let mut known = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keys) = &*known {
            return Ok(keys.clone());
        }
        let file = CodeFile::read(&self.path)?;
        let columns = columns(&file, &self.settings)?;
        if columns.key.is_none() {
            return Err(file
                .wrong(1, "no column says which list a code is of")
                .hint("clusters under [codes] names files with a column cluster_id, or refsets of SNOMED CT; a file of one list goes under [codes.lists]"));
        }
        let keys = Arc::new(keys(&file, columns)?);
        *known = Some(keys.clone());
        Ok(keys)
    }
}

/// The only list of a file.
fn alone(source: &ListSource, name: &str, settings: &ListSettings) -> Result<NamedCodeList> {
    let file = match source {
        ListSource::File(path) => CodeFile::read(path)?,
        ListSource::Shipped(place, bytes) => CodeFile::of(place.clone(), bytes),
    };
    if columns(&file, settings)?.key.is_some() {
        return Err(Error::usage(format!("{} holds many code lists", file.place)).hint(format!(
            "say which is '{name}': {name} = {{ file = \"…\", cluster = \"…\" }}, or refset = \"…\""
        )));
    }
    only_list(&file, name, settings)
}

/// Lists of one file of many that the pipeline file names.
fn declared_of(path: &Path, wanted: &[(String, &SingleList)]) -> Result<Vec<NamedCodeList>> {
    let file = CodeFile::read(path)?;
    // Lists of the same settings are read together, but for a second name of one of them.
    let mut groups: Vec<(&ListSettings, BTreeMap<String, String>)> = Vec::new();
    for (name, list) in wanted {
        let key = list
            .key
            .as_ref()
            .map_or(name.clone(), |key| list_name(key.value()));
        let group = groups
            .iter_mut()
            .find(|(settings, keys)| **settings == list.settings && !keys.contains_key(&key));
        match group {
            Some((_, keys)) => drop(keys.insert(key, name.clone())),
            None => groups.push((&list.settings, BTreeMap::from([(key, name.clone())]))),
        }
    }
    let mut made = Vec::new();
    for (settings, wanted) in groups {
        let columns = columns(&file, settings)?;
        if columns.key.is_none() {
            return Err(file.wrong(1, "no column says which list a code is of"));
        }
        made.extend(lists_of_many(&file, columns, &wanted, settings)?);
    }
    for (name, list) in wanted {
        if let Some(key) = &list.key
            && made.iter().all(|made| made.name != *name)
        {
            let columns = columns(&file, &list.settings)?;
            let known = keys(&file, columns)?.into_values();
            return Err(Error::usage(format!("{} has no {key}", file.place))
                .hint(nearest(key.value(), known)));
        }
    }
    Ok(made)
}

/// What is said of a list in the file beside it, of its name and the ending `toml`.
fn beside(path: &Path) -> Result<ListSettings> {
    let path = path.with_extension("toml");
    if !path.is_file() {
        return Ok(ListSettings::default());
    }
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(&path).usage(|| format!("{shown} cannot be read"))?;
    parse_settings(&shown, &text)
}

/// The names of the columns of a file, without reading all of it.
fn header(path: &Path) -> Result<Vec<String>> {
    let cannot = || format!("the code list {} cannot be read", path.display());
    let file = crate::regular_file::open(path).usage(cannot)?;
    let mut head = Vec::new();
    file.take(HEAD).read_to_end(&mut head).usage(cannot)?;
    // The cut may be in the middle of a sign: all before the last line's end is whole.
    if head.len() as u64 == HEAD
        && let Some(end) = head.iter().rposition(|b| *b == b'\n')
    {
        head.truncate(end);
    }
    Ok(CodeFile::of(String::new(), &head).header)
}
