//! Where a secret is kept, and how it is read from there: the pipeline file names the place only.

use super::place_name::{has_parts, reads_like_a_name};
use crate::error::{Context, Error, Result};
use crate::stop;
use serde::Deserialize;
use std::fmt;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use zeroize::Zeroizing;

/// The most bytes that a secret may have.
const LIMIT: usize = 64 * 1024;

/// The variables that a command gets, where they are set: who runs it, where its own settings are,
/// and how it speaks and connects. Nothing that is a secret, of Populace or of anybody else.
const PASSED_ON: [&str; 31] = [
    "APPDATA",
    "AWS_CONFIG_FILE",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AZURE_CONFIG_DIR",
    "CLOUDSDK_CONFIG",
    "DBUS_SESSION_BUS_ADDRESS",
    "GNUPGHOME",
    "HOME",
    "KUBECONFIG",
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_CTYPE",
    "LC_MESSAGES",
    "LOGNAME",
    "NO_PROXY",
    "PATH",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "SYSTEMROOT",
    "TERM",
    "TMPDIR",
    "TZ",
    "USER",
    "USERPROFILE",
    "VAULT_ADDR",
    "VAULT_CACERT",
    "VAULT_NAMESPACE",
    "XDG_RUNTIME_DIR",
];

/// A setting that says where a secret is: `env:NAME`, `file:PATH` or `command:PROGRAM ARGUMENTS…`.
///
/// Shown as its kind only, since somebody may have written the secret itself.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct SecretPlace(String);

impl From<&str> for SecretPlace {
    fn from(setting: &str) -> Self {
        SecretPlace(setting.to_string())
    }
}

impl From<&SecretPlace> for SecretPlace {
    fn from(place: &SecretPlace) -> Self {
        place.clone()
    }
}

impl fmt::Debug for SecretPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.0.split_once(':') {
            Some((kind @ ("env" | "file" | "command"), _)) => kind,
            _ => "unknown",
        };
        write!(f, "SecretPlace({kind})")
    }
}

impl SecretPlace {
    /// Reads the secret, without the white space around it. `what` it is is for errors (`key`),
    /// `base` is the folder that relative paths start from and that a command runs in.
    ///
    /// # Errors
    /// Usage: no such variable, file or program, a program that failed, or a setting of no known
    /// form. Never says the secret, nor a command's arguments.
    pub(crate) fn read(&self, what: &str, base: &Path) -> Result<Zeroizing<String>> {
        let (kind, place) = self.0.split_once(':').unwrap_or((&self.0, ""));
        let mut text = match kind {
            "env" => variable(what, place)?,
            "file" => crate::regular_file::open(&base.join(place))
                .and_then(read_text)
                .map_err(|e| match shown_file(place, base) {
                    Some(file) => Error::usage(format!("the {what} file {file} cannot be read"))
                        .cause(e)
                        .hint("check that the file is there, and that this account may read it"),
                    None => unnamed(what, "file"),
                })?,
            "command" => answer(what, place, base)?,
            _ => {
                return Err(Error::usage(format!("the {what} setting names no place")).hint(
                    format!("write \"env:NAME\", \"file:PATH\" or \"command:PROGRAM ARGUMENTS\"; never the {what} itself"),
                ));
            }
        };
        let end = text.trim_end().len();
        text.truncate(end);
        Ok(text)
    }

    /// Refuses a file that has one of the permissions `withheld`: accounts could read it that should
    /// not. `what` it is is for errors.
    ///
    /// # Errors
    /// Usage: others may read the file.
    #[cfg_attr(not(unix), allow(unused_variables, clippy::unnecessary_wraps))]
    pub(crate) fn refuse_open(&self, what: &str, base: &Path, withheld: u32) -> Result<()> {
        #[cfg(unix)]
        if let Some(("file", file)) = self.0.split_once(':')
            && let Ok(found) = base.join(file).metadata()
        {
            use std::os::unix::fs::PermissionsExt;
            if found.permissions().mode() & withheld != 0 {
                let mut error = Error::usage(format!("others may read the {what} file"));
                if let Some(file) = shown_file(file, base) {
                    error = Error::usage(format!("others may read the {what} file {file}"));
                }
                return Err(error.hint(
                    "take their permissions away (chmod o=,g-w), and make a new one if somebody may have read it",
                ));
            }
        }
        Ok(())
    }

    /// The place of a secret that could be read, as errors may show it: a command without its
    /// arguments, and a place only where it cannot be the secret itself.
    pub(crate) fn shown(&self, base: &Path) -> String {
        let shown = match self.0.split_once(':') {
            Some(("env", name)) => shown_variable(name).map(|name| format!("env:{name}")),
            Some(("file", file)) => shown_file(file, base).map(|file| format!("file:{file}")),
            Some(("command", line)) => {
                let program = words(line).and_then(|words| words.into_iter().next());
                let program = program.unwrap_or_default();
                shown_program(&program).map(|program| format!("command:{program}"))
            }
            _ => None,
        };
        shown.unwrap_or_else(|| "the setting".to_string())
    }
}

/// What an environment variable holds.
fn variable(what: &str, name: &str) -> Result<Zeroizing<String>> {
    // The system takes neither for a name, and Rust's library panics over the last.
    let possible = !name.is_empty() && !name.contains(['=', '\0']);
    let value = possible.then(|| std::env::var(name).ok()).flatten();
    value
        .map(Zeroizing::new)
        .ok_or_else(|| match shown_variable(name) {
            Some(name) => Error::usage(format!("the environment variable {name} holds no {what}"))
                .hint(format!("set {name} in the environment of this command")),
            None => unnamed(what, "environment variable"),
        })
}

/// A place that is not there and may be the secret itself is not repeated.
fn unnamed(what: &str, place: &str) -> Error {
    Error::usage(format!(
        "the {what} setting names no {place} that is there"
    ))
    .cause("what it names is not shown, as it may be the secret itself")
    .hint(format!("write \"env:NAME\", \"file:PATH\" or \"command:PROGRAM ARGUMENTS\", and check that the {place} is there; never write the {what} itself, and replace it if it was written there"))
}

fn shown_variable(name: &str) -> Option<&str> {
    let is_set = !name.contains(['=', '\0']) && std::env::var_os(name).is_some();
    (is_set || (reads_like_a_name(name) && has_parts(name))).then_some(name)
}

fn shown_file<'p>(file: &'p str, base: &Path) -> Option<&'p str> {
    let is_there = base.join(file).symlink_metadata().is_ok();
    (is_there || (reads_like_a_name(file) && has_parts(file))).then_some(file)
}

fn shown_program(program: &str) -> Option<&str> {
    let a_word = program.len() <= 20 && program.chars().all(|c| c.is_ascii_lowercase());
    let name = reads_like_a_name(program) && (a_word || has_parts(program));
    (name || Path::new(program).is_file()).then_some(program)
}

/// What a program writes to its standard output. It is run as it is, without a shell, and may ask
/// and complain on standard error.
fn answer(what: &str, line: &str, base: &Path) -> Result<Zeroizing<String>> {
    let words = words(line).filter(|words| !words.is_empty());
    let Some(words) = words else {
        return Err(Error::usage(format!("the command that gives the {what} cannot be read"))
            .hint("write \"command:PROGRAM ARGUMENTS\": words are separated by spaces, quotes keep a word together, and every quote is closed"));
    };
    let program = words[0].as_str();
    let failed = || match shown_program(program) {
        Some(program) => format!("{program}, which should give the {what}, failed"),
        None => format!("the command that should give the {what} failed"),
    };
    let mut command = Command::new(program);
    command
        .env_clear()
        .envs(
            PASSED_ON
                .iter()
                .filter_map(|name| Some((name, std::env::var_os(name)?))),
        )
        .args(&words[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    if !base.as_os_str().is_empty() {
        command.current_dir(base);
    }
    let mut child = command.spawn().usage(failed).map_err(|e| {
        e.hint("install the program and put it on PATH, or name it with its whole path")
    })?;
    let _ends = stop::Child::ends_with_us(child.id());
    let text = match child.stdout.take() {
        Some(output) => read_text(output),
        None => Ok(Zeroizing::default()),
    };
    let status = child.wait().usage(failed)?;
    // A program whose answer is not taken to its end fails too; that is not its fault.
    let text = text.usage(failed)?;
    if !status.success() {
        return Err(Error::usage(failed())
            .cause(status)
            .hint("what it says about that stands above; try it by hand as the same user"));
    }
    Ok(text)
}

/// Reads all of a small text into a buffer that never moves, so that no copy is left behind.
fn read_text(from: impl Read) -> std::io::Result<Zeroizing<String>> {
    let wrong = |what| std::io::Error::new(std::io::ErrorKind::InvalidData, what);
    let mut bytes = Zeroizing::new(Vec::with_capacity(LIMIT + 1));
    from.take(LIMIT as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > LIMIT {
        return Err(wrong("it is longer than 64 KiB"));
    }
    if std::str::from_utf8(&bytes).is_err() {
        return Err(wrong("it is not text"));
    }
    // Checked above, so that the error cannot carry the bytes away.
    let text = String::from_utf8(std::mem::take(&mut *bytes)).unwrap_or_default();
    Ok(Zeroizing::new(text))
}

/// The words of a command line: separated by white space; `'…'` and `"…"` keep a word together, and
/// nothing else is special. None when a quote is not closed.
fn words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(setting: &str) -> Result<Zeroizing<String>> {
        SecretPlace::from(setting).read("key", Path::new(""))
    }

    #[test]
    fn words_are_split_without_a_shell() {
        let split = |line| words(line).unwrap();
        assert_eq!(
            split("vault kv  get -field=key x"),
            ["vault", "kv", "get", "-field=key", "x"]
        );
        assert_eq!(
            split("a 'b c' \"d 'e'\" f'g h'"),
            ["a", "b c", "d 'e'", "fg h"]
        );
        assert_eq!(split("a '' $HOME *|;"), ["a", "", "$HOME", "*|;"]);
        assert_eq!(words("a 'b"), None);
    }

    #[test]
    fn a_program_answers_without_a_shell() {
        let answer = read("command:printf '%s\\n' '$(id) a'").unwrap();
        assert_eq!(answer.as_str(), "$(id) a");
    }

    #[test]
    fn a_program_that_fails_is_named_without_its_arguments() {
        let err = read("command:false --token=hunter2").unwrap_err();
        assert_eq!(err.what(), "false, which should give the key, failed");
        assert_eq!(err.kind(), crate::error::Kind::Usage);
        assert!(!format!("{err:?}").contains("hunter2"));
        let err = read("command:no-such-program-anywhere hunter2").unwrap_err();
        assert!(err.what().starts_with("no-such-program-anywhere, "));
        assert!(!format!("{err:?}").contains("hunter2"));
    }

    #[test]
    fn what_names_no_place_is_not_shown() {
        let place = SecretPlace::from("hunter2");
        assert_eq!(format!("{place:?}"), "SecretPlace(unknown)");
        assert_eq!(place.shown(Path::new("")), "the setting");
        let err = place.read("key", Path::new("")).unwrap_err();
        assert!(!format!("{err:?}").contains("hunter2"));
        let place = SecretPlace::from("command:vault --token=hunter2");
        assert_eq!(place.shown(Path::new("")), "command:vault");
        assert_eq!(format!("{place:?}"), "SecretPlace(command)");
    }

    #[test]
    fn a_secret_in_the_place_of_its_place_is_not_shown() {
        let key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
        for kind in ["env", "file", "command", "ENV", "file:", ""] {
            let place = SecretPlace::from(format!("{kind}:{key}").as_str());
            let err = place.read("key", Path::new("")).unwrap_err();
            let said = format!("{err:?} {place:?} {}", place.shown(Path::new("")));
            assert!(!said.contains("0001020304"), "{said}");
        }
        for odd in ["env:", "env:A=B", "env:A\0B"] {
            assert!(read(odd).is_err(), "{odd}");
        }
        let err = read("env:POPULACE_NOT_SET").unwrap_err();
        assert_eq!(
            err.what(),
            "the environment variable POPULACE_NOT_SET holds no key"
        );
        let err = read("file:keys/none.key").unwrap_err();
        assert_eq!(err.what(), "the key file keys/none.key cannot be read");
    }

    #[test]
    fn a_program_gets_no_secrets() {
        // Cargo sets this one for tests, and it is not on the list.
        assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some());
        let told = read("command:env").unwrap();
        assert!(told.contains("PATH="), "a program finds others");
        let passed = |line: &str| {
            line.split_once('=')
                .is_none_or(|(name, _)| PASSED_ON.contains(&name))
        };
        assert!(told.lines().all(passed));
    }

    #[test]
    fn a_secret_has_a_limit() {
        let err = read("command:head -c 70000 /dev/zero").unwrap_err();
        assert_eq!(err.causes(), ["it is longer than 64 KiB"]);
    }
}
