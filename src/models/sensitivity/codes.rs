//! Codes of areas and organisations: what compares them picks some out.
//!
//! People are looked up by code, and that tells nothing. A condition that holds for one small area
//! tells its people apart from all others, although no label names it. A code that is written out can
//! be looked at once there is data; any other way of picking is not known, and refused.

use super::analyst::Analyst;
use super::expression::ExpressionValue;
use super::taint::{Choice, Taint, TaintKind};
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::{Expr, ExprSchemable};

/// Functions whose further arguments only say what to take of a code, and cannot make another.
const CUTTING: [&str; 12] = [
    "trim",
    "btrim",
    "ltrim",
    "rtrim",
    "upper",
    "lower",
    "left",
    "right",
    "substr",
    "substring",
    "split_part",
    "initcap",
];

/// Words for no area or organisation.
const NOWHERE: [&str; 16] = [
    "",
    "-",
    "n/a",
    "na",
    "none",
    "null",
    "missing",
    "other",
    "unknown",
    "not known",
    "not recorded",
    "not stated",
    "not applicable",
    "unallocated",
    "unregistered",
    "out of area",
];

/// Codes of the NHS data dictionary for no practice, provider or residence.
const DEFAULTS: [&str; 12] = [
    "V81997", "V81998", "V81999", "89997", "89999", "X98", "X99", "Q99", "ZZ201", "ZZ203", "ZZ888",
    "ZZ999",
];

/// Whether a text stands for no area or organisation.
pub(super) fn is_nowhere(text: &str) -> bool {
    let text = text.trim();
    NOWHERE.iter().any(|word| text.eq_ignore_ascii_case(word))
        || DEFAULTS.iter().any(|code| text.eq_ignore_ascii_case(code))
}

/// Whether a function only cuts its first argument.
pub(super) fn is_cutting(function: &str) -> bool {
    CUTTING.contains(&function)
}

/// Whether a value that is written out cannot be, or make, a code.
pub(super) fn makes_no_code(value: &ScalarValue) -> bool {
    match value {
        ScalarValue::Boolean(_) => true,
        _ if value.is_null() => true,
        _ => text(value).is_some_and(is_nowhere),
    }
}

/// 0 and 1 beside a number change nothing about whose number it is.
pub(super) fn is_zero_or_one(value: &ScalarValue) -> bool {
    match value {
        ScalarValue::Float64(Some(n)) => *n == 0.0 || *n == 1.0,
        other => matches!(super::expression::whole(other), Some(0 | 1)),
    }
}

/// A code that is written out; some codes are numbers.
fn code(value: &ScalarValue) -> Option<String> {
    let number = || super::expression::whole(value).map(|n| n.to_string());
    text(value).map(|t| t.trim().to_string()).or_else(number)
}

fn text(value: &ScalarValue) -> Option<&str> {
    value.try_as_str().flatten()
}

impl Analyst<'_> {
    /// What it tells that two values are, or are not, equal, as far as codes go. Codes may be equal to
    /// other codes: `Area` stays, for tables that are looked up.
    pub(super) fn equal_codes(
        &self,
        expr: &Expr,
        left: &ExpressionValue,
        right: &ExpressionValue,
    ) -> Taint {
        let mut taint = left.taint().clone().with(right.taint());
        for (codes, other) in [(left, right), (right, left)] {
            if !codes.taint().has(TaintKind::Area) {
                continue;
            }
            let written = other.column.literal.as_ref();
            if written.is_some_and(makes_no_code) {
                // `replace(code, 'a', '') = ''` is a way of saying `code = 'a'`.
                if codes.taint().has(TaintKind::Written) {
                    taint.add(TaintKind::Chosen, self.picks(expr, codes.taint()));
                }
                continue;
            }
            match written.and_then(code) {
                Some(code) if !codes.taint().has(TaintKind::Written) => {
                    taint.choices.insert(Choice {
                        code: code.into(),
                        why: self.why(expr, "picks out an area or organisation"),
                    });
                }
                _ if other.taint().has(TaintKind::Written) => {
                    taint.add(TaintKind::Chosen, self.picks(expr, codes.taint()));
                }
                _ => {}
            }
        }
        taint.without(&[TaintKind::Written])
    }

    /// `code in ('a', 'b')`.
    pub(super) fn in_list(&self, expr: &Expr, list: &InList, values: &[ExpressionValue]) -> Taint {
        let Some((codes, members)) = values.split_first() else {
            return Taint::worst(self.why(expr, "is an empty list"));
        };
        let mut taint = Taint::default();
        for member in members {
            taint.merge(&self.equal_codes(expr, codes, member));
        }
        // `null in ()` and its like.
        if list.list.is_empty() {
            taint.merge(codes.taint());
        }
        taint
    }

    /// A condition that tells codes apart in some other way than by being equal.
    pub(super) fn condition(&self, expr: &Expr, mut taint: Taint) -> Taint {
        if taint.has(TaintKind::Area) {
            let picks = self.picks(expr, &taint);
            taint.add(TaintKind::Chosen, picks);
        }
        taint.without(&[TaintKind::Area, TaintKind::Written])
    }

    /// The same for what may be a condition: a function that gives true or false.
    pub(super) fn maybe_condition(&self, expr: &Expr, schema: &DFSchema, taint: Taint) -> Taint {
        use arrow::datatypes::DataType;
        match expr.get_type(schema) {
            Ok(kind) if kind != DataType::Boolean => taint,
            _ => self.condition(expr, taint),
        }
    }

    /// Codes whose absence depends on which they are: `nullif(code, 'a') is null`.
    pub(super) fn absent_code(&self, expr: &Expr, taint: Taint) -> Taint {
        if taint.has(TaintKind::Written) {
            return self.condition(expr, taint);
        }
        taint.without(&[TaintKind::Area])
    }

    /// That a condition tells codes apart, and what makes them codes of areas.
    fn picks(&self, expr: &Expr, codes: &Taint) -> super::taint::Why {
        let picks = "picks out areas or organisations by their codes";
        match codes.why(TaintKind::Area) {
            Some(area) => self.why(expr, &format!("{picks}, as {area}")),
            None => self.why(expr, picks),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_default_codes_are_no_areas() {
        for text in ["Not known", " unknown", "V81999", "zz999", ""] {
            assert!(is_nowhere(text), "{text}");
        }
        for text in ["E01000001", "RYR", "V81996", "Harrowmere"] {
            assert!(!is_nowhere(text), "{text}");
        }
    }
}
