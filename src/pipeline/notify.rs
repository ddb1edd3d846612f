//! `[notify]`: who is told how a night or a release ended, and how.

use super::bounds;
use crate::error::{Error, Result};
use crate::privacy::SecretPlace;
use crate::secure_url::{is_here, is_secure};
use lettre::message::Mailbox;
use serde::Deserialize;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use url::{Host, Url};

/// `[notify]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotifySettings {
    /// What messages and metrics call this installation.
    #[serde(default)]
    pub name: InstallationName,
    /// A server that gets a JSON document.
    pub webhook: Option<WebhookSettings>,
    /// People who get an e-mail.
    pub email: Option<EmailSettings>,
    /// Metrics for the textfile collector of Prometheus' node_exporter.
    pub textfile: Option<TextfileSettings>,
    /// Events of data lineage.
    pub openlineage: Option<OpenLineageSettings>,
}

/// How a command ended, as `on` chooses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NotifyOn {
    /// It did all that it should.
    Success,
    /// A check failed or a release was refused.
    Refusal,
    /// It failed, or was stopped.
    Failure,
}

impl NotifyOn {
    /// Every end.
    pub(crate) const ALL: [NotifyOn; 3] = [NotifyOn::Success, NotifyOn::Refusal, NotifyOn::Failure];

    /// Its name, as settings and messages have it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            NotifyOn::Success => "success",
            NotifyOn::Refusal => "refusal",
            NotifyOn::Failure => "failure",
        }
    }

    fn all() -> Vec<NotifyOn> {
        Self::ALL.to_vec()
    }

    /// Ends that somebody has to look at.
    fn bad() -> Vec<NotifyOn> {
        vec![NotifyOn::Refusal, NotifyOn::Failure]
    }
}

/// `[notify.webhook]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSettings {
    /// Where it is posted to.
    pub url: ServerAddress,
    /// Where the secret is with which messages are signed.
    pub secret: Option<SecretPlace>,
    /// Ends that it is told of.
    #[serde(default = "NotifyOn::all")]
    pub on: Vec<NotifyOn>,
    /// For how many seconds an answer is waited for.
    #[serde(default = "usual_timeout", deserialize_with = "bounds::seconds")]
    pub timeout_seconds: f64,
}

/// `[notify.email]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailSettings {
    /// The host of the SMTP server.
    pub server: String,
    /// Its port; that of the kind of encryption when not given.
    pub port: Option<u16>,
    /// How the connection is encrypted.
    #[serde(default)]
    pub tls: SmtpEncryption,
    /// Where the user's name is.
    pub user: Option<SecretPlace>,
    /// Where the password is.
    pub password: Option<SecretPlace>,
    /// The sender.
    pub from: MailAddress,
    /// The recipients.
    pub to: Vec<MailAddress>,
    /// Ends that they are told of.
    #[serde(default = "NotifyOn::bad")]
    pub on: Vec<NotifyOn>,
    /// For how many seconds an answer is waited for.
    #[serde(default = "usual_timeout", deserialize_with = "bounds::seconds")]
    pub timeout_seconds: f64,
}

/// How a connection to an SMTP server is encrypted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpEncryption {
    /// From the first byte (port 465).
    Tls,
    /// From the command STARTTLS on (port 587); a server that does not have it gets nothing.
    #[default]
    Starttls,
    /// Not at all (port 25): to a server on this machine only.
    None,
}

/// `[notify.textfile]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextfileSettings {
    /// The folder that node_exporter reads.
    pub folder: PathBuf,
    /// Ends after which it is written.
    #[serde(default = "NotifyOn::all")]
    pub on: Vec<NotifyOn>,
}

/// `[notify.openlineage]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenLineageSettings {
    /// The endpoint that events are posted to.
    pub url: Option<ServerAddress>,
    /// Where the API key is that the endpoint asks for.
    pub api_key: Option<SecretPlace>,
    /// The file that events are appended to, one a line.
    pub file: Option<PathBuf>,
    /// The namespace of jobs and datasets; `populace://` and the name of the installation when not given.
    pub namespace: Option<String>,
    /// For how many seconds an answer is waited for.
    #[serde(default = "usual_timeout", deserialize_with = "bounds::seconds")]
    pub timeout_seconds: f64,
}

fn usual_timeout() -> f64 {
    10.0
}

/// A setting in seconds.
pub(crate) fn timeout(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::from_secs(10))
}

/// The name of an installation: a part of file names, and of the subject of e-mails.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct InstallationName(String);

impl InstallationName {
    /// The name.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for InstallationName {
    fn default() -> Self {
        InstallationName("populace".to_string())
    }
}

impl TryFrom<String> for InstallationName {
    type Error = &'static str;

    fn try_from(name: String) -> std::result::Result<Self, Self::Error> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        match (1..=40).contains(&name.len()) && name.bytes().all(plain) {
            true => Ok(InstallationName(name)),
            false => Err(
                "it is not a name of 1 to 40 letters without accents, digits, hyphens and underscores",
            ),
        }
    }
}

/// Where something is posted to: an address, or the place of one that holds a secret.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum ServerAddress {
    /// An address.
    Plain(Url),
    /// The place of one that may not stand in the pipeline file.
    Kept(SecretPlace),
}

impl fmt::Debug for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ServerAddress::Plain(url) => write!(f, "{}", crate::secure_url::origin(url)),
            ServerAddress::Kept(place) => write!(f, "{place:?}"),
        }
    }
}

impl TryFrom<String> for ServerAddress {
    type Error = &'static str;

    fn try_from(text: String) -> std::result::Result<Self, Self::Error> {
        if ["env:", "file:", "command:"]
            .iter()
            .any(|kind| text.starts_with(kind))
        {
            return Ok(ServerAddress::Kept(SecretPlace::from(text.as_str())));
        }
        address(&text).map(ServerAddress::Plain)
    }
}

/// Reads an address; the error never repeats it.
fn address(text: &str) -> std::result::Result<Url, &'static str> {
    let url = Url::parse(text.trim()).map_err(|_| "it is not an address of a server")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "it holds a user or password: keep the whole address elsewhere, and write env:NAME or file:PATH",
        );
    }
    match is_secure(&url) {
        true => Ok(url),
        false => Err("it is not https, nor http on this machine"),
    }
}

impl ServerAddress {
    /// The address. `what` it is of is for errors, `base` is the folder that relative paths start from.
    ///
    /// # Errors
    /// Usage: its place cannot be read, or holds none.
    pub(crate) fn read(&self, what: &str, base: &Path) -> Result<Url> {
        let place = match self {
            ServerAddress::Plain(url) => return Ok(url.clone()),
            ServerAddress::Kept(place) => place,
        };
        let text = place.read(what, base)?;
        address(&text).map_err(|why| {
            Error::usage(format!("the {what} cannot be used"))
                .cause(why)
                .hint(format!("correct what {} holds", place.shown(base)))
        })
    }
}

/// An address of e-mail, with or without a name in front.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct MailAddress(pub Mailbox);

impl TryFrom<String> for MailAddress {
    type Error = &'static str;

    fn try_from(text: String) -> std::result::Result<Self, Self::Error> {
        let read = text.parse().map(MailAddress);
        read.map_err(|_| "it is no address of e-mail")
    }
}

impl NotifySettings {
    /// Why the settings do not fit together, with the section and the setting.
    ///
    /// # Errors
    /// Usage: they do not.
    pub(super) fn check(&self, at: impl Fn(&[&str]) -> String) -> Result<()> {
        let wrong = |section: &str, setting: &str, what: &str, hint: &str| {
            let place = at(&["notify", section, setting]);
            Err(Error::usage(format!("{place}: [notify.{section}] {what}")).hint(hint))
        };
        if let Some(email) = &self.email {
            if email.to.is_empty() {
                return wrong(
                    "email",
                    "to",
                    "names no recipient",
                    "name one: to = [\"planning@example.nhs.uk\"]",
                );
            }
            if email.user.is_some() != email.password.is_some() {
                return wrong(
                    "email",
                    "user",
                    "has one of user and password",
                    "give both, or none",
                );
            }
            let host = Host::parse(&email.server);
            if email.tls == SmtpEncryption::None && !host.is_ok_and(|host| is_here(&host)) {
                return wrong(
                    "email",
                    "tls",
                    "would send unencrypted to another machine",
                    "leave tls out, which asks for STARTTLS, or write tls = \"tls\"",
                );
            }
        }
        if let Some(lineage) = &self.openlineage
            && lineage.url.is_some() == lineage.file.is_some()
        {
            return wrong(
                "openlineage",
                "url",
                "needs either url or file",
                "name the endpoint as url, or a file as file",
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::parse_settings;

    fn read(text: &str) -> Result<NotifySettings> {
        let settings: NotifySettings = parse_settings("x.toml", text)?;
        settings.check(|path| format!("x.toml [{}]", path.join(".")))?;
        Ok(settings)
    }

    const EMAIL: &str = "[email]\nserver = \"smtp.example\"\nfrom = \"Populace <p@example.org>\"\nto = [\"a@example.org\"]\n";

    #[test]
    fn what_is_left_out_has_its_usual_value() {
        let settings = read("[webhook]\nurl = \"https://hooks.example/x\"\n").unwrap();
        let webhook = settings.webhook.unwrap();
        assert_eq!(settings.name.as_str(), "populace");
        assert_eq!(
            (webhook.on.as_slice(), webhook.timeout_seconds),
            (NotifyOn::ALL.as_slice(), 10.0)
        );
        let email = read(EMAIL).unwrap().email.unwrap();
        assert_eq!(email.on, [NotifyOn::Refusal, NotifyOn::Failure]);
        assert_eq!((email.tls, email.port), (SmtpEncryption::Starttls, None));
        assert_eq!(email.to[0].0.email.domain(), "example.org");
    }

    #[test]
    fn what_cannot_be_meant_is_refused_and_never_repeated() {
        let lineage = "[openlineage]\n";
        for (text, said) in [
            (
                "[webhook]\nurl = \"http://hooks.example/hunter2\"\n",
                "it is not https",
            ),
            (
                "[webhook]\nurl = \"https://me:hunter2@hooks.example/\"\n",
                "user or password",
            ),
            ("[webhook]\nurl = \"hunter2\"\n", "it is not an address"),
            (
                "[webhook]\nurl = \"https://hooks.example/\"\nsecrt = \"env:A\"\n",
                "unknown field `secrt`",
            ),
            ("name = \"../hunter2\"\n", "it is not a name"),
            (
                &format!("{EMAIL}tls = \"none\"\n"),
                "unencrypted to another machine",
            ),
            (
                &format!("{EMAIL}user = \"env:USER\"\n"),
                "one of user and password",
            ),
            (
                "[email]\nserver = \"s\"\nfrom = \"nobody\"\nto = []\n",
                "no address of e-mail",
            ),
            (
                "[email]\nserver = \"s\"\nfrom = \"a@b.example\"\nto = []\n",
                "names no recipient",
            ),
            (
                &format!("{EMAIL}on = [\"sucess\"]\n"),
                "unknown variant `sucess`",
            ),
            (lineage, "either url or file"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.to_string().contains(said), "{text}: {error}");
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
        let error =
            read("[webhook]\nurl = \"https://hooks.example/\"\nsecrt = \"env:A\"\n").unwrap_err();
        assert_eq!(error.hint_text(), Some("did you mean 'secret'?"));
    }

    #[test]
    fn an_address_with_a_secret_is_kept_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("hook"),
            "https://hooks.example/T0/hunter2\n",
        )
        .unwrap();
        let url = ServerAddress::try_from("file:hook".to_string()).unwrap();
        let read = url.read("address of the webhook", folder.path()).unwrap();
        assert_eq!(read.path(), "/T0/hunter2");
        assert!(!format!("{url:?}").contains("hunter2"));
        std::fs::write(folder.path().join("hook"), "http://hooks.example/hunter2").unwrap();
        let error = url
            .read("address of the webhook", folder.path())
            .unwrap_err();
        assert!(error.to_string().contains("not https"), "{error}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
}
