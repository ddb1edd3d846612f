//! A release that somebody alters who knows its form.

use crate::project::files_below;
use sha2::{Digest, Sha256};
use std::path::PathBuf;

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A release's folder, to be tampered with.
pub struct Tampered {
    pub folder: PathBuf,
}

impl Tampered {
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A CSV of the release.
    pub fn csv(&self) -> String {
        let names = files_below(&self.folder).into_keys();
        names
            .into_iter()
            .find(|name| name.ends_with("by_age_and_sex.csv"))
            .unwrap()
    }

    pub fn manifest(&self) -> String {
        std::fs::read_to_string(self.path("manifest.json")).unwrap()
    }

    /// Writes a manifest with a certificate that fits, as somebody who knows its form would.
    pub fn certify(&self, manifest: &str) {
        let start = manifest.rfind("\"certificate\": \"").unwrap() + 16;
        let without = format!("{}{}", &manifest[..start], &manifest[start + 64..]);
        let certificate = sha256(without.as_bytes());
        let whole = format!(
            "{}{certificate}{}",
            &manifest[..start],
            &manifest[start + 64..]
        );
        std::fs::write(self.path("manifest.json"), whole).unwrap();
    }

    pub fn edit_manifest(&self, from: &str, to: &str) {
        let manifest = self.manifest();
        assert!(manifest.contains(from), "{from}");
        self.certify(&manifest.replacen(from, to, 1));
    }

    /// Alters a file, and its length and checksum in the manifest with it.
    pub fn alter(&self, name: &str, from: &str, to: &str) {
        let before = std::fs::read_to_string(self.path(name)).unwrap();
        assert!(before.contains(from), "{name}");
        let after = before.replacen(from, to, 1);
        std::fs::write(self.path(name), &after).unwrap();
        let mut manifest: serde_json::Value = serde_json::from_str(&self.manifest()).unwrap();
        let mut entry = None;
        for file in manifest["files"].as_array_mut().unwrap() {
            if file["name"] == name {
                entry = Some(file.clone());
            }
        }
        let entry = entry.unwrap();
        let text = self.manifest();
        let text = text.replace(&sha256(before.as_bytes()), &sha256(after.as_bytes()));
        let bytes = |length: usize| format!("\"name\": \"{name}\",\n      \"bytes\": {length}");
        assert_eq!(entry["bytes"], before.len());
        assert!(text.contains(&bytes(before.len())));
        self.certify(&text.replace(&bytes(before.len()), &bytes(after.len())));
    }

    /// Takes a file away, and its entry in the manifest with it.
    pub fn drop_file(&self, name: &str) {
        std::fs::remove_file(self.path(name)).unwrap();
        let text = self.manifest();
        let at = text.find(&format!("\"name\": \"{name}\"")).unwrap();
        let start = text[..at].rfind("    {").unwrap();
        let end = at + text[at..].find("    }").unwrap() + 5;
        let end = end + usize::from(text[end..].starts_with(',')) + 1;
        let without = format!("{}{}", &text[..start], &text[end..]);
        serde_json::from_str::<serde_json::Value>(&without).unwrap();
        self.certify(&without);
    }

    /// Counts the figures of a table anew, and says in the manifest how many there are.
    pub fn retally(&self, table: &str) {
        let names = files_below(&self.folder).into_keys();
        let end = format!("-{table}.csv");
        let name = names.into_iter().find(|name| name.ends_with(&end)).unwrap();
        let csv = std::fs::read_to_string(self.path(&name)).unwrap();
        let suppressed = csv.lines().filter(|line| line.contains(",*,")).count();
        let shown = csv.lines().count() - 1 - suppressed;
        let text = self.manifest();
        let at = text.find(&format!("\"{table}\": {{")).unwrap();
        let (before, rest) = text.split_at(at);
        let from = rest.find("\"cells_shown\"").unwrap();
        let to = from + rest[from..].find('}').unwrap();
        let tally = format!(
            "\"cells_shown\": {shown},\n          \"cells_suppressed\": {suppressed}\n        "
        );
        self.certify(&format!("{before}{}{tally}{}", &rest[..from], &rest[to..]));
    }
}
