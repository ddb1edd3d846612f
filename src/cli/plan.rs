//! `populace plan`

use super::complete_file::CompleteFile;
use super::global::Global;
use super::plan_kinds::show_kinds;
use super::printer::Printer;
use super::session;
use crate::error::{Context, Result};
use crate::lake::{Lake, TableName};
use crate::models::{
    Library, ModelState, Planned, UsedCodeLists, absent_references, plan, reference_versions,
};
use crate::pipeline::ParameterValue;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Arguments of `populace plan`.
#[derive(Debug, clap::Args)]
pub(super) struct PlanArguments {
    /// Models: layer.name, layer.* or name [default: those of the pipeline file]
    #[arg(value_name = "MODEL")]
    models: Vec<String>,
    /// Write the final SQL of each model, with its parameters filled in, to a folder
    #[arg(long, value_name = "DIR")]
    sql: Option<PathBuf>,
    /// Say of each model whether it is person-local, constant or global, and what makes it global; needs no lake
    #[arg(long)]
    kinds: bool,
}

pub(super) async fn main(
    global: &Global,
    arguments: &PlanArguments,
    printer: &Printer,
) -> Result<ExitCode> {
    let pipeline = session::pipeline(global)?;
    let library = session::library(&pipeline)?;
    let patterns = match arguments.models.is_empty() {
        true => &pipeline.settings.models.build,
        false => &arguments.models,
    };
    let wanted = library.choose(patterns)?;
    let values = pipeline.values();
    if let Some(folder) = &arguments.sql {
        write_sql(folder, &library, &wanted, &values)?;
        printer.say(&format!(
            "wrote the SQL of the models to {}",
            folder.display()
        ));
    }
    if arguments.kinds {
        return show_kinds(global, &pipeline, &library, &wanted, printer).await;
    }
    let lake = Lake::open(pipeline.lake()?).await?;
    let lists = UsedCodeLists::of(&pipeline, &library, &BTreeSet::new())?;
    let absent = absent_references(&pipeline)?;
    let mut loaded = lists.versions();
    loaded.extend(reference_versions(&pipeline)?);
    let planned = plan(&lake, &library, &wanted, &values, loaded, &absent).await?;
    let ruled = pipeline.ruled();
    ruled.iter().for_each(|parameter| printer.say(parameter));
    if planned.iter().any(|planned| planned.has_other_values) {
        printer.say(MOVED);
    }
    let lines: Vec<String> = planned.iter().map(told).collect();
    if global.json {
        printer.summary(&planned, &[])?;
    } else {
        printer.data(&(lines.join("\n") + "\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What a run does about parameters that have another value.
const MOVED: &str = "parameters changed: in models that keep people apart, and in groups that are kept, \
                     those whom it affects are made anew; all others are built in full";

/// Writes the SQL of models and of what they read, a file each.
fn write_sql(
    folder: &Path,
    library: &Library,
    wanted: &BTreeSet<TableName>,
    values: &BTreeMap<String, ParameterValue>,
) -> Result<()> {
    for name in crate::models::order(library, wanted)? {
        let Some(model) = library.models.get(&name) else {
            continue;
        };
        let path = folder.join(&name.layer).join(format!("{}.sql", name.name));
        let cannot = || format!("cannot write {}", path.display());
        std::fs::create_dir_all(path.parent().unwrap_or(folder))
            .data(cannot)
            .map_err(|e| e.hint("give --sql a folder that may be written to"))?;
        let mut file = CompleteFile::create(&path)?;
        file.write_all(filled(&model.sql, values).as_bytes())
            .data(cannot)?;
        file.keep()?;
    }
    Ok(())
}

/// What would be done with a model, for people.
fn told(planned: &Planned) -> String {
    let why = match (&planned.waits_for, planned.state) {
        (Some(read), _) => format!("waits for {read}"),
        (None, ModelState::UpToDate) => "up to date".to_string(),
        (None, ModelState::Damaged) => "build: its table is damaged".to_string(),
        (None, ModelState::New) => "build: it is new".to_string(),
        (None, _) => format!("build: {}", planned.reasons.join("; ")),
    };
    format!("{:<40} {why}", planned.model.to_string())
}

/// The SQL with `$name` replaced by literals, to run elsewhere.
fn filled(sql: &str, values: &BTreeMap<String, ParameterValue>) -> String {
    let mut text = sql.to_string();
    // Longer names first: $period_end before $period.
    let mut names: Vec<_> = values.iter().collect();
    names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    for (name, value) in names {
        let literal = match value {
            ParameterValue::Date(date) => format!("date '{date}'"),
            ParameterValue::Text(text) => format!("'{}'", text.replace('\'', "''")),
            other => other.to_string(),
        };
        text = text.replace(&format!("${name}"), &literal);
    }
    text
}
