//! Fonts, number formats and widths of the workbook.

use crate::release::frame::Unit;
use rust_xlsxwriter::{Color, FontScheme, Format, FormatAlign, FormatBorder};

/// Dark blue of the Government Analysis Function's palette.
pub(super) const BLUE: Color = Color::RGB(0x12436D);

/// The palette of series, in order.
pub(super) const PALETTE: [Color; 6] = [
    BLUE,
    Color::RGB(0x28A197),
    Color::RGB(0x801650),
    Color::RGB(0xF46A25),
    Color::RGB(0x3D3D3D),
    Color::RGB(0xA285D1),
];

fn base() -> Format {
    Format::new()
        .set_font_name("Arial")
        .set_font_size(11)
        .set_font_scheme(FontScheme::None)
}

pub(super) fn text() -> Format {
    base()
}

pub(super) fn wrapped() -> Format {
    base().set_text_wrap().set_align(FormatAlign::Top)
}

pub(super) fn title() -> Format {
    base().set_bold().set_font_size(15)
}

pub(super) fn heading() -> Format {
    base().set_bold().set_font_size(12)
}

pub(super) fn link() -> Format {
    base()
        .set_font_color(Color::RGB(0x005EB8))
        .set_underline(rust_xlsxwriter::FormatUnderline::Single)
}

pub(super) fn header(is_figure: bool) -> Format {
    let align = if is_figure {
        FormatAlign::Right
    } else {
        FormatAlign::Left
    };
    base()
        .set_bold()
        .set_text_wrap()
        .set_align(align)
        .set_align(FormatAlign::Bottom)
        .set_border_bottom(FormatBorder::Medium)
        .set_border_bottom_color(BLUE)
}

/// A row label.
pub(super) fn label(is_total: bool) -> Format {
    total(base(), is_total)
}

/// A figure or the sign that stands for it; signs are right-aligned like the figures they replace.
pub(super) fn figure(unit: Unit, is_total: bool) -> Format {
    let base = base().set_num_format(number(unit));
    total(base.set_align(FormatAlign::Right), is_total)
}

/// The format of a figure without tenths.
pub(super) fn whole(unit: Unit) -> &'static str {
    match unit {
        Unit::Percent => "0%",
        Unit::Count
        | Unit::Per(_)
        | Unit::Mean
        | Unit::Percentile
        | Unit::Years
        | Unit::Projected => "#,##0",
    }
}

/// The format of a revised figure: it stays a number, with the sign behind it.
pub(super) fn revised(format: &str) -> String {
    format!("{format} \"[r]\"")
}

/// The format of a figure that has tenths, if any figure of its unit has.
pub(super) fn number(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "#,##0",
        Unit::Percent => "0.0%",
        Unit::Per(_) | Unit::Mean | Unit::Percentile | Unit::Years | Unit::Projected => "#,##0.0",
    }
}

fn total(format: Format, is_total: bool) -> Format {
    if is_total {
        format.set_bold().set_border_top(FormatBorder::Thin)
    } else {
        format
    }
}

/// Splits a text into lines of about this many characters, since no cell is merged.
pub(super) fn lines(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A day.
pub(super) fn day() -> Format {
    base()
        .set_num_format("d mmmm yyyy")
        .set_align(FormatAlign::Left)
}

/// A row label that is a day, or the month that begins with it.
pub(super) fn date_label(is_month: bool) -> Format {
    let format = if is_month { "mmm yyyy" } else { "d mmmm yyyy" };
    label(false)
        .set_num_format(format)
        .set_align(FormatAlign::Left)
}

/// The sign of a suppressed figure in a workbook: the shorthand of the Government Analysis Function.
pub(super) const SUPPRESSED: &str = "[c]";

/// A text with the signs of the workbook in place of those of the other files.
pub(in crate::release) fn shorthand(text: &str) -> String {
    let named = [
        "An asterisk (*)",
        "an asterisk",
        crate::disclosure::SUPPRESSED,
    ];
    let signs = named.iter();
    signs.fold(text.to_owned(), |text, sign| text.replace(sign, SUPPRESSED))
}

/// The name of a table's sheet.
pub(super) fn sheet_name(number: usize) -> String {
    format!("Table_{number}")
}
