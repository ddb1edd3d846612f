//! The checker's report: what whoever approves a release has to know about it.
//!
//! It is made from what readers may have (the manifest, released figures), from what is kept beside the
//! release, and from the state of the sources. It holds no true count, and says nothing of where
//! figures were moved: who knew would know what the others stand for.

mod collect;
mod page;
mod sections;
mod text;

pub(crate) use collect::{CheckersReport, checkers_report};
pub(crate) use page::page;
pub(crate) use text::text;
