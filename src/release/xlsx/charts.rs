//! Native Excel charts beside the tables.

use super::{axes, series, style, table_sheet};
use crate::release::chart::Chart;
use crate::release::frame::Frame;
use crate::release::page::Page;
use crate::release::report_file::ChartKind;
use rust_xlsxwriter::{
    Chart as Native, ChartEmptyCells, ChartFont, ChartLegendPosition, ChartType, Worksheet,
    XlsxError,
};

/// The longest alternative text that Excel keeps.
const LONGEST: usize = 255;

/// Room for signs of the workbook that are longer than those of the page.
const SIGNS: usize = 10;

/// Inserts the chart of a table; `first` is the header row of its block of chart data.
pub(super) fn insert(
    sheet: &mut Worksheet,
    page: &Page<'_>,
    frame: &Frame,
    chart: &Chart,
    first: u32,
) -> Result<(), XlsxError> {
    let top = table_sheet::free_row(page, frame);
    if let Some(words) = chart.withheld() {
        sheet.write_string(top, 0, &words)?;
        return Ok(());
    }
    if !chart.is_panels() {
        let all: Vec<usize> = (0..chart.series.len()).collect();
        let mut native = native(chart, first, &all, &chart.title);
        native.set_width(760).set_height(height(chart));
        sheet.insert_chart(top, 0, &native)?;
        return Ok(());
    }
    // A small chart without a figure has no place: its figures are in the table.
    let shown = chart.series.iter().enumerate();
    let shown = shown.filter(|(index, _)| chart.panel(&[*index]).withheld().is_none());
    for (place, (index, series)) in shown.enumerate() {
        let mut native = native(chart, first, &[index], &series.name);
        native.set_width(400).set_height(230);
        native.legend().set_hidden();
        let (down, along) = ((place / 2) as u32, (place % 2) as u32);
        sheet.insert_chart_with_offset(top, 0, &native, along * 410, down * 240)?;
    }
    Ok(())
}

fn height(chart: &Chart) -> u32 {
    let bars = match chart.kind {
        ChartKind::Line | ChartKind::Control | ChartKind::Funnel | ChartKind::Fan => 14,
        ChartKind::Bar => chart.categories.len() * chart.series.len().max(1),
        _ => chart.categories.len(),
    };
    (120 + 24 * bars as u32).clamp(300, 900)
}

fn native(chart: &Chart, first: u32, which: &[usize], title: &str) -> Native {
    let mut native = Native::new(match chart.kind {
        ChartKind::Bar | ChartKind::Ranked | ChartKind::Forest => ChartType::Bar,
        // Stacked, the outline would begin where bars end.
        ChartKind::Pyramid => ChartType::Bar,
        ChartKind::StackedBar => ChartType::BarStacked,
        ChartKind::Line | ChartKind::Control | ChartKind::Fan => ChartType::Line,
        ChartKind::Funnel => ChartType::ScatterStraightWithMarkers,
    });
    for index in which {
        let colour = match which {
            [_] => style::PALETTE[0],
            _ => style::PALETTE[index % style::PALETTE.len()],
        };
        series::add(&mut native, chart, first, *index, colour);
        if chart.kind == ChartKind::Control {
            series::add_process(&mut native, chart, first, *index);
        }
    }
    if chart.kind == ChartKind::Funnel {
        series::add_funnel(&mut native, chart, first);
    }
    if chart.outline.is_some() {
        for index in which {
            series::add_outline(&mut native, chart, first, *index);
        }
    }
    native.show_empty_cells_as(ChartEmptyCells::Gaps);
    let bold = ChartFont::new()
        .set_size(if chart.is_panels() { 11 } else { 12 })
        .set_bold()
        .clone();
    native.title().set_name(title).set_font(&bold);
    axes::axis_of_figures(&mut native, chart, which);
    axes::axis_of_categories(&mut native, chart);
    match which {
        [_] if chart.kind != ChartKind::Funnel => native.legend().set_hidden(),
        _ => native.legend().set_position(ChartLegendPosition::Bottom),
    };
    let hides = which
        .iter()
        .any(|index| chart.series[*index].has_suppressed());
    let gaps = match hides {
        true => format!(" {}", chart.gap),
        false => String::new(),
    };
    let most = LONGEST.saturating_sub(gaps.chars().count() + SIGNS);
    let text = match chart.is_panels() {
        true => chart.panel(which).short_alternative(most),
        false => chart.short_alternative(most),
    };
    native.set_alt_text(format!("{}{gaps}", style::shorthand(&text)));
    native
}
