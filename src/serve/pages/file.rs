//! Released files.

use super::report::key_of;
use crate::serve::access::Access;
use crate::serve::content::FIGURES_FILE;
use crate::serve::page_view::PageView;
use crate::serve::reply::{PageFault, file_reply};
use axum::extract::{Extension, Path};
use axum::response::Response;

/// `/releases/{id}/files/{name}`.
pub(crate) async fn file(
    view: PageView,
    Extension(access): Extension<Access>,
    Path((id, name)): Path<(String, String)>,
) -> Result<Response, PageFault> {
    let release = view.release(&id)?;
    let content = &view.state.content;
    // Files of the whole release hold all areas and reports.
    let of_all = || match release.reports.iter().all(|key| view.may_read(key)) {
        true => Ok(()),
        false => Err(PageFault::Forbidden),
    };
    let file = match (name.as_str(), key_of(&release, &name)) {
        ("manifest.json", _) => {
            of_all()?;
            content.manifest_file(&id).await?
        }
        (FIGURES_FILE, _) => {
            of_all()?;
            content.file(&id, FIGURES_FILE).await?
        }
        (_, Some(key)) if !view.may_read(key) => return Err(PageFault::Forbidden),
        (_, Some(_)) => content.file(&id, &name).await?,
        // A file that is of no report is of all of them.
        (_, None) => {
            of_all()?;
            content.file(&id, &name).await?
        }
    };
    // What cannot be written down is not handed out.
    access.downloaded(&view.reader, &id, &name).map_err(|why| {
        tracing::error!(%why, "a file is not sent");
        PageFault::Unavailable
    })?;
    Ok(file_reply(&name, &file, view.headers()))
}
