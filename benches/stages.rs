//! The stages of a night, each alone: decode, pseudonyms, a projection, one model, release.
//!
//! `cargo bench` runs them over a synthetic record of 2,000 people that it makes in a temporary
//! folder. Compare two versions with `cargo bench -- --save-baseline before`, then
//! `cargo bench -- --baseline before`.

#![allow(missing_docs, clippy::unwrap_used)] // criterion's macros; a bench may stop at a fault

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use datafusion::prelude::SessionContext;
use populace::decode::Chunk;
use populace::decode::fhir::{Decoder, View};
use populace::engine::{Engine, Limits};
use populace::functions::{Definition, sections};
use populace::lake::{Lake, Location, Settings};
use populace::models::{BuildRequest, Library, build, load_reference};
use populace::pipeline::Pipeline;
use populace::privacy::{Key, Pseudonyms};
use populace::progress::Progress;
use populace::scratch::Scratch;
use populace::{pull, release, synth};
use std::collections::BTreeSet;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const PEOPLE: u32 = 2_000;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A synthetic record in a folder that goes away with the bench.
fn record() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let options = synth::Options {
        out: folder.path().to_path_buf(),
        people: PEOPLE,
        seed: 1,
        from: "2024-10-01".parse().unwrap(),
        to: "2026-09-30".parse().unwrap(),
        faults: false,
        plain: true,
    };
    synth::write(&options, &|_| {}).unwrap();
    folder
}

fn decode(c: &mut Criterion) {
    let record = record();
    let mut group = c.benchmark_group("decode");
    for kind in ["Observation", "Encounter", "Condition", "Patient"] {
        let file = record.path().join(format!("fhir/{kind}.001.ndjson"));
        let bytes = std::fs::read(file).unwrap();
        let name = format!("{}.json", kind.to_lowercase());
        let view = std::fs::read_to_string(root().join("pipelines/views").join(&name)).unwrap();
        let decoder = Decoder::new(vec![Arc::new(View::parse(&name, &view).unwrap())]);
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(kind, |b| {
            b.iter(|| {
                decoder.decode(&Chunk {
                    bytes: black_box(&bytes),
                    offset: 0,
                    first_line: 1,
                })
            });
        });
    }
    group.finish();
}

fn pseudonyms(c: &mut Criterion) {
    let key = Key::load("file:data-samples/sample.key", root()).unwrap();
    let pseudonyms = Pseudonyms::new(&key, "record");
    let references: Vec<String> = (0..10_000)
        .map(|n| format!("Observation/{n:032x}"))
        .collect();
    let mut group = c.benchmark_group("pseudonyms");
    group.throughput(Throughput::Elements(references.len() as u64));
    group.bench_function("records", |b| {
        b.iter(|| pseudonyms.records(references.iter().map(|r| Some(r.as_str()))));
    });
    group.finish();
}

/// A project over `record`, pulled and with all models built.
struct Built {
    pipeline: Pipeline,
    library: Library,
    engine: Engine,
    _scratch: Scratch,
    _folder: tempfile::TempDir,
}

async fn built(record: &Path) -> Built {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(root().join("pipelines/nightly.toml"))
        .unwrap()
        .replace("\"data-samples/", &format!("\"{}/", record.display()))
        .replace(
            "file:data-samples",
            &format!("file:{}/data-samples", root().display()),
        )
        .replace(
            "url = \"lake\"",
            &format!("url = \"{}/lake\"", folder.path().display()),
        );
    let file: PathBuf = folder.path().join("nightly.toml");
    std::fs::write(&file, text).unwrap();
    let mut pipeline = Pipeline::load(&file, &[]).unwrap();
    pipeline.root = root().to_path_buf();
    let key = Key::load(&pipeline.settings.privacy.key, root()).unwrap();
    let location = Location::parse(&pipeline.settings.lake.url, root()).unwrap();
    let settings = Settings::new(16, key.fingerprint());
    let lake = Lake::open_or_create(location, &settings).await.unwrap();
    let scratch = Scratch::new(None).unwrap();
    let limits = pull::PullLimits {
        threads: 2,
        memory: 2_000_000_000,
    };
    pull::pull(
        &pipeline,
        &lake,
        &key,
        &[],
        limits,
        &scratch,
        Progress::hidden(),
    )
    .await
    .unwrap();
    load_reference(&pipeline, &lake).await.unwrap();
    let library = Library::read(&root().join("sql")).unwrap();
    let spill = scratch.folder("spill").unwrap();
    let limits = Limits {
        memory: 2_000_000_000,
        threads: 2,
        spill,
    };
    let engine = Engine::new(&lake, &limits, &pipeline.values()).unwrap();
    let wanted = library.choose(&["*".to_string()]).unwrap();
    let request = BuildRequest {
        wanted: &wanted,
        read: &BTreeSet::new(),
        parameters: &pipeline.values(),
        absent: &[],
        full_refresh: false,
    };
    let done = build(&engine, &library, &request, Progress::hidden());
    let done = done.await.unwrap();
    assert!(done.ok());
    Built {
        pipeline,
        library,
        engine,
        _scratch: scratch,
        _folder: folder,
    }
}

fn model_and_release(c: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let record = record();
    let built = runtime.block_on(built(record.path()));
    let name = built
        .library
        .choose(&["marts.activity_month".to_string()])
        .unwrap();
    let sql = &built.library.models[name.first().unwrap()].sql;
    c.bench_function("model/activity_month", |b| {
        b.iter(|| {
            runtime.block_on(async {
                built
                    .engine
                    .query("bench", sql)
                    .await
                    .unwrap()
                    .collect()
                    .await
                    .unwrap()
            })
        });
    });

    let reports = ["use_of_services".to_string()];
    let wanted = release::Wanted {
        reports: &reports,
        dry_run: true,
        ..release::Wanted::default()
    };
    c.bench_function("release/use_of_services", |b| {
        b.iter(|| {
            let made = release::make(&built.engine, &built.pipeline, &built.library, wanted);
            runtime.block_on(made).unwrap()
        });
    });
}

/// 256 runs over 10,000 cells in one projected year, each with four factors.
fn demand(c: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let context = SessionContext::new();
    let functions = sections().into_iter().flat_map(|section| section.functions);
    for function in functions {
        if let Definition::Aggregate(aggregate) = function.definition {
            context.register_udaf(aggregate);
        }
    }
    let run = |sql: &str| {
        runtime.block_on(async { context.sql(sql).await.unwrap().collect().await.unwrap() })
    };
    run("create table factors as
        select 'cell ' || cell as cell, cell % 20 as events, step, factor, lower, upper
        from (select value as cell from generate_series(1, 10000)) as cells
        cross join (values ('demographic', 'population', 1.1, 1.2), ('non-demographic', 'growth', 0.0, 0.02),
            ('avoidance', 'falls', 0.05, 0.1), ('efficiency', 'stays', 0.05, 0.1))
            as factors(step, factor, lower, upper)");
    c.bench_function("demand/256_runs_of_10000_cells", |b| {
        b.iter(|| {
            run("select project_demand(cell, events, 10, step, factor, lower, upper, 1, 3.5, 256, 1)
                from factors")
        });
    });
}

criterion_group!(benches, decode, pseudonyms, demand, model_and_release);
criterion_main!(benches);
