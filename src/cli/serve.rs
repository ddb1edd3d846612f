//! `populace serve`: the planners' page.

use super::global::Global;
use super::printer::Printer;
use super::project::pipeline_file;
use crate::error::{Error, Result};
use crate::lake::Location;
use crate::pipeline::Pipeline;
use crate::serve::{self, ServeSection, ShownReleases};
use crate::stop;
use clap::Args;
use object_store::ObjectStore;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Shows releases to planners in a browser, and gives programs their figures. It reads the releases
/// alone: it needs no lake and no key. It stops on SIGTERM or Ctrl-C, when requests under way are done.
#[derive(Debug, Args)]
pub(super) struct ServeArguments {
    /// Address and port to listen on, in place of `listen` under [serve]; without sign-in one of this
    /// machine
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Where releases are, in place of `url` under [releases]
    #[arg(long, value_name = "URL")]
    releases: Option<String>,
    /// Show drafts and releases under embargo too
    #[arg(long)]
    all: bool,
}

/// Serves until it is told to stop.
pub(super) async fn main(
    global: &Global,
    arguments: &ServeArguments,
    printer: &Printer,
) -> Result<ExitCode> {
    let (mut releases, mut settings, root) = match (&arguments.releases, &global.pipeline) {
        // Without a pipeline file, the releases are all that is needed.
        (Some(url), None) => (
            Location::parse(url, Path::new(""))?,
            ServeSection::default(),
            PathBuf::new(),
        ),
        (_, named) => Pipeline::to_serve(&pipeline_file(named.as_deref())?)?,
    };
    if let Some(url) = &arguments.releases {
        releases = Location::parse(url, Path::new(""))?;
    }
    if let Some(listen) = &arguments.listen {
        settings.page.listen.clone_from(listen);
    }
    if arguments.all {
        settings.page.show = ShownReleases::All;
    }
    let store = || -> Result<Arc<dyn ObjectStore>> {
        if let Some(folder) = releases.folder().filter(|folder| !folder.is_dir()) {
            return Err(Error::usage(format!(
                "there is no folder of releases: {}",
                folder.display()
            ))
            .hint("`populace nightly` makes it with the first release; name another with --releases, or url under [releases]"));
        }
        releases.store(false)
    };
    let started = |page: &str, metrics: Option<SocketAddr>| {
        let metrics = metrics.map(|metrics| format!("http://{metrics}/metrics"));
        let mut lines = vec![format!("serve    {page}")];
        lines.extend(metrics.iter().map(|metrics| format!("metrics  {metrics}")));
        let summary = serde_json::json!({ "serve": page, "metrics": metrics });
        printer.summary(&summary, &lines)
    };
    serve::run(settings, &root, store, started, || async {
        // It ends with the signal, which is what is waited for.
        let _ = stop::unless_told(std::future::pending::<Result<()>>()).await;
    })
    .await?;
    Ok(ExitCode::SUCCESS)
}
