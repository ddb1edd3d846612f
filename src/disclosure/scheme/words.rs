//! All that readers are told about a scheme. Nothing else in a release says anything about it.

/// The words of a scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SchemeWords {
    /// What a reader must know about the figures, one sentence group each, in reading order.
    pub notes: Vec<String>,
    /// The same in short lines, above a table of the workbook.
    pub above_a_table: Vec<String>,
    /// The same in short lines, under a table of the page.
    pub under_a_table: Vec<String>,
    /// What the sign in a chart means where a figure is withheld.
    pub in_a_chart: String,
    /// What an asterisk in a cell is, in a few words.
    pub sign: &'static str,
    /// What a gap in a chart of the workbook is, as a sentence.
    pub gap: &'static str,
    /// The word for a count that is shown, in the column `status` of a CSV.
    pub shown: &'static str,
    /// The word for a count that is shown as 0, in the same column.
    pub zero: &'static str,
}

/// What the sign of a figure that does not apply means; it has to do with no scheme.
pub(super) const NOT_APPLICABLE: &str = "[z] means not applicable, such as a percentage of zero.";

/// The lines of a text as owned strings.
pub(super) fn lines<const N: usize>(lines: [&str; N]) -> Vec<String> {
    lines.map(str::to_owned).to_vec()
}
