//! The name of a line's resource type.

use super::cursor::{Broken, Cursor};
use super::refusal::Refusal;
use super::{scan, text};
use crate::decode::RejectReason;

/// How most servers begin a line.
const START: &[u8] = b"{\"resourceType\":\"";

/// What follows the beginning of most servers' lines: the name itself and the rest of the line.
#[inline]
pub(super) fn after_start(line: &[u8]) -> Option<&[u8]> {
    line.strip_prefix(START)
}

/// Whether `rest`, from [`after_start`], begins with `name`.
#[inline]
pub(super) fn begins(rest: &[u8], name: &str) -> bool {
    let after = rest.strip_prefix(name.as_bytes());
    after.is_some_and(|after| after.starts_with(b"\""))
}

/// The name that `rest`, from [`after_start`], begins with, when the string ends.
pub(super) fn leading(rest: &[u8]) -> Option<&[u8]> {
    let end = scan::string_stop(rest, 0);
    (rest.get(end) == Some(&b'"')).then(|| &rest[..end])
}

/// The `resourceType` of a line that does not begin with it.
pub(super) fn searched(line: &[u8], length: usize) -> Result<Vec<u8>, Refusal> {
    let mut cursor = Cursor { bytes: line, at: 0 };
    if cursor.token() != b'{' {
        cursor.skip()?;
        cursor.ended(length)?;
        return Err(Refusal::new(RejectReason::NoResourceType));
    }
    cursor.at += 1;
    let mut found = None;
    if cursor.token() == b'}' {
        cursor.at += 1;
    } else {
        loop {
            if cursor.token() != b'"' {
                return Err(Broken.into());
            }
            let name = cursor.string()?;
            cursor.expect(b':')?;
            let own = line.get(name.start() as usize..name.end() as usize) == Some(b"resourceType");
            if own && cursor.token() == b'"' {
                let value = cursor.string()?;
                found = Some(text::decode(line, value)?);
            } else {
                if own {
                    found = None;
                }
                cursor.skip()?;
            }
            match cursor.token() {
                b',' => cursor.at += 1,
                b'}' => break,
                _ => return Err(Broken.into()),
            }
        }
        cursor.at += 1;
    }
    cursor.ended(length)?;
    found.ok_or_else(|| Refusal::new(RejectReason::NoResourceType))
}
