//! What goes back to a browser: pages, files and refusals, with the headers of HTTP.

mod as_pages;
mod content_type;
mod fault;
mod file_reply;
mod page_reply;
mod policy;

pub(crate) use as_pages::as_pages;
pub(crate) use fault::PageFault;
pub(crate) use file_reply::file_reply;
pub(crate) use page_reply::{RenderedPage, page_reply};
