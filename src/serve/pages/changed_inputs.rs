//! Why figures differ between two releases, as far as it is the reader's to know: what the reports that they
//! may read were made from.

use super::words::day;
use crate::publication::{ChangeKind, ReleaseChange, ReleaseFacts, changes};
use crate::serve::catalogue::{ListedRelease, ReleasedManifest, ReportKey};
use crate::serve::page_view::PageView;
use crate::serve::reply::PageFault;
use maud::{Markup, html};
use std::collections::BTreeSet;

/// Sentences of one kind that are listed at most.
const MOST: usize = 40;

/// What two releases were made from that is not the same, of the reports that the reader may read, or of the
/// wanted one of these.
///
/// # Errors
/// Unavailable, when a manifest is not as it was certified.
pub(super) async fn input_changes(
    view: &PageView,
    one: &ListedRelease,
    other: &ListedRelease,
    wanted: Option<&ReportKey>,
) -> Result<Vec<ReleaseChange>, PageFault> {
    let mut before = readable_facts(view, one, wanted).await?;
    let mut after = readable_facts(view, other, wanted).await?;
    leave_packs_to_their_reports(&mut before, &mut after);
    Ok(changes(&before, &after))
}

/// What a manifest says of these reports.
async fn readable_facts(
    view: &PageView,
    release: &ListedRelease,
    wanted: Option<&ReportKey>,
) -> Result<ReleaseFacts, PageFault> {
    let content = &view.state.content;
    let manifest = content.manifest(&release.id).await?;
    let bytes = content.manifest_file(&release.id).await?.bytes;
    let facts = serde_json::from_slice::<ReleaseFacts>(&bytes);
    let facts = facts.map_err(|_| {
        tracing::error!(release = release.id, "the manifest has another form");
        PageFault::Unavailable
    })?;
    let is_own = |name: &str| {
        let key = ReportKey::parse(name);
        let is_wanted = wanted.is_none_or(|wanted| {
            key.report == wanted.report && (wanted.area.is_none() || key.area == wanted.area)
        });
        is_wanted && view.may_read(&key)
    };
    let is_whole = wanted.is_none() && view.may_read_all(release);
    let mut facts = of_reports(facts, &manifest, is_own, is_whole);
    // The page says of which days the figures are.
    facts.parameters.remove("as_of");
    Ok(facts)
}

/// Of some facts those that are of these reports; all of them when these are all the reports there are.
fn of_reports(
    mut facts: ReleaseFacts,
    manifest: &ReleasedManifest,
    is_own: impl Fn(&str) -> bool,
    is_whole: bool,
) -> ReleaseFacts {
    if is_whole {
        return facts;
    }
    facts.reports.retain(|name, _| is_own(name));
    let own = manifest.reports.iter().filter(|(name, _)| is_own(name));
    let (mut models, mut inputs, mut lists) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (_, report) in own {
        models.extend(&report.models);
        inputs.extend(&report.inputs);
        lists.extend(&report.code_lists);
    }
    facts.models.retain(|model| models.contains(&model.name));
    facts.inputs.retain(|input| inputs.contains(&input.table));
    facts.code_lists.retain(|list| lists.contains(&list.name));
    facts
}

/// Takes the reports of single areas out where both releases have them and the whole one: they are defined
/// as it is, and each would say the same again.
fn leave_packs_to_their_reports(before: &mut ReleaseFacts, after: &mut ReleaseFacts) {
    let in_both =
        |name: &str| before.reports.contains_key(name) && after.reports.contains_key(name);
    let packs = before.reports.keys().filter(|name| {
        let key = ReportKey::parse(name);
        key.area.is_some() && in_both(name) && in_both(&key.report)
    });
    let packs: BTreeSet<String> = packs.cloned().collect();
    for facts in [before, after] {
        facts.reports.retain(|name, _| !packs.contains(name));
    }
}

/// Why figures differ, for people.
pub(super) fn reasons(
    one: &ListedRelease,
    other: &ListedRelease,
    changes: &[ReleaseChange],
) -> Markup {
    let kinds = [
        ("Reports", ChangeKind::Reports),
        ("Parameters", ChangeKind::Parameter),
        ("Disclosure control", ChangeKind::Rule),
        ("New definition", ChangeKind::Definition),
        ("New data", ChangeKind::Data),
        ("Program", ChangeKind::Program),
    ];
    let is_later = one.as_of != other.as_of;
    html! {
        h2 { "Why" }
        @if changes.is_empty() && !is_later { p { "Both were made from the same data by the same definitions." } }
        dl {
            @if is_later { dt { "Another day" } dd { "The figures describe " (day(other.as_of)) "; in the earlier release they describe " (day(one.as_of)) "." } }
            @for (title, kind) in kinds {
                @let own: Vec<_> = changes.iter().filter(|change| change.kind == kind).collect();
                @if !own.is_empty() {
                    dt { (title) }
                    dd {
                        @for (at, change) in own.iter().take(MOST).enumerate() { @if at > 0 { br; } (change.what) }
                        @if own.len() > MOST { br; "And " (own.len() - MOST) " more." }
                    }
                }
            }
        }
    }
}
