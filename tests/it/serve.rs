//! The planners' page over real HTTP, on the releases of a real night.

use crate::project::{Project, files_below, synth, text};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// A server that runs, until it is dropped.
pub struct Served {
    child: Child,
    address: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    /// Serves the releases of a project, and waits until they are listed.
    pub fn of(project: &Project, options: &[&str]) -> Self {
        let arguments = ["serve", "--json", "--listen", "127.0.0.1:0"];
        let mut child = project
            .command(&[&arguments, options].concat())
            .env_remove("POPULACE_KEY")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        if line.is_empty() {
            let mut said = String::new();
            child
                .stderr
                .take()
                .unwrap()
                .read_to_string(&mut said)
                .unwrap();
            panic!("it does not serve: {said}");
        }
        let started: serde_json::Value = serde_json::from_str(&line).unwrap();
        let address = started["serve"].as_str().unwrap();
        let address = address.trim_start_matches("http://").trim_end_matches('/');
        let served = Served {
            child,
            address: address.to_string(),
        };
        served.wait_until(|served| served.get("/readyz").status == 200);
        served
    }

    fn wait_until(&self, reached: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while !reached(self) {
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "it takes too long"
            );
            #[allow(clippy::disallowed_methods)] // between two looks
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "")
    }

    fn ask(&self, method: &str, path: &str, headers: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let host = match headers.to_lowercase().contains("host:") {
            true => String::new(),
            false => format!("host: {}\r\n", self.address),
        };
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\n{host}{headers}connection: close\r\n\r\n"
        )
        .unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        Answer::read(&bytes)
    }

    /// Ends it, and gives what it said.
    fn said(mut self) -> String {
        let _ = self.child.kill();
        let mut said = String::new();
        let mut errors = self.child.stderr.take().unwrap();
        errors.read_to_string(&mut said).unwrap();
        said
    }

    /// Tells it to stop, and gives its exit code.
    fn stopped(mut self) -> Option<i32> {
        use nix::sys::signal::{Signal, kill};
        let id = i32::try_from(self.child.id()).unwrap();
        kill(nix::unistd::Pid::from_raw(id), Signal::SIGTERM).unwrap();
        self.child.wait().unwrap().code()
    }
}

pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Answer {
    fn read(bytes: &[u8]) -> Self {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut read = httparse::Response::new(&mut headers);
        let length = read.parse(bytes).unwrap().unwrap();
        let own = |header: &httparse::Header<'_>| (header.name.to_lowercase(), text(header.value));
        Answer {
            status: read.code.unwrap(),
            headers: read.headers.iter().map(own).collect(),
            body: bytes[length..].to_vec(),
        }
    }

    pub fn text(&self) -> String {
        text(&self.body)
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// A project with a release, and the release's identifier.
fn released() -> (tempfile::TempDir, Project, String) {
    let record = synth(60, 9, false);
    let project = Project::over(record.path());
    project.ok(&["nightly"]);
    let files = project.released();
    let manifest = files
        .keys()
        .find(|name| name.ends_with("/manifest.json"))
        .unwrap();
    let id = manifest.split('/').next().unwrap().to_string();
    (record, project, id)
}

/// Publishes a release, as its next step.
fn decide(project: &Project, id: &str, number: u32, state: &str) {
    let folder = project.path("releases/publication");
    std::fs::create_dir_all(&folder).unwrap();
    let reason = (state == "withdrawn").then_some("a source was incomplete");
    let step = serde_json::json!({
        "release": id, "name": "north-2026-09-1", "state": state, "at": format!("2026-10-05T08:00:0{number}Z"),
        "by": "Head of Intelligence", "embargo": null, "reason": reason,
    });
    std::fs::write(folder.join(format!("{id}.{number}.json")), step.to_string()).unwrap();
}

#[test]
fn what_is_released_is_served_and_nothing_else() {
    let (_record, project, id) = released();
    // There is no key where the page is served, and the lake may be away.
    std::fs::rename(project.path("lake"), project.path("away")).unwrap();
    let served = Served::of(&project, &["--all"]);
    let home = served.get("/");
    assert_eq!(home.status, 200);
    assert!(
        home.text().contains("Population profile"),
        "{}",
        home.text()
    );

    // Every file that the manifest lists, byte for byte.
    let files = files_below(&project.path("releases"));
    for (name, bytes) in &files {
        let Some(name) = name.strip_prefix(&format!("{id}/")) else {
            continue;
        };
        let answer = served.get(&format!("/releases/{id}/files/{name}"));
        assert_eq!(
            (answer.status, answer.body.len()),
            (200, bytes.len()),
            "{name}"
        );
        assert_eq!(
            Sha256::digest(&answer.body),
            Sha256::digest(bytes),
            "{name}"
        );
    }
    for path in [
        "/releases/../pipelines/nightly.toml",
        &format!("/releases/{id}/files/..%2F..%2Fpipelines%2Fnightly.toml"),
        &format!("/releases/{id}/files/%2Fetc%2Fpasswd"),
    ] {
        let answer = served.get(path);
        assert_eq!(answer.status, 400, "{path}");
        assert!(!answer.text().contains("[lake]"));
    }
    let none = served.get(&format!("/releases/{id}/files/none.csv"));
    assert_eq!(none.status, 404);
    // A page elsewhere whose name leads here reads nothing.
    let elsewhere = served.ask("GET", "/", "host: evil.example\r\n");
    assert!(
        [400, 403, 421].contains(&elsewhere.status),
        "{}",
        elsewhere.status
    );
    assert_eq!(served.stopped(), Some(0));
}

#[test]
fn figures_are_those_of_the_released_tables() {
    let (_record, project, id) = released();
    let served = Served::of(&project, &["--all"]);
    let path = format!("{id}/population_profile-by_age_and_sex.csv");
    let file = project.released().remove(&path).unwrap();
    let mut reader = csv::Reader::from_reader(file.as_slice());
    let headers = reader.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let total: Vec<_> = reader
        .records()
        .map(Result::unwrap)
        .filter(|row| &row[at("age_band")] == "Total" && &row[at("sex")] == "Total")
        .collect();
    assert_eq!(total.len(), 1);
    let answer = served
        .get("/api/v1/figures?report=population_profile&table=by_age_and_sex&area=whole&page_size=1000")
        .json();
    let figures = answer["figures"].as_array().unwrap();
    assert_eq!(answer["total"], figures.len());
    let whole: Vec<_> = figures
        .iter()
        .filter(|figure| figure["breakdown"].as_object().unwrap().is_empty())
        .collect();
    assert_eq!(whole.len(), 1);
    let released: f64 = total[0][at("value")].parse().unwrap();
    assert_eq!(whole[0]["value"].as_f64(), Some(released));
    assert!(released > 0.0);
    // A suppressed figure has no value, in JSON and in CSV.
    let suppressed: Vec<_> = figures
        .iter()
        .filter(|f| f["status"] == "suppressed")
        .collect();
    assert!(!suppressed.is_empty());
    assert!(suppressed.iter().all(|figure| figure["value"].is_null()));
    let csv = served.get("/api/v1/figures.csv?report=population_profile&table=by_age_and_sex");
    assert_eq!(
        csv.headers["content-type"],
        "text/csv; charset=utf-8; header=present"
    );
    assert_eq!(
        csv.text().matches(",suppressed,,,suppressed,").count(),
        suppressed.len()
    );
    // Search finds the measure.
    let found = served.get("/api/v1/measures?q=age+sex").json();
    let tables: Vec<_> = found["measures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| &m["table"])
        .collect();
    assert!(
        tables.iter().any(|table| *table == "by_age_and_sex"),
        "{tables:?}"
    );
}

#[test]
fn only_what_is_published_is_seen_until_it_is_withdrawn() {
    let (_record, project, id) = released();
    let served = Served::of(&project, &[]);
    let release = format!("/releases/{id}");
    assert_eq!(served.get(&release).status, 404);
    decide(&project, &id, 1, "approved");
    decide(&project, &id, 2, "published");
    served.wait_until(|served| served.get(&release).status == 200);
    assert!(served.get("/feed.atom").text().contains(&id));
    let latest = served.get("/latest/population_profile");
    assert_eq!(
        latest.headers["location"],
        format!("{release}/reports/population_profile")
    );
    decide(&project, &id, 3, "withdrawn");
    served.wait_until(|served| served.get(&release).status == 410);
    assert!(
        served
            .get(&release)
            .text()
            .contains("a source was incomplete")
    );
    assert_eq!(served.get("/latest/population_profile").status, 404);
    let file = served.get(&format!("{release}/files/population_profile.xlsx"));
    assert_eq!(file.status, 410);
}

#[test]
fn an_edited_file_is_refused_with_a_line_in_the_log() {
    let (_record, project, id) = released();
    let served = Served::of(&project, &["--all"]);
    let name = "population_profile-by_age_and_sex.csv";
    let page = format!("/releases/{id}/files/{name}");
    assert_eq!(served.get(&page).status, 200);
    let path = project.path(&format!("releases/{id}/{name}"));
    let edited = std::fs::read_to_string(&path)
        .unwrap()
        .replacen("Total", "Tatol", 1);
    std::fs::write(&path, edited).unwrap();
    assert_eq!(served.get(&page).status, 503);
    let said = served.said();
    let line = said
        .lines()
        .find(|line| line.contains(name))
        .unwrap_or_default();
    assert!(
        line.contains("not as the manifest lists it") && line.contains(&id),
        "{said}"
    );
}

#[test]
fn without_sign_in_only_this_machine_is_listened_on() {
    let project = Project::empty();
    std::fs::create_dir_all(project.path("releases")).unwrap();
    for address in ["0.0.0.0:0", "[::]:0"] {
        let said = project.fails(2, &["serve", "--listen", address]);
        assert!(
            said.contains("error:") && said.contains("127.0.0.1"),
            "{said}"
        );
    }
    let said = project.fails(2, &["serve", "--listen", "nonsense"]);
    assert!(said.contains("error:") && said.contains("hint:"), "{said}");
}

#[test]
fn before_there_is_a_release_it_says_what_to_do() {
    let project = Project::empty();
    let said = project.fails(2, &["serve", "--listen", "127.0.0.1:0"]);
    assert!(said.contains("there is no folder of releases"), "{said}");
    assert!(said.contains("`populace nightly` makes it"), "{said}");
    // What was typed is judged before anything is opened.
    let said = project.fails(2, &["serve", "--listen", "nonsense"]);
    assert!(said.contains("`listen` is no address"), "{said}");
    let said = project.fails(2, &["serve", "--listen", "0.0.0.0:0"]);
    assert!(said.contains("without sign-in"), "{said}");

    std::fs::create_dir_all(project.path("releases")).unwrap();
    let served = Served::of(&project, &[]);
    let home = served.get("/").text();
    assert!(home.contains("Nothing is published yet."), "{home}");
    assert_eq!(served.get("/releases").status, 200);
    let said = served.said();
    assert!(said.contains("there is no release yet"), "{said}");

    let id = "2026-09-30-0123456789ab";
    let place = project.path(&format!("releases/{id}"));
    std::fs::create_dir_all(&place).unwrap();
    std::fs::write(place.join("manifest.json"), manifest(id)).unwrap();
    let served = Served::of(&project, &[]);
    let home = served.get("/").text();
    assert!(
        home.contains("Nothing is published yet.") && !home.contains(id),
        "{home}"
    );
    let said = served.said();
    assert!(
        said.contains("none of the releases that are there is published"),
        "{said}"
    );
    assert!(said.contains("populace release --list"), "{said}");
}

/// A manifest of no files, certified.
fn manifest(id: &str) -> String {
    let text = |certificate: &str| {
        format!(
            "{{\"release\": \"{id}\", \"as_of\": \"2026-09-30\", \"program_version\": \"0.1.0\", \
             \"scheme\": {{\"name\": \"exact\"}}, \"files\": [],\n  \"certificate\": \"{certificate}\"\n}}\n"
        )
    };
    let digest = Sha256::digest(text(""));
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    text(&digest)
}
