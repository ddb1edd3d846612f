//! The code lists that functions use: reference tables, which a site can replace.

use super::finder::Finder;
use super::list_file::{List, ListText};
use super::scheme::{NeedScheme, Weighting, names, prefix};
use crate::codes::NamedCodeLists;
use crate::error::Result;
use std::sync::Arc;

macro_rules! shipped {
    ($($name:literal),*) => {
        [$((
            $name,
            include_str!(concat!("../../../sql/reference/", $name, ".csv")),
            include_str!(concat!("../../../sql/reference/", $name, ".toml")),
        )),*]
    };
}

/// The code lists that come with the program: the name of the reference table, its CSV, and its sidecar.
pub(crate) const SHIPPED: [(&str, &str, &str); 7] = shipped!(
    "charlson_code",
    "charlson_shmi_code",
    "charlson_weight",
    "elixhauser_code",
    "elixhauser_weight",
    "hfrs_code",
    "cambridge_multimorbidity_weight"
);

/// The lists of the project that come with the program, as far as examples name them.
const EXAMPLES: [(&str, &[u8], &str); 1] = [(
    "diabetes",
    include_bytes!("../../../sql/reference/codes/diabetes.csv"),
    include_str!("../../../sql/reference/codes/diabetes.toml"),
)];

/// The function that reads the code list which its second argument names.
pub(crate) const LIST_FUNCTION: &str = "in_code_list";

/// The reference tables that a function reads: what calls it depends on them too.
pub(crate) fn tables_read(function: &str) -> &'static [&'static str] {
    match function {
        "charlson" => &["charlson_code", "charlson_shmi_code", "charlson_weight"],
        "elixhauser" => &["elixhauser_code", "elixhauser_weight"],
        "hfrs" => &["hfrs_code"],
        "cambridge_multimorbidity" => &["cambridge_multimorbidity_weight"],
        _ => &[],
    }
}

/// Whether a function of need reads this reference table.
pub(crate) fn is_read_by_a_function(table: &str) -> bool {
    let functions = ["charlson", "elixhauser", "hfrs", "cambridge_multimorbidity"];
    functions
        .iter()
        .any(|function| tables_read(function).contains(&table))
}

/// What the functions of need know of codes and weights.
#[derive(Debug, Clone, Default)]
pub(crate) struct CodeLists {
    pub(super) charlson: Arc<NeedScheme>,
    pub(super) elixhauser: Arc<NeedScheme>,
    pub(super) hfrs: Arc<NeedScheme>,
    pub(super) cambridge: Arc<NeedScheme>,
    pub(super) named: Arc<NamedCodeLists>,
}

impl CodeLists {
    /// The lists that come with the program.
    pub(crate) fn shipped() -> Self {
        let text_of = |name: &str| {
            let text = SHIPPED.iter().find(|(shipped, ..)| *shipped == name);
            Ok(ListText {
                place: format!("sql/reference/{name}.csv"),
                bytes: text.map_or(Vec::new(), |(_, text, _)| text.as_bytes().to_vec()),
            })
        };
        // They can be read: a test does.
        let lists = Self::read(text_of).unwrap_or_default();
        lists.with_named(Arc::new(NamedCodeLists::shipped(&EXAMPLES)))
    }

    /// The lists that queries name.
    pub(crate) fn named(&self) -> &Arc<NamedCodeLists> {
        &self.named
    }

    /// These lists, with those that queries name.
    #[must_use]
    pub(crate) fn with_named(self, named: Arc<NamedCodeLists>) -> Self {
        CodeLists { named, ..self }
    }

    /// Reads every list; `text_of` gives the text of a reference table by its name. An error names
    /// the list's file, its line and the rule that it breaks.
    pub(crate) fn read(text_of: impl Fn(&'static str) -> Result<ListText>) -> Result<Self> {
        let quan = text_of("charlson_code")?;
        let shmi = text_of("charlson_shmi_code")?;
        let elixhauser = text_of("elixhauser_code")?;
        Ok(CodeLists {
            charlson: Arc::new(comorbidity(
                &text_of("charlson_weight")?,
                &[(&quan, &["quan2011", "original"]), (&shmi, &["shmi"])],
            )?),
            elixhauser: Arc::new(comorbidity(
                &text_of("elixhauser_weight")?,
                &[(&elixhauser, &["van_walraven", "swiss"])],
            )?),
            hfrs: Arc::new(weighted_codes(&text_of("hfrs_code")?)?),
            cambridge: Arc::new(versions(&text_of("cambridge_multimorbidity_weight")?)?),
            named: Arc::default(),
        })
    }
}

/// Conditions with whole weights, and for each list of their codes the weightings that go with it.
fn comorbidity(weights: &ListText, codes: &[(&ListText, &[&str])]) -> Result<NeedScheme> {
    let weightings = codes.iter().flat_map(|(_, weightings)| weightings.iter());
    let mut columns: Vec<&str> = weightings.copied().collect();
    columns.extend(["condition", "zeroed_by"]);
    let list = List::read(weights, &columns)?;
    let mut scheme = NeedScheme::new(names(&list, "condition", true)?);
    let conditions = scheme.conditions.len();
    for row in list.rows() {
        let by = row.text("zeroed_by");
        if let Some(condition) = scheme.number(row.text("condition"))
            && !by.is_empty()
        {
            match scheme.number(by) {
                Some(by) if by != condition => scheme.zero(condition, by),
                _ => return Err(row.wrong("zeroed_by must be another condition of this list")),
            }
        }
    }
    // Weights before codes: a list of codes can only be as good as that of its conditions.
    let mut weighted = Vec::new();
    for row in list.rows() {
        let condition = scheme.number(row.text("condition")).unwrap_or_default();
        for name in codes.iter().flat_map(|(_, weightings)| *weightings) {
            weighted.push((*name, (condition, row.weight(name, 0)?)));
        }
    }
    for (codes, weightings) in codes {
        let codes = List::read(codes, &["condition", "icd10_prefix"])?;
        let mut prefixes = Vec::new();
        for row in codes.rows() {
            let condition = row.required("condition")?;
            match scheme.number(condition) {
                Some(condition) => prefixes.push((prefix(row, 4)?, condition)),
                None => {
                    return Err(row.wrong(&format!(
                        "condition '{condition}' has no weights in {}",
                        weights.place
                    )));
                }
            }
        }
        let finder = Arc::new(Finder::by_code(prefixes.into_iter()));
        for name in *weightings {
            let weights = weighted.iter().filter(|(of, _)| of == name);
            let weights = weights.map(|(_, weight)| *weight);
            let weighting = Weighting::new(name, finder.clone(), weights, conditions);
            scheme.weightings.push(weighting);
        }
    }
    Ok(scheme)
}

/// Codes of three characters that are conditions of their own, with weights in tenths.
fn weighted_codes(text: &ListText) -> Result<NeedScheme> {
    let list = List::read(text, &["icd10_prefix", "weight"])?;
    let mut scheme = NeedScheme::new(names(&list, "icd10_prefix", true)?);
    let mut weights = Vec::new();
    for row in list.rows() {
        let condition = scheme.number(prefix(row, 3)?);
        weights.extend(condition.zip(Some(row.weight("weight", 1)?)));
    }
    let codes = scheme.conditions.iter().map(String::as_str).zip(0..);
    let finder = Arc::new(Finder::by_code(codes));
    let conditions = scheme.conditions.len();
    let weighting = Weighting::new("", finder, weights.into_iter(), conditions);
    scheme.weightings.push(weighting);
    Ok(scheme)
}

/// Conditions that are given by name, with the weights of several versions in millionths.
fn versions(text: &ListText) -> Result<NeedScheme> {
    let list = List::read(text, &["version", "condition", "weight"])?;
    names(&list, "version", false)?;
    let mut scheme = NeedScheme::new(names(&list, "condition", false)?);
    let mut versions: Vec<(&str, Vec<(usize, i64)>)> = Vec::new();
    for row in list.rows() {
        let name = row.text("version");
        let at = versions.iter().position(|(version, _)| *version == name);
        let at = at.unwrap_or_else(|| {
            versions.push((name, Vec::new()));
            versions.len() - 1
        });
        let Some(condition) = scheme.number(row.text("condition")) else {
            continue;
        };
        let weights = &mut versions[at].1;
        if weights.iter().any(|(other, _)| *other == condition) {
            return Err(row.wrong("condition is there a second time in this version"));
        }
        weights.push((condition, row.weight("weight", 6)?));
    }
    let finder = Arc::new(Finder::by_name(&scheme.conditions));
    let conditions = scheme.conditions.len();
    for (name, weights) in versions {
        let weights = weights.into_iter();
        let weighting = Weighting::new(name, finder.clone(), weights, conditions);
        scheme.weightings.push(weighting);
    }
    Ok(scheme)
}
