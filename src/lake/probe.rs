//! Before a lake's first commit: does its store keep writers apart?
//!
//! Every commit creates the next file of a table's log on the condition that it is not there. A
//! store that ignores the condition loses commits without a word, and some honour it one request at
//! a time and break it when requests race. So writers race for fresh names, several rounds, and the
//! lake is made only when each round had one winner, whose bytes were kept.

use super::Location;
use super::store::{Store, store_error};
use crate::error::{Context, Error, Result};
use futures::StreamExt;
use futures::future::join_all;
use object_store::{ObjectStoreExt, PutMode, path::Path};
use serde::{Deserialize, Serialize};

const WRITERS: usize = 8;
const ROUNDS: usize = 8;
const FOLDER: &str = "populace.probe";

/// The answer of a store that keeps writers apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// Which store answered: the address, and the endpoint where one is set.
    pub store: String,
    /// The day of the race, ISO.
    pub on: String,
    /// Writers in each round.
    pub writers: usize,
    /// Rounds, each with exactly one winner.
    pub rounds: usize,
}

impl Probe {
    /// Races writers at `location`; an error when the store cannot hold a lake.
    pub(super) async fn run(store: &Store, location: &Location, server: String) -> Result<Self> {
        let mut mark = [0u8; 8];
        getrandom::fill(&mut mark).data(|| "there is no randomness on this machine")?;
        let mark = u64::from_be_bytes(mark);
        let names: Vec<Path> = (0..ROUNDS)
            .map(|round| Path::from(format!("{FOLDER}/{mark:016x}-{round}")))
            .collect();
        let mut outcome = Ok(());
        let mut raced = Vec::new();
        for (round, name) in names.into_iter().enumerate() {
            outcome = race(store, location, &name, round).await;
            raced.push(Ok(name));
            if outcome.is_err() {
                break;
            }
        }
        let gone = store.delete_stream(futures::stream::iter(raced).boxed());
        let stay = gone.filter(|deleted| {
            let gone = matches!(deleted, Ok(_) | Err(object_store::Error::NotFound { .. }));
            std::future::ready(!gone)
        });
        let stay = stay.count().await;
        if stay > 0 && outcome.is_ok() {
            tracing::warn!("{stay} objects stay under {location}/{FOLDER}: may they be deleted?");
        }
        outcome.map(|()| Probe {
            store: server,
            on: chrono::Utc::now().format("%Y-%m-%d").to_string(),
            writers: WRITERS,
            rounds: ROUNDS,
        })
    }
}

async fn race(store: &Store, location: &Location, name: &Path, round: usize) -> Result<()> {
    let failed = || format!("cannot find out whether the store of {location} keeps writers apart");
    let text = |writer: usize| format!("writer {writer} of {name}\n");
    let attempts = (0..WRITERS).map(|writer| {
        let (store, name, text) = (store.clone(), name.clone(), text(writer));
        tokio::spawn(async move {
            store
                .put_opts(&name, text.into(), PutMode::Create.into())
                .await
        })
    });
    let (mut winners, mut unknown) = (Vec::new(), None);
    for (writer, attempt) in join_all(attempts).await.into_iter().enumerate() {
        match attempt.data(failed)? {
            Ok(_) => winners.push(writer),
            Err(object_store::Error::AlreadyExists { .. }) => {}
            Err(e) => unknown = Some(e),
        }
    }
    // Two winners are one too many, whatever became of the others.
    if let (0 | 1, Some(e)) = (winners.len(), unknown) {
        return Err(store_error(failed(), e));
    }
    let [winner] = winners[..] else {
        return Err(unfit(
            location,
            format!(
                "in round {} of a race for one object, {} of {WRITERS} writers were told that they had created it",
                round + 1,
                winners.len()
            ),
        ));
    };
    let stored = match store.get(name).await {
        Ok(found) => found.bytes().await.map_err(|e| store_error(failed(), e))?,
        Err(e) => return Err(store_error(failed(), e)),
    };
    if stored != text(winner).as_bytes() {
        return Err(unfit(
            location,
            "the bytes of a writer who had lost were kept".to_string(),
        ));
    }
    let mut listed = store.list(Some(&Path::from(FOLDER)));
    while let Some(found) = listed.next().await {
        if found.map_err(|e| store_error(failed(), e))?.location == *name {
            return Ok(());
        }
    }
    Err(unfit(
        location,
        "an object that was created is not listed".to_string(),
    ))
}

fn unfit(location: &Location, cause: String) -> Error {
    Error::data(format!(
        "the store of {location} cannot hold a lake: two commands at once could lose each other's commits"
    ))
    .cause(cause)
    .hint("keep the lake on Amazon S3, Azure Blob Storage, Google Cloud Storage or another store that honours conditional creation, or in a local folder; docs/object-stores.md says what is asked of a store")
}
