//! Moments as people in England read and write them.

use crate::error::{Error, Result};
use chrono::{DateTime, Duration, SubsecRound, Utc};
use chrono_tz::Europe::London;

/// The longest embargo. A longer one is a year that was mistyped.
const LONGEST: Duration = Duration::days(366);

/// A moment on the clocks of England: 10 December 2026, 09:30 GMT.
pub(crate) fn in_london(moment: DateTime<Utc>) -> String {
    let there = moment.with_timezone(&London);
    there.format("%-d %B %Y, %H:%M %Z").to_string()
}

/// Reads the end of an embargo.
///
/// # Errors
/// Usage: it is not an RFC 3339 time, which has its offset from UTC, is over already, or is more than a year away.
pub(crate) fn embargo(typed: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let hint = "write the day, the time and the offset from UTC, such as 2026-12-10T09:30:00Z, or 2026-07-10T09:30:00+01:00 in summer";
    let Ok(read) = DateTime::parse_from_rfc3339(typed) else {
        return Err(Error::usage(
            "the embargo is not an RFC 3339 time, such as 2026-11-22T06:00:00Z",
        )
        .hint(hint));
    };
    let moment = read.with_timezone(&Utc).trunc_subsecs(0);
    let shown = in_london(moment);
    if moment <= now {
        return Err(Error::usage(format!("the embargo would be over already: {shown}"))
            .hint("leave it out, so that the release is seen as soon as it is published, or name a later time"));
    }
    if moment - now > LONGEST {
        return Err(
            Error::usage(format!("the embargo would last more than a year: {shown}")).hint(hint),
        );
    }
    Ok(moment)
}
