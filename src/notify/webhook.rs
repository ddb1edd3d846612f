//! The JSON document that a webhook gets.

use super::post::PostTarget;
use super::run_end::RunEnd;
use super::signature::WebhookSecret;
use super::words;
use crate::error::{Context, Result};
use crate::pipeline::{WebhookSettings, timeout};
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use std::path::Path;

/// Tells a webhook; relative paths of secrets start at `base`.
///
/// # Errors
/// Usage: its address or its secret cannot be read. Data: it was not told.
pub(super) async fn tell(
    settings: &WebhookSettings,
    installation: &str,
    end: &RunEnd,
    base: &Path,
) -> Result<()> {
    let url = settings.url.read("address of the webhook", base)?;
    let secret = match &settings.secret {
        Some(place) => Some(WebhookSecret::read(
            &place.read("secret of the webhook", base)?,
        )?),
        None => None,
    };
    let body = serde_json::to_vec(&document(end, installation)).data(|| "cannot write JSON")?;
    let id = end.id(installation).to_string();
    let seconds = chrono::Utc::now().timestamp();
    let mut headers = HeaderMap::new();
    let mut add = |name: &'static str, value: String| -> Result<()> {
        let value =
            HeaderValue::try_from(value).data(|| format!("cannot write the header {name}"))?;
        headers.insert(name, value);
        Ok(())
    };
    add("webhook-id", id.clone())?;
    add("webhook-timestamp", seconds.to_string())?;
    if let Some(secret) = secret {
        add("webhook-signature", secret.sign(&id, seconds, &body)?)?;
    }
    let target = PostTarget::new("webhook", url, timeout(settings.timeout_seconds))?;
    target.post(&body, &headers).await
}

/// The document: `text` is for chat rooms, `data` for programs.
fn document(end: &RunEnd, installation: &str) -> Value {
    let outcome = end.outcome().name();
    let time =
        |time: chrono::DateTime<chrono::Utc>| time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    let release = end.release.as_ref().map(|release| {
        json!({
            "release": release.release,
            "written": release.written,
            "reports": release.reports,
            "refused": release.refused,
            "figures_shown": release.shown,
            "figures_suppressed": release.suppressed,
        })
    });
    json!({
        "type": format!("populace.{}.{outcome}", end.command),
        "timestamp": time(end.ended),
        "text": words::subject(end, installation),
        "data": {
            "installation": installation,
            "command": end.command,
            "run": end.id(installation).to_string(),
            "outcome": outcome,
            "stopped": end.was_stopped(),
            "exit_code": end.exit_code,
            "began": time(end.began),
            "ended": time(end.ended),
            "seconds": end.seconds(),
            "step": end.step.as_ref().filter(|_| end.exit_code != 0),
            "what": words::happened(end),
            "advice": words::advice(end),
            "extracts_read": end.extracts_read,
            "rows_in_thousands": end.rows_in_thousands(),
            "models_built": end.models_built,
            "models_failed": end.models_failed,
            "release": release,
            "version": env!("CARGO_PKG_VERSION"),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::super::run_end::samples;
    use super::*;

    #[test]
    fn the_document_says_how_a_night_ended_without_a_count() {
        let document = document(&samples::failed(), "north");
        assert_eq!(document["type"], "populace.nightly.failure");
        assert_eq!(document["timestamp"], "2026-11-22T02:01:30.750Z");
        assert_eq!(
            document["text"],
            "north: populace nightly failed (exit code 3)"
        );
        let data = &document["data"];
        assert_eq!(
            (&data["exit_code"], &data["step"]),
            (&json!(3), &json!("pull"))
        );
        assert_eq!(
            data["what"][0],
            "source extracts: [number] of [number] lines were rejected"
        );
        assert_eq!(data["seconds"], 90.5);
        assert_eq!(data["release"], Value::Null);
    }

    #[test]
    fn the_document_of_a_good_night_has_what_was_released() {
        let document = document(&samples::good(), "north");
        let data = &document["data"];
        assert_eq!(document["type"], "populace.nightly.success");
        assert_eq!(data["release"]["figures_suppressed"], 40);
        assert_eq!(
            (&data["models_built"], &data["rows_in_thousands"]),
            (&json!(205), &json!(1205))
        );
        assert_eq!(data["step"], Value::Null);
    }
}
