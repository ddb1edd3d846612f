//! Released files.

use crate::serve::access::Access;
use crate::serve::asked::AddressPath;
use crate::serve::catalogue::ListedRelease;
use crate::serve::page_view::PageView;
use crate::serve::reply::{PageFault, file_reply};
use axum::extract::Extension;
use axum::response::Response;

/// `/releases/{id}/files/{name}`.
pub(crate) async fn file(
    view: PageView,
    Extension(access): Extension<Access>,
    AddressPath((id, name)): AddressPath<(String, String)>,
) -> Result<Response, PageFault> {
    let release = view.release(&id)?;
    let may_read_all = view.may_read_all(&release);
    if !may_read_all && !is_own(&view, &release, &name) {
        return Err(PageFault::Forbidden);
    }
    let content = &view.state.content;
    // Who may not read all is not told which files there are: another area's is one that is absent.
    let hidden = |fault: PageFault| match fault {
        PageFault::NotFound if !may_read_all => PageFault::Forbidden,
        fault => fault,
    };
    let length = content.length(&id, &name).await.map_err(hidden)?;
    // Before it is read: files that wait for slow clients are held in memory.
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let room = view.state.sending.room(length).await?;
    let file = match name.as_str() {
        "manifest.json" => content.manifest_file(&id).await?,
        name => content.file(&id, name).await?,
    };
    // What cannot be written down is not handed out.
    access.downloaded(&view.reader, &id, &name).map_err(|why| {
        tracing::error!(%why, "a file is not sent");
        PageFault::Unavailable
    })?;
    Ok(file_reply(&name, &file, room, view.headers()))
}

/// Whether a file is of a report that the reader may read; one of no report is of all of them.
fn is_own(view: &PageView, release: &ListedRelease, name: &str) -> bool {
    let key = release.report_of(name);
    key.is_some_and(|key| view.may_read(key))
}
