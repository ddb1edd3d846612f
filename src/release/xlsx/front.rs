//! The sheets between the cover and the tables: contents and notes.

use super::words::{Words, lay_out};
use super::{chart_sheet, profile_sheet, style};
use crate::release::page::Page;
use rust_xlsxwriter::{Worksheet, XlsxError};

/// The signs of the workbook: the shorthand of the Government Analysis Function.
const SIGNS: [&str; 3] = [
    "[c] confidential: suppressed by disclosure control, as described below",
    "[z] not applicable: there cannot be one, such as a percentage of nothing",
    "[r] revised: another figure was published for the same period",
];

/// Where the tables are.
pub(super) fn contents(sheet: &mut Worksheet, page: &Page<'_>) -> Result<(), XlsxError> {
    sheet.set_name("Contents")?;
    lay_out(sheet)?;
    let mut words = Words { sheet, row: 0 };
    words.title("Contents")?;
    words.link("Cover", "Cover: what this workbook is, and its headlines")?;
    words.link(
        "Notes",
        "Notes: signs, definitions, disclosure control, sources",
    )?;
    if !page.profile.is_empty() {
        words.link(profile_sheet::NAME, profile_sheet::TITLE)?;
    }
    for frame in page.frames {
        let text = format!("Table {}: {}", frame.number, frame.title);
        words.link(&style::sheet_name(frame.number), &text)?;
    }
    if page.charts.iter().any(Option::is_some) {
        words.link(
            chart_sheet::NAME,
            "Chart data: the figures behind the charts",
        )?;
    }
    Ok(())
}

/// The sheet of notes: definitions, rule and sources.
pub(super) fn notes(sheet: &mut Worksheet, page: &Page<'_>) -> Result<(), XlsxError> {
    sheet.set_name("Notes")?;
    lay_out(sheet)?;
    let about = page.about;
    let mut words = Words { sheet, row: 0 };
    words.title("Notes")?;
    words.link("Contents", "Back to contents")?;
    words.heading("Signs in place of a figure")?;
    for sign in SIGNS {
        words.text(sign)?;
    }
    words.heading("Definitions and notes of the tables")?;
    for frame in page.frames {
        words.text(&format!(
            "Table {}: {}. {}",
            frame.number, frame.title, frame.description
        ))?;
        for note in &frame.notes {
            words.text(note)?;
        }
    }
    words.heading(&format!("Disclosure control: scheme {}", page.scheme))?;
    for note in &page.words.notes {
        words.text(note)?;
    }
    words.heading("How these figures were made")?;
    words.text(&format!("Populace {}", about.program_version))?;
    for (name, value) in &about.parameters {
        words.text(&format!("Parameter {name}: {value}"))?;
    }
    for model in &about.models {
        let (name, fingerprint) = (&model.name, &model.fingerprint);
        words.text(&format!(
            "Model {name}: {} Fingerprint {fingerprint}.",
            model.description
        ))?;
    }
    for input in &about.inputs {
        words.text(&format!("Input {}{input}", input.table))?;
    }
    for list in &about.code_lists {
        words.text(&format!("Code list {}: {list}", list.name))?;
    }
    if page.frames.iter().any(|frame| !frame.conditions.is_empty()) {
        words.heading("For analysts: the conditions of each count")?;
    }
    for frame in page.frames {
        for condition in &frame.conditions {
            words.text(&format!("Table {}: {condition}", frame.number))?;
        }
    }
    Ok(())
}
