//! The names of all properties by which tables of the lake say things about themselves.

/// Which key made the table's pseudonyms.
pub const KEY: &str = "populace.key";
/// Into how many shards the lake is cut.
pub const SHARDS: &str = "populace.shards";
/// Of which form the lake is.
pub const FORM: &str = "populace.format";
/// A damaged file was taken out of the table, and its rows have not come again.
pub const INCOMPLETE: &str = "populace.incomplete";
/// The checksum of the table's state.
pub const CHECKSUM: &str = "populace.checksum";
/// The digest of all that [`CHECKSUM`] leaves out: deletion vectors, bounds and sort order of files,
/// types of columns. Programs that do not know it keep their checksum; a table that they changed goes
/// without it until the next commit.
pub const STATE: &str = "populace.state";
/// By which view or column file a record table was made.
pub const DEFINITION: &str = "populace.definition";
/// At which version a pull that came to its end left each record table: of `populace.extract`.
pub const PULLED_VERSIONS: &str = "populace.pulled_versions";
/// Changes with a table's content, and with nothing else.
pub const CONTENT: &str = "populace.content";
/// Changes when lines that stay get other values by the same definition.
pub const READING: &str = "populace.reading";
/// Which columns of a table are pseudonyms and which one it is sorted by, for whoever has the table
/// and not its view.
pub const COLUMNS: &str = "populace.columns";
/// Which version of each input a model was made from.
pub const INPUTS: &str = "populace.inputs";
/// At which version of its Delta log each table was that a model was built from: what a refresh compares
/// with.
pub const INPUT_VERSIONS: &str = "populace.input_versions";
/// Which program and query engine made all rows of a model's table.
pub const ENGINE: &str = "populace.engine";
/// The day on which a model's table was first refreshed since it was built in full.
pub const REFRESHED_SINCE: &str = "populace.refreshed_since";
/// What made the rows of a model's table, but for what it read.
pub const BUILT: &str = "populace.built";
/// What a model's table was made from.
pub const FINGERPRINT: &str = "populace.fingerprint";
/// The state of the opt-outs: of `populace.opt_out` itself, and of the inputs of a model. It changes
/// when somebody joins the lists, or a Patient turns out to be theirs: what was made of the lake before
/// that may hold rows of theirs.
pub const OPT_OUTS: &str = "populace.opt_outs";

/// The code of the newest entry of `populace.audit`, which the next one continues.
pub const AUDIT_HEAD: &str = "populace.audit_head";

/// The partition column of sharded tables; those below zero hold what is not linked to a person yet.
pub const SHARD: &str = "shard";

/// Delta's own switch for removed rows.
pub const DELETION_VECTORS: &str = "delta.enableDeletionVectors";
