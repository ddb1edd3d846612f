//! The releases as an Atom feed.

use super::words::{day, report_title};
use crate::serve::addresses::release_page;
use crate::serve::catalogue::ListedRelease;
use crate::serve::page_view::PageView;
use crate::serve::reply::{PageFault, RenderedPage};
use atom_syndication::{Entry, Feed, Link, Person, Text};
use axum::response::Response;
use chrono::{DateTime, Utc};

/// Releases that the feed has.
const NEWEST: usize = 50;

/// `/feed.atom`.
pub(crate) async fn feed(view: PageView) -> Result<Response, PageFault> {
    let made = async {
        let kind = "application/atom+xml; charset=utf-8";
        Ok(RenderedPage::new(kind, atom(&view).to_string()))
    };
    view.page(made).await
}

fn atom(view: &PageView) -> Feed {
    let settings = &view.state.settings;
    let base = settings.address.clone();
    let base = base.unwrap_or_else(|| format!("http://{}", settings.listen));
    let base = base.trim_end_matches('/');
    let mut releases: Vec<_> = view.releases().collect();
    releases.sort_by_key(|release| std::cmp::Reverse(release.since()));
    let updated = releases
        .first()
        .map_or(DateTime::UNIX_EPOCH, |newest| newest.since());
    let link = |address: String, rel: &str| Link {
        href: address,
        rel: rel.to_string(),
        ..Link::default()
    };
    Feed {
        title: Text::plain(settings.title.clone()),
        id: format!("{base}/"),
        updated: updated.fixed_offset(),
        authors: vec![Person {
            name: settings
                .publisher
                .clone()
                .unwrap_or_else(|| settings.title.clone()),
            ..Person::default()
        }],
        links: vec![
            link(format!("{base}/feed.atom"), "self"),
            link(format!("{base}/releases"), "alternate"),
        ],
        entries: releases
            .iter()
            .take(NEWEST)
            .map(|release| entry(view, release, base))
            .collect(),
        ..Feed::default()
    }
}

fn entry(view: &PageView, release: &ListedRelease, base: &str) -> Entry {
    let since: DateTime<Utc> = release.since();
    let reports: Vec<String> = view
        .reports(release)
        .map(|key| report_title(view, key))
        .collect();
    let address = format!("{base}{}", release_page(&release.id));
    Entry {
        title: Text::plain(format!("Figures of {}", day(release.as_of))),
        id: address.clone(),
        updated: since.fixed_offset(),
        published: Some(since.fixed_offset()),
        summary: Some(Text::plain(reports.join("; "))),
        links: vec![Link {
            href: address,
            rel: "alternate".to_string(),
            mime_type: Some("text/html".to_string()),
            ..Link::default()
        }],
        ..Entry::default()
    }
}
