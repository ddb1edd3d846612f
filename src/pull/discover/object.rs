//! A source's file on an object store, read as a stream.

use crate::lake::store::Store;
use bytes::{Buf, Bytes};
use futures::channel::mpsc;
use futures::executor::{BlockingStream, block_on_stream};
use futures::{SinkExt, StreamExt, stream};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectMeta};
use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

/// Bytes of one request.
const PIECE: u64 = 4 * 1024 * 1024;
/// Requests on their way at once, for one file.
const AHEAD: usize = 3;

/// A file of a source, as it was when it was listed.
#[derive(Debug)]
pub(crate) struct Object {
    /// Where it is.
    pub store: Store,
    /// Its path there.
    pub path: Path,
    /// The mark of its version, when the store gives one.
    pub etag: Option<String>,
    /// Bytes, as stored.
    pub size: u64,
    /// Where requests run.
    pub runtime: tokio::runtime::Handle,
}

/// The same mark has quotes in an answer and none in some stores' lists.
pub(crate) fn plain_etag(meta: &ObjectMeta) -> Option<String> {
    let etag = meta.e_tag.as_deref()?.trim_matches('"');
    (!etag.is_empty()).then(|| etag.to_string())
}

impl Object {
    /// Reads it from its start. Pieces are fetched ahead.
    pub(crate) fn open(self: &Arc<Self>) -> ObjectReader {
        let (mut send, receive) = mpsc::channel(0);
        let object = self.clone();
        let fetching = self.runtime.spawn(async move {
            let starts = (0..object.size).step_by(PIECE as usize);
            let ranges = starts.map(|start| start..(start + PIECE).min(object.size));
            let mut pieces = stream::iter(ranges)
                .map(|range| object.piece(range))
                .buffered(AHEAD);
            while let Some(piece) = pieces.next().await {
                let failed = piece.is_err();
                if send.send(piece).await.is_err() || failed {
                    return;
                }
            }
        });
        ObjectReader {
            pieces: block_on_stream(receive),
            piece: Bytes::new(),
            left: self.size,
            fetching,
        }
    }

    async fn piece(&self, range: Range<u64>) -> io::Result<Bytes> {
        self.try_piece(&range).await.map_err(io::Error::other)?
    }

    async fn try_piece(&self, range: &Range<u64>) -> object_store::Result<io::Result<Bytes>> {
        let options = GetOptions {
            range: Some(GetRange::Bounded(range.clone())),
            ..GetOptions::default()
        };
        let found = self.store.get_opts(&self.path, options).await?;
        // Every piece says of which version it is: a file that is replaced midway is no mixture.
        let etag = plain_etag(&found.meta);
        let other = self.etag.is_some() && etag.is_some() && etag != self.etag;
        if other || found.meta.size != self.size {
            return Ok(Err(io::Error::other("it was replaced while it was read")));
        }
        let piece = found.bytes().await?;
        Ok(match piece.len() as u64 == range.end - range.start {
            true => Ok(piece),
            false => Err(io::Error::other("the store sent fewer bytes than it has")),
        })
    }
}

/// The bytes of an object, for a thread that may block.
pub(crate) struct ObjectReader {
    pieces: BlockingStream<mpsc::Receiver<io::Result<Bytes>>>,
    piece: Bytes,
    left: u64,
    fetching: tokio::task::JoinHandle<()>,
}

impl Read for ObjectReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.piece.is_empty() && self.left > 0 {
            let stopped = || io::Error::other("reading was stopped");
            self.piece = self.pieces.next().ok_or_else(stopped)??;
            self.left = self.left.saturating_sub(self.piece.len() as u64);
        }
        let read = buffer.len().min(self.piece.len());
        buffer[..read].copy_from_slice(&self.piece[..read]);
        self.piece.advance(read);
        Ok(read)
    }
}

impl Drop for ObjectReader {
    fn drop(&mut self) {
        self.fetching.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pull::discover::source_file::{Origin, SourceFile};
    use crate::pull::read::file_piece::LineEnds;
    use crate::pull::read::file_reader;
    use object_store::{ObjectStore, ObjectStoreExt, memory::InMemory};

    async fn object(bytes: Vec<u8>) -> (Arc<InMemory>, Arc<Object>) {
        let store = Arc::new(InMemory::new());
        let path = Path::from("extract.ndjson");
        store.put(&path, bytes.into()).await.unwrap();
        let meta = store.head(&path).await.unwrap();
        let object = Object {
            store: store.clone() as Arc<dyn ObjectStore>,
            path,
            etag: plain_etag(&meta),
            size: meta.size,
            runtime: tokio::runtime::Handle::current(),
        };
        (store, Arc::new(object))
    }

    fn read(object: Arc<Object>) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        object.open().read_to_end(&mut bytes).map(|_| bytes)
    }

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap()
    }

    #[test]
    fn pieces_make_the_whole() {
        let runtime = runtime();
        for size in [
            0,
            1,
            PIECE as usize - 1,
            PIECE as usize,
            3 * PIECE as usize + 7,
        ] {
            let bytes: Vec<u8> = (0..size).map(|i| (i % 251) as u8).collect();
            let (_store, object) = runtime.block_on(object(bytes.clone()));
            assert!(read(object).unwrap() == bytes, "{size}");
        }
    }

    #[test]
    fn a_file_that_is_replaced_is_not_read() {
        let runtime = runtime();
        let (store, object) = runtime.block_on(object(b"before".to_vec()));
        runtime
            .block_on(store.put(&Path::from("extract.ndjson"), "after!".into()))
            .unwrap();
        let error = read(object).unwrap_err();
        assert_eq!(error.to_string(), "it was replaced while it was read");
    }

    #[test]
    fn an_error_names_the_file_and_not_only_the_store() {
        let runtime = runtime();
        let (store, object) = runtime.block_on(object(b"before".to_vec()));
        let file = SourceFile {
            name: "gp/extract.ndjson".to_string(),
            origin: Origin::Store("s3://care/gp/extract.ndjson".to_string(), object),
            size: 6,
            modified: 0,
            decoder: 0,
        };
        runtime
            .block_on(store.put(&Path::from("extract.ndjson"), "after!".into()))
            .unwrap();
        let error = file_reader::open(&file).err().unwrap();
        assert_eq!(error.what(), "s3://care/gp/extract.ndjson cannot be read");
        assert_eq!(error.causes(), ["it was replaced while it was read"]);
        // Also when it comes up on the way.
        let name = file.origin.to_string();
        let reader = Box::new(BrokenReader);
        let read = file_reader::pieces(reader, &name, LineEnds::Lines, |_| Ok(()));
        let error = read.unwrap_err();
        let what = error.what();
        assert!(
            what.starts_with("s3://care/gp/extract.ndjson cannot be read"),
            "{what}"
        );
    }

    struct BrokenReader;

    impl Read for BrokenReader {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the store is away"))
        }
    }
}
