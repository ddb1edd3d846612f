//! Who may read the planners' page, and how it is reached: addresses and TLS, sign-in, roles, limits,
//! security headers, the access log.
//!
//! In: `[serve]` of the pipeline file, requests. Out: the same requests, each with the [`PageReader`] who
//! sent it, or a refusal. It knows neither releases nor pages.

mod access_log;
mod checks;
mod connections;
mod download_log;
mod gate;
mod limits;
mod listen;
mod page_reader;
mod proxy_header;
mod rate;
mod refusal;
mod request_head;
mod roles;
mod security_headers;
mod settings;
mod sign_in;
#[cfg(test)]
mod tests;
mod tls;

pub(crate) use gate::Access;
pub(crate) use limits::LimitSettings;
pub(crate) use listen::{listen, take_port};
pub(crate) use page_reader::{PageReader, ReaderRights};
pub(crate) use settings::AccessSettings;
