//! TLS, with certificates that openssl makes.

use super::super::limits::LimitSettings;
use super::super::listen::{listen, take_port};
use super::super::settings::TlsSettings;
use super::super::tls::Tls;
use crate::notice::missing;
use axum::Router;
use axum::routing::get;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Writes a certificate for `name` and its key; false where openssl is absent.
fn certificate(folder: &Path, name: &str) -> bool {
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
        ])
        .args([
            "-subj",
            &format!("/CN={name}"),
            "-keyout",
            "key.pem",
            "-out",
            "cert.pem",
        ])
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    made.is_ok_and(|status| status.success())
}

/// What `openssl s_client` says of a handshake.
async fn handshake(address: SocketAddr, arguments: &[&str]) -> String {
    let connect = address.to_string();
    let mut command = Command::new("openssl");
    command
        .args(["s_client", "-connect", &connect])
        .args(arguments)
        .stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[tokio::test]
async fn certificates_are_read_again_and_old_versions_refused() {
    let folder = tempfile::tempdir().unwrap();
    if !certificate(folder.path(), "first.example") {
        return missing("openssl", "there is none");
    }
    let files = TlsSettings {
        certificate: "cert.pem".into(),
        key: "key.pem".into(),
    };
    let tls = Tls::new(&files, folder.path());
    let port = take_port("127.0.0.1:0".parse().unwrap(), "").unwrap();
    let address = port.local_addr().unwrap();
    let router = Router::new().route("/", get(|| async { "over TLS" }));
    tokio::spawn(async move {
        listen(
            port,
            Some(tls),
            &LimitSettings::default(),
            router,
            std::future::pending(),
        )
        .await
    });
    let client = reqwest::Client::builder()
        .danger_accept_invalid_certs(true)
        .build()
        .unwrap();
    let text = client
        .get(format!("https://{address}/"))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert_eq!(text, "over TLS");
    for (version, works) in [("-tls1_1", false), ("-tls1_2", true), ("-tls1_3", true)] {
        let said = handshake(address, &[version]).await;
        assert_eq!(said.contains("first.example"), works, "{version}: {said}");
    }
    // Rubbish is not taken, and the old one stays.
    std::fs::write(folder.path().join("cert.pem"), "rubbish").unwrap();
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert!(handshake(address, &[]).await.contains("first.example"));
    assert!(certificate(folder.path(), "second.example"));
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert!(handshake(address, &[]).await.contains("second.example"));
}

#[tokio::test]
async fn files_that_are_no_certificate_are_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let files = TlsSettings {
        certificate: "cert.pem".into(),
        key: "key.pem".into(),
    };
    let tls = Tls::new(&files, folder.path());
    let absent = tls.clone().watched().err().unwrap();
    assert!(absent.what().contains("cannot be read"), "{absent}");
    if !certificate(folder.path(), "first.example") {
        return missing("openssl", "there is none");
    }
    let key = std::fs::read_to_string(folder.path().join("key.pem")).unwrap();
    assert!(certificate(folder.path(), "second.example"));
    std::fs::write(folder.path().join("key.pem"), key).unwrap();
    let other = tls.clone().watched().err().unwrap();
    assert!(other.what().contains("cannot be used"), "{other}");
    std::fs::write(folder.path().join("key.pem"), "hunter2").unwrap();
    let none = tls.watched().err().unwrap();
    assert!(!format!("{none:?}").contains("hunter2"), "{none:?}");
}
