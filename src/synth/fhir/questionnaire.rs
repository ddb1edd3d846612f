//! QuestionnaireResponse: what people answered, in codes and in words.

use super::super::life::Life;
use super::super::record::AnsweredForm;
use super::*;

/// Appends one QuestionnaireResponse.
pub(crate) fn write(out: &mut String, life: &Life, form: &AnsweredForm) {
    open(out, "QuestionnaireResponse", form.id, form.updated);
    field(out, "questionnaire", form.form);
    let _ = write!(out, ",\"status\":\"{}\"", form.status);
    person(out, "subject", &life.person, (false, form.id));
    moment(out, "authored", form.authored);
    out.push_str(",\"item\":[");
    for answer in &form.answers {
        let _ = write!(
            out,
            "{{\"linkId\":\"{}\",\"answer\":[{{\"valueCoding\":",
            answer.question
        );
        coding(out, answer.system, answer.code.code, answer.code.display);
        out.push_str("}]},");
    }
    out.push_str("{\"linkId\":\"remark\"");
    if !form.remark.is_empty() {
        out.push_str(",\"answer\":[{\"valueString\":");
        text(out, form.remark);
        out.push_str("}]");
    }
    out.push_str("}]");
    close(out);
}
