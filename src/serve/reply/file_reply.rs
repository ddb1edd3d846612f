//! Released files, whole or in part.

use super::content_type::content_type;
use super::page_reply::is_held;
use super::policy::policy_of_page;
use crate::serve::content::CheckedFile;
use crate::serve::sending::SendingRoom;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use std::ops::Range;

/// The reply with a released file of this name: whole, the part that was asked for, or nothing where the
/// browser has it. Its bytes take `room` until they are sent.
pub(crate) fn file_reply(
    name: &str,
    file: &CheckedFile,
    room: SendingRoom,
    request: &HeaderMap,
) -> Response {
    let tag = format!("\"{}\"", file.sha256.get(..32).unwrap_or_default());
    let length = file.bytes.len();
    let (status, part) = match wanted(request, &tag, length) {
        _ if is_held(request, tag.as_bytes()) => (StatusCode::NOT_MODIFIED, 0..0),
        WantedPart::Whole => (StatusCode::OK, 0..length),
        WantedPart::Part(part) => (StatusCode::PARTIAL_CONTENT, part),
        WantedPart::None => (StatusCode::RANGE_NOT_SATISFIABLE, 0..0),
    };
    let bytes = room.hold(file.bytes.clone());
    let mut reply = Response::new(Body::from(bytes.slice(part.clone())));
    *reply.status_mut() = status;
    let (kind, is_shown) = content_type(name);
    let disposition = match is_shown {
        true => "inline".to_string(),
        // Names of released files are plain.
        false => format!("attachment; filename=\"{name}\""),
    };
    let mut headers = vec![
        (header::ETAG, tag),
        (header::CONTENT_TYPE, kind.to_string()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::ACCEPT_RANGES, "bytes".to_string()),
        (header::CACHE_CONTROL, "private, no-cache".to_string()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_string()),
        (
            header::LAST_MODIFIED,
            file.written.format("%a, %d %b %Y %H:%M:%S GMT").to_string(),
        ),
    ];
    if is_shown {
        headers.push((header::CONTENT_SECURITY_POLICY, policy_of_page(&file.bytes)));
    }
    match status {
        StatusCode::PARTIAL_CONTENT => headers.push((
            header::CONTENT_RANGE,
            format!("bytes {}-{}/{length}", part.start, part.end - 1),
        )),
        StatusCode::RANGE_NOT_SATISFIABLE => {
            headers.push((header::CONTENT_RANGE, format!("bytes */{length}")));
        }
        _ => {}
    }
    for (header, value) in headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            reply.headers_mut().insert(header, value);
        }
    }
    reply
}

/// The part of a file that a request asks for.
#[derive(Debug, PartialEq, Eq)]
enum WantedPart {
    Whole,
    Part(Range<usize>),
    /// One that the file has not.
    None,
}

/// Reads `Range`. Several parts at once, and what cannot be read, get the whole file, as does a part of
/// another file than the one that `If-Range` names.
fn wanted(request: &HeaderMap, tag: &str, length: usize) -> WantedPart {
    if let Some(if_range) = request.get(header::IF_RANGE)
        && if_range.as_bytes() != tag.as_bytes()
    {
        return WantedPart::Whole;
    }
    let range = request.get(header::RANGE).and_then(|r| r.to_str().ok());
    let range = range.and_then(|range| range.trim().strip_prefix("bytes="));
    let Some((first, last)) = range.and_then(|range| range.split_once('-')) else {
        return WantedPart::Whole;
    };
    let (first, last) = (first.trim(), last.trim());
    let number = |text: &str| match text.bytes().all(|b| b.is_ascii_digit()) {
        true => text.parse::<usize>().ok(),
        false => None,
    };
    let part = match (first.is_empty(), last.is_empty()) {
        (true, true) => return WantedPart::Whole,
        // The last so many bytes.
        (true, false) => match number(last) {
            Some(0) => return WantedPart::None,
            Some(count) => length.saturating_sub(count)..length,
            None => return WantedPart::Whole,
        },
        (false, is_open) => {
            let end = if is_open { Some(length) } else { number(last) };
            match (number(first), end) {
                (Some(first), Some(_)) if first >= length => return WantedPart::None,
                (Some(first), Some(end)) if is_open => first..end,
                (Some(first), Some(last)) if first <= last => {
                    first..last.saturating_add(1).min(length)
                }
                _ => return WantedPart::Whole,
            }
        }
    };
    match part.is_empty() {
        true => WantedPart::None,
        false => WantedPart::Part(part),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(range: &str) -> WantedPart {
        let mut request = HeaderMap::new();
        request.insert(header::RANGE, HeaderValue::from_str(range).unwrap());
        wanted(&request, "\"t\"", 10)
    }

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        for (range, part) in [
            ("bytes=0-3", WantedPart::Part(0..4)),
            ("bytes=4-", WantedPart::Part(4..10)),
            ("bytes=-3", WantedPart::Part(7..10)),
            ("bytes=-30", WantedPart::Part(0..10)),
            ("bytes=5-300", WantedPart::Part(5..10)),
            ("bytes=10-", WantedPart::None),
            ("bytes=-0", WantedPart::None),
            ("bytes=3-1", WantedPart::Whole),
            ("bytes=0-1,4-5", WantedPart::Whole),
            ("bytes=a-b", WantedPart::Whole),
            ("bytes=-", WantedPart::Whole),
            ("bytes=99999999999999999999-", WantedPart::Whole),
            ("lines=0-3", WantedPart::Whole),
        ] {
            assert_eq!(of(range), part, "{range}");
        }
    }
}
