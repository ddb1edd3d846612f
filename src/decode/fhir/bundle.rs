//! The resources of a Bundle, each as a line of its own.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::bundle_pages::BundlePages;
use super::cursor::{Broken, Cursor};
use super::resource_plan::number_of_version;
use super::temporal::Temporal;
use super::{reference, server};
use crate::decode::Zone;

/// What a Bundle holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct BundleContents {
    /// Its resources, in their order.
    pub entries: Vec<BundleEntry>,
    /// Whether it is a history, which has the newest version of a record first.
    pub is_history: bool,
    /// The `Type/id` of records of which a history has a version before a deletion, which they outlived.
    pub restored: HashSet<Vec<u8>>,
    /// Its links to other pages of the same answer, and to itself.
    pub pages: BundlePages,
}

/// A resource of a Bundle.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BundleEntry {
    /// Its text, with references to other entries as `Type/id`, and with the id of its entry when it
    /// has none of its own.
    pub text: Vec<u8>,
    /// Where it stands in the Bundle.
    pub range: Range<usize>,
    /// What the server says of the version beside it.
    pub told: ToldVersion,
    /// Whether the record's deletion stands above it in a history.
    pub is_deleted: bool,
}

/// A version as the response of its entry tells it, for a resource that does not say it itself.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct ToldVersion {
    /// `lastModified`, in microseconds since 1970 UTC.
    pub updated: Option<i64>,
    /// `etag`, where it is a number.
    pub version_id: Option<i64>,
}

/// Where the parts of an entry stand, and what a resource calls itself.
#[derive(Debug, Default)]
struct EntryPlace {
    full_url: Vec<u8>,
    resource: Range<usize>,
    kind: Vec<u8>,
    id: Vec<u8>,
    /// Where its own id stands.
    id_at: Range<usize>,
    told: ToldVersion,
    /// The `Type/id` that the entry deletes.
    deletes: Option<Vec<u8>>,
    /// Whether an entry above it deletes its record.
    is_deleted: bool,
}

impl EntryPlace {
    /// The id by which others know the resource: its own, or that in the address of its entry.
    fn known_id(&self) -> &[u8] {
        match &*self.id {
            [] => match reference::key(&self.full_url, None) {
                Some(key) => after_last(self.full_url.get(key).unwrap_or_default(), b'/'),
                None => after_last(&self.full_url, b':'),
            },
            own => own,
        }
    }
}

/// The resources that the Bundle `text` holds, whatever its type; none where it has only requests.
///
/// Where its entries are of several servers, or Bundles of the source are (`several`), the server is a
/// part of ids and references.
pub(super) fn contents(
    text: &[u8],
    several: bool,
    zone: Option<Zone>,
) -> Result<BundleContents, Broken> {
    let mut places = Vec::new();
    let mut restored = HashSet::new();
    let mut is_history = false;
    let mut pages = BundlePages::default();
    let mut cursor = Cursor { bytes: text, at: 0 };
    members(&mut cursor, |name, cursor| match name {
        b"entry" if cursor.token() == b'[' => items(cursor, |cursor| {
            places.push(entry(cursor, zone)?);
            Ok(())
        }),
        b"type" if cursor.token() == b'"' => {
            is_history = string(cursor)? == b"history";
            Ok(())
        }
        b"link" if cursor.token() == b'[' => items(cursor, |cursor| link(cursor, &mut pages)),
        _ => cursor.skip(),
    })?;
    if is_history {
        restored = outlived(&mut places);
    }
    places.retain(|place| !place.resource.is_empty());
    // A UUID is the same in capitals.
    let known: HashMap<Vec<u8>, Vec<u8>> = places
        .iter()
        .filter(|place| place.full_url.starts_with(b"urn:") && !place.kind.is_empty())
        .map(|place| {
            let key = [&place.kind, b"/".as_slice(), place.known_id()].concat();
            (place.full_url.to_ascii_lowercase(), key)
        })
        .collect();
    let servers: Vec<Option<String>> = places
        .iter()
        .map(|place| server::of_address(&place.full_url))
        .collect();
    let mut different = servers.iter().flatten().collect::<Vec<_>>();
    different.sort_unstable();
    different.dedup();
    let several = several || different.len() > 1;
    let entries = places.iter().zip(&servers).map(|(place, server)| {
        let own = text.get(place.resource.clone()).unwrap_or_default();
        let text = match server.as_deref().filter(|_| several) {
            Some(server) => {
                let own = with_marked_id(own, place, server);
                server::with_marked_references(&followed(&own, &known), Some(server))
            }
            None if several => {
                let own = with_id(followed(own, &known), place);
                server::with_marked_references(&own, None)
            }
            None => with_id(followed(own, &known), place),
        };
        BundleEntry {
            text,
            range: place.resource.clone(),
            told: place.told,
            is_deleted: place.is_deleted,
        }
    });
    Ok(BundleContents {
        entries: entries.collect(),
        is_history,
        restored,
        pages,
    })
}

/// Notes the link of a Bundle to a page.
fn link(cursor: &mut Cursor<'_>, pages: &mut BundlePages) -> Result<(), Broken> {
    if cursor.token() != b'{' {
        return cursor.skip();
    }
    let (mut relation, mut url) = (Vec::new(), Vec::new());
    members(cursor, |name, cursor| match (name, cursor.token()) {
        (b"relation", b'"') => string(cursor).map(|text| relation = text),
        (b"url", b'"') => string(cursor).map(|text| url = text),
        _ => cursor.skip(),
    })?;
    pages.note(&relation, &url);
    Ok(())
}

/// The records of which an entry has a version before another deletes them. Notes the versions that stand
/// behind a deletion.
fn outlived(places: &mut [EntryPlace]) -> HashSet<Vec<u8>> {
    let (mut seen, mut gone) = (HashSet::new(), HashSet::new());
    let mut outlived = HashSet::new();
    for place in places {
        if !place.kind.is_empty() {
            let key = [&place.kind, b"/".as_slice(), place.known_id()].concat();
            place.is_deleted = gone.contains(&key);
            seen.insert(key);
        }
        if let Some(key) = &place.deletes {
            if seen.contains(key) {
                outlived.insert(key.clone());
            }
            gone.insert(key.clone());
        }
    }
    outlived
}

/// The address and the resource of an entry, which may have neither.
fn entry(cursor: &mut Cursor<'_>, zone: Option<Zone>) -> Result<EntryPlace, Broken> {
    let mut place = EntryPlace::default();
    if cursor.token() != b'{' {
        cursor.skip()?;
        return Ok(place);
    }
    members(cursor, |name, cursor| match (name, cursor.token()) {
        (b"fullUrl", b'"') => {
            place.full_url = string(cursor)?;
            Ok(())
        }
        (b"resource", b'{') => {
            let start = cursor.at;
            members(cursor, |name, cursor| match (name, cursor.token()) {
                (b"resourceType", b'"') => {
                    place.kind = string(cursor)?;
                    Ok(())
                }
                (b"id", b'"') => {
                    let span = cursor.string()?;
                    place.id_at = span.start() as usize..span.end() as usize;
                    let id = cursor.bytes.get(place.id_at.clone());
                    place.id = id.unwrap_or_default().to_vec();
                    Ok(())
                }
                _ => cursor.skip(),
            })?;
            place.resource = start..cursor.at;
            Ok(())
        }
        (b"response", b'{') => {
            let told = &mut place.told;
            members(cursor, |name, cursor| match (name, cursor.token()) {
                (b"lastModified", b'"') => {
                    let modified = Temporal::parse(string(cursor)?);
                    told.updated = modified.and_then(|modified| modified.micros_in(zone));
                    Ok(())
                }
                (b"etag", b'"') => {
                    told.version_id = number_of_version(&without_escapes(string(cursor)?));
                    Ok(())
                }
                _ => cursor.skip(),
            })
        }
        (b"request", b'{') => {
            let (mut method, mut url) = (Vec::new(), Vec::new());
            members(cursor, |name, cursor| match (name, cursor.token()) {
                (b"method", b'"') => string(cursor).map(|text| method = text),
                (b"url", b'"') => string(cursor).map(|text| url = text),
                _ => cursor.skip(),
            })?;
            let key = reference::key(&url, None).filter(|_| method == b"DELETE");
            place.deletes = key.and_then(|key| url.get(key)).map(<[u8]>::to_vec);
            Ok(())
        }
        _ => cursor.skip(),
    })?;
    Ok(place)
}

/// Goes through an object: `each` takes the value of every member.
fn members<'t>(
    cursor: &mut Cursor<'t>,
    mut each: impl FnMut(&[u8], &mut Cursor<'t>) -> Result<(), Broken>,
) -> Result<(), Broken> {
    cursor.expect(b'{')?;
    if cursor.token() == b'}' {
        return cursor.expect(b'}');
    }
    loop {
        if cursor.token() != b'"' {
            return Err(Broken);
        }
        let name = string(cursor)?;
        cursor.expect(b':')?;
        each(&name, cursor)?;
        match cursor.token() {
            b',' => cursor.expect(b',')?,
            _ => return cursor.expect(b'}'),
        }
    }
}

/// Goes through a list: `each` takes every item.
fn items<'t>(
    cursor: &mut Cursor<'t>,
    mut each: impl FnMut(&mut Cursor<'t>) -> Result<(), Broken>,
) -> Result<(), Broken> {
    cursor.expect(b'[')?;
    if cursor.token() == b']' {
        return cursor.expect(b']');
    }
    loop {
        each(cursor)?;
        match cursor.token() {
            b',' => cursor.expect(b',')?,
            _ => return cursor.expect(b']'),
        }
    }
}

/// The text of an entity tag, whose quotes are written with escapes.
fn without_escapes(written: Vec<u8>) -> Vec<u8> {
    written.into_iter().filter(|byte| *byte != b'\\').collect()
}

/// Takes a string, as it is written. Addresses and ids are written without escapes.
fn string(cursor: &mut Cursor<'_>) -> Result<Vec<u8>, Broken> {
    let span = cursor.string()?;
    let range = span.start() as usize..span.end() as usize;
    Ok(cursor.bytes.get(range).unwrap_or_default().to_vec())
}

/// `text` with the keys of entries in the place of references to their addresses.
fn followed(text: &[u8], known: &HashMap<Vec<u8>, Vec<u8>>) -> Vec<u8> {
    const URN: &[u8] = b"\"urn:";
    let mut followed = Vec::with_capacity(text.len());
    let mut done = 0;
    if !known.is_empty() {
        for at in memchr::memmem::find_iter(text, URN) {
            let start = at + 1;
            let rest = text.get(start..).unwrap_or_default();
            let Some(length) = memchr::memchr(b'"', rest) else {
                break;
            };
            let urn = rest.get(..length);
            let key = urn.and_then(|urn| known.get(&urn.to_ascii_lowercase()));
            let before = text.get(..at).unwrap_or_default().trim_ascii_end();
            let named = before.strip_suffix(b":").map(<[u8]>::trim_ascii_end);
            // An identifier may have the same value, and stays what it is.
            let refers = named.is_some_and(|named| named.ends_with(b"\"reference\""));
            if let (Some(key), true) = (key, refers) {
                followed.extend_from_slice(text.get(done..start).unwrap_or_default());
                followed.extend_from_slice(key);
                done = start + length;
            }
        }
    }
    followed.extend_from_slice(text.get(done..).unwrap_or_default());
    followed
}

/// `text` with the id that its entry's address has, when it has none of its own.
fn with_id(text: Vec<u8>, place: &EntryPlace) -> Vec<u8> {
    let id = place.known_id();
    let is_id = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    if !place.id.is_empty() || id.is_empty() || !id.iter().all(is_id) {
        return text;
    }
    let own = text.get(1..).unwrap_or_default();
    let empty = own.trim_ascii_start().starts_with(b"}");
    let comma = if empty { b"".as_slice() } else { b"," };
    [b"{\"id\":\"", id, b"\"", comma, own].concat()
}

/// `text` with an id that names the server too: its own, or that of its entry's address.
fn with_marked_id(text: &[u8], place: &EntryPlace, server: &str) -> Vec<u8> {
    if place.id.is_empty() {
        let known = server::marked(place.known_id(), server);
        return [
            b"{\"id\":\"".as_slice(),
            &known,
            b"\",",
            text.get(1..).unwrap_or_default(),
        ]
        .concat();
    }
    let start = place.id_at.start - place.resource.start;
    let end = place.id_at.end - place.resource.start;
    let (before, after) = (text.get(..start), text.get(end..));
    let id = server::marked(&place.id, server);
    [before.unwrap_or_default(), &id, after.unwrap_or_default()].concat()
}

/// What comes after the last `mark`.
fn after_last(text: &[u8], mark: u8) -> &[u8] {
    let at = memchr::memrchr(mark, text).map_or(0, |at| at + 1);
    text.get(at..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{ToldVersion, contents};

    fn texts(bundle: &str) -> Vec<String> {
        let entries = contents(bundle.as_bytes(), false, None).unwrap().entries;
        for entry in &entries {
            assert!(bundle[entry.range.clone()].starts_with('{'));
            assert!(bundle[entry.range.clone()].ends_with('}'));
        }
        let texts = entries.into_iter().map(|entry| entry.text);
        texts.map(|text| String::from_utf8(text).unwrap()).collect()
    }

    #[test]
    fn resources_are_known_by_the_addresses_of_their_entries() {
        let bundle = r#"{"resourceType": "Bundle", "type":"transaction", "entry": [
            {"fullUrl":"urn:uuid:a1","resource": {"resourceType":"Patient","identifier":[{"value":"urn:uuid:a1"}]} , "request":{"method":"POST"}},
            {"fullUrl":"urn:uuid:b2","resource":{"resourceType":"Condition","id":"own","subject":{"reference" : "urn:uuid:a1"},"asserter":{"reference":"urn:uuid:zz"},"recorder":{"reference":"urn:uuid:A1"}}},
            {"fullUrl":"https://x.example/fhir/Basic/7","resource":{}},
            {"request":{"method":"DELETE","url":"Basic/1"}}, 5]}"#;
        // A line: its line ends are spaces.
        assert_eq!(
            texts(&bundle.replace('\n', " ")),
            [
                r#"{"id":"a1","resourceType":"Patient","identifier":[{"value":"urn:uuid:a1"}]}"#,
                r#"{"resourceType":"Condition","id":"own","subject":{"reference" : "Patient/a1"},"asserter":{"reference":"urn:uuid:zz"},"recorder":{"reference":"Patient/a1"}}"#,
                r#"{"id":"7"}"#,
            ]
        );
    }

    #[test]
    fn a_bundle_may_hold_nothing() {
        for bundle in [
            "{}",
            r#"{"entry":[]}"#,
            r#"{"entry":{}}"#,
            r#"{"entry":[{"resource":null}]}"#,
        ] {
            assert_eq!(texts(bundle), [""; 0], "{bundle}");
        }
        assert!(contents(br#"{"entry":[{"resource":{"#, false, None).is_err());
    }

    #[test]
    fn a_history_says_of_its_versions_what_they_do_not_say() {
        let bundle = r#"{"resourceType":"Bundle","entry":[
            {"fullUrl":"https://x.example/Basic/1","resource":{"resourceType":"Basic","id":"1"},"response":{"status":"200","etag":"W/\"3\"","lastModified":"2026-01-05T11:00:00+01:00"}},
            {"request":{"method":"DELETE","url":"Basic/1"},"response":{"lastModified":"soon","etag":"x"}},
            {"request":{"method":"DELETE","url":"Basic/2"}},
            {"resource":{"resourceType":"Basic","id":"2"}}],"type":"history"}"#;
        let found = contents(bundle.replace('\n', " ").as_bytes(), false, None).unwrap();
        assert!(found.is_history);
        let restored: Vec<_> = found.restored.iter().map(Vec::as_slice).collect();
        assert_eq!(restored, [b"Basic/1"]);
        let told: Vec<ToldVersion> = found.entries.iter().map(|entry| entry.told).collect();
        let first = ToldVersion {
            updated: Some(1_767_607_200_000_000),
            version_id: Some(3),
        };
        assert_eq!(told, [first, ToldVersion::default()]);
        let batch = bundle.replace("history", "batch").replace('\n', " ");
        let found = contents(batch.as_bytes(), false, None).unwrap();
        assert!(!found.is_history && found.restored.is_empty());
    }
}
