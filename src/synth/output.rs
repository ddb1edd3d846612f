//! Writes lives to files: parts of 5,000 people, made in batches on all threads, in order.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use rayon::prelude::*;

use super::datasets::{BUNDLE, COUNT, DATASETS, DELETED, OF_THE_AREA, Texts, header, write_area};
use super::faults::{self, Bundles, InjectedFault, Planter};
use super::life::Life;
use super::world::World;
use super::{Count, Options, Summary, boundaries, reference};
use crate::error::{Context, Result};
use crate::stop;

/// People in one part: one file of each kind.
pub(super) const PART: u32 = 5_000;
/// People whose text is made together by one thread.
const CHUNK: u32 = 25;
/// Chunks held in memory at once: about 15 MB of text.
const CHUNKS_AT_ONCE: u32 = 16;

enum Out {
    Plain(BufWriter<File>),
    Gzip(Box<GzEncoder<BufWriter<File>>>),
}

impl Out {
    fn as_write(&mut self) -> &mut dyn Write {
        match self {
            Out::Plain(file) => file,
            Out::Gzip(file) => file,
        }
    }

    fn finish(self) -> std::io::Result<()> {
        let mut file = match self {
            Out::Plain(file) => file,
            Out::Gzip(file) => file.finish()?,
        };
        file.flush()
    }
}

/// One file of a part. It is made when its first line comes.
struct OutputPart {
    dataset: usize,
    path: PathBuf,
    name: String,
    gzip: bool,
    out: Option<Out>,
    planter: Option<Planter>,
    rows: u64,
    bytes: u64,
}

impl OutputPart {
    fn new(options: &Options, world: &World, folder: &Path, dataset: usize, number: u32) -> Self {
        let about = &DATASETS[dataset];
        let planter = options
            .faults
            .then(|| Planter::new(world, dataset, number))
            .filter(|_| dataset != DELETED && dataset != BUNDLE);
        let other = planter.as_ref().is_some_and(|planter| planter.file.other);
        let gzip = options.plain == other;
        let ending = match (about.columns.is_some(), gzip) {
            (true, true) => "csv.gz",
            (true, false) => "csv",
            (false, true) => "ndjson.gz",
            (false, false) => "ndjson",
        };
        let name = format!("{}.{number:03}.{ending}", about.stem);
        let path = folder.join(&name);
        OutputPart {
            dataset,
            path,
            name,
            gzip,
            out: None,
            planter,
            rows: 0,
            bytes: 0,
        }
    }

    fn append(&mut self, text: &str) -> std::io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let mut planted = String::new();
        if self.out.is_none() {
            let file = BufWriter::with_capacity(1 << 17, File::create(&self.path)?);
            self.out = Some(match self.gzip {
                // No name, no time: the same text is always the same file.
                true => Out::Gzip(Box::new(GzBuilder::new().write(file, Compression::new(6)))),
                false => Out::Plain(file),
            });
            let head = DATASETS[self.dataset]
                .columns
                .map(header)
                .unwrap_or_default();
            match &mut self.planter {
                Some(planter) => planter.begin(&mut planted, &head),
                None => planted = head,
            }
        }
        self.rows += text.bytes().filter(|byte| *byte == b'\n').count() as u64;
        let text = match &mut self.planter {
            Some(planter) => {
                let before = planter.added;
                planter.plant(&mut planted, text);
                let more = planter.added - before;
                self.rows = self.rows.saturating_add_signed(more);
                planted.as_str()
            }
            None if planted.is_empty() => text,
            None => {
                planted.push_str(text);
                planted.as_str()
            }
        };
        self.write(text)
    }

    fn write(&mut self, text: &str) -> std::io::Result<()> {
        let bytes = match &self.planter {
            Some(planter) => planter.file.encoded(text),
            None => text.as_bytes().into(),
        };
        self.bytes += bytes.len() as u64;
        match &mut self.out {
            Some(out) => out.as_write().write_all(&bytes),
            None => Ok(()),
        }
    }

    /// Writes the last line, where the file has one that is no row.
    fn end(&mut self) -> std::io::Result<()> {
        let mut last = String::new();
        if let Some(planter) = self.planter.as_mut().filter(|_| self.out.is_some()) {
            planter.end(&mut last);
        }
        self.write(&last)
    }
}

/// Writes the whole record into a folder.
pub(super) fn write(
    options: &Options,
    world: &World,
    folder: &Path,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Summary> {
    for name in ["fhir", "csv", "reference"] {
        let path = folder.join(name);
        std::fs::create_dir(&path).data(|| format!("cannot make the folder {}", path.display()))?;
    }
    let mut counts: Vec<Count> = DATASETS
        .iter()
        .map(|dataset| Count {
            stem: dataset.stem,
            files: 0,
            rows: 0,
            bytes: 0,
        })
        .collect();
    let mut planted = Vec::new();
    let mut opted_out = String::new();
    let parts = world.people.div_ceil(PART);
    for part in 0..parts {
        let people = part * PART..((part + 1) * PART).min(world.people);
        write_part(
            options,
            world,
            folder,
            (part + 1, people),
            &mut counts,
            &mut planted,
            progress,
        )
        .map(|numbers| opted_out.push_str(&numbers))?;
    }
    if options.faults {
        planted.extend(faults::empty_files(folder, options.plain, &mut counts)?);
    }
    let mut summary = Summary {
        files: 0,
        bytes: 0,
        stored: 0,
        counts,
        faults: 0,
    };
    let mut plain = |name: &str, text: String| {
        let path = folder.join(name);
        summary.files += 1;
        summary.bytes += text.len() as u64;
        std::fs::write(&path, text).data(|| format!("cannot write {name}"))
    };
    plain("reference/postcode_lsoa.csv", reference::postcodes(world))?;
    plain("reference/lsoa.csv", reference::lsoas(world))?;
    plain("reference/lsoa_2011.csv", reference::lsoas_2011(world))?;
    plain("reference/population.csv", reference::population(world))?;
    plain(
        "reference/population_projection.csv",
        reference::population_projection(world),
    )?;
    plain(
        "reference/organisation.csv",
        reference::organisations(world),
    )?;
    plain(
        "reference/place_boundaries.geojson",
        boundaries::places(world),
    )?;
    plain(
        "reference/neighbourhood_boundaries.geojson",
        boundaries::neighbourhoods(world),
    )?;
    plain(
        "reference/lsoa_boundaries.geojson",
        boundaries::lsoas(world),
    )?;
    plain("opt-outs.txt", opted_out)?;
    if options.faults {
        plain("faults.csv", faults::list(&mut planted))?;
        plain("faults-expected.csv", faults::expected(&planted))?;
    }
    summary.faults = planted.len() as u64;
    summary.files += summary.counts.iter().map(|count| count.files).sum::<u64>();
    summary.bytes += summary.counts.iter().map(|count| count.bytes).sum::<u64>();
    summary.stored = stored(folder).data(|| "cannot read back what was written")?;
    Ok(summary)
}

fn stored(folder: &Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let about = entry.metadata()?;
        bytes += if about.is_dir() {
            stored(&entry.path())?
        } else {
            about.len()
        };
    }
    Ok(bytes)
}

/// Text of some people, and the NHS numbers of those who opted out.
struct Batch {
    chunks: Vec<(Texts, String)>,
}

fn make(world: &World, people: std::ops::Range<u32>, progress: &(dyn Fn(u64) + Sync)) -> Batch {
    let starts: Vec<u32> = people.clone().step_by(CHUNK as usize).collect();
    let chunks = starts
        .into_par_iter()
        .map(|start| {
            let mut texts: Texts = std::array::from_fn(|_| String::new());
            let mut opted_out = String::new();
            let end = (start + CHUNK).min(people.end);
            for index in start..end {
                let life = Life::new(world, index);
                if life.person.opted_out {
                    opted_out.push_str(&format!("{}\n", life.person.nhs_number));
                }
                super::datasets::write(&mut texts, world, &life);
            }
            progress(u64::from(end - start));
            (texts, opted_out)
        })
        .collect();
    Batch { chunks }
}

/// Writes one part and returns the NHS numbers of those who opted out.
fn write_part(
    options: &Options,
    world: &World,
    folder: &Path,
    (number, people): (u32, std::ops::Range<u32>),
    counts: &mut [Count],
    planted: &mut Vec<InjectedFault>,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<String> {
    let mut files: Vec<OutputPart> = (0..COUNT)
        .map(|dataset| OutputPart::new(options, world, folder, dataset, number))
        .collect();
    let mut opted_out = String::new();
    if number == 1 {
        let mut texts: Texts = std::array::from_fn(|_| String::new());
        write_area(&mut texts, world);
        for dataset in OF_THE_AREA {
            let file = &mut files[dataset];
            file.append(&texts[dataset])
                .data(|| format!("cannot write {}", file.name))?;
        }
    }
    let step = CHUNK * CHUNKS_AT_ONCE;
    let range = |start: u32| start.min(people.end)..(start + step).min(people.end);
    let mut ready = make(world, range(people.start), progress);
    let mut start = people.start;
    while start < people.end {
        start += step;
        stop::check()?;
        // The next people are made while these are compressed.
        let (next, written) = rayon::join(
            || make(world, range(start), progress),
            || append(&mut files, &ready),
        );
        written?;
        for (_, numbers) in &ready.chunks {
            opted_out.push_str(numbers);
        }
        ready = next;
    }
    if options.faults {
        planted.extend(sent_apart(folder, number, &mut files, &mut counts[BUNDLE])?);
    }
    for mut file in files {
        file.end().data(|| format!("cannot write {}", file.name))?;
        let Some(out) = file.out.take() else { continue };
        out.finish()
            .data(|| format!("cannot write {}", file.name))?;
        let count = &mut counts[file.dataset];
        count.files += 1;
        count.rows += file.rows;
        count.bytes += file.bytes;
        if let Some(planter) = file.planter {
            planted.extend(planter.finish(&file.name));
        }
    }
    Ok(opted_out)
}

/// Writes what the files of a part left to others: deletions, and resources in Bundles.
fn sent_apart(
    folder: &Path,
    number: u32,
    files: &mut [OutputPart],
    count: &mut Count,
) -> Result<Vec<InjectedFault>> {
    let mut planted = Vec::new();
    let mut deletions = String::new();
    let mut bundled = Vec::new();
    for planter in files.iter_mut().filter_map(|file| file.planter.as_mut()) {
        deletions.push_str(&planter.deletions());
        bundled.extend(planter.bundled());
    }
    let bundles = Bundles::of(&bundled);
    for (dataset, text) in [(DELETED, &deletions), (BUNDLE, &bundles.lines)] {
        let file = &mut files[dataset];
        file.append(text)
            .data(|| format!("cannot write {}", file.name))?;
    }
    planted.extend(faults::deletion_lines(&files[DELETED].name, &deletions));
    planted.extend(bundles.faults(&files[BUNDLE].name));
    if !bundles.document.is_empty() {
        planted.push(bundles.write_document(folder, number)?);
        count.files += 1;
        count.rows += 1;
        count.bytes += bundles.document.len() as u64;
    }
    Ok(planted)
}

fn append(files: &mut [OutputPart], batch: &Batch) -> Result<()> {
    files.par_iter_mut().with_max_len(1).try_for_each(|file| {
        for (texts, _) in &batch.chunks {
            let text = &texts[file.dataset];
            file.append(text)
                .data(|| format!("cannot write {}", file.name))?;
        }
        Ok(())
    })
}
