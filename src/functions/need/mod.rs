//! Health need: diagnoses and what they weigh.

mod cambridge_multimorbidity;
mod charlson;
mod charlson_age;
mod elixhauser;
mod finder;
mod hfrs;
mod icd10;
mod icd10_category;
mod icd10_normalise;
mod in_code_list;
mod list_file;
mod lists;
mod scheme;
mod scored;

pub(crate) use list_file::ListText;
pub(crate) use lists::{CodeLists, LIST_FUNCTION, SHIPPED, is_read_by_a_function, tables_read};

use super::Section;

/// Codes, and scores of comorbidity and frailty over these code lists.
pub(super) fn section(lists: &CodeLists) -> Section {
    Section {
        title: "Need",
        functions: vec![
            icd10_normalise::function(),
            icd10_category::function(),
            charlson::function(&lists.charlson),
            charlson_age::function(),
            elixhauser::function(&lists.elixhauser),
            hfrs::function(&lists.hfrs),
            cambridge_multimorbidity::function(&lists.cambridge),
            in_code_list::function(&lists.named),
        ],
    }
}
