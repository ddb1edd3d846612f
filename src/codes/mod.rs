//! Code lists by name: files as OpenCodelists, NHS England and TRUD give them, and the sets of codes
//! that queries ask.
//!
//! A list says its code system; its codes are compared in one form whatever a record's look like.

mod bnf;
mod code_file;
mod code_set;
mod code_system;
mod columns;
mod icd10;
mod list_name;
mod list_reading;
mod list_settings;
mod named_list;
mod named_lists;
mod opcs4;
mod packed;
mod snomed;

pub(crate) use list_name::list_name;
pub(crate) use list_settings::DeclaredList;
pub(crate) use named_list::NamedCodeList;
pub(crate) use named_lists::{ListFolder, NamedCodeLists};
