//! An address on an object store: `s3://bucket/prefix`, `az://container/prefix`, `gs://bucket/prefix`.

use crate::error::{Context, Error, Result};
use object_store::path::Path;
use std::fmt;
use std::sync::Arc;
use url::Url;

/// Whose protocol a store speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cloud {
    S3,
    Azure,
    Google,
}

/// A place on an object store. It holds no secret: credentials come from the environment when the
/// store is opened.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    pub(super) cloud: Cloud,
    scheme: String,
    /// The bucket or container, and for `abfss` addresses the account.
    authority: String,
    prefix: Path,
    variables: Option<Arc<Vec<(String, String)>>>,
}

const FORMS: &str = "write a path, s3://BUCKET/PREFIX, az://CONTAINER/PREFIX, abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/PREFIX or gs://BUCKET/PREFIX";

impl Address {
    /// Reads an address; `scheme` is what stands before `://` and `rest` what stands after it.
    pub(in crate::lake) fn parse(scheme: &str, rest: &str) -> Result<Self> {
        let cloud = match scheme {
            "s3" | "s3a" => Cloud::S3,
            "az" | "azure" | "abfs" | "abfss" => Cloud::Azure,
            "gs" => Cloud::Google,
            _ => {
                return Err(Error::usage(format!(
                    "'{scheme}://' is no kind of store that is known"
                ))
                .hint(FORMS));
            }
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        if rest.contains(['?', '#']) || authority.contains(':') {
            // What stands there may be a secret: it is not repeated.
            return Err(Error::usage(format!(
                "an address under {scheme}:// has more than a bucket and a prefix"
            ))
            .hint("give keys and tokens in the environment (docs/object-stores.md), and nothing after ? or # in the address"));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.@".contains(c);
        if authority.is_empty() || !authority.chars().all(plain) {
            return Err(
                Error::usage(format!("an address under {scheme}:// has no bucket")).hint(FORMS),
            );
        }
        let prefix = Path::parse(path)
            .usage(|| format!("the prefix of an address under {scheme}:// cannot be used"))?;
        Ok(Address {
            cloud,
            scheme: scheme.to_string(),
            authority: authority.to_string(),
            prefix,
            variables: None,
        })
    }

    /// Takes settings and credentials from here instead of the process's environment.
    pub(in crate::lake) fn with_variables(mut self, variables: Vec<(String, String)>) -> Self {
        self.variables = Some(Arc::new(variables));
        self
    }

    /// The environment that settings and credentials come from.
    pub(super) fn variables(&self) -> Vec<(String, String)> {
        match &self.variables {
            Some(variables) => variables.to_vec(),
            None => std::env::vars_os()
                .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)))
                .collect(),
        }
    }

    /// The bucket or container alone, as the builders of object_store read it.
    pub(super) fn bucket_url(&self) -> String {
        format!("{}://{}", self.scheme, self.authority)
    }

    /// Whether one of two addresses is, or lies below, the other.
    pub(in crate::lake) fn overlaps(&self, other: &Self) -> bool {
        self.cloud == other.cloud
            && self.authority == other.authority
            && (self.prefix.prefix_matches(&other.prefix)
                || other.prefix.prefix_matches(&self.prefix))
    }

    /// The path below the bucket.
    pub(crate) fn prefix(&self) -> &Path {
        &self.prefix
    }

    /// The address of a folder below this one, as Delta Lake wants it.
    pub(in crate::lake) fn url(&self, below: &str) -> Result<Url> {
        let text = format!("{}/{below}/", self.to_string().trim_end_matches('/'));
        let url = Url::parse(&text).usage(|| format!("'{self}' cannot be an address"))?;
        if url.path().contains('%') || url.path().contains("//") {
            return Err(Error::usage(format!(
                "a lake cannot be kept at {self}: its prefix has characters that are not plain"
            ))
            .hint("use letters, digits, - and _ in the prefix of a lake"));
        }
        Ok(url)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.authority)?;
        if !self.prefix.as_ref().is_empty() {
            write!(f, "/{}", self.prefix)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The variables hold secrets.
        write!(f, "Address({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Address> {
        let (scheme, rest) = text.split_once("://").unwrap();
        Address::parse(scheme, rest)
    }

    #[test]
    fn addresses_are_read_and_shown() {
        for (text, shown, prefix) in [
            ("s3://care/lake/one/", "s3://care/lake/one", "lake/one"),
            ("gs://care", "gs://care", ""),
            ("az://care/lake", "az://care/lake", "lake"),
            (
                "abfss://care@account.dfs.core.windows.net/lake",
                "abfss://care@account.dfs.core.windows.net/lake",
                "lake",
            ),
        ] {
            let address = parse(text).unwrap();
            assert_eq!(address.to_string(), shown);
            assert_eq!(address.prefix().as_ref(), prefix);
        }
        let lake = parse("s3://care/lake").unwrap();
        let url = lake.url("record/patient").unwrap();
        assert_eq!(url.as_str(), "s3://care/lake/record/patient/");
    }

    #[test]
    fn what_is_no_address_is_refused_without_repeating_secrets() {
        for text in [
            "ftp://care/lake",
            "s3:///lake",
            "s3://user:hunter2@care/lake",
            "az://care/lake?sig=hunter2",
            "s3://care/a//b",
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!(error.kind().exit_code(), 2, "{text}");
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
        let address = parse("s3://care/my lake").unwrap();
        assert!(address.url("record/patient").is_err());
        let secret = vec![("AWS_SECRET_ACCESS_KEY".to_string(), "hunter2".to_string())];
        assert!(!format!("{:?}", address.with_variables(secret)).contains("hunter2"));
    }
}
