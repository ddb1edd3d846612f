//! What a wrong view says.

use std::collections::BTreeMap;

use crate::decode::fhir::{View, selected_paths};

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
            "code.toUppercaseLetters()",
            "unknown function 'toUppercaseLetters'",
            Some(
                "the functions are where, exists, empty, not, first, last, count, join, extension, getResourceKey, lowBoundary, highBoundary, resolve, getReferenceIdentifier, preferredCoding, knownWord, ofType and getReferenceKey",
            ),
        ),
        (
            "code.where(a = %snomde)",
            "unknown constant '%snomde'",
            Some("did you mean '%snomed'?"),
        ),
        (
            "code.where()",
            "function 'where' takes 1 argument, not 0",
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
        ("value.ofType()", "function 'ofType' takes a type", None),
        ("@2024-13-01", "not a date or a time after '@'", None),
    ] {
        let (found, found_hint) = error(&column(path));
        let expected = format!(
            "view condition.json: select[0].column[1].path: {what} (column onset): in the path {path}"
        );
        assert_eq!(found, expected);
        assert_eq!(found_hint.as_deref(), hint, "{path}");
    }
    let (found, _) = error(&column(""));
    assert!(found.ends_with("the path is empty (column onset)"));
    // A long path is shown from its beginning only.
    let (found, _) = error(&column(&format!("code.frist().{}", "x".repeat(1000))));
    assert!(found.ends_with("xxx…") && found.len() < 400, "{found}");
}

#[test]
fn paths_and_views_too_large_for_the_stack_are_refused() {
    for (path, what) in [
        ("(".repeat(3_000), "nested too deeply"),
        ("(".repeat(50_000), "the path is too long"),
        (
            vec!["a"; 1_000].join("."),
            "too many steps one after the other",
        ),
        (
            vec!["1"; 1_000].join(" + "),
            "too many steps one after the other",
        ),
        (format!("a{}", "[0]".repeat(600)), "too many steps"),
        (
            "x".repeat(100_001),
            "the paths of a view may have 100000 bytes",
        ),
    ] {
        let (found, _) = error(&column(&path));
        assert!(found.contains(what), "{found}");
    }
    let selects = vec![r#"{"forEach":"name"}"#; 300].join(",");
    let (found, _) = error(&format!(r#"{{"resource":"Patient","select":[{selects}]}}"#));
    assert!(
        found.contains("select[250]: a view may have 250 selects"),
        "{found}"
    );
    // As large as may be works.
    let selects = vec![r#"{"forEach":"name"}"#; 249].join(",");
    let json = format!(
        r#"{{"resource":"Patient","select":[{{"column":[{{"name":"a","path":"{}","type":"integer"}}]}},{selects}]}}"#,
        vec!["1"; 250].join(" + ")
    );
    let view = std::sync::Arc::new(View::parse("v", &json).unwrap());
    let text = br#"{"resourceType":"Patient","id":"1","name":[{"family":"x"}]}"#;
    assert_eq!(super::rows(&super::decode(&[view], text), 0), ["250"]);
}

#[test]
fn views_that_are_wrong_say_where() {
    for (json, what, hint) in [
        (
            "{\n  \"resource\": \"Patient\",\n  select: []\n}",
            "view condition.json:3:3: this is not JSON: key must be a string",
            Some("a view is one JSON object, as those in pipelines/views are"),
        ),
        (
            "{",
            "view condition.json:1:1: this is not JSON: EOF while parsing an object",
            Some("a view is one JSON object, as those in pipelines/views are"),
        ),
        ("[]", "view condition.json: a view is a JSON object", None),
        (
            r#"{"select":[{"column":[{"name":"a","path":"id"}]}]}"#,
            "view condition.json: resource: 'resource' is missing",
            Some("say which type the view reads: \"resource\": \"Patient\""),
        ),
        (
            r#"{"resource":"Pateint"}"#,
            "resource: unknown resource type 'Pateint'",
            Some("did you mean 'Patient'?"),
        ),
        (
            r#"{"resource":"Patient"}"#,
            "select: the view selects nothing",
            Some(r#"write "select": [{"column": [{"name": "id", "path": "id"}]}]"#),
        ),
        (
            r#"{"resource":"Patient","select":[{"column":[]}]}"#,
            "select: the view has no columns",
            Some(r#"write "column": [{"name": "id", "path": "id"}]"#),
        ),
        (
            r#"{"resource":"Patient","select":{}}"#,
            "select: this must be a list, [ … ]",
            None,
        ),
        (
            r#"{"resource":"Patient","select":[{"column":[{"name":"a","path":5}]}]}"#,
            "select[0].column[0].path: 'path' must be a string (column a)",
            None,
        ),
        (
            r#"{"resource":"Patient","constant":[{"name":"k","valueInteger":"x"}],"select":[]}"#,
            "constant[0].valueInteger: the value of constant 'k' is no 'Integer'",
            None,
        ),
        (
            r#"{"resource":"Patient","select":[{"column":[{"name":"a","path":"id","tag":[{"name":"ansi/type","value":"DAET"}]}]}]}"#,
            "select[0].column[0].tag: unknown SQL type 'DAET' in tag 'ansi/type' (column a)",
            Some("did you mean 'DATE'?"),
        ),
        (
            r#"{"resource":"Patient","wher":[{"path":"active"}],"select":[{"column":[{"name":"a","path":"id"}]}]}"#,
            "wher: unknown key 'wher'",
            Some("did you mean 'where'?"),
        ),
        (
            r#"{"resource":"Patient","where":[{"path":"actve.exist()"}],"select":[{"column":[{"name":"a","path":"id"}]}]}"#,
            "where[0].path: unknown function 'exist': in the path actve.exist()",
            Some("did you mean 'exists'?"),
        ),
        (
            r#"{"resource":"Patient","select":[{"column":[{"name":"a","pth":"id"}]}]}"#,
            "select[0].column[0].pth: unknown key 'pth' (column a)",
            Some("did you mean 'path'?"),
        ),
        (
            r#"{"resource":"Patient","select":[{"column":[{"name":"a"}]}]}"#,
            "select[0].column[0].path: 'path' is missing (column a)",
            None,
        ),
        (
            r#"{"resource":"Patient","select":[{"column":[{"name":"birth date","path":"birthDate"}]}]}"#,
            "select[0].column[0].name: 'birth date' is no column name",
            Some("a name begins with a letter, and has letters, digits and '_'"),
        ),
        (
            r#"{"resource":"Patient","select":[{"foreach":"name"}]}"#,
            "select[0].foreach: unknown key",
            Some("did you mean 'forEach'?"),
        ),
        (
            r#"{"resource":"Patient","select":[{"forEach":"name","repeat":["name"]}]}"#,
            "select[0]: a select has one of forEach, forEachOrNull and repeat",
            None,
        ),
        (
            r#"{"resource":"Patient","select":[{"column":[{"name":"a","path":"id"},{"name":"a","path":"id"}]}]}"#,
            "select[0].column[1]: column 'a' comes twice (column a)",
            Some("give one of them another name"),
        ),
        (
            r#"{"resource":"Patient","select":[{"column":[{"name":"a","path":"id","type":"strng"}]}]}"#,
            "select[0].column[0].type: unknown type 'strng' (column a)",
            Some("did you mean 'string'?"),
        ),
        (
            r#"{"resource":"Patient","select":[{"column":[{"name":"a","path":"id","type":"boolean","tag":[{"name":"ansi/type","value":"DATE"}]}]}]}"#,
            "a 'boolean' cannot become SQL type 'DATE' (column a)",
            None,
        ),
        (
            r#"{"resource":"Patient","select":[{"unionAll":[{"column":[{"name":"a","path":"id"}]},{"column":[{"name":"b","path":"id"}]}]}]}"#,
            "select[0].unionAll[1]: this part of unionAll has the columns b, and the first part has a",
            Some("give every part the same columns in the same order"),
        ),
        (
            r#"{"resource":"Patient","select":[{"unionAll":[{"column":[{"name":"a","path":"id"}]},{"select":[]}]}]}"#,
            "select[0].unionAll[1]: this part of unionAll has the columns (none), and the first part has a",
            Some("give every part the same columns in the same order"),
        ),
        (
            r#"{"resource":"Patient","select":[{"unionAll":[{"column":[{"name":"a","path":"id","type":"id"}]},{"column":[{"name":"a","path":"active","type":"boolean"}]}]}]}"#,
            "column 'a' is 'boolean' here and 'id' in another part of unionAll (column a)",
            Some("give it one type in every part"),
        ),
    ] {
        let (found, found_hint) = error(json);
        assert!(found.contains(what), "{found}");
        assert_eq!(found_hint.as_deref(), hint, "{json}");
    }
}

#[test]
fn keys_that_only_describe_a_view_are_passed_over() {
    let json = r#"{"resourceType":"ViewDefinition","url":"u","contact":[],"date":"2026","_name":{},"text":{},
        "resource":"Patient","select":[{"column":[{"name":"a","path":"id"}]}]}"#;
    View::parse("v", json).unwrap();
    View::parse("v", &format!("\u{feff}{json}")).unwrap();
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
    let paths: Vec<_> = selected_paths(&view)
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
