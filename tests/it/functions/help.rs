//! Functions are found from the command line, without a project.

use crate::project::{populace, text};

fn ask(question: &str) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = populace();
    command.current_dir(folder.path());
    let output = command.args(["sql", "--format", "csv", "-c", question]);
    let output = output.output().unwrap();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

#[test]
fn functions_are_listed_with_what_they_are_for() {
    let (code, listed, errors) = ask("Show functions;");
    assert_eq!(code, Some(0), "{errors}");
    let mut lines = listed.lines();
    assert_eq!(lines.next(), Some("function,section,syntax,description"));
    for section in populace::functions::sections() {
        for function in section.functions {
            let line = lines.next().unwrap();
            let begin = format!("{},{}", function.doc.name, section.title);
            assert!(line.replace('"', "").starts_with(&begin), "{line}");
        }
    }
    assert_eq!(lines.next(), None);
}

#[test]
fn a_function_explains_itself() {
    let (code, page, errors) = ask("\\h rate");
    assert_eq!(code, Some(0), "{errors}");
    assert!(page.starts_with("rate(x, n"), "{page}");
    assert!(page.contains("NULL in any argument gives NULL."), "{page}");
    let (_, names, _) = ask("\\h");
    assert!(names.contains("age_at, age_band"), "{names}");
}

#[test]
fn what_is_not_there_gets_the_nearest() {
    let (code, _, errors) = ask("\\h rat");
    assert_eq!(code, Some(2));
    assert!(errors.contains("there is no function rat"), "{errors}");
    assert!(errors.contains("did you mean 'rate'?"), "{errors}");
    let (code, _, errors) = ask("\\help");
    assert_eq!(code, Some(2));
    assert!(errors.contains("there is no command \\help"), "{errors}");
}
