//! What commands share: the runtime, logs, the pipeline and the lake it names.

use super::Global;
use crate::engine::{Engine, Limits};
use crate::error::{Context, Result};
use crate::lake::{Lake, Lock, Settings};
use crate::models::{Library, code_lists};
use crate::panics;
use crate::pipeline::Pipeline;
use crate::privacy::Key;
use crate::scratch::Scratch;
use std::future::Future;
use tracing_subscriber::EnvFilter;

/// Sends logs to standard error: warnings, and more with `-v`; `POPULACE_LOG` overrides.
pub fn log(verbose: u8, quiet: bool) {
    let level = match (quiet, verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "populace=info,warn",
        (false, 2) => "populace=debug,info",
        (false, _) => "debug",
    };
    // Delta Lake logs as an error what is none: a table that is not there yet, and a commit that
    // another writer was faster with. What fails in earnest comes as an error of the command.
    let calm = "deltalake_core::kernel::transaction=off,buoyant_kernel=off";
    let level = match verbose {
        0 | 1 => format!("{level},{calm}"),
        _ => level.to_string(),
    };
    let filter = EnvFilter::try_from_env("POPULACE_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}

/// Threads that the options allow.
pub fn threads(global: &Global) -> usize {
    match global.threads {
        Some(threads) => usize::from(threads),
        None => std::thread::available_parallelism().map_or(1, usize::from),
    }
}

/// Runs a command on a runtime of its own.
pub fn block_on<T>(global: &Global, work: impl Future<Output = Result<T>>) -> Result<T> {
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
pub fn pipeline(global: &Global) -> Result<Pipeline> {
    Pipeline::load(&global.pipeline, &global.set)
}

/// The key of a pipeline.
pub fn key(pipeline: &Pipeline) -> Result<Key> {
    let privacy = &pipeline.settings.privacy;
    Key::load_chain(&privacy.key_before, &privacy.key, &pipeline.root)
}

/// The temporary folder of this command.
pub fn scratch(global: &Global) -> Result<Scratch> {
    Scratch::new(global.temp_dir.as_deref())
}

/// What a command that writes to the lake works with.
pub struct Work {
    /// The pipeline.
    pub pipeline: Pipeline,
    /// Its key.
    pub key: Key,
    /// Its lake, made when it was not there.
    pub lake: Lake,
    /// The temporary folder.
    pub scratch: Scratch,
    _lock: Lock,
}

impl Work {
    /// Reads the pipeline and the key, and opens the lake so that nobody else writes to it.
    pub async fn begin(global: &Global) -> Result<Self> {
        let pipeline = pipeline(global)?;
        let key = key(&pipeline)?;
        let location = pipeline.lake()?;
        let lock = Lock::take(&location)?;
        let fresh = Settings::new(pipeline.settings.lake.shards, key.fingerprint())
            .with_chain(key.fingerprints());
        Ok(Work {
            lake: Lake::open_or_create(location, &fresh).await?,
            scratch: scratch(global)?,
            pipeline,
            key,
            _lock: lock,
        })
    }

    /// The models of the pipeline.
    pub fn library(&self) -> Result<Library> {
        library(&self.pipeline)
    }

    /// An engine over the lake.
    pub fn engine(&self, global: &Global) -> Result<Engine> {
        engine(global, &self.pipeline, &self.lake, &self.scratch)
    }
}

/// An engine over the lake, as the options say, with the code lists of the project.
pub fn engine(
    global: &Global,
    pipeline: &Pipeline,
    lake: &Lake,
    scratch: &Scratch,
) -> Result<Engine> {
    let limits = Limits {
        memory: global.memory_limit,
        threads: threads(global),
        spill: scratch.folder("spill")?,
    };
    let engine = Engine::new(lake, &limits, &pipeline.values())?;
    Ok(engine.with_code_lists(&code_lists(pipeline)?))
}

/// The models of a pipeline.
pub fn library(pipeline: &Pipeline) -> Result<Library> {
    Library::read(&pipeline.path(&pipeline.settings.models.folder))
}
