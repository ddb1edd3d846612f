//! A site over a store in memory, with releases of invented figures.

use crate::figures::{FigureArea, FigureRow, Figures};
use crate::serve::access::{Access, AccessSettings, PageReader};
use crate::serve::catalogue::hexadecimal;
use crate::serve::router::router;
use crate::serve::settings::{ServeSettings, ShownReleases};
use crate::serve::state::ServeState;
use axum::Extension;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;
use tower::ServiceExt;

pub(crate) const OLD: &str = "2026-08-31-aaaaaaaaaaaa";
pub(crate) const NEW: &str = "2026-09-30-bbbbbbbbbbbb";

/// A manifest of these files, certified.
pub(crate) fn manifest(id: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let files: Vec<_> = files
        .iter()
        .map(|(name, bytes)| {
            let sha256 = hexadecimal(&Sha256::digest(bytes));
            serde_json::json!({"name": name, "bytes": bytes.len(), "sha256": sha256})
        })
        .collect();
    let files = serde_json::to_string(&files).unwrap();
    let version = if id == OLD { 1 } else { 2 };
    let as_of = &id[..10];
    // Beside the reports of conditions one that has no figures, and is from other tables.
    let report = |model: &str, input: &str, list: &str, area: Option<(&str, &str)>| {
        serde_json::json!({
            "file_sha256": version.to_string(), "models": [model], "inputs": [input], "code_lists": [list],
            "tables": {},
            "area": area.map(|(code, name)| serde_json::json!({
                "of_report": "conditions", "level": "place", "code": code, "name": name,
            })),
        })
    };
    let bolton = Some(("E6", "Bolton"));
    let reports = serde_json::json!({
        "conditions": report("core.person", "record.patient", "diabetes", None),
        "conditions-E6": report("core.person", "record.patient", "diabetes", bolton),
        "costs": report("core.cost", "record.invoice", "prices", None),
    });
    let version = version.to_string();
    let made = serde_json::json!({
        "inputs": [
            { "table": "record.patient", "version": version },
            { "table": "record.invoice", "version": version },
        ],
        "models": [
            { "name": "core.person", "sql_sha256": version },
            { "name": "core.cost", "sql_sha256": version },
        ],
        "code_lists": [
            { "name": "diabetes", "codes": 3, "version": version },
            { "name": "prices", "codes": 3, "version": version },
        ],
    });
    let (inputs, models, lists) = (&made["inputs"], &made["models"], &made["code_lists"]);
    let text = |certificate: &str| {
        format!(
            "{{\"release\": \"{id}\", \"as_of\": \"{as_of}\", \"program_version\": \"0.1.0\", \
             \"scheme\": {{\"name\": \"hes2018\", \"settings\": {{}}}}, \"parameters\": {{\"as_of\": \"{as_of}\"}}, \
             \"inputs\": {inputs}, \"models\": {models}, \"code_lists\": {lists}, \"reports\": {reports}, \
             \"files\": {files},\n  \"certificate\": \"{certificate}\"\n}}\n"
        )
    };
    let certificate = hexadecimal(&Sha256::digest(text("")));
    text(&certificate).into_bytes()
}

/// A figure with 95% limits of two around it; None is suppressed.
pub(crate) fn figure(
    area: Option<&str>,
    condition: &str,
    period: &str,
    value: Option<f64>,
) -> FigureRow {
    let breakdown = match condition {
        "" => BTreeMap::new(),
        condition => BTreeMap::from([("condition".to_string(), condition.to_string())]),
    };
    FigureRow {
        report: "conditions".to_string(),
        table: "by_area".to_string(),
        table_title: "People with a condition, by area".to_string(),
        row: 0,
        area: area.map(|name| FigureArea {
            code: Some(format!("E{}", name.len())),
            name: name.to_string(),
            level: "place".to_string(),
        }),
        period: (!period.is_empty()).then(|| period.to_string()),
        breakdown,
        breakdown_words: condition.to_string(),
        is_total: condition.is_empty() || area.is_none(),
        measure: "prevalence".to_string(),
        measure_label: "People with <a> condition".to_string(),
        unit: "percent".to_string(),
        value,
        lower_95: value.map(|value| value - 2.0),
        upper_95: value.map(|value| value + 2.0),
        status: if value.is_some() {
            "calculated"
        } else {
            "suppressed"
        }
        .to_string(),
        held_from: None,
        flags: String::new(),
    }
}

/// The figures of the newer release: Bolton is higher than the whole area, Wigan similar, Stockport
/// suppressed.
pub(crate) fn figures() -> Vec<FigureRow> {
    let mut rows = Vec::new();
    for (area, value) in [
        (None, Some(10.0)),
        (Some("Bolton"), Some(15.0)),
        (Some("Wigan"), Some(9.5)),
        (Some("Stockport"), None),
    ] {
        rows.push(figure(area, "", "2025", Some(10.0)));
        rows.push(figure(area, "", "2026", value));
        rows.push(figure(area, "asthma", "2026", value.map(|v| v / 2.0)));
    }
    // A report of one area has it as its whole area.
    let mut own = figure(None, "", "2026", Some(33.3));
    own.report = "conditions-E6".to_string();
    own.table = "own".to_string();
    rows.push(own);
    // Those of Wigan who are of Bolton too.
    let mut common = figure(Some("Wigan"), "", "2026", Some(77.7));
    common.report = "conditions-E6".to_string();
    rows.push(common);
    for (at, row) in rows.iter_mut().enumerate() {
        row.row = u32::try_from(at).unwrap();
    }
    rows
}

/// A site over a store in memory.
pub(crate) struct Site {
    pub(crate) store: Arc<InMemory>,
    pub(crate) state: Arc<ServeState>,
    reader: PageReader,
}

/// A reply, read to its end.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Reply {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

impl Site {
    /// A site with two releases that are published.
    pub(crate) async fn published() -> Self {
        let site = Site::empty(ShownReleases::Published);
        let mut old = figures();
        old[1].value = Some(11.0);
        site.release(OLD, &old).await;
        site.release(NEW, &figures()).await;
        for id in [OLD, NEW] {
            site.decide(id, &["approved", "published"], None).await;
        }
        site.state.refresh().await;
        site
    }

    /// A site without releases.
    pub(crate) fn empty(show: ShownReleases) -> Self {
        let store = Arc::new(InMemory::new());
        Site::over(show, store.clone(), store)
    }

    /// A site that reads `store`, and of which `inner` is written to.
    pub(crate) fn over(
        show: ShownReleases,
        inner: Arc<InMemory>,
        store: Arc<dyn ObjectStore>,
    ) -> Self {
        let settings = ServeSettings {
            show,
            ..ServeSettings::default()
        };
        Site {
            state: Arc::new(ServeState::new(settings, store)),
            store: inner,
            reader: PageReader::local(),
        }
    }

    /// The same site for somebody else.
    pub(crate) fn read_by(&self, reader: PageReader) -> Self {
        Site {
            store: self.store.clone(),
            state: self.state.clone(),
            reader,
        }
    }

    pub(crate) async fn put(&self, place: &str, bytes: &[u8]) {
        self.store
            .put(&Path::from(place), bytes.to_vec().into())
            .await
            .unwrap();
    }

    /// Writes a release with two reports, one of the first for Bolton, and these figures.
    pub(crate) async fn release(&self, id: &str, rows: &[FigureRow]) {
        let page = b"<!DOCTYPE html><head><meta name=\"description\" content=\"Who has what\"><title>Conditions</title></head><script>let a</script>";
        let costs = b"<!DOCTYPE html><head><title>Costs</title></head>";
        let own = b"<!DOCTYPE html><head><meta name=\"description\" content=\"Who has what\"><title>Conditions: Bolton</title></head>";
        let frame = Figures::of_rows(rows).unwrap().write().unwrap();
        let files: [(&str, &[u8]); 7] = [
            ("conditions-E6.html", own),
            ("conditions-E6.xlsx", b"workbook of Bolton"),
            ("conditions-by_area.csv", b"area,value\n"),
            ("conditions.html", page),
            ("conditions.xlsx", b"0123456789"),
            ("costs.html", costs),
            ("figures.parquet", &frame),
        ];
        for (name, bytes) in files {
            self.put(&format!("{id}/{name}"), bytes).await;
        }
        self.put(&format!("{id}/manifest.json"), &manifest(id, &files))
            .await;
    }

    /// Adds steps to a release's publication.
    pub(crate) async fn decide(&self, id: &str, states: &[&str], embargo: Option<&str>) {
        let list = self
            .store
            .list_with_delimiter(Some(&Path::from("publication")))
            .await
            .unwrap();
        let before = list
            .objects
            .iter()
            .filter(|o| o.location.as_ref().contains(id))
            .count();
        for (at, state) in states.iter().enumerate() {
            let number = before + at + 1;
            let text = serde_json::json!({
                "release": id, "name": format!("north-{}-1", &id[..7]), "state": state,
                "at": format!("2026-10-05T08:00:0{number}Z"), "by": "Ann Example",
                "embargo": embargo, "reason": (*state == "withdrawn").then_some("deaths were missing"),
            });
            let place = format!("publication/{id}.{number}.json");
            self.put(&place, text.to_string().as_bytes()).await;
        }
    }

    pub(crate) async fn get(&self, address: &str) -> Reply {
        self.ask("GET", address, &[]).await
    }

    pub(crate) async fn ask(&self, method: &str, address: &str, headers: &[(&str, &str)]) -> Reply {
        let mut request = Request::builder().method(method).uri(address);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let local = "127.0.0.1:0".parse().unwrap();
        let base = std::path::Path::new("");
        let access = Access::new(local, &AccessSettings::default(), base, |_| false).unwrap();
        let site = router(&self.state)
            .layer(Extension(self.reader.clone()))
            .layer(Extension(access));
        let reply = site
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        let (parts, body) = reply.into_parts();
        Reply {
            status: parts.status,
            headers: parts.headers,
            bytes: to_bytes(body, usize::MAX).await.unwrap().to_vec(),
        }
    }
}
