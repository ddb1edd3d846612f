//! What arrives in a mailbox of a real SMTP server.

use super::{break_a_model, project, with_notify};
use crate::project::{missing, synth, text};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

/// The server that `.ci/servers` started.
struct MailServer {
    port: String,
    tls_port: String,
    folder: PathBuf,
}

fn server() -> Option<MailServer> {
    let variable = |name: &str| std::env::var(format!("POPULACE_TEST_SMTP{name}")).ok();
    let found = variable("")
        .zip(variable("_TLS_PORT"))
        .zip(variable("_FOLDER"));
    let Some(((url, tls_port), folder)) = found else {
        missing("POPULACE_TEST_SMTP", "no SMTP server was started");
        return None;
    };
    Some(MailServer {
        port: url.rsplit(':').next().unwrap().to_string(),
        tls_port,
        folder: folder.into(),
    })
}

impl MailServer {
    fn settings(&self, name: &str, tls: &str, to: &str) -> String {
        let port = match tls {
            "tls" => &self.tls_port,
            _ => &self.port,
        };
        format!(
            "[notify]\nname = \"{name}\"\n[notify.email]\nserver = \"127.0.0.1\"\nport = {port}\ntls = \"{tls}\"\nuser = \"env:TEST_SMTP_USER\"\npassword = \"env:TEST_SMTP_PASSWORD\"\nfrom = \"Populace <populace@example.org>\"\nto = [\"{to}\"]\n"
        )
    }

    /// A command that trusts the server and knows its user.
    fn known_to(&self, mut command: Command, password: &str) -> Command {
        command.env("SSL_CERT_FILE", self.folder.join("certificate.pem"));
        command
            .env("TEST_SMTP_USER", "populace")
            .env("TEST_SMTP_PASSWORD", password);
        command
    }

    /// The messages about the installation `name`.
    fn messages(&self, name: &str) -> Vec<Value> {
        let files = std::fs::read_dir(&self.folder).unwrap();
        let files = files.map(|file| file.unwrap().path());
        let read = files.filter(|file| file.extension().is_some_and(|e| e == "json"));
        let read = read
            .map(|file| serde_json::from_slice::<Value>(&std::fs::read(file).unwrap()).unwrap());
        let subject = format!("\r\nSubject: {name}: ");
        read.filter(|message| message["data"].as_str().unwrap().contains(&subject))
            .collect()
    }
}

const PASSWORD: &str = "a password for tests";

#[test]
fn a_refused_night_is_mailed_over_either_encryption() {
    let Some(server) = server() else { return };
    let record = synth(5, 7, false);
    for tls in ["starttls", "tls"] {
        let name = format!("refused-{tls}");
        let settings = server.settings(&name, tls, "planning@example.org");
        let project = project(record.path(), &settings);
        let good = server
            .known_to(project.command(&["nightly"]), PASSWORD)
            .output()
            .unwrap();
        assert_eq!(good.status.code(), Some(0), "{}", text(&good.stderr));
        assert!(
            !text(&good.stderr).contains("not told"),
            "{}",
            text(&good.stderr)
        );
        assert_eq!(
            server.messages(&name).len(),
            0,
            "a good night is mailed when it is asked for"
        );

        break_a_model(&project);
        let refused = server
            .known_to(project.command(&["nightly"]), PASSWORD)
            .output()
            .unwrap();
        assert_eq!(refused.status.code(), Some(1), "{}", text(&refused.stderr));
        let messages = server.messages(&name);
        assert_eq!(messages.len(), 1, "{}", text(&refused.stderr));
        let message = &messages[0];
        assert_eq!(
            (&message["from"], &message["user"]),
            (&"populace@example.org".into(), &"populace".into())
        );
        assert_eq!(message["to"], serde_json::json!(["planning@example.org"]));
        let data = message["data"].as_str().unwrap();
        let (head, body) = data.split_once("\r\n\r\n").unwrap();
        assert!(
            head.contains(&format!(
                "Subject: {name}: populace nightly refused (exit code 1)\r\n"
            )),
            "{head}"
        );
        assert!(head.contains("Auto-Submitted: auto-generated"), "{head}");
        let body = body.replace("=\r\n", "");
        for part in [
            "What happened\r\n  checks of models failed",
            "Where\r\n  step run\r\n  models that were not built: marts.numbers\r\n",
            "What to do\r\n",
            "this is no crash",
        ] {
            assert!(body.contains(part), "{part}: {body}");
        }
        assert!(!body.contains("17 rows"), "no count leaves: {body}");
        assert!(!data.contains(PASSWORD));
    }
}

#[test]
fn a_busy_mailbox_is_tried_again_and_a_wrong_password_is_said() {
    let Some(server) = server() else { return };
    let record = synth(5, 7, false);
    let name = "mail-failure";
    let all = "on = [\"success\"]\n";
    // A name of its own, as the server is busy once for each.
    let busy = format!("busy{}@example.org", std::process::id());
    let settings = format!("{}{all}", server.settings(name, "starttls", &busy));
    let project = project(record.path(), &settings);
    let night = server
        .known_to(project.command(&["nightly"]), PASSWORD)
        .output()
        .unwrap();
    assert!(
        !text(&night.stderr).contains("not told"),
        "{}",
        text(&night.stderr)
    );
    assert_eq!(server.messages(name).len(), 1);
    let data = server.messages(name)[0]["data"].clone();
    assert!(
        data.as_str().unwrap().contains("What was done\r\n"),
        "{data}"
    );

    let refused = |to: &str, password: &str, trusts: bool| {
        let settings = format!("{}{all}", server.settings(name, "starttls", to));
        project.write_pipeline(&with_notify(record.path(), &settings));
        let mut command = server.known_to(project.command(&["nightly"]), password);
        if !trusts {
            command.env_remove("SSL_CERT_FILE");
        }
        let output = command.output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(0),
            "the night was good all the same"
        );
        let said = text(&output.stderr);
        assert!(
            !said.contains("hunter2") && !said.contains(PASSWORD),
            "{said}"
        );
        assert!(
            said.contains("not told: the SMTP server 127.0.0.1 did not take the e-mail"),
            "{said}"
        );
        said
    };
    let said = refused("a@example.org", "hunter2", true);
    assert!(said.contains("code 535; check user and password"), "{said}");
    let said = refused("nobody@example.org", PASSWORD, true);
    assert!(said.contains("code 550"), "{said}");
    let said = refused("a@example.org", PASSWORD, false);
    assert!(said.contains("certificate"), "{said}");
    assert_eq!(server.messages(name).len(), 1);
}
