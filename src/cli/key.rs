//! `populace key`

use super::global::Global;
use super::printer::Printer;
use super::session;
use super::size::count;
use crate::error::{Context, Result};
use crate::lake::{Lake, Lock};
use crate::plural::things;
use crate::privacy::Key;
use crate::pull::{PullLimits, Rotated, abandon, rotate};
use std::process::ExitCode;

/// Arguments of `populace key`.
#[derive(Debug, clap::Args)]
pub(super) struct KeyArguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Print a new random key: keep it in a vault or a file away from the lake
    New,
    /// Print which key the pipeline uses, without giving it away
    Fingerprint,
    /// Give the lake the pipeline's new key, and prove that every link is kept
    ///
    /// The pipeline file names the new key as `key`, and the lake's keys as `key_before`. Cut short,
    /// it goes on where it was; until it has ended, nothing else opens the lake.
    Rotate {
        /// Give up a rotation that has not switched any table yet
        #[arg(long)]
        abandon: bool,
    },
}

impl KeyArguments {
    /// Whether the lake gets another key.
    pub(super) fn rotates(&self) -> bool {
        matches!(self.what, What::Rotate { .. })
    }
}

pub(super) fn main(
    global: &Global,
    arguments: &KeyArguments,
    printer: &Printer,
) -> Result<ExitCode> {
    match arguments.what {
        What::New => {
            let key = Key::generate()?;
            match global.json {
                true => printer.summary(&serde_json::json!({ "key": key.as_str() }), &[])?,
                false => printer.data(&format!("{}\n", key.as_str()))?,
            }
        }
        What::Fingerprint => {
            let key = session::key(&session::pipeline(global)?)?;
            let (fingerprint, chain) = (key.fingerprint(), key.fingerprints());
            match global.json {
                true => printer.summary(
                    &serde_json::json!({ "fingerprint": fingerprint, "chain": chain }),
                    &[],
                )?,
                false => printer.data(&shown(&key))?,
            }
        }
        What::Rotate { abandon: true } => {
            session::block_on(global, give_up(global))?;
            let lines = ["rotate   given up: the lake has the key that it had".to_string()];
            printer.summary(&serde_json::json!({ "abandoned": true }), &lines)?;
        }
        What::Rotate { abandon: false } => {
            rayon::ThreadPoolBuilder::new()
                .num_threads(session::threads(global))
                .build_global()
                .data(|| "cannot start threads")?;
            let rotated = session::block_on(global, epoch(global, printer))?;
            let lines = match &rotated {
                Some(rotated) => lines(rotated),
                None => vec!["rotate   the lake has this key already".to_string()],
            };
            printer.summary(&rotated, &lines)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The fingerprint; of a chain, each key's too.
fn shown(key: &Key) -> String {
    let mut text = format!("{}\n", key.fingerprint());
    let chain = key.fingerprints();
    if chain.len() > 1 {
        for (at, fingerprint) in chain.iter().enumerate() {
            let which = match at + 1 == chain.len() {
                true => "key",
                false => "key_before",
            };
            text.push_str(&format!("  {which:<10} {fingerprint}\n"));
        }
    }
    text
}

async fn epoch(global: &Global, printer: &Printer) -> Result<Option<Rotated>> {
    let pipeline = session::pipeline(global)?;
    let key = session::key(&pipeline)?;
    let location = pipeline.lake()?;
    let _lock = Lock::take(&location)?;
    let mut lake = Lake::open_to_rotate(location).await?;
    let scratch = session::scratch(global)?;
    let limits = PullLimits {
        threads: session::threads(global),
        memory: global.memory_limit,
    };
    let progress = printer.progress();
    // On an object store, where there is no lock, a pull that began before this cannot end after it.
    let before = lake.clone();
    let mut epoch = before.epoch().await?;
    epoch.claim().await?;
    let rotated = rotate(&pipeline, &mut lake, &key, limits, &scratch, progress).await?;
    epoch.end().await?;
    Ok(rotated)
}

async fn give_up(global: &Global) -> Result<()> {
    let location = session::pipeline(global)?.lake()?;
    let _lock = Lock::take(&location)?;
    abandon(&mut Lake::open_to_rotate(location).await?).await
}

fn lines(rotated: &Rotated) -> Vec<String> {
    let mut lines = vec![
        format!("rotate   from key {} to {}", rotated.from, rotated.to),
        format!(
            "         {} and {} have a new pseudonym each: as many after as before",
            things(rotated.people, "person"),
            things(rotated.records, "record")
        ),
        "         every table has the same rows, linked rows, people and rows a person as before:"
            .to_string(),
    ];
    for (table, links) in &rotated.tables {
        lines.push(format!(
            "           {table:<38} {:>12} rows {:>12} linked {:>10} people  {}",
            count(links.rows),
            count(links.linked),
            count(links.people),
            links.rows_a_person
        ));
    }
    lines.push(
        "         run `populace nightly` to build the models again; files with old pseudonyms stay until vacuum removes them"
            .to_string(),
    );
    lines
}
