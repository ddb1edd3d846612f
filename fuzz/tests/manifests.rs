//! Manifests that a test makes up: what must hold for each is `src/manifests.rs`.

use populace::pull::{Server, parse_manifest};
use populace_fuzz::manifests::manifest;
use proptest::prelude::*;

proptest! {
    #[test]
    fn any_address_is_ours_or_refused(url in "(https?|file)?:?/{0,3}[a-z.@:%\\\\#?]{0,12}(fhir.example)?/?[ -~]{0,20}", token: bool) {
        let text = serde_json::json!({ "transactionTime": "2026-10-01T00:00:00Z",
            "requiresAccessToken": token, "output": [{ "type": "Patient", "url": url }],
            "link": [{ "relation": "next", "url": url }] });
        manifest(text.to_string().as_bytes());
    }

    #[test]
    fn any_bytes_are_read_or_refused(at in 0usize..200, byte: u8) {
        let mut bytes = serde_json::json!({ "transactionTime": "2026-10-01T00:00:00Z",
            "requiresAccessToken": false, "link": [], "deleted": null, "error": [],
            "output": [{ "type": "Patient", "url": "files/1", "count": 7 }] })
            .to_string()
            .into_bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        manifest(&bytes);
        bytes.truncate(at);
        let server = Server::parse("any", "https://fhir.example/r4", &[]).unwrap();
        prop_assert!(parse_manifest(&server, &server.at("x").unwrap(), &bytes).is_err());
    }
}
