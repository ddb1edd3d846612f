//! What all pages have: head, navigation, foot.

use crate::serve::assets;
use crate::serve::settings::ServeSettings;
use maud::{DOCTYPE, Markup, html};

/// The part of the site that a page belongs to, marked in the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SitePart {
    /// The first page.
    Home,
    /// Releases and their reports.
    Releases,
    /// Areas and their profiles.
    Areas,
    /// Measures: search and comparison.
    Measures,
    /// What the site is.
    About,
    /// A page outside of these.
    Elsewhere,
}

/// The navigation.
const LINKS: [(SitePart, &str, &str); 4] = [
    (SitePart::Releases, "/releases", "Releases"),
    (SitePart::Areas, "/areas", "Areas"),
    (SitePart::Measures, "/search", "Measures"),
    (SitePart::About, "/about", "About"),
];

/// A whole page. `trail` leads from the first page to this one.
pub(super) fn layout(
    settings: &ServeSettings,
    section: SitePart,
    title: &str,
    trail: &[(String, String)],
    content: &Markup,
) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en-GB" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) @if section != SitePart::Home { " – " (settings.title) } }
                link rel="stylesheet" href=(assets::style());
                link rel="icon" href="data:,";
                link rel="alternate" type="application/atom+xml" title="Releases" href="/feed.atom";
                script src=(assets::script()) defer {}
            }
            body {
                a.skip href="#main" { "Skip to main content" }
                (head(settings, section))
                div.wide {
                    @if !trail.is_empty() {
                        nav.trail aria-label="Breadcrumb" {
                            ol {
                                li { a href="/" { "Home" } }
                                @for (address, words) in trail { li { a href=(address) { (words) } } }
                            }
                        }
                    }
                    main id="main" tabindex="-1" { h1 { (title) } (content) }
                }
                (foot(settings))
            }
        }
    }
}

fn head(settings: &ServeSettings, section: SitePart) -> Markup {
    html! {
        header.top {
            div.wide.bar {
                a.site href="/" { (settings.title) }
                form.find role="search" aria-label="Site" action="/search" method="get" {
                    label.unseen for="find" { "Search measures, reports and areas" }
                    input id="find" name="q" type="search" placeholder="Search" maxlength="200"
                        autocomplete="off";
                    button { "Search" }
                }
            }
            nav.main aria-label="Main" {
                ul.wide {
                    @for (own, address, words) in LINKS {
                        li {
                            a href=(address) aria-current=[(own == section).then_some("true")] { (words) }
                        }
                    }
                }
            }
        }
    }
}

fn foot(settings: &ServeSettings) -> Markup {
    html! {
        footer.foot {
            div.wide {
                @if let Some(publisher) = &settings.publisher { p { "Published by " (publisher) "." } }
                @if let Some(contact) = &settings.contact { p { "Questions: " (contact_link(contact)) } }
                ul {
                    @if settings.signs_out { li { a href="/sign-out" { "Sign out" } } }
                    li { a href="/about" { "About these figures" } }
                    li { a href="/feed.atom" { "Feed of releases (Atom)" } }
                    li { a href="/api/openapi.json" { "Figures for programs (OpenAPI)" } }
                }
                p { "Figures are released under disclosure control: small numbers are suppressed or rounded." }
            }
        }
    }
}

/// A link to whoever answers questions; the text alone when it is no address.
pub(super) fn contact_link(contact: &str) -> Markup {
    let address = match contact {
        page if page.starts_with("https://") => Some(page.to_string()),
        mail if mail.contains('@') && !mail.contains(char::is_whitespace) => {
            Some(format!("mailto:{mail}"))
        }
        _ => None,
    };
    html! {
        @if let Some(address) = address { a href=(address) { (contact) } } @else { (contact) }
    }
}
