//! Metrics for the textfile collector of Prometheus' node_exporter: a file that is whole or not there.

use super::metrics::{last_success, metrics};
use super::run_end::RunEnd;
use crate::error::{Context, Result};
use crate::pipeline::TextfileSettings;
use crate::regular_file;
use crate::scratch::Leftover;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Writes the metrics; a relative folder starts at `base`.
///
/// # Errors
/// Data: the file cannot be written; the one before stays.
pub(super) fn tell(
    settings: &TextfileSettings,
    installation: &str,
    end: &RunEnd,
    base: &Path,
) -> Result<()> {
    let folder = base.join(&settings.folder);
    let file = path(&folder, installation, end.command);
    let before = regular_file::read_to_string(&file).unwrap_or_default();
    let text = metrics(end, installation, last_success(&before));
    write(&folder, &file, &text)
        .data(|| format!("the metrics {} cannot be written", file.display()))
        .map_err(|e| e.hint("make the folder, and let this account write to it"))
}

/// A file for each command, so that one does not take the other's metrics away.
fn path(folder: &Path, installation: &str, command: &str) -> PathBuf {
    folder.join(format!("populace_{installation}_{command}.prom"))
}

/// Writes under a name that the collector passes over, and renames.
fn write(folder: &Path, file: &Path, text: &str) -> std::io::Result<()> {
    let mut new = tempfile::Builder::new();
    let mut new = new
        .prefix(".populace_")
        .suffix(".partial")
        .tempfile_in(folder)?;
    let _leftover = Leftover::new(new.path().to_path_buf());
    new.write_all(text.as_bytes())?;
    #[cfg(unix)]
    {
        // The collector has an account of its own, and the metrics tell of nobody.
        use std::os::unix::fs::PermissionsExt;
        new.as_file()
            .set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    new.as_file().sync_all()?;
    new.persist(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::run_end::samples;
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn settings(folder: &str) -> TextfileSettings {
        crate::pipeline::parse_settings("x.toml", &format!("folder = \"{folder}\"\n")).unwrap()
    }

    #[test]
    fn the_file_is_whole_and_for_the_collector() {
        let base = tempfile::tempdir().unwrap();
        std::fs::create_dir(base.path().join("metrics")).unwrap();
        let settings = settings("metrics");
        tell(&settings, "north", &samples::good(), base.path()).unwrap();
        tell(&settings, "north", &samples::failed(), base.path()).unwrap();
        let names: Vec<_> = std::fs::read_dir(base.path().join("metrics"))
            .unwrap()
            .collect();
        assert_eq!(names.len(), 1, "no partial file stays: {names:?}");
        let file = base.path().join("metrics/populace_north_nightly.prom");
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(last_success(&text), Some(1_795_312_890.75));
        assert!(text.ends_with('\n'));
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o644);
    }

    #[test]
    fn a_folder_that_is_not_there_is_said() {
        let base = tempfile::tempdir().unwrap();
        let error = tell(&settings("nowhere"), "north", &samples::good(), base.path()).unwrap_err();
        assert!(
            error
                .what()
                .ends_with("populace_north_nightly.prom cannot be written"),
            "{error}"
        );
        assert!(error.hint_text().unwrap().contains("make the folder"));
    }
}
