//! What values become in columns.

use super::{decode, rows, view};
use crate::decode::{RejectReason, ValueRule};

/// The value of an Observation's element in a column, or `!` when it cannot be read.
fn value(path: &str, fhir: &str, ansi: &str, json: &str) -> String {
    let text = format!("{{\"resourceType\":\"Observation\",\"id\":\"o\",\"x\":{json}}}");
    let decoded = decode(
        &[view("Observation", &[("c", path, fhir, ansi)])],
        text.as_bytes(),
    );
    if let Some(reject) = decoded.rejects.first() {
        assert_eq!(
            (reject.reason, reject.column.as_deref()),
            (RejectReason::WrongType, Some("c"))
        );
        // Only what the standard calls an error: one value is wanted, and several come.
        return "!!".to_owned();
    }
    let value = rows(&decoded, 0).remove(0);
    let lost = ("c".to_owned(), ValueRule::WrongType);
    match decoded.tables[0].values.get(&lost) {
        Some(count) => {
            assert_eq!((*count, value.as_str()), (1, "-"));
            "!".to_owned()
        }
        None => value,
    }
}

#[test]
fn dates_and_times() {
    for (fhir, ansi, json, expected) in [
        ("date", "DATE", "\"2024-02-29\"", "2024-02-29"),
        ("date", "DATE", "\"2024-05\"", "2024-05-01"),
        ("date", "DATE", "\"2024\"", "2024-01-01"),
        ("date", "DATE", "\"2025-02-31\"", "!"),
        ("date", "DATE", "\"31/01/2025\"", "!"),
        ("date", "DATE", "20250131", "!"),
        ("date", "DATE", "null", "-"),
        (
            "dateTime",
            "DATE",
            "\"2024-06-01T00:30:00+01:00\"",
            "2024-06-01",
        ),
        (
            "dateTime",
            "TIMESTAMP",
            "\"2024-06-01T00:30:00+01:00\"",
            "2024-05-31T23:30:00",
        ),
        (
            "dateTime",
            "TIMESTAMP",
            "\"2024-06-01T00:30:00.125Z\"",
            "2024-06-01T00:30:00.125",
        ),
        (
            "dateTime",
            "TIMESTAMP",
            "\"2024-06\"",
            "2024-06-01T00:00:00",
        ),
        ("dateTime", "TIMESTAMP", "\"2024-06-01T24:30:00Z\"", "!"),
        ("dateTime", "TIMESTAMP", "\"10:00:00\"", "!"),
        ("dateTime", "", "\"2024-06\"", "2024-06"),
        ("dateTime", "", "\"June\"", "!"),
        ("date", "", "\"2024-06-01T00:00:00Z\"", "!"),
        ("time", "", "\"10:00:00\"", "10:00:00"),
        ("time", "", "\"2024-06-01\"", "!"),
    ] {
        assert_eq!(
            value("x", fhir, ansi, json),
            expected,
            "{fhir} {ansi} {json}"
        );
    }
}

#[test]
fn numbers_booleans_and_text() {
    for (fhir, json, expected) in [
        ("integer", "42", "42"),
        ("integer", "-1", "-1"),
        ("integer", "1.0", "1"),
        ("integer", "1.5", "!"),
        ("integer", "2147483648", "!"),
        ("integer", "\"42\"", "42"),
        ("integer", "\"many\"", "!"),
        ("integer64", "2147483648", "2147483648"),
        ("decimal", "1.50", "1.5"),
        ("decimal", "1e3", "1000.0"),
        ("decimal", "1e999", "!"),
        ("decimal", "\"1.5\"", "1.5"),
        ("decimal", "\" 108 \"", "108.0"),
        ("decimal", "\"<5\"", "!"),
        ("decimal", "\"inf\"", "!"),
        ("decimal", "\"\"", "!"),
        ("decimal", "\"1e999\"", "!"),
        (
            "decimal",
            "99999999999999999999999999999999999999999999",
            "1e44",
        ),
        ("boolean", "true", "true"),
        ("boolean", "\"true\"", "true"),
        ("boolean", "\"yes\"", "!"),
        ("boolean", "1", "!"),
        ("string", "\"a\\n\\u00e9\"", "a\n\u{e9}"),
        ("string", "5", "5"),
        ("string", "5.1", "!"),
        ("string", "true", "!"),
        ("string", "{}", "!"),
        ("string", "[\"a\"]", "a"),
        ("string", "[\"a\",\"b\"]", "!!"),
        ("string", "[]", "-"),
        ("", "5.10", "5.10"),
        ("", "true", "true"),
        ("", "{\"a\":1}", "!"),
    ] {
        assert_eq!(value("x", fhir, "", json), expected, "{fhir} {json}");
    }
}

#[test]
fn paths() {
    for (path, fhir, json, expected) in [
        ("x.a.b", "string", r#"{"a":{"b":"v"}}"#, "v"),
        ("x.a.b", "string", r#"{"a":"v"}"#, "!"),
        ("x.a.b", "string", r#"{"a":null}"#, "-"),
        (
            "x.a.extension('u').value.ofType(string).first()",
            "string",
            r#"{"a":"v"}"#,
            "-",
        ),
        ("x.where(a = 'it''s').b", "string", "null", "!"),
        (
            "x.where(a = 'it\\'s').b",
            "string",
            r#"[{"a":"it's","b":"1"},{"a":"q","b":"2"}]"#,
            "1",
        ),
        (
            "x.where(a > 2).b.join('+')",
            "string",
            r#"[{"a":3,"b":"1"},{"a":2,"b":"2"},{"a":9,"b":"3"}]"#,
            "1+3",
        ),
        ("x.exists(a = 1)", "boolean", r#"[{"a":3},{"a":1}]"#, "true"),
        ("x.count()", "integer", "[1,2,3]", "3"),
        ("x.last()", "integer", "[1,2,3]", "3"),
        ("x[1] * 2 + 1 - -4", "integer", "[1,2,3]", "9"),
        ("2 + 3 * 4", "integer", "0", "14"),
        ("x / 0", "decimal", "1", "-"),
        // What comes after the first is not looked at.
        ("(x | x.a).first()", "integer", "7", "7"),
        ("(x | x.a).count()", "integer", "7", "!"),
        (
            "(x.a | x.b | x.a).count()",
            "integer",
            r#"{"a":[1,2],"b":[2,3]}"#,
            "3",
        ),
        ("x >= @2024-01-01", "boolean", "\"2024-03\"", "true"),
        ("x = @2024", "boolean", "\"2024-03\"", "-"),
        ("x.a & '-' & x.b", "string", r#"{"a":"1"}"#, "1-"),
        ("true or x.a", "boolean", "5", "true"),
        ("x.lowBoundary()", "decimal", "-0.5", "-0.55"),
        ("x.highBoundary()", "decimal", "1e2", "150.0"),
        (
            "x.highBoundary()",
            "dateTime",
            "\"2024-02\"",
            "2024-02-29T23:59:59.999-12:00",
        ),
        (
            "x.lowBoundary()",
            "dateTime",
            "\"2024-02-01T10:30+01:00\"",
            "2024-02-01T10:30:00.000+01:00",
        ),
        ("%resource.id", "id", "1", "o"),
    ] {
        if path.contains("''") {
            let view = serde_json::json!({"resource": "Basic", "select": [{"column": [{"name": "c", "path": path}]}]});
            assert!(crate::decode::fhir::View::parse("v", &view.to_string()).is_err());
            continue;
        }
        assert_eq!(value(path, fhir, "", json), expected, "{path} {json}");
    }
}

#[test]
fn the_preferred_coding_is_the_same_where_it_is_clear_at_once() {
    let s = |code: &str| format!("{{\"system\":\"s\",\"code\":{code}}}");
    let coding =
        |system: &str, code: &str| format!("{{\"system\":\"{system}\",\"code\":\"{code}\"}}");
    for (codings, expected) in [
        (vec![s("\"a\""), coding("t", "b")], "a"),
        (vec![coding("t", "b"), s("\"a\"")], "a"),
        (vec![coding("u", "c"), coding("t", "b")], "b"),
        (vec![coding("s/edition", "e"), s("\"a\"")], "e"),
        // Digits without quotes are a code; what else is no text is none.
        (vec![s("5"), s("\"a\"")], "5"),
        (vec![s("true"), s("\"a\"")], "a"),
        (vec![s("\"196411000000103\""), coding("t", "b")], "b"),
        (vec![s("\"9bJ1.\""), coding("u", "c")], "c"),
        (vec!["null".to_owned(), coding("t", "b"), s("\"a\"")], "a"),
        (vec!["{\"code\":\"x\"}".to_owned(), coding("t", "b")], "b"),
        (vec![s("\"a\""), "[]".to_owned()], "!"),
        (vec![s("\"a\""), "7".to_owned()], "a"),
    ] {
        let json = format!("{{\"coding\":[{}]}}", codings.join(","));
        for all in ["x.coding", "x.coding.where(true)"] {
            let path = format!("{all}.preferredCoding('s', 't').code");
            assert_eq!(
                value(&path, "code", "", &json),
                expected,
                "{path} of {json}"
            );
        }
    }
    // The first of several paths that has a value.
    let either = "(x.a | x.b.c | x.d).first()";
    for (json, expected) in [
        ("{\"a\":\"1\",\"d\":\"3\"}", "1"),
        ("{\"b\":{\"c\":\"2\"},\"d\":\"3\"}", "2"),
        ("{\"b\":[{\"e\":\"0\"},{\"c\":\"2\"}],\"d\":\"3\"}", "2"),
        ("{\"b\":{},\"d\":[\"3\",\"4\"]}", "3"),
        ("{\"b\":{}}", "-"),
    ] {
        assert_eq!(value(either, "string", "", json), expected, "{json}");
    }
}
