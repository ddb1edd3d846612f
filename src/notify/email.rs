//! An e-mail of plain text, through an SMTP server.

use super::run_end::RunEnd;
use super::words;
use crate::error::{Context, Error, Result};
use crate::pipeline::{EmailSettings, SmtpEncryption, timeout};
use crate::retry::{Backoff, RetryPolicy};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::path::Path;

/// Mails a message to all recipients; relative paths of secrets start at `base`.
///
/// # Errors
/// Usage: a secret cannot be read. Data: the server did not take the message.
pub(super) async fn tell(
    settings: &EmailSettings,
    installation: &str,
    end: &RunEnd,
    base: &Path,
) -> Result<()> {
    let message = message(settings, installation, end)?;
    let server = server(settings, base)?;
    let mut backoff = Backoff::new(RetryPolicy::NOTIFY);
    loop {
        let failed = match server.send(message.clone()).await {
            Ok(_) => return Ok(()),
            Err(e) => e,
        };
        if failed.is_permanent() || failed.is_client() || !backoff.wait(None).await {
            return Err(not_taken(settings, &failed));
        }
    }
}

fn not_taken(settings: &EmailSettings, failed: &smtp::Error) -> Error {
    let hint = match failed.status().map(|code| code.to_string()).as_deref() {
        Some("530" | "534" | "535" | "538") => "check user and password under [notify.email]",
        Some(_) => {
            "ask the server's operator whether it takes messages from this sender to these recipients"
        }
        None if failed.is_tls() => {
            "check tls and port under [notify.email], and that this machine trusts the server's certificate (SSL_CERT_FILE names others)"
        }
        None => {
            "check server, port and tls under [notify.email], and that the server can be reached from here"
        }
    };
    let last = std::iter::successors(Some(failed as &dyn std::error::Error), |e| e.source()).last();
    let why = match (failed.status(), last) {
        // A server's own words may repeat what it was sent.
        (Some(code), _) => format!("it answered with code {code}"),
        (None, Some(last)) => last.to_string(),
        (None, None) => failed.to_string(),
    };
    Error::data(format!(
        "the SMTP server {} did not take the e-mail",
        settings.server
    ))
    .cause(why)
    .hint(hint)
}

/// The message.
fn message(settings: &EmailSettings, installation: &str, end: &RunEnd) -> Result<Message> {
    let from = &settings.from.0;
    // The same for every attempt, so that a server that took two shows one.
    let id = format!("<{}@{}>", end.id(installation), from.email.domain());
    let mut message = Message::builder()
        .from(from.clone())
        .message_id(Some(id))
        .date(end.ended.into())
        .subject(words::subject(end, installation))
        // Nobody's absence notice is wanted (RFC 3834).
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_string(),
        ))
        .header(ContentType::TEXT_PLAIN);
    for to in &settings.to {
        message = message.to(to.0.clone());
    }
    message
        .body(words::body(end, installation))
        .data(|| "cannot write the e-mail")
}

/// The server, with what it asks for.
fn server(settings: &EmailSettings, base: &Path) -> Result<AsyncSmtpTransport<Tokio1Executor>> {
    type Server = AsyncSmtpTransport<Tokio1Executor>;
    let host = settings.server.as_str();
    let cannot = || format!("cannot prepare for the SMTP server {host}");
    let mut server = match settings.tls {
        SmtpEncryption::Tls => Server::relay(host).data(cannot)?,
        SmtpEncryption::Starttls => Server::starttls_relay(host).data(cannot)?,
        SmtpEncryption::None => Server::builder_dangerous(host),
    };
    if let Some(port) = settings.port {
        server = server.port(port);
    }
    if let (Some(user), Some(password)) = (&settings.user, &settings.password) {
        let user = user.read("user of the SMTP server", base)?;
        let password = password.read("password of the SMTP server", base)?;
        server = server.credentials(Credentials::new(user.to_string(), password.to_string()));
    }
    Ok(server
        .timeout(Some(timeout(settings.timeout_seconds)))
        .build())
}

#[cfg(test)]
mod tests {
    use super::super::run_end::samples;
    use super::*;

    fn settings(more: &str) -> EmailSettings {
        let text = format!(
            "server = \"127.0.0.1\"\nfrom = \"Populace <p@example.org>\"\nto = [\"a@example.org\", \"Bé <b@example.org>\"]\n{more}"
        );
        crate::pipeline::parse_settings("x.toml", &text).unwrap()
    }

    #[test]
    fn the_message_names_its_kind_and_is_plain_text() {
        let message = message(&settings(""), "north", &samples::failed()).unwrap();
        let text = String::from_utf8(message.formatted()).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        for line in [
            "From: Populace <p@example.org>",
            "Subject: north: populace nightly failed (exit code 3)",
            "Auto-Submitted: auto-generated",
            "Date: Sun, 22 Nov 2026 02:01:30 +0000",
            "Content-Type: text/plain; charset=utf-8",
        ] {
            assert!(head.lines().any(|l| l == line), "{line} in {head}");
        }
        assert!(body.contains("Where\r\n  step pull\r\n"), "{body}");
        assert_eq!(message.envelope().to().len(), 2);
        let again = super::message(&settings(""), "north", &samples::failed()).unwrap();
        assert_eq!(again.formatted(), message.formatted());
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_said_without_a_secret() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("user"), "hunter1").unwrap();
        std::fs::write(folder.path().join("password"), "hunter2").unwrap();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let settings = settings(&format!(
            "port = {port}\ntls = \"none\"\ntimeout_seconds = 0.5\nuser = \"file:user\"\npassword = \"file:password\"\n"
        ));
        let told = tell(&settings, "north", &samples::failed(), folder.path()).await;
        let error = told.unwrap_err();
        assert_eq!(
            error.what(),
            "the SMTP server 127.0.0.1 did not take the e-mail"
        );
        assert!(!format!("{error:?}").contains("hunter"), "{error:?}");
    }
}
