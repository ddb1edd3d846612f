//! The planners' page: released figures over HTTP, from the store of releases alone.
//!
//! It has no lake and no key. What a visitor asks for is looked up among the names that a manifest lists;
//! no part of an address becomes a path. Bytes are compared with the manifest's checksum before they leave,
//! and what a reader may see is asked of [`access`] for every figure, list and file.

pub(crate) mod access;
mod addresses;
mod api;
mod asked;
mod assets;
mod bounded_cache;
mod catalogue;
mod computing;
mod content;
mod directory;
mod figures;
mod health;
mod metrics;
mod metrics_page;
mod page_view;
mod pages;
mod reply;
mod report_title;
mod router;
mod run;
mod search_words;
mod sending;
mod settings;
mod state;

pub(crate) use run::run;
pub(crate) use settings::{ServeSection, ServeSettings, ShownReleases};

#[cfg(test)]
mod tests;
