//! The program on a terminal of its own, which `script` of util-linux gives it.

use crate::project::{Project, missing, populace, text};
use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// The longest that anything on the terminal is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// A command on a terminal.
pub struct Terminal {
    child: Child,
    keys: ChildStdin,
    shown: Arc<Mutex<String>>,
}

impl Terminal {
    /// Starts a command of the project on a terminal; None, said on standard error, where there is no
    /// `script`.
    pub fn start(project: &Project, variables: &[(&str, &str)], arguments: &str) -> Option<Self> {
        let there = Command::new("script").arg("--version").output();
        if !there.is_ok_and(|o| text(&o.stdout).contains("util-linux")) {
            missing("script", "there is no `script` of util-linux here");
            return None;
        }
        let program = populace();
        let program = program.get_program().to_str().unwrap().to_string();
        let mut command = Command::new("script");
        command
            .args([
                "-q",
                "-e",
                "-c",
                // A plain shell that Ctrl-C reached as well would end by it when the program has
                // ended well; one with a trap ends with the program's own code.
                &format!("trap : INT; {program} {arguments}"),
                "/dev/null",
            ])
            .current_dir(project.path(""))
            .env_remove("POPULACE_LOG")
            .env_remove("NO_COLOR")
            // Where it is set, escape codes are written whatever the terminal is.
            .env_remove("CI")
            .env("TERM", "xterm")
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let keys = child.stdin.take().unwrap();
        let mut from = child.stdout.take().unwrap();
        let shown = Arc::new(Mutex::new(String::new()));
        let into = shown.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = from.read(&mut bytes) {
                into.lock().unwrap().push_str(&text(&bytes[..read]));
            }
        });
        Some(Terminal { child, keys, shown })
    }

    /// Types.
    pub fn keys(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// All that was shown so far.
    pub fn shown(&self) -> String {
        self.shown.lock().unwrap().clone()
    }

    /// Waits until `wanted` is shown `times` times.
    #[allow(clippy::disallowed_methods)] // a test waits
    pub fn wait_for(&self, wanted: &str, times: usize) {
        let started = Instant::now();
        while self.shown().matches(wanted).count() < times {
            assert!(
                started.elapsed() < PATIENCE,
                "no {wanted}: {}",
                self.shown()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the command has ended.
    #[allow(clippy::disallowed_methods)] // a test waits
    pub fn end(mut self) -> (ExitStatus, String) {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                std::thread::sleep(Duration::from_millis(100));
                return (status, self.shown());
            }
            if started.elapsed() > PATIENCE {
                self.child.kill().unwrap();
                panic!("it does not end: {}", self.shown());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
