//! What a wrong view says.

use std::collections::BTreeMap;

use crate::decode::fhir::View;

fn error(json: &str) -> (String, Option<String>) {
    let error = View::parse("condition.json", json).unwrap_err();
    assert_eq!(error.kind().exit_code(), 2);
    (error.to_string(), error.hint_text().map(str::to_owned))
}

fn column(path: &str) -> String {
    format!(
        r#"{{"resource":"Condition","constant":[{{"name":"snomed","valueUri":"u"}}],
        "select":[{{"column":[{{"name":"id","path":"id"}},{{"name":"onset","path":{path:?}}}]}}]}}"#
    )
}

#[test]
fn paths_that_are_wrong_say_where_and_what_was_meant() {
    for (path, what, hint) in [
        (
            "code.frist()",
            "unknown function 'frist'",
            Some("did you mean 'first'?"),
        ),
        (
            "code.where(a = %snomde)",
            "unknown constant '%snomde'",
            Some("did you mean '%snomed'?"),
        ),
        (
            "code.where()",
            "function 'where' takes 1 arguments, not 0",
            None,
        ),
        (
            "onset.exists()",
            "choice element 'onset' needs a type",
            Some("write onset.ofType(dateTime), or another of its types"),
        ),
        ("code.", "the path ends too early", None),
        ("code.where(a", "expected ')', found the end", None),
        ("code 'x'", "unexpected a string", None),
        ("code ~ 'x'", "unexpected '~'", None),
        ("'open", "' is never closed", None),
        ("", "the path is empty", None),
        ("value.ofType()", "function 'ofType' takes a type", None),
        ("@2024-13-01", "not a date or a time after '@'", None),
    ] {
        let (found, found_hint) = error(&column(path));
        let expected =
            format!("view condition.json: select[0].column[1].path: {what} (column onset)");
        assert_eq!(found, expected);
        assert_eq!(found_hint.as_deref(), hint, "{path}");
    }
    let deep = "(".repeat(100_000);
    assert!(error(&column(&deep)).0.contains("nested too deeply"));
}

#[test]
fn views_that_are_wrong_say_where() {
    for (json, what) in [
        ("{", "view condition.json: not JSON"),
        (
            r#"{"resource":"Pateint"}"#,
            "resource: unknown resource type 'Pateint'",
        ),
        (
            r#"{"resource":"Patient"}"#,
            "select: a view selects something",
        ),
        (
            r#"{"resource":"Patient","select":[{"foreach":"name"}]}"#,
            "select[0].foreach: unknown key",
        ),
        (
            r#"{"resource":"Patient","select":[{"forEach":"name","repeat":["name"]}]}"#,
            "select[0]: forEach, forEachOrNull and repeat exclude each other",
        ),
        (
            r#"{"resource":"Patient","select":[{"column":[{"name":"a","path":"id"},{"name":"a","path":"id"}]}]}"#,
            "select[0].column[1]: column 'a' comes twice (column a)",
        ),
        (
            r#"{"resource":"Patient","select":[{"column":[{"name":"a","path":"id","type":"strng"}]}]}"#,
            "select[0].column[0].type: unknown type 'strng' (column a)",
        ),
        (
            r#"{"resource":"Patient","select":[{"column":[{"name":"a","path":"id","type":"boolean","tag":[{"name":"ansi/type","value":"DATE"}]}]}]}"#,
            "a 'boolean' cannot become SQL type 'DATE' (column a)",
        ),
        (
            r#"{"resource":"Patient","select":[{"unionAll":[{"column":[{"name":"a","path":"id"}]},{"column":[{"name":"b","path":"id"}]}]}]}"#,
            "select[0].unionAll[1]: every part of unionAll has the same columns in the same order: b is not a",
        ),
    ] {
        let (found, _) = error(json);
        assert!(found.contains(what), "{found}");
    }
}

#[test]
fn constants_can_be_given_other_values() {
    let view = column("code.coding.where(system = %snomed).code");
    let given = BTreeMap::from([
        ("snomed".to_owned(), "v".to_owned()),
        ("other".to_owned(), "w".to_owned()),
    ]);
    let view = View::parse_with("v.json", &view, &given).unwrap();
    let text = r#"{"resourceType":"Condition","id":"1","code":{"coding":[{"system":"u","code":"x"},{"system":"v","code":"y"}]}}"#;
    let decoded = super::decode(&[std::sync::Arc::new(view)], text.as_bytes());
    assert_eq!(super::rows(&decoded, 0), ["1|y"]);
}

#[test]
fn touched_paths_are_complete() {
    let view = r#"{"resource":"Patient","where":[{"path":"active"}],"select":[
        {"column":[{"name":"key","path":"getResourceKey()"},{"name":"gp","path":"generalPractitioner.getReferenceKey(Organization)"},
          {"name":"e","path":"extension('u').value.ofType(Coding).code.first()"},
          {"name":"b","path":"birthDate > @2000-01-01"},
          {"name":"given","path":"name.given.join(' ')"}]},
        {"forEach":"name.where(use = 'official')","column":[{"name":"f","path":"family"}]}]}"#;
    let view = View::parse("v.json", view).unwrap();
    let paths: Vec<_> = view
        .paths()
        .into_iter()
        .map(|p| {
            format!(
                "{} {} {} {}",
                p.column,
                p.path,
                p.function.unwrap_or_default(),
                p.tested
            )
        })
        .collect();
    assert_eq!(
        paths,
        [
            "where active  true",
            "key id getResourceKey false",
            "gp generalPractitioner.reference getReferenceKey false",
            "e extension(u).valueCoding.code  false",
            "b birthDate > true",
            "given name.given join false",
            "forEach name.use = true",
            "f name.family  false",
        ]
    );
}
