//! Deciding about a release: it is approved, published, withdrawn or returned by a named person, as
//! the audit log and the release's publication say.

use super::dimension::looks_personal;
use super::manifest::{MANIFEST, sha256};
use super::named_area::named_area;
use super::place::ReleasePlace;
use super::verify::verify;
use crate::audit::{AuditEntry, AuditEvent, AuditLog, load};
use crate::error::{Error, Result};
use crate::lake::{DecisionLock, Lake, Location};
use crate::publication::{
    Publication, PublicationState, PublicationStep, WantedStep, allowed, read, step,
};
use chrono::{DateTime, Utc};
use object_store::path::Path;
use std::collections::BTreeSet;

/// Problems of an altered release that are told; more are counted.
const TOLD: usize = 6;

/// The event of the audit log by which a release becomes a draft again.
const RETURNED: &str = "returned";

/// What somebody wants to decide.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decision<'a> {
    /// What the release is to become.
    pub state: PublicationState,
    /// The person.
    pub by: &'a str,
    /// The account of the operating system.
    pub account: &'a str,
    /// Until when readers are not to see it.
    pub embargo: Option<DateTime<Utc>>,
    /// Why.
    pub reason: Option<&'a str>,
    /// What its name begins with; None for the code of the lake's integrated care board.
    pub area: Option<&'a str>,
    /// Whether whoever made it may not be the only one to approve it.
    pub four_eyes: bool,
}

/// Decides about release `id` below `releases`. What is approved or published is verified first.
///
/// # Errors
/// Usage, when there is no such release, or who and why is not said; refused, when it was altered, no
/// such step follows from its state, too few have approved it, or somebody else decided at the same
/// moment; data, when the lake or the releases cannot be read or written.
pub(crate) async fn decide(
    releases: &Location,
    lake: &Lake,
    log: &AuditLog,
    id: &str,
    decision: Decision<'_>,
) -> Result<Publication> {
    says_nobody(decision)?;
    let goes_out = [PublicationState::Approved, PublicationState::Published];
    let goes_out = goes_out.contains(&decision.state);
    // What somebody looks at must not get other figures until the step is taken. Withdrawing waits for nobody.
    let _deciding = match goes_out {
        true => Some(DecisionLock::take(lake.location()).await?),
        false => None,
    };
    let (store, root) = (releases.store(false)?, Path::default());
    let before = read(&*store, &root, id).await?;
    let manifest = ReleasePlace::open(releases, id)?.read(MANIFEST).await?;
    if manifest.is_none() && before.steps.is_empty() {
        return Err(Error::usage(format!("there is no release {id}"))
            .hint("`populace release --list` shows all releases"));
    }
    let digest = manifest.as_deref().map(sha256);
    let mut wanted = WantedStep {
        state: decision.state,
        by: decision.by,
        account: decision.account,
        embargo: decision.embargo,
        reason: decision.reason,
        manifest_sha256: digest.as_deref(),
        area: decision.area.unwrap_or_default(),
    };
    let now = Utc::now();
    allowed(&before, &wanted, now)?;
    if goes_out {
        is_whole(releases, lake, id).await?;
    }
    if decision.state == PublicationState::Published {
        let entries = load(lake).await?;
        is_approved(&before, digest.as_deref(), &entries, decision.four_eyes)?;
    }
    let area = match (before.name(), decision.area) {
        (None, None) => named_area(lake).await?,
        (_, area) => area.unwrap_or_default().to_string(),
    };
    wanted.area = &area;
    noted(log, &before, &wanted).await?;
    let after = step(&*store, &root, &before, &wanted, now).await?;
    if goes_out {
        let manifest = ReleasePlace::open(releases, id)?.read(MANIFEST).await?;
        is_same(
            id,
            digest.as_deref(),
            manifest.as_deref().map(sha256).as_deref(),
        )?;
    }
    Ok(after)
}

/// Refuses what was replaced while it was decided about: an object store has no lock.
fn is_same(id: &str, decided: Option<&str>, found: Option<&str>) -> Result<()> {
    match decided == found {
        true => Ok(()),
        false => Err(Error::refused(format!(
            "{id} got other figures while it was decided about"
        ))
        .hint("look at `populace release --list`: return it to draft if it is approved, withdraw it if it is published, then look at its figures again")),
    }
}

/// Refuses to put other figures in the place of those that somebody has approved, or readers see.
///
/// # Errors
/// Refused, when the release is approved or published; data, when the releases cannot be read, or it is
/// not known what was decided.
pub(super) async fn may_be_replaced(releases: &Location, id: &str) -> Result<()> {
    if releases.folder().is_some_and(|folder| !folder.is_dir()) {
        return Ok(());
    }
    let found = read(&*releases.store(false)?, &Path::default(), id).await?;
    if let Some(damage) = found.damage() {
        return Err(damage.within(format!(
            "{id} may be approved or published, and would get other figures"
        )));
    }
    let hint = match found.state() {
        PublicationState::Approved => {
            "return it to draft with `populace release --return`, then make it again with `--replace`"
        }
        PublicationState::Published => {
            "readers have these figures: if they are wrong, withdraw them with `populace release --withdraw`, correct the data, the model or the report, and publish the release that `populace nightly` then makes"
        }
        PublicationState::Draft | PublicationState::Withdrawn => return Ok(()),
    };
    let state = found.state();
    Err(Error::refused(format!("{id} is {state}, and would get other figures")).hint(hint))
}

/// Refuses a person or a reason that may name somebody of whom figures are.
fn says_nobody(decision: Decision<'_>) -> Result<()> {
    let said = [
        ("name after --by", Some(decision.by)),
        ("reason", decision.reason),
    ];
    for (what, said) in said {
        if said.is_some_and(looks_personal) {
            return Err(Error::usage(format!(
                "the {what} looks as if it held a number or an address of somebody"
            ))
            .hint("it is kept for good, and shown: write it without"));
        }
    }
    Ok(())
}

/// Refuses a release that is not as the lake made it.
async fn is_whole(releases: &Location, lake: &Lake, id: &str) -> Result<()> {
    let verified = verify(releases, id, Some(lake), None).await?;
    if verified.problems.is_empty() {
        return Ok(());
    }
    let mut error = Error::refused(format!("{id} is not as it was made"));
    for problem in verified.problems.iter().take(TOLD) {
        error = error.cause(problem);
    }
    if verified.problems.len() > TOLD {
        error = error.cause(format!(
            "and {} problems more",
            verified.problems.len() - TOLD
        ));
    }
    Err(error.hint("find out who altered it, then make it again with `populace release`"))
}

/// Refuses a release whose figures nobody has approved or, when two have to look, only those who made
/// it. An approval that the audit log does not have is none: where releases lie, others can write. Nor is
/// one that the log has from before the release was last returned to draft.
fn is_approved(
    before: &Publication,
    digest: Option<&str>,
    entries: &[AuditEntry],
    four_eyes: bool,
) -> Result<()> {
    let id = before.release.as_str();
    let of_release: Vec<&AuditEntry> = entries
        .iter()
        .filter(|entry| entry.release.as_deref() == Some(id))
        .collect();
    let returned = of_release.iter().rposition(|e| e.event == RETURNED);
    let since = &of_release[returned.map_or(0, |at| at + 1)..];
    let is_logged = |step: &&PublicationStep| {
        since.iter().any(|entry| {
            entry.event == "approved"
                && Some(&entry.account) == step.account.as_ref()
                && entry.manifest_sha256.as_deref() == digest
        })
    };
    let of_this = |step: &&PublicationStep| step.manifest_sha256.as_deref() == digest;
    let approvals: Vec<_> = before.approvals().filter(of_this).collect();
    if approvals.is_empty() {
        return Err(Error::refused(format!(
            "{id} was made again with other figures since it was approved"
        ))
        .hint("look at it again (`populace release --check`), and approve it again"));
    }
    let logged: Vec<_> = approvals.into_iter().filter(is_logged).collect();
    if logged.is_empty() {
        return Err(
            Error::refused(format!("the audit log has no approval of {id}"))
                .cause("a file says that it is approved, and nobody ran the command")
                .hint("return it to draft, and find out who wrote the file"),
        );
    }
    // Nights make releases too, and are nobody.
    let by_hand = |entry: &&&AuditEntry| {
        entry.event == "release" && entry.command.split(' ').next() == Some("release")
    };
    let makers: BTreeSet<_> = of_release
        .iter()
        .filter(by_hand)
        .map(|e| Some(&e.account))
        .collect();
    if !four_eyes
        || logged
            .iter()
            .any(|step| !makers.contains(&step.account.as_ref()))
    {
        return Ok(());
    }
    Err(
        Error::refused(format!("{id} has been approved by nobody but who made it"))
            .cause("four_eyes is set under [releases] in the pipeline file")
            .hint("another person approves it, from an account of their own"),
    )
}

/// Notes in the log what is about to be decided.
async fn noted(log: &AuditLog, before: &Publication, wanted: &WantedStep<'_>) -> Result<()> {
    let reason = match wanted.reason {
        Some(reason) => format!("by {}: {reason}", wanted.by),
        None => format!("by {}", wanted.by),
    };
    let event = AuditEvent::Decision {
        what: match wanted.state {
            PublicationState::Draft => RETURNED,
            state => state.name(),
        },
        release: &before.release,
        manifest_sha256: wanted.manifest_sha256,
        reason: &reason,
    };
    let noted = log.add(event).await;
    noted.map_err(|e| e.within("nothing is decided: the audit log cannot be written"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publication::ReleaseName;

    const ID: &str = "2026-09-30-0123456789ab";

    fn approved_by(account: &str) -> PublicationStep {
        PublicationStep {
            release: ID.to_string(),
            name: ReleaseName {
                area: "wold".to_string(),
                period: "2026-09".to_string(),
                number: 1,
            },
            state: PublicationState::Approved,
            at: Utc::now(),
            by: "Ann".to_string(),
            account: Some(account.to_string()),
            embargo: None,
            reason: None,
            manifest_sha256: Some("now".to_string()),
        }
    }

    fn entry(event: &str, command: &str, account: &str) -> AuditEntry {
        AuditEntry {
            event: event.to_string(),
            command: command.to_string(),
            account: account.to_string(),
            release: Some(ID.to_string()),
            manifest_sha256: Some("now".to_string()),
            ..AuditEntry::default()
        }
    }

    #[tokio::test]
    async fn what_somebody_may_have_approved_gets_no_other_figures() {
        let folder = tempfile::tempdir().unwrap();
        let releases = Location::parse("releases", folder.path()).unwrap();
        may_be_replaced(&releases, ID).await.unwrap();
        let publication = folder.path().join("releases/publication");
        std::fs::create_dir_all(&publication).unwrap();
        may_be_replaced(&releases, ID).await.unwrap();
        let write = |n: u32, text: &str| {
            std::fs::write(publication.join(format!("{ID}.{n}.json")), text).unwrap();
        };
        write(1, "{");
        let e = may_be_replaced(&releases, ID).await.unwrap_err();
        assert_eq!(e.kind(), crate::error::Kind::Data);
        let damage = "is damaged: step 1 is no step of a publication";
        assert!(e.causes()[0].contains(damage), "{e}");
        assert!(e.hint_text().unwrap().starts_with("restore publication/"));

        let approved = approved_by("ann");
        write(1, &serde_json::to_string(&approved).unwrap());
        let e = may_be_replaced(&releases, ID).await.unwrap_err();
        assert_eq!(
            e.what(),
            format!("{ID} is approved, and would get other figures")
        );
        assert!(e.hint_text().unwrap().contains("--return"), "{e}");
        let published = PublicationStep {
            state: PublicationState::Published,
            ..approved
        };
        write(2, &serde_json::to_string(&published).unwrap());
        let e = may_be_replaced(&releases, ID).await.unwrap_err();
        // What is withdrawn is never published again: another release is.
        let hint = e.hint_text().unwrap();
        assert!(
            hint.contains("--withdraw") && hint.contains("`populace nightly` then makes"),
            "{hint}"
        );
    }

    #[test]
    fn what_was_replaced_meanwhile_is_not_decided_about() {
        is_same(ID, Some("a"), Some("a")).unwrap();
        for found in [Some("b"), None] {
            let e = is_same(ID, Some("a"), found).unwrap_err();
            assert_eq!(e.kind(), crate::error::Kind::Refused);
            assert_eq!(
                e.what(),
                format!("{ID} got other figures while it was decided about")
            );
        }
    }

    #[test]
    fn who_made_a_release_is_not_the_only_one_to_approve_it() {
        let mut release = Publication::draft(ID);
        release.steps.push(approved_by("ann"));
        let mut log = vec![
            entry("release", "release --replace", "ann"),
            entry("approved", "release --approve", "ann"),
        ];
        let asked = |release: &Publication, log: &[AuditEntry], four_eyes| {
            is_approved(release, Some("now"), log, four_eyes).map_err(|e| e.what().to_string())
        };
        assert_eq!(asked(&release, &log, false), Ok(()));
        let alone = format!("{ID} has been approved by nobody but who made it");
        assert_eq!(asked(&release, &log, true), Err(alone.clone()));
        // A file that says somebody else approved it is no approval.
        release.steps.push(approved_by("ben"));
        assert_eq!(asked(&release, &log, true), Err(alone));
        log.push(entry("approved", "release --approve", "ben"));
        assert_eq!(asked(&release, &log, true), Ok(()));
        // A night is nobody.
        release.steps.pop();
        log[0].command = "nightly".to_string();
        assert_eq!(asked(&release, &log, true), Ok(()));
        log.truncate(2);
        // Of other figures, or of none that the log knows.
        let again = is_approved(&release, Some("other"), &log, false).unwrap_err();
        assert!(again.what().contains("was made again"), "{again}");
        let unknown = is_approved(&release, Some("now"), &log[..1], false).unwrap_err();
        assert_eq!(
            unknown.what(),
            format!("the audit log has no approval of {ID}")
        );
    }

    #[test]
    fn an_approval_from_before_a_release_was_returned_is_none() {
        let mut release = Publication::draft(ID);
        release.steps.push(approved_by("ann"));
        let mut log = vec![
            entry("release", "nightly", "populace"),
            entry("approved", "release --approve", "ann"),
        ];
        let asked = |release: &Publication, log: &[AuditEntry]| {
            is_approved(release, Some("now"), log, true).map_err(|e| e.what().to_string())
        };
        assert_eq!(asked(&release, &log), Ok(()));
        // Another release that is returned is nothing to this one.
        let mut other = entry("returned", "release --return", "ben");
        other.release = Some("2026-08-31-0123456789ab".to_string());
        log.push(other);
        assert_eq!(asked(&release, &log), Ok(()));
        // A file says again what the log has from before.
        log.push(entry("returned", "release --return", "ben"));
        let none = format!("the audit log has no approval of {ID}");
        assert_eq!(asked(&release, &log), Err(none));
        log.push(entry("approved", "release --approve", "ann"));
        assert_eq!(asked(&release, &log), Ok(()));
    }
}
