//! The columns of a file of codes, by the names that publishers give them.

use super::code_system::CodeSystem;

/// Names of columns of codes without case and signs, with the system that they say; of two columns the
/// one that comes first here has the codes.
const CODES: [(&str, Option<CodeSystem>); 31] = [
    ("code", None),
    ("snomedcode", Some(CodeSystem::Snomed)),
    ("snomedctcode", Some(CodeSystem::Snomed)),
    ("snomedconceptid", Some(CodeSystem::Snomed)),
    ("snomedctconceptid", Some(CodeSystem::Snomed)),
    ("snomedctid", Some(CodeSystem::Snomed)),
    ("snomedid", Some(CodeSystem::Snomed)),
    ("snomed", Some(CodeSystem::Snomed)),
    ("sctid", Some(CodeSystem::Snomed)),
    ("conceptid", Some(CodeSystem::Snomed)),
    ("conceptcode", None),
    ("dmdid", Some(CodeSystem::Dmd)),
    ("dmdcode", Some(CodeSystem::Dmd)),
    ("dmd", Some(CodeSystem::Dmd)),
    ("icd10", Some(CodeSystem::Icd10)),
    ("icd10code", Some(CodeSystem::Icd10)),
    ("icdcode", Some(CodeSystem::Icd10)),
    ("icd", Some(CodeSystem::Icd10)),
    ("opcs4", Some(CodeSystem::Opcs4)),
    ("opcs4code", Some(CodeSystem::Opcs4)),
    ("opcscode", Some(CodeSystem::Opcs4)),
    ("opcs", Some(CodeSystem::Opcs4)),
    ("bnfcode", Some(CodeSystem::Bnf)),
    ("bnf", Some(CodeSystem::Bnf)),
    ("ctv3id", Some(CodeSystem::Ctv3)),
    ("ctv3code", Some(CodeSystem::Ctv3)),
    ("ctv3", Some(CodeSystem::Ctv3)),
    ("readcode", Some(CodeSystem::Read2)),
    ("readv2code", Some(CodeSystem::Read2)),
    ("read2code", Some(CodeSystem::Read2)),
    ("id", None),
];

/// Names of columns that say which list of a file a row is of.
const KEYS: [&str; 4] = ["clusterid", "codeclusterid", "clustercode", "codecluster"];

/// Where the columns of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CodeColumns {
    pub code: usize,
    pub term: Option<usize>,
    /// Which list a row is of, in a file of many.
    pub key: Option<usize>,
    /// What the name of the column of codes says.
    pub system: Option<CodeSystem>,
    /// What only files of the release format of SNOMED CT have.
    pub release: Option<ReleaseColumns>,
}

/// Columns of a refset in release format 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ReleaseColumns {
    pub id: usize,
    pub time: usize,
    pub active: usize,
}

impl CodeColumns {
    /// The columns of a file with this header: that of codes has the name `column`, or is told from
    /// its name and the system that is wanted. None where no column is one of codes.
    pub(super) fn of(
        header: &[String],
        column: Option<&str>,
        wanted: Option<CodeSystem>,
    ) -> Option<Self> {
        let names: Vec<String> = header.iter().map(|name| simple(name)).collect();
        let at = |wanted: &str| names.iter().position(|name| name == wanted);
        if let (Some(key), Some(code)) = (at("refsetid"), at("referencedcomponentid"))
            && column.is_none()
        {
            let release = at("id").zip(at("effectivetime")).zip(at("active"));
            return Some(CodeColumns {
                code,
                term: None,
                key: Some(key),
                system: Some(CodeSystem::Snomed),
                release: release.map(|((id, time), active)| ReleaseColumns { id, time, active }),
            });
        }
        let (code, system) = match column {
            Some(column) => {
                let name = simple(column);
                let known = CODES.iter().find(|(known, _)| *known == name);
                (at(&name)?, known.and_then(|(_, system)| *system))
            }
            None => {
                let there = || {
                    CODES
                        .iter()
                        .filter_map(|(name, system)| at(name).map(|at| (at, *system)))
                };
                // A file may have the codes of several systems side by side.
                let of_system = there().find(|(_, system)| wanted.is_some() && *system == wanted);
                of_system
                    .or_else(|| there().find(|(_, system)| system.is_none() || wanted.is_none()))?
            }
        };
        Some(CodeColumns {
            code,
            term: term(&names, code),
            key: KEYS
                .iter()
                .find_map(|key| at(key))
                .filter(|key| *key != code),
            system,
            release: None,
        })
    }
}

/// The column that says what a code means: not what its cluster does.
fn term(names: &[String], code: usize) -> Option<usize> {
    let words = ["term", "name", "description", "desc", "termdesc", "display"];
    let of_list = [
        "cluster",
        "refset",
        "output",
        "ruleset",
        "service",
        "codecluster",
    ];
    let fits = |name: &String| {
        words.iter().any(|word| name.ends_with(word))
            && !of_list.iter().any(|word| name.starts_with(word))
    };
    // What is named as the codes are, before any other: `ConceptId_Description`.
    let beside = |name: &String| fits(name) && name.starts_with(names[code].as_str());
    let find = |wanted: &dyn Fn(&String) -> bool| {
        let found = names.iter().position(wanted);
        found.filter(|at| *at != code)
    };
    find(&beside).or_else(|| find(&fits))
}

/// A column's name without case and signs.
pub(super) fn simple(name: &str) -> String {
    let signs = name.chars().filter(char::is_ascii_alphanumeric);
    signs.map(|sign| sign.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(header: &str, wanted: Option<CodeSystem>) -> Option<(String, String, String)> {
        let header: Vec<String> = header.split(',').map(str::to_string).collect();
        let columns = CodeColumns::of(&header, None, wanted)?;
        let name = |at: Option<usize>| at.map_or(String::new(), |at| header[at].clone());
        Some((
            header[columns.code].clone(),
            name(columns.term),
            name(columns.key),
        ))
    }

    #[test]
    fn published_headers_are_known() {
        for (header, code, term, key) in [
            ("code,term", "code", "term", ""),
            ("code,term,category", "code", "term", ""),
            ("snomedcode,name", "snomedcode", "name", ""),
            (
                "CTV3ID,CTV3PreferredTermDesc",
                "CTV3ID",
                "CTV3PreferredTermDesc",
                "",
            ),
            (
                "dmd_type,dmd_id,dmd_name,bnf_code",
                "dmd_id",
                "dmd_name",
                "",
            ),
            ("id,name", "id", "name", ""),
            (
                "cluster_id,code,description",
                "code",
                "description",
                "cluster_id",
            ),
            (
                "Cluster_ID,Cluster_Description,SNOMED_code,SNOMED_code_description,PCD_Refset_ID,Service_and_Ruleset",
                "SNOMED_code",
                "SNOMED_code_description",
                "Cluster_ID",
            ),
            (
                "Cluster_ID,Cluster_Category,Cluster_Desc,ConceptId,ConceptId_Description,Sensitive_Status",
                "ConceptId",
                "ConceptId_Description",
                "Cluster_ID",
            ),
            (
                "id,effectiveTime,active,moduleId,refsetId,referencedComponentId",
                "referencedComponentId",
                "",
                "refsetId",
            ),
        ] {
            let expected = (code.to_string(), term.to_string(), key.to_string());
            assert_eq!(told(header, None), Some(expected), "{header}");
        }
        assert_eq!(told("disease,prefix", None), None);
        let both = "snomed_code,term,icd10_code";
        assert_eq!(told(both, Some(CodeSystem::Icd10)).unwrap().0, "icd10_code");
        assert_eq!(told(both, None).unwrap().0, "snomed_code");
        assert_eq!(told("snomed_code,term", Some(CodeSystem::Opcs4)), None);
    }
}
