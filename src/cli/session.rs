//! What commands share: the runtime, logs, the pipeline and the lake it names.

use super::audited_command::act;
use super::confirmations::Confirmations;
use super::global::Global;
use super::process;
use super::project::pipeline_file;
use crate::audit::AuditLog;
use crate::engine::{Engine, Limits, Profiles};
use crate::error::{Context, Result};
use crate::lake::{FilesFor, Lake, Location, Lock, Settings, tighten};
use crate::models::{Library, code_lists};
use crate::pipeline::Pipeline;
use crate::privacy::Key;
use crate::scratch::Scratch;
use crate::{audit, panics, stop};
use anstream::{AutoStream, ColorChoice};
use std::future::Future;
use tracing_subscriber::EnvFilter;

/// Sends logs to standard error: warnings, and more with `-v`; `POPULACE_LOG` overrides. Libraries
/// have their say from the third `-v` on.
pub(super) fn log(verbose: u8, quiet: bool) {
    let level = match (quiet, verbose) {
        (true, _) => "error",
        // The access log of the planners' page, one line a request.
        (false, 0) => "warn,populace::serve::readers=info",
        (false, 1) => "warn,populace=info",
        (false, 2) => "warn,populace=debug",
        (false, _) => "debug,populace=trace",
    };
    // Delta Lake logs as an error what is none: a table that is not there yet, and a commit that
    // another writer was faster with. What fails in earnest comes as an error of the command.
    let calm = "deltalake_core::kernel::transaction=off,buoyant_kernel=off";
    let level = match verbose {
        0..=2 => format!("{level},{calm}"),
        _ => level.to_string(),
    };
    let filter = EnvFilter::try_from_env("POPULACE_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let coloured = AutoStream::choice(&std::io::stderr()) != ColorChoice::Never;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(coloured)
        // Where standard error is closed, a log line is lost and nothing else.
        .log_internal_errors(false)
        .with_writer(std::io::stderr)
        .event_format(super::log_format::LogFormat)
        .init();
}

/// Threads that the options allow.
pub(super) fn threads(global: &Global) -> usize {
    match global.threads {
        Some(threads) => usize::from(threads),
        None => std::thread::available_parallelism().map_or(1, usize::from),
    }
}

/// Runs a command on a runtime of its own, until it ends or this process is told to stop.
pub(super) fn block_on<T>(global: &Global, work: impl Future<Output = Result<T>>) -> Result<T> {
    block_on_whole(global, stop::unless_told(work))
}

/// Runs a command that looks itself whether it is told to stop.
pub(super) fn block_on_whole<T>(
    global: &Global,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads(global).max(2))
        // Plans of many joins are walked on the stack.
        .thread_stack_size(8 * 1024 * 1024)
        .enable_all()
        .build()
        .data(|| "cannot start")?;
    let done = runtime.block_on(panics::caught_in(work));
    // What a command that failed was still reading ends with the process. Delta's kernel panics in a
    // thread of its own when the runtime is taken away from under it.
    std::mem::forget(runtime);
    done
}

/// The pipeline of the options.
pub(super) fn pipeline(global: &Global) -> Result<Pipeline> {
    let file = pipeline_file(global.pipeline.as_deref())?;
    let pipeline = Pipeline::load(&file, &global.set)?;
    process::withhold(pipeline.settings.privacy.files_for);
    Ok(pipeline)
}

/// The lake of the options' pipeline file, however much else of the file is wrong.
pub(super) async fn lake_to_tell(global: &Global) -> Result<Lake> {
    let file = pipeline_file(global.pipeline.as_deref())?;
    Lake::open(Pipeline::lake_of(&file)?).await
}

/// The key of a pipeline.
pub(super) fn key(pipeline: &Pipeline) -> Result<Key> {
    let privacy = &pipeline.settings.privacy;
    Key::load_chain(&privacy.key_before, &privacy.key, &pipeline.root)
}

/// The temporary folder of this command.
pub(super) fn scratch(global: &Global) -> Result<Scratch> {
    Scratch::new(global.temp_dir.as_deref())
}

/// What a command that writes to the lake works with.
pub(super) struct SessionWork {
    /// The pipeline.
    pub pipeline: Pipeline,
    /// Its lake.
    pub lake: Lake,
    /// The temporary folder.
    pub scratch: Scratch,
    /// What keeps other commands out.
    pub lock: Lock,
    /// Where engines add what their queries take, if that is asked for.
    pub profiles: Option<Profiles>,
}

impl SessionWork {
    /// Reads the pipeline, and opens its lake so that nobody else writes to it. The key is needed
    /// only to make a lake that is not there yet.
    pub(super) async fn begin(global: &Global) -> Result<Self> {
        let pipeline = pipeline(global)?;
        let (settings, made) = match Lake::open(pipeline.lake()?).await {
            Ok(lake) => (lake.settings().clone(), None),
            // Only now is the key asked for: it may come from a program.
            Err(missing) => match key(&pipeline) {
                Ok(key) => (fresh(&pipeline, &key), Some(key)),
                Err(_) => return Err(missing),
            },
        };
        let work = Self::open(global, pipeline, &settings).await?;
        if let Some(key) = made {
            continue_audit(&work.lake, &key).await;
        }
        Ok(work)
    }

    /// Reads the pipeline and its key, and opens the lake, made when it was not there, so that nobody
    /// else writes to it.
    pub(super) async fn begin_to_pull(global: &Global) -> Result<(Self, Key)> {
        let pipeline = pipeline(global)?;
        let key = key(&pipeline)?;
        let settings = fresh(&pipeline, &key);
        let work = Self::open(global, pipeline, &settings).await?;
        continue_audit(&work.lake, &key).await;
        Ok((work, key))
    }

    async fn open(global: &Global, pipeline: Pipeline, settings: &Settings) -> Result<Self> {
        let location = pipeline.lake()?;
        let lock = Lock::take(&location)?;
        keep_private(&location, pipeline.settings.privacy.files_for);
        Ok(SessionWork {
            lake: Lake::open_or_create(location, settings).await?,
            scratch: scratch(global)?,
            pipeline,
            lock,
            profiles: None,
        })
    }

    /// Takes in what a person confirms.
    pub(super) fn confirm(&mut self, confirmed: &Confirmations) {
        let settings = &mut self.pipeline.settings;
        let opt_outs = &mut settings.privacy.confirmed_opt_outs;
        opt_outs.extend_from_slice(&confirmed.confirm_opt_outs);
        settings
            .confirmed_gone
            .extend_from_slice(&confirmed.confirm_gone);
    }

    /// The models of the pipeline.
    pub(super) fn library(&self) -> Result<Library> {
        library(&self.pipeline)
    }

    /// An engine over the lake.
    pub(super) fn engine(&self, global: &Global) -> Result<Engine> {
        let engine = engine(global, &self.pipeline, &self.lake, &self.scratch)?;
        Ok(engine.with_profiles(self.profiles.clone()))
    }
}

/// The audit log of a lake, for a command that may have no key. That of an earlier Populace has none
/// yet: whoever has its key begins it.
pub(super) async fn audit_log(pipeline: &Pipeline, lake: &Lake) -> Result<AuditLog> {
    if !audit::has_begun(lake).await?
        && let Ok(key) = key(pipeline)
        && key.fingerprint() == lake.settings().key_fingerprint
    {
        continue_audit(lake, &key).await;
    }
    Ok(AuditLog::new(lake, act()))
}

/// Begins the audit log of a lake whose key is here, or goes on with it. Releases and record-level use
/// stop where it cannot be written; a pull may go on.
async fn continue_audit(lake: &Lake, key: &Key) {
    if let Err(why) = audit::begin(lake, key, act()).await {
        tracing::warn!("the audit log cannot be continued: {why}");
    }
}

/// The settings of a new lake.
fn fresh(pipeline: &Pipeline, key: &Key) -> Settings {
    Settings::new(pipeline.settings.lake.shards, key.fingerprint()).with_chain(key.fingerprints())
}

/// Closes a lake on this machine to accounts that may not read it.
fn keep_private(location: &Location, files_for: FilesFor) {
    let Some(folder) = location.folder() else {
        return;
    };
    let (changed, failed) = tighten(folder, files_for);
    if changed > 0 {
        tracing::warn!(
            "other accounts could read the lake at {location}: {changed} of its files and folders were closed to them"
        );
    }
    if failed > 0 {
        tracing::warn!(
            "other accounts may read the lake at {location}: {failed} of its files and folders are another account's, whose owner must close them (chmod -R o-rwx,g-w)"
        );
    }
}

/// How the options let an engine use the machine.
pub(super) fn limits(global: &Global, scratch: &Scratch) -> Result<Limits> {
    Ok(Limits {
        memory: global.memory_limit,
        threads: threads(global),
        spill: scratch.folder("spill")?,
    })
}

/// An engine over the lake, as the options say, with the code lists of the project.
pub(super) fn engine(
    global: &Global,
    pipeline: &Pipeline,
    lake: &Lake,
    scratch: &Scratch,
) -> Result<Engine> {
    let engine = Engine::new(lake, &limits(global, scratch)?, &pipeline.values())?;
    Ok(engine.with_code_lists(&code_lists(pipeline)?))
}

/// The models of a pipeline.
pub(super) fn library(pipeline: &Pipeline) -> Result<Library> {
    Library::read(&pipeline.path(&pipeline.settings.models.folder))
}
