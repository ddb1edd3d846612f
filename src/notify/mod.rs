//! Telling people and programs how a night or a release ended.
//!
//! In goes how a command ended ([`RunEnd`]) and who is to be told (`[notify]`), out go a signed JSON
//! document, an e-mail, metrics and events of data lineage. A message holds no value of a record, no
//! count of people or rows ([`counts`]) and no secret: it leaves the machine. Whoever cannot be told
//! changes nothing about how the command ended.

mod counts;
mod email;
mod metrics;
mod openlineage;
mod post;
mod run_end;
mod signature;
mod tell;
mod textfile;
mod webhook;
mod words;

pub(crate) use openlineage::{LineageColumn, LineageTable, ModelRun};
pub(crate) use run_end::{ReleaseEnd, RunEnd};
pub(crate) use tell::Notifier;
