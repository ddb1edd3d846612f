//! TLS: the certificate, read again when its files change.

use super::settings::TlsSettings;
use crate::error::{Error, Result};
use crate::regular_file;
use axum_server::tls_rustls::RustlsConfig;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::{TLS12, TLS13};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use zeroize::Zeroizing;

/// How often it is looked whether the files have changed.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// A certificate and its key, in files.
#[derive(Debug, Clone)]
pub(crate) struct Tls {
    certificate: PathBuf,
    key: PathBuf,
}

/// What stands in both files.
struct PemFiles {
    certificate: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
}

impl Tls {
    /// The files of the settings, of which relative ones start from `base`.
    pub(super) fn new(settings: &TlsSettings, base: &std::path::Path) -> Self {
        Tls {
            certificate: base.join(&settings.certificate),
            key: base.join(&settings.key),
        }
    }

    /// Refuses files that are no certificate and its key.
    ///
    /// # Errors
    /// Usage: they cannot be read, or do not belong together.
    pub(super) fn check(&self) -> Result<()> {
        self.read()?.config().map(|_| ())
    }

    /// Reads the files, and keeps reading them when they change for as long as the runtime lives.
    ///
    /// # Errors
    /// Usage: they cannot be read, or are no certificate and its key.
    pub(super) fn watched(self) -> Result<RustlsConfig> {
        let mut known = self.read()?;
        let config = RustlsConfig::from_config(known.config()?);
        let watched = config.clone();
        tokio::spawn(async move {
            let mut failed = None;
            loop {
                tokio::time::sleep(LOOK_AGAIN).await;
                match self.read() {
                    // Half written files change once more; the old certificate serves until then.
                    Ok(found) if !found.same_as(&known) => match found.config() {
                        Ok(new) => {
                            watched.reload_from_config(new);
                            tracing::info!("the certificate was read again");
                            (known, failed) = (found, None);
                        }
                        Err(error) => warn_once(&mut failed, &error),
                    },
                    Ok(_) => failed = None,
                    Err(error) => warn_once(&mut failed, &error),
                }
            }
        });
        Ok(config)
    }

    fn read(&self) -> Result<PemFiles> {
        let read = |path: &PathBuf, what| {
            regular_file::read(path).map_err(|error| {
                Error::usage(format!("the {what} {} cannot be read", path.display())).cause(error)
            })
        };
        Ok(PemFiles {
            certificate: read(&self.certificate, "certificate")?,
            key: Zeroizing::new(read(&self.key, "key of the certificate")?),
        })
    }
}

/// Warns unless it has been said.
fn warn_once(said: &mut Option<String>, error: &Error) {
    let now = error.to_string();
    if said.as_ref() != Some(&now) {
        tracing::warn!("the certificate stays the old one: {now}");
        *said = Some(now);
    }
}

impl PemFiles {
    fn same_as(&self, other: &PemFiles) -> bool {
        self.certificate == other.certificate && self.key == other.key
    }

    fn config(&self) -> Result<Arc<ServerConfig>> {
        let refused = |cause: String| {
            Error::usage("the certificate and its key cannot be used")
                .cause(cause)
                .hint("name PEM files under tls of [serve]: the certificate with its chain, and the private key that belongs to it")
        };
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&self.certificate).collect();
        let chain = chain.map_err(|e| refused(e.to_string()))?;
        if chain.is_empty() {
            return Err(refused("there is no certificate in its file".to_string()));
        }
        // The parser's words could hold a part of the key.
        let key = PrivateKeyDer::from_pem_slice(&self.key)
            .map_err(|_| refused("there is no private key in its file".to_string()))?;
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(|e| refused(e.to_string()))?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(|e| refused(e.to_string()))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}
