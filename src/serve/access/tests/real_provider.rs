//! Signing in at `oidc-provider`, a certified provider, which `.ci/servers` starts.

use super::browser::{Browser, parameter};
use super::site::{GatedSite, free_address};
use crate::notice::missing;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use std::collections::BTreeMap;

/// The pages of the provider, as a browser goes through them.
struct ProviderBrowser {
    http: reqwest::Client,
    cookies: BTreeMap<String, String>,
    base: String,
}

impl ProviderBrowser {
    /// Asks, with a form where there is one; gives the address that it is sent to, or the page.
    async fn go(&mut self, url: &str, form: Option<&str>) -> Result<String, String> {
        let url = match url.starts_with('/') {
            true => format!("{}{url}", self.base),
            false => url.to_string(),
        };
        let cookies = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        let request = match form {
            Some(form) => self
                .http
                .post(&url)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form.to_string()),
            None => self.http.get(&url),
        };
        let answer = request.header(COOKIE, cookies).send().await.unwrap();
        for set in answer.headers().get_all(SET_COOKIE) {
            let set = set.to_str().unwrap();
            let (name, rest) = set.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.cookies.insert(name.to_string(), value.to_string());
        }
        match answer.headers().get(LOCATION) {
            Some(location) => Ok(location.to_str().unwrap().to_string()),
            None => Err(answer.text().await.unwrap()),
        }
    }
}

#[tokio::test]
async fn a_reader_signs_in_at_a_real_provider() {
    let Ok(issuer) = std::env::var("POPULACE_TEST_OIDC") else {
        return missing(
            "POPULACE_TEST_OIDC",
            "it names no server; .ci/run starts one",
        );
    };
    let address = free_address();
    let site = GatedSite::on(
        address,
        &format!(
            "sign_in = \"oidc\"\n\
             oidc = {{ issuer = \"{issuer}\", client_id = \"populace\", redirect = \"http://{address}/sign-in/callback\" }}\n\
             roles = {{ place = {{ areas = [\"E54000051\"] }}, lead = {{ areas = [\"*\"] }} }}\n"
        ),
    );
    let mut browser = Browser::default();
    let asked = browser.get(&site, "/areas/E54000051").await;
    let begun = browser.get(&site, asked.header("location")).await;
    let mut provider = ProviderBrowser {
        http: reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap(),
        cookies: BTreeMap::new(),
        base: issuer.clone(),
    };
    let interaction = provider.go(begun.header("location"), None).await.unwrap();
    // Its page asks for a name, and then whether this site may know it.
    let mut next = provider
        .go(&interaction, Some("prompt=login&login=place-7&password=x"))
        .await
        .unwrap();
    for _ in 0..6 {
        if next.contains("/sign-in/callback") {
            break;
        }
        next = match next.contains("/interaction/") {
            true => provider.go(&next, Some("prompt=consent")).await.unwrap(),
            false => provider.go(&next, None).await.unwrap(),
        };
    }
    assert_eq!(parameter(&next, "iss"), issuer);
    let back = next.split_once(&address.to_string()).unwrap().1;
    let answer = browser.get(&site, back).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, "/areas/E54000051"),
        "{}",
        answer.body
    );
    let who = browser.get(&site, "/").await;
    assert_eq!(
        who.body,
        r#"{"name":"place-7@reader.example","roles":["place"],"subject":"place-7"}"#
    );
    assert_eq!(browser.get(&site, "/areas/E54000051").await.status, 200);
    assert_eq!(browser.get(&site, "/areas/E54000052").await.status, 403);
    let again = browser.get(&site, back).await;
    assert_eq!(again.status, 401, "a code works once");
}
