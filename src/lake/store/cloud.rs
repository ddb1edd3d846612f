//! Opening a store with the settings and credentials that its cloud's own tools would use.

use super::address::{Address, Cloud};
use super::{Store, aws_profile};
use crate::error::{Context, Error, Result};
use crate::retry::RetryPolicy;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey, S3ConditionalPut};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::{BackoffConfig, ClientConfigKey, RetryConfig};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// A request that takes longer is tried again: a piece of 8 MiB needs 1.1 Mbit/s.
const TIMEOUT: &str = "60 seconds";
const CONNECT_TIMEOUT: &str = "10 seconds";

/// Eight more tries with growing pauses, about 20 seconds in the mean; `again` makes that twice.
fn retry() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: RetryPolicy::STORE.first,
            max_backoff: RetryPolicy::STORE.longest,
            // A wait is drawn between the first one and this many times the last one.
            base: 3.0,
        },
        max_retries: 8,
        // Requests are tried again with the credentials and the signature of the first try.
        retry_timeout: Duration::from_secs(180),
    }
}

/// Opens the bucket or container of `address`.
pub(super) fn open(address: &Address) -> Result<Store> {
    let failed = || format!("cannot use the store of {address}");
    let hint = |e: Error| e.hint("see docs/object-stores.md for the variables that are read");
    let url = address.bucket_url();
    let store: Store = match address.cloud {
        Cloud::S3 => {
            let mut builder = AmazonS3Builder::new();
            for (key, value) in s3_settings(address)? {
                builder = builder.with_config(key, value);
            }
            let built = builder
                .with_url(url)
                .with_retry(retry())
                // A commit is `If-None-Match: *`; no setting may turn that off.
                .with_conditional_put(S3ConditionalPut::ETagMatch)
                .build();
            Arc::new(built.usage(failed).map_err(hint)?)
        }
        Cloud::Azure => {
            let mut builder = MicrosoftAzureBuilder::new();
            for (key, value) in azure_settings(address)? {
                builder = builder.with_config(key, value);
            }
            let built = builder.with_url(url).with_retry(retry()).build();
            Arc::new(built.usage(failed).map_err(hint)?)
        }
        Cloud::Google => {
            let mut builder = GoogleCloudStorageBuilder::new();
            for (key, value) in google_settings(address)? {
                builder = builder.with_config(key, value);
            }
            let built = builder.with_url(url).with_retry(retry()).build();
            Arc::new(built.usage(failed).map_err(hint)?)
        }
    };
    Ok(store)
}

/// The endpoint that the environment names, when it is not the cloud's own.
pub(super) fn endpoint(address: &Address) -> Option<String> {
    fn of<K: PartialEq>(settings: Result<Vec<(K, String)>>, keys: &[K]) -> Option<String> {
        let settings = settings.ok()?;
        let named = |wanted: &K| settings.iter().rev().find(|(key, _)| key == wanted);
        keys.iter().find_map(named).map(|(_, value)| value.clone())
    }
    let endpoint = match address.cloud {
        Cloud::S3 => of(
            s3_settings(address),
            &[AmazonS3ConfigKey::S3Endpoint, AmazonS3ConfigKey::Endpoint],
        ),
        Cloud::Azure => of(azure_settings(address), &[AzureConfigKey::Endpoint]),
        Cloud::Google => of(google_settings(address), &[GoogleConfigKey::BaseUrl]),
    }?;
    // Only scheme, host and port: anything else could hold a secret.
    let url = url::Url::parse(&endpoint).ok()?;
    Some(url.origin().ascii_serialization())
}

/// The variables that begin with `prefix` and mean something, the timeouts first.
fn settings<K: FromStr>(
    variables: &[(String, String)],
    prefix: &str,
    client: fn(ClientConfigKey) -> K,
) -> Vec<(K, String)> {
    let mut settings: Vec<(K, String)> = vec![
        (client(ClientConfigKey::Timeout), TIMEOUT.to_string()),
        (
            client(ClientConfigKey::ConnectTimeout),
            CONNECT_TIMEOUT.to_string(),
        ),
        (
            client(ClientConfigKey::UserAgent),
            concat!("populace/", env!("CARGO_PKG_VERSION")).to_string(),
        ),
    ];
    for (name, value) in variables {
        if name.starts_with(prefix)
            && !value.is_empty()
            && let Ok(key) = name.to_ascii_lowercase().parse()
        {
            settings.push((key, value.clone()));
        }
    }
    settings
}

fn value<'v>(variables: &'v [(String, String)], name: &str) -> Option<&'v str> {
    let found = variables.iter().find(|(n, v)| n == name && !v.is_empty());
    found.map(|(_, value)| value.as_str())
}

fn s3_settings(address: &Address) -> Result<Vec<(AmazonS3ConfigKey, String)>> {
    let variables = address.variables();
    let mut all = aws_profile::settings(&variables)?;
    all.extend(settings(&variables, "AWS_", AmazonS3ConfigKey::Client));
    let http = all.iter().any(|(key, value)| {
        matches!(
            key,
            AmazonS3ConfigKey::Endpoint | AmazonS3ConfigKey::S3Endpoint
        ) && value.starts_with("http://")
    });
    if http && value(&variables, "AWS_ALLOW_HTTP").is_none() {
        return Err(Error::usage(format!("the store of {address} is reached without encryption"))
            .hint("give an https:// endpoint, or set AWS_ALLOW_HTTP=true when the network is the machine's own"));
    }
    Ok(all)
}

/// Names that the Azure command line reads and object_store does not.
const AZURE_NAMES: [(&str, AzureConfigKey); 2] = [
    ("AZURE_STORAGE_ACCOUNT", AzureConfigKey::AccountName),
    ("AZURE_STORAGE_KEY", AzureConfigKey::AccessKey),
];

fn azure_settings(address: &Address) -> Result<Vec<(AzureConfigKey, String)>> {
    let variables = address.variables();
    let mut all = settings(&variables, "AZURE_", AzureConfigKey::Client);
    for (name, key) in AZURE_NAMES {
        if let Some(value) = value(&variables, name) {
            all.push((key, value.to_string()));
        }
    }
    if let Some(text) = value(&variables, "AZURE_STORAGE_CONNECTION_STRING") {
        for part in text.split(';').filter(|part| !part.trim().is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let key = match name.trim() {
                "AccountName" => AzureConfigKey::AccountName,
                "AccountKey" => AzureConfigKey::AccessKey,
                "SharedAccessSignature" => AzureConfigKey::SasKey,
                "BlobEndpoint" => AzureConfigKey::Endpoint,
                "UseDevelopmentStorage" => AzureConfigKey::UseEmulator,
                _ => continue,
            };
            all.push((key, value.trim().to_string()));
        }
    }
    let named = |wanted: &AzureConfigKey| all.iter().any(|(key, _)| key == wanted);
    let http = all
        .iter()
        .any(|(key, value)| *key == AzureConfigKey::Endpoint && value.starts_with("http://"));
    if http && !named(&AzureConfigKey::Client(ClientConfigKey::AllowHttp)) {
        return Err(Error::usage(format!("the store of {address} is reached without encryption"))
            .hint("give an https:// endpoint, or set AZURE_ALLOW_HTTP=true when the network is the machine's own"));
    }
    Ok(all)
}

fn google_settings(address: &Address) -> Result<Vec<(GoogleConfigKey, String)>> {
    let variables = address.variables();
    let mut all = settings(&variables, "GOOGLE_", GoogleConfigKey::Client);
    // Google's own libraries go to an emulator without credentials when this is set.
    if let Some(host) = value(&variables, "STORAGE_EMULATOR_HOST") {
        let url = match host.contains("://") {
            true => host.to_string(),
            false => format!("http://{host}"),
        };
        let nobody = serde_json::json!({
            "gcs_base_url": url, "disable_oauth": true,
            "client_email": "", "private_key": "", "private_key_id": "",
        });
        all.push((GoogleConfigKey::BaseUrl, url));
        all.push((GoogleConfigKey::ServiceAccountKey, nobody.to_string()));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(url: &str, variables: &[(&str, &str)]) -> Address {
        let (scheme, rest) = url.split_once("://").unwrap();
        let owned = variables
            .iter()
            .map(|(k, v)| (k.to_string(), v.to_string()));
        Address::parse(scheme, rest)
            .unwrap()
            .with_variables(owned.collect())
    }

    #[test]
    fn endpoints_without_encryption_need_consent() {
        let endpoint = ("AWS_ENDPOINT_URL", "http://127.0.0.1:9000");
        let error = open(&address("s3://care", &[endpoint])).unwrap_err();
        assert_eq!(error.kind().exit_code(), 2);
        assert!(error.hint_text().unwrap().contains("AWS_ALLOW_HTTP"));
        open(&address(
            "s3://care",
            &[endpoint, ("AWS_ALLOW_HTTP", "true")],
        ))
        .unwrap();
    }

    #[test]
    fn a_connection_string_is_enough_for_azure() {
        let text = "DefaultEndpointsProtocol=https;AccountName=care;AccountKey=c2VjcmV0;BlobEndpoint=https://blob.example.org/care?x=1;";
        let at = address(
            "az://lake/one",
            &[("AZURE_STORAGE_CONNECTION_STRING", text)],
        );
        open(&at).unwrap();
        assert_eq!(
            crate::lake::store::server(&at),
            "az://lake/one at https://blob.example.org"
        );
        // Without an account there is nothing to open.
        let error = open(&address("az://lake", &[])).unwrap_err();
        assert_eq!(error.kind().exit_code(), 2);
        let named = ("AZURE_STORAGE_ACCOUNT", "care");
        open(&address(
            "az://lake",
            &[named, ("AZURE_STORAGE_KEY", "c2VjcmV0")],
        ))
        .unwrap();
    }

    #[test]
    fn conditional_creation_cannot_be_turned_off() {
        let at = address("s3://care", &[("AWS_CONDITIONAL_PUT", "disabled")]);
        assert!(format!("{:?}", open(&at).unwrap()).contains("conditional_put: ETagMatch"));
    }
}
