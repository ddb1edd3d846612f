//! Displays of languages and ethnic categories.

const LANGUAGES: &[(&str, &str)] = &[
    ("en", "English"),
    ("bsl", "British Sign Language"),
    ("pl", "Polish"),
    ("ro", "Romanian"),
    ("pt", "Portuguese"),
    ("uk", "Ukrainian"),
    ("pa", "Punjabi"),
    ("gu", "Gujarati"),
    ("hi", "Hindi"),
    ("ur", "Urdu"),
    ("bn", "Bengali"),
    ("ar", "Arabic"),
    ("so", "Somali"),
    ("fr", "French"),
    ("ku", "Kurdish"),
    ("zh", "Chinese"),
    ("ta", "Tamil"),
    ("fa", "Persian"),
];

const ETHNIC: &[(&str, &str)] = &[
    ("A", "White - British"),
    ("B", "White - Irish"),
    ("C", "White - Any other White background"),
    ("D", "Mixed - White and Black Caribbean"),
    ("E", "Mixed - White and Black African"),
    ("F", "Mixed - White and Asian"),
    ("G", "Mixed - Any other mixed background"),
    ("H", "Asian or Asian British - Indian"),
    ("J", "Asian or Asian British - Pakistani"),
    ("K", "Asian or Asian British - Bangladeshi"),
    ("L", "Asian or Asian British - Any other Asian background"),
    ("M", "Black or Black British - Caribbean"),
    ("N", "Black or Black British - African"),
    ("P", "Black or Black British - Any other Black background"),
    ("R", "Other Ethnic Groups - Chinese"),
    ("S", "Other Ethnic Groups - Any other ethnic group"),
    ("Z", "Not stated"),
];

fn display(list: &[(&str, &'static str)], code: &str) -> &'static str {
    list.iter()
        .find(|(known, _)| *known == code)
        .map_or("", |(_, display)| display)
}

/// The name of a language.
pub(super) fn language(code: &str) -> &'static str {
    display(LANGUAGES, code)
}

/// What an ethnic category of 2001 is called.
pub(super) fn ethnic(code: &str) -> &'static str {
    display(ETHNIC, code)
}
