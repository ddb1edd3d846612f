//! What is wrong with the data of a lake, in sentences.

use super::{failed_checks, shortfalls, sources, told};
use crate::cli::night_log;
use crate::cli::nights::nights;
use crate::error::Result;
use crate::lake::{Lake, Lock};
use crate::pipeline::Pipeline;
use crate::plural::{things, verb};

/// What is wrong today: sources that are late, failing or incomplete, checks of the last night that
/// failed, and damage.
///
/// # Errors
/// Data, when the lake cannot be read.
pub(in crate::cli) async fn quality(pipeline: &Pipeline, lake: &Lake) -> Result<Vec<String>> {
    let mut damage = Vec::new();
    let mut wrong = Vec::new();
    for (name, source) in told(&mut damage, sources(pipeline, lake).await)? {
        let of_source = source.wrong().into_iter();
        wrong.extend(of_source.map(|what| format!("The source {name} is {what}.")));
        if let Some(last) = source.last.filter(|_| source.rejected > 0) {
            wrong.push(format!(
                "Of the source {name}, {} {} rejected; its last pull was on {}.",
                things(source.rejected, "line"),
                verb(source.rejected, "was", "were"),
                last.day
            ));
        }
    }
    for (name, lacks) in told(&mut damage, shortfalls(lake).await)? {
        wrong.push(format!(
            "The export of the source {name} is incomplete: {lacks}."
        ));
    }
    let log = told(&mut damage, night_log::load(lake).await)?;
    let nights = nights(log, &Lock::holder(lake.location())?);
    if let Some(night) = nights.last().filter(|night| !night.outcome.is_good()) {
        wrong.push(format!(
            "The last night ({}) {}.",
            night.night,
            night.outcome.verb()
        ));
        for failed in failed_checks(night) {
            let said = |key: &str| failed[key].as_str().unwrap_or("?").to_string();
            let (model, check) = (said("model"), said("check"));
            wrong.push(format!("A check of the model {model} failed: {check}."));
        }
    }
    wrong.extend(damage.iter().map(|error| format!("{}.", error.what())));
    Ok(wrong)
}
