//! Answers on their way: how much of them is held in memory for clients that have not taken it yet.

use super::reply::PageFault;
use bytes::Bytes;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Answers up to this length take no room: connections are few, so that they are too.
const SMALL: usize = 64 * 1024;
/// The unit in which room is counted, in bytes.
const UNIT: usize = 1024;
/// How long an answer waits for room.
const PATIENCE: Duration = Duration::from_secs(15);

/// Room for answers, given back when their clients have them or are gone.
#[derive(Debug)]
pub(crate) struct Sending {
    room: Arc<Semaphore>,
    most: u32,
    patience: Duration,
}

/// The room of one answer.
#[derive(Debug)]
pub(crate) struct SendingRoom(Option<OwnedSemaphorePermit>);

impl Sending {
    /// Room for so many bytes.
    pub(crate) fn new(bytes: usize) -> Self {
        let most = u32::try_from(bytes / UNIT).unwrap_or(u32::MAX).max(1);
        Sending {
            room: Arc::new(Semaphore::new(most as usize)),
            most,
            patience: PATIENCE,
        }
    }

    /// Room for an answer of so many bytes; all there is for one that is longer.
    ///
    /// # Errors
    /// Busy, when others do not give theirs back in time.
    pub(crate) async fn room(&self, bytes: usize) -> Result<SendingRoom, PageFault> {
        if bytes <= SMALL {
            return Ok(SendingRoom(None));
        }
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX);
        let permit = self.room.clone().acquire_many_owned(units.min(self.most));
        match tokio::time::timeout(self.patience, permit).await {
            Ok(Ok(permit)) => Ok(SendingRoom(Some(permit))),
            _ => Err(PageFault::Busy),
        }
    }
}

impl SendingRoom {
    /// The bytes, which keep the room for as long as any part of them is held.
    pub(crate) fn hold(self, bytes: Bytes) -> Bytes {
        match self.0 {
            None => bytes,
            Some(permit) => Bytes::from_owner(HeldBytes {
                bytes,
                _permit: permit,
            }),
        }
    }
}

/// Bytes with their room.
struct HeldBytes {
    bytes: Bytes,
    _permit: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for HeldBytes {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn room_is_given_back_with_the_last_part_of_an_answer() {
        let sending = Sending {
            patience: Duration::from_millis(50),
            ..Sending::new(200 * 1024)
        };
        let held = sending.room(150 * 1024).await.unwrap();
        let held = held.hold(Bytes::from(vec![b'x'; 150 * 1024]));
        let part = held.slice(10..20);
        drop(held);
        assert_eq!(
            sending.room(100 * 1024).await.unwrap_err(),
            PageFault::Busy,
            "a part of it is not taken yet"
        );
        // What is small goes out meanwhile.
        let small = sending.room(SMALL).await.unwrap();
        assert_eq!(small.hold(Bytes::from_static(b"a")), "a");
        assert_eq!(part, vec![b'x'; 10]);
        drop(part);
        // One that is longer than all there is takes all.
        let all = sending.room(usize::MAX).await.unwrap();
        assert_eq!(sending.room(SMALL + 1).await.unwrap_err(), PageFault::Busy);
        drop(all);
        assert!(sending.room(SMALL + 1).await.is_ok());
    }
}
