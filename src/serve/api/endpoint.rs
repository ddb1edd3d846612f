//! What the interface answers: its addresses, what each takes, and what each gives.

/// An address of the interface.
#[derive(Debug, Clone, Copy)]
pub(super) struct ApiEndpoint {
    /// Its path.
    pub path: &'static str,
    /// What it gives, in a line.
    pub summary: &'static str,
    /// Its parameters: name and meaning. One in braces of the path is needed.
    pub parameters: &'static [(&'static str, &'static str)],
    /// The list in its answer and the form of an entry; None for CSV.
    pub answer: Option<(&'static str, &'static [ApiField])>,
}

/// A field of an answer: name, type as JSON Schema has it, and meaning.
pub(super) type ApiField = (&'static str, &'static str, &'static str);

const PAGE: (&str, &str) = ("page", "Which page of the answer, from 1");
const PAGE_SIZE: (&str, &str) = ("page_size", "Entries of a page, 1 to 1000; 100 without it");
const REPORT: (&str, &str) = ("report", "The report's name, such as population_profile");
const TABLE: (&str, &str) = ("table", "The table's identifier");
const MEASURE: (&str, &str) = ("measure", "The measure's name");
const PERIOD: (&str, &str) = ("period", "The period: 2026-09-30, 2026-09 or 2025/26");
const RELEASE: (&str, &str) = (
    "release",
    "The release's identifier; without it the newest release of each report",
);
const AREA: (&str, &str) = (
    "area",
    "The area's code, or `whole` for the whole area of the release",
);

/// A released figure.
pub(super) const FIGURE: &[ApiField] = &[
    ("release", "string", "The release"),
    ("report", "string", "The report"),
    ("table", "string", "The table"),
    ("table_title", "string", "The table's title"),
    (
        "area_code",
        "string?",
        "The area's code; null for the whole area, or where the area has none",
    ),
    (
        "area_name",
        "string?",
        "The area's name; null for the whole area of the release",
    ),
    ("area_level", "string?", "The kind of area"),
    (
        "period",
        "string?",
        "The period; null where the table has none",
    ),
    (
        "breakdown",
        "object",
        "The other dimensions: column to value",
    ),
    ("breakdown_words", "string", "The same for people"),
    (
        "is_total",
        "boolean",
        "Whether it is a total over a dimension",
    ),
    ("measure", "string", "The measure"),
    ("measure_label", "string", "The measure's heading"),
    ("unit", "string", "count, percent, per 1000 …"),
    (
        "value",
        "number?",
        "The figure; null where none is shown, which is not zero: see status",
    ),
    ("lower_95", "number?", "The lower 95% limit"),
    ("upper_95", "number?", "The upper 95% limit"),
    (
        "status",
        "string",
        "What became of it: shown, rounded, zero, suppressed, not applicable …",
    ),
    (
        "held_from",
        "string?",
        "The date of the earlier release whose figure it is",
    ),
    (
        "flags",
        "string",
        "r revised, p provisional, u of low reliability",
    ),
];

const LISTED_RELEASE: &[ApiField] = &[
    ("id", "string", "The identifier: as-of date and fingerprint"),
    ("name", "string", "The name by area, month and number"),
    ("as_of", "string", "The date the figures describe"),
    ("released_at", "string", "Since when readers may see it"),
    (
        "state",
        "string",
        "published; draft or approved where the site shows all",
    ),
    (
        "reports",
        "array",
        "Its reports: report and area, which is null for the whole area",
    ),
];

const LISTED_FILE: &[ApiField] = &[
    ("name", "string", "The file's name"),
    ("bytes", "integer", "Its length"),
    ("sha256", "string", "Its SHA-256 in hexadecimal"),
    ("address", "string", "Where it can be downloaded"),
];

const LISTED_AREA: &[ApiField] = &[
    (
        "code",
        "string",
        "The area's code; its name where it has none",
    ),
    ("name", "string", "The area's name"),
    ("level", "string", "The kind of area"),
    ("reports", "array", "The reports that have figures of it"),
];

const LISTED_MEASURE: &[ApiField] = &[
    ("report", "string", "The report"),
    ("table", "string", "The table"),
    ("table_title", "string", "The table's title"),
    ("measure", "string", "The measure"),
    ("label", "string", "Its heading"),
    ("unit", "string", "Its unit"),
    ("areas", "integer", "Of how many areas there are figures"),
];

/// All addresses but that of the description itself.
pub(super) const ENDPOINTS: &[ApiEndpoint] = &[
    ApiEndpoint {
        path: "/api/v1/releases",
        summary: "The releases, the newest first",
        parameters: &[REPORT, AREA, PAGE, PAGE_SIZE],
        answer: Some(("releases", LISTED_RELEASE)),
    },
    ApiEndpoint {
        path: "/api/v1/releases/{id}",
        summary: "The files of a release",
        parameters: &[("id", "The release's identifier")],
        answer: Some(("files", LISTED_FILE)),
    },
    ApiEndpoint {
        path: "/api/v1/areas",
        summary: "The areas of which the newest releases have figures",
        parameters: &[PAGE, PAGE_SIZE],
        answer: Some(("areas", LISTED_AREA)),
    },
    ApiEndpoint {
        path: "/api/v1/measures",
        summary: "The measures of the newest releases",
        parameters: &[
            (
                "q",
                "Words of the measure, its table, its report or its groups",
            ),
            REPORT,
            PAGE,
            PAGE_SIZE,
        ],
        answer: Some(("measures", LISTED_MEASURE)),
    },
    ApiEndpoint {
        path: "/api/v1/figures",
        summary: "Released figures",
        parameters: &[
            RELEASE, REPORT, TABLE, MEASURE, AREA, PERIOD, PAGE, PAGE_SIZE,
        ],
        answer: Some(("figures", FIGURE)),
    },
    ApiEndpoint {
        path: "/api/v1/figures.csv",
        summary: "Released figures as CSV, all of them at once",
        parameters: &[RELEASE, REPORT, TABLE, MEASURE, AREA, PERIOD],
        answer: None,
    },
];

/// The endpoint of a path.
pub(super) fn endpoint(path: &str) -> Option<&'static ApiEndpoint> {
    ENDPOINTS.iter().find(|endpoint| endpoint.path == path)
}
