//! Settings that would let in whom they should not.

use super::site::{access_on, written};
use crate::error::Kind;

#[test]
fn an_open_door_is_refused() {
    let roles = "roles = { everyone = { areas = [\"*\"] } }\n";
    let proxy =
        "sign_in = \"proxy\"\nproxy = { header = \"x-reader\", trusted = [\"10.0.0.5\"] }\n";
    let oidc = "sign_in = \"oidc\"\noidc = { issuer = \"https://id.example\", client_id = \"p\", redirect = \"https://pop.example/sign-in/callback\" }\n";
    let plain = oidc.replace("https://id", "http://id");
    let elsewhere = oidc.replace("/sign-in/callback", "/elsewhere");
    let hosts = "hosts = [\"pop.example\"]\n";
    let front = "tls_ends_in_front = true\n";
    let cases: [(&str, String, Option<&str>); 13] = [
        ("127.0.0.1:0", String::new(), None),
        ("[::1]:0", String::new(), None),
        ("0.0.0.0:0", String::new(), Some("without sign-in")),
        ("[::]:0", String::new(), Some("without sign-in")),
        ("10.1.2.3:80", String::new(), Some("without sign-in")),
        (
            "10.1.2.3:80",
            format!("{proxy}{hosts}{roles}"),
            Some("no tls"),
        ),
        ("10.1.2.3:80", format!("{proxy}{hosts}{front}{roles}"), None),
        (
            "10.1.2.3:80",
            format!("{proxy}{front}{roles}"),
            Some("how browsers call"),
        ),
        ("127.0.0.1:0", format!("{proxy}{hosts}"), Some("of no role")),
        (
            "127.0.0.1:0",
            "sign_in = \"proxy\"".to_string(),
            Some("there is no proxy"),
        ),
        ("127.0.0.1:0", format!("{oidc}{roles}"), None),
        (
            "127.0.0.1:0",
            format!("{plain}{roles}"),
            Some("no https address"),
        ),
        (
            "127.0.0.1:0",
            format!("{elsewhere}{roles}"),
            Some("leads to no page"),
        ),
    ];
    for (address, text, refused) in cases {
        let made = access_on(address.parse().unwrap(), &text);
        match (made.err(), refused) {
            (None, None) => {}
            (Some(error), Some(words)) => {
                assert_eq!(error.kind(), Kind::Usage);
                assert!(error.what().contains(words), "{error} for {text}");
                assert!(error.hint_text().is_some(), "{error}");
            }
            (made, refused) => panic!("{address} {text}: {made:?}, not {refused:?}"),
        }
    }
}

#[test]
fn secrets_are_read_from_their_places_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = written(&folder, "session.key", "short-but-secret");
    let base = "sign_in = \"oidc\"\nroles = { everyone = { areas = [\"*\"] } }\n";
    let oidc = |secret: &str| {
        format!(
            "oidc = {{ issuer = \"https://id.example\", client_id = \"p\", redirect = \"https://pop.example/sign-in/callback\", client_secret = \"{secret}\" }}\n"
        )
    };
    let local = "127.0.0.1:0".parse().unwrap();
    let wrong = access_on(local, &format!("{base}{}", oidc("hunter2")))
        .err()
        .unwrap();
    assert!(!format!("{wrong:?}").contains("hunter2"), "{wrong:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
        let session = format!("session = {{ key = \"file:{}\" }}\n", file.display());
        let text = format!("{base}{}{session}", oidc("env:PATH"));
        let open = access_on(local, &text).err().unwrap();
        assert!(open.what().starts_with("others may read"), "{open}");
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
        let short = access_on(local, &text).err().unwrap();
        assert!(short.what().contains("less than 32"), "{short}");
        assert!(!format!("{short:?}").contains("short-but-secret"));
    }
}
