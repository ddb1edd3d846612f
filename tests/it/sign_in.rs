//! `populace serve` and who may read: settings that are refused, a proxy's header, signals.

use crate::project::{populace, text};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A pipeline file that serves an empty folder of releases.
fn pipeline(folder: &Path, serve: &str) -> Command {
    std::fs::create_dir_all(folder.join("releases")).unwrap();
    let file = folder.join("serve.toml");
    std::fs::write(&file, format!("[releases]\nurl = \"releases\"\n\n{serve}")).unwrap();
    let mut command = populace();
    command.arg("--pipeline").arg(file).arg("serve");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What `populace serve` says when it does not start.
fn refused(serve: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut started = pipeline(folder.path(), serve).spawn().unwrap();
    let began = Instant::now();
    while started.try_wait().unwrap().is_none() {
        if began.elapsed() > Duration::from_secs(20) {
            started.kill().unwrap();
            panic!("it serves with {serve}");
        }
        #[allow(clippy::disallowed_methods)] // between two looks
        std::thread::sleep(Duration::from_millis(20));
    }
    started.wait_with_output().unwrap()
}

#[test]
fn a_port_that_another_program_has_is_named_with_its_setting() {
    let another = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = another.local_addr().unwrap();
    for (serve, hint) in [
        (
            format!("listen = \"{taken}\""),
            "--listen, or listen under [serve]",
        ),
        (
            format!("listen = \"127.0.0.1:0\"\nmetrics = \"{taken}\""),
            "give another port: metrics under [serve]",
        ),
    ] {
        let output = refused(&format!("[serve]\n{serve}\n"));
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.contains(&format!("cannot listen on {taken}")),
            "{said}"
        );
        assert!(said.contains(hint), "{said}");
    }
}

#[test]
fn settings_that_open_a_door_are_refused() {
    let roles = "[serve.roles.everyone]\nareas = [\"*\"]\n";
    for (serve, words) in [
        ("[serve]\nlisten = \"0.0.0.0:0\"\n", "without sign-in"),
        ("[serve]\nlisten = \"[::]:0\"\n", "without sign-in"),
        ("[serve]\nsing_in = \"oidc\"\n", "did you mean 'sign_in'?"),
        ("[serve]\nsign_in = \"odic\"\n", "did you mean 'oidc'?"),
        (
            "[serve]\nsign_in = \"oidc\"\noidc = { isuer = \"https://id.example\" }\n",
            "did you mean 'issuer'?",
        ),
        ("[serve]\nsign_in = \"oidc\"\n", "there is no oidc"),
        (
            "[serve]\ntls = { certificate = \"none.pem\", key = \"none.key\" }\n",
            "none.pem cannot be read",
        ),
        (
            "[serve]\n[serve.roles.place]\narea = [\"E54000051\"]\n",
            "did you mean 'areas'?",
        ),
        (
            "[serve]\nsession = { hours = 0 }\n",
            "is not a number from 1 to 168",
        ),
        (
            "[serve]\nsign_in = \"proxy\"\nhosts = [\"a.example\"]\nproxy = { header = \"x-reader\", trusted = [] }\n",
            "trusts no address",
        ),
        (
            "[serve]\nsign_in = \"oidc\"\noidc = { issuer = \"https://id.example\", client_id = \"p\", redirect = \"https://a.example/sign-in/callback\", client_secret = \"hunter2\" }\n",
            "names no place",
        ),
    ] {
        let output = refused(&format!("{serve}{roles}"));
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{serve}: {said}");
        assert!(said.contains(words), "{serve}: {said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}

/// A server that is ended with its test.
struct Serving {
    child: Child,
    address: String,
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Serving {
    fn start(folder: &Path, serve: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let serve = format!("[serve]\nlisten = \"{port}\"\n{serve}");
        let child = pipeline(folder, &serve).spawn().unwrap();
        let serving = Serving {
            child,
            address: port.to_string(),
        };
        let began = Instant::now();
        while TcpStream::connect(&serving.address).is_err() || serving.get("/readyz", "").0 != 200 {
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "it does not start"
            );
            #[allow(clippy::disallowed_methods)] // between two looks
            std::thread::sleep(Duration::from_millis(50));
        }
        serving
    }

    /// Status and answer of a request with these lines of headers.
    fn get(&self, path: &str, headers: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}\r\n",
            self.address
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer)
    }

    /// Sends a signal, and gives how it ended and what it logged.
    fn ended_by(mut self, signal: Signal) -> (Option<i32>, String) {
        let id = Pid::from_raw(i32::try_from(self.child.id()).unwrap());
        kill(id, signal).unwrap();
        let status = self.child.wait().unwrap();
        let mut said = String::new();
        let mut errors = self.child.stderr.take().unwrap();
        errors.read_to_string(&mut said).unwrap();
        (status.code(), said)
    }
}

const PROXY: &str = "sign_in = \"proxy\"\nhosts = [\"127.0.0.1\"]\n\
                     [serve.proxy]\nheader = \"X-Reader\"\ntrusted = [\"127.0.0.1\"]\n\
                     [serve.roles.everyone]\nareas = [\"whole\"]\n";

#[test]
fn readers_of_a_proxy_are_let_in_and_logged() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Serving::start(folder.path(), PROXY);
    assert_eq!(serving.get("/", "").0, 401);
    assert_eq!(serving.get("/", "X-Reader: ann\r\n").0, 200);
    assert_eq!(
        serving.get("/latest/x/E54000051", "X-Reader: ann\r\n").0,
        403
    );
    assert_eq!(serving.get("/latest/x", "X-Reader: ann\r\n").0, 404);
    assert_eq!(serving.get("/search?q=hunter2", "X-Reader: ann\r\n").0, 200);
    assert_eq!(serving.get("/api/v1/releases", "").0, 401);
    assert_eq!(serving.get("/nothing", "").0, 401);
    assert_eq!(serving.get("/../../etc/passwd", "X-Reader: ann\r\n").0, 400);
    let (code, said) = serving.ended_by(Signal::SIGTERM);
    assert_eq!(code, Some(0), "{said}");
    let line = r#"reader="ann" address=127.0.0.1 method=GET path="/search" status=200"#;
    assert!(said.contains(line), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
}

#[test]
fn without_sign_in_this_machine_reads_under_its_own_name() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Serving::start(folder.path(), "");
    let (status, answer) = serving.get("/", "");
    assert_eq!(status, 200);
    for header in [
        "content-security-policy: default-src 'none'",
        "x-content-type-options: nosniff",
    ] {
        assert!(answer.contains(header), "{answer}");
    }
    let mut stream = TcpStream::connect(&serving.address).unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: rebound.example\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 421"), "{answer}");
    let (code, _) = serving.ended_by(Signal::SIGINT);
    assert_eq!(code, Some(0));
}
