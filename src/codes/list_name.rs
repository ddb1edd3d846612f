//! Names of code lists as they are compared.

/// A name in lower case, with `_` for what is neither a letter nor a digit: `DM_COD` is `dm_cod`, and
/// `user-local-asthma` is `user_local_asthma`.
pub(crate) fn list_name(text: &str) -> String {
    let sign = |sign: char| match sign.is_ascii_alphanumeric() {
        true => sign.to_ascii_lowercase(),
        false => '_',
    };
    text.trim().chars().map(sign).collect()
}
