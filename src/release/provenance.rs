//! What a report's figures come from, as the tables that it reads say.

use crate::codes::NamedCodeList;
use crate::error::{Error, Result};
use crate::lake::properties::{CONTENT, FINGERPRINT};
use crate::lake::{Lake, Table};
use crate::models::{Freshness, QueryText, Sidecar, UsedCodeLists, reference_sidecars};
use crate::pipeline::{ParameterValue, Pipeline};
use crate::release::report::Report;
use crate::release::{About, CodeListUsed, InputUsed, ModelUsed, PublishedTable};
use chrono::NaiveDate;

/// Everything that a report's figures come from. Its tables must be up to date.
pub(super) async fn provenance(
    lake: &Lake,
    fresh: &Freshness<'_>,
    pipeline: &Pipeline,
    report: &Report,
    lists: &UsedCodeLists,
) -> Result<About> {
    let lost = || {
        Error::data(format!(
            "cannot say what report `{}` is made of",
            report.report.name
        ))
    };
    let mut about = About {
        as_of: date(fresh, report)?,
        publisher: pipeline.settings.publisher.clone(),
        parameters: [].into(),
        program_version: env!("CARGO_PKG_VERSION").to_string(),
        models: Vec::new(),
        inputs: Vec::new(),
        code_lists: Vec::new(),
    };
    let sidecars = reference_sidecars(pipeline)?;
    for (table, built) in fresh.behind(&report.reads) {
        let name = table.name.to_string();
        let list = lists.list(&table.name);
        about.code_lists.extend(list.map(CodeListUsed::of));
        let Some(built) = built else {
            let sidecar = sidecars.get(&table.name);
            about.inputs.push(InputUsed::of(table, sidecar));
            continue;
        };
        for (parameter, used) in &built.parameters {
            let parameters = &mut about.parameters;
            let before = parameters.insert(parameter.clone(), used.value.clone());
            if before.is_some_and(|before| before != used.value) {
                return Err(lost().cause(format!(
                    "its tables were built with two values of {parameter}"
                )));
            }
        }
        about.models.push(ModelUsed {
            fingerprint: table
                .property(FINGERPRINT)
                .map(str::to_string)
                .ok_or_else(|| lost().cause(format!("{name} has no fingerprint")))?,
            name,
            description: built.description,
            sql_sha256: built.sql_sha256,
        });
    }
    about.models.sort();
    about.inputs.sort();
    about.code_lists.sort();
    about.parameters.extend(own_parameters(pipeline, report)?);
    let as_of = ParameterValue::Date(about.as_of).to_string();
    about.parameters.insert("as_of".to_string(), as_of);
    // Whoever reads a figure can see when those behind it were last asked.
    let checked = crate::pull::ndoo_checked_on(lake).await?;
    let checked = checked.map(|day| ("ndoo_checked_on".to_string(), day.to_string()));
    about.parameters.extend(checked);
    Ok(about)
}

impl CodeListUsed {
    fn of(list: &NamedCodeList) -> Self {
        CodeListUsed {
            name: list.name.clone(),
            system: list.system.name().to_string(),
            codes: list.codes.len(),
            source: list.source.clone(),
            version: list.version.clone(),
            licence: list.licence.clone(),
        }
    }
}

impl InputUsed {
    /// A table that no model makes; `sidecar` is that of a reference table, which may have none.
    fn of(table: &Table, sidecar: Option<&Option<Sidecar>>) -> Self {
        let content = table.property(CONTENT);
        InputUsed {
            table: table.name.to_string(),
            version: content.map_or_else(|| table.version.to_string(), str::to_string),
            published: sidecar.map(|sidecar| PublishedTable::of(sidecar.as_ref())),
        }
    }
}

impl PublishedTable {
    fn of(sidecar: Option<&Sidecar>) -> Self {
        let said = |said: fn(&Sidecar) -> &String| sidecar.map(|sidecar| said(sidecar).clone());
        PublishedTable {
            source: said(|sidecar| &sidecar.source),
            version: said(|sidecar| &sidecar.version),
            licence: said(|sidecar| &sidecar.licence),
        }
    }
}

/// What the report's own queries use; tables were built with the same values, or are out of date.
fn own_parameters(pipeline: &Pipeline, report: &Report) -> Result<Vec<(String, String)>> {
    let values = pipeline.values();
    let mut parameters = Vec::new();
    for table in &report.report.tables {
        for query in report.queries(table) {
            for (name, value) in QueryText::of(&query)?.used(&values) {
                parameters.push((name.to_string(), value.to_string()));
            }
        }
    }
    let periods = report.report.projections.iter();
    for name in periods.flat_map(|projection| &projection.period) {
        let value = values.get(name);
        parameters.extend(value.map(|value| (name.clone(), value.to_string())));
    }
    Ok(parameters)
}

/// The date that a report's tables were made for.
fn date(fresh: &Freshness<'_>, report: &Report) -> Result<NaiveDate> {
    let dates = fresh.dates(&report.reads);
    let mut found = dates.iter();
    let date = match (found.next(), found.next()) {
        (Some(date), None) => date.parse().ok(),
        _ => None,
    };
    date.ok_or_else(|| {
        let name = &report.report.name;
        Error::refused(format!("report `{name}` has no date of its own"))
            .cause("the models that it reads were not all run for one day")
            .hint("run `populace run`, then release again")
    })
}
