//! What a person confirms on the command line.

use crate::pipeline::ConfirmedGone;
use crate::privacy::Confirmed;

/// What a person confirms of opt-out lists and extracts.
#[derive(Debug, clap::Args)]
pub(super) struct Confirmations {
    /// Let an opt-out list shrink from so many people to so many, once: the refusal says what to
    /// write (repeatable)
    #[arg(long, value_name = "LIST=BEFORE..NOW")]
    pub confirm_opt_outs: Vec<Confirmed>,
    /// Let so many rows of a table go that a full extract no longer has, once: the refusal says what
    /// to write (repeatable)
    #[arg(long, value_name = "SOURCE.TABLE=ROWS")]
    pub confirm_gone: Vec<ConfirmedGone>,
}
