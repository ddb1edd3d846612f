//! `in_code_list(code, list)`: whether a code is in a list of the project.

use super::super::named::Named;
use crate::codes::{NamedCodeList, NamedCodeLists};
use crate::error::Error;
use crate::functions::{Definition, Doc, Function};
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::logical_expr::{
    ColumnarValue, Documentation, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl,
    Signature, Volatility,
};
use std::sync::Arc;

const DOC: Doc = Doc {
    name: "in_code_list",
    syntax: "in_code_list(code, list)",
    summary: "Whether a code is in a code list of the project: of SNOMED CT, dm+d, ICD-10, OPCS-4, the BNF or Read codes.",
    arguments: &[
        (
            "code",
            "a code as it was recorded, as text; codes of SNOMED CT and dm+d also as whole numbers",
        ),
        (
            "list",
            "the name of the list, written out in quotes: `'diabetes'` for \
             `sql/reference/codes/diabetes.csv`; capitals do not matter, and `-` is `_`",
        ),
    ],
    gives: "True or false.",
    formula: "The list says its code system. Codes of SNOMED CT, dm+d and Read are in it when they are \
              written in it. Codes of ICD-10, OPCS-4 and the BNF are compared without dots and \
              capitals, and are in it also when they begin with a code of it: `E11` in a list stands for \
              `E11.9`, unless the list says `match = \"exact\"`.",
    rules: "NULL gives NULL, so that `not in_code_list(…)` says nothing of a code that is not known. What is \
            no code of the list's system is not in it: false. A list that is not there, that is empty, or \
            whose name is not written out, is an error before a row is read. Where lists come from and what \
            files hold: [docs/pipeline-file.md](pipeline-file.md#codes). `reference.codes_` and \
            the list's name is a table of its codes, once a model names it.",
    source: "SNOMED CT: identifiers with a Verhoeff check digit, SNOMED International. ICD-10 and OPCS-4: the \
             forms of the NHS Data Dictionary.",
    example: "select code, in_code_list(code, 'diabetes') as diabetes \
              from (values ('44054006'), ('195967001'), (null)) as diagnosis(code)",
};

/// What the function does: it looks codes up in the sets of lists, each made once.
struct InCodeList(Arc<NamedCodeLists>);

pub(super) fn function(lists: &Arc<NamedCodeLists>) -> Function {
    let named = Named {
        doc: &DOC,
        documentation: DOC.documentation(),
        // The name of the list has to arrive as it was written, so nothing is cast.
        signature: Signature::user_defined(Volatility::Immutable),
        kind: InCodeList(lists.clone()),
    };
    let definition = Definition::Scalar(ScalarUDF::from(named));
    Function {
        doc: &DOC,
        definition,
    }
}

/// Hands an error of ours through the engine.
fn external<T>(error: Error) -> Result<T> {
    Err(DataFusionError::External(Box::new(error)))
}

fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

impl Named<InCodeList> {
    /// The list that a call names, when it is one that codes of this type can be in.
    fn list(&self, name: Option<&ScalarValue>, codes: &DataType) -> Result<Arc<NamedCodeList>> {
        let Some(name) = name.and_then(|name| name.try_as_str().flatten()) else {
            return external(
                Error::usage("in_code_list: the name of the list is not written out").hint(
                    "write it in quotes, in_code_list(code, 'diabetes'): what a model depends on is read from its SQL; for several lists write several calls, joined by `or`",
                ),
            );
        };
        let list = self.kind.0.get(name);
        let list = list.map_err(|e| DataFusionError::External(Box::new(e.at("in_code_list"))))?;
        if codes.is_integer() && !list.system.has_numbers() {
            return external(
                Error::usage(format!(
                    "in_code_list: the codes of the list '{}' are texts, and numbers are compared with them",
                    list.name
                ))
                .cause(format!("its code system is {}", list.system.name()))
                .hint("name a list of the system that the column has"),
            );
        }
        Ok(list)
    }
}

impl ScalarUDFImpl for Named<InCodeList> {
    fn name(&self) -> &str {
        self.doc.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        let wrong = |what: &str| {
            external(Error::usage(format!("in_code_list: {what}")).hint(format!(
                "write {}; cast what is neither text nor a whole number",
                DOC.syntax
            )))
        };
        let [code, list] = given else {
            return wrong("it takes a code and the name of a list");
        };
        if !is_text(list) {
            return wrong("list must be the name of a code list, in quotes");
        }
        let code = match code {
            DataType::Null => DataType::Utf8,
            code if is_text(code) || code.is_integer() => code.clone(),
            _ => return wrong("code must be text or a whole number"),
        };
        Ok(vec![code, list.clone()])
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let codes = args.arg_fields.first().map(|field| field.data_type());
        let name = args.scalar_arguments.get(1).copied().flatten();
        self.list(name, codes.unwrap_or(&DataType::Null))?;
        Ok(Arc::new(Field::new(self.doc.name, DataType::Boolean, true)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [codes, name] = args.args.as_slice() else {
            return external(Error::usage(
                "in_code_list: it takes a code and the name of a list",
            ));
        };
        let name = match name {
            ColumnarValue::Scalar(name) => Some(name),
            ColumnarValue::Array(_) => None,
        };
        let list = self.list(name, &codes.data_type())?;
        match codes {
            ColumnarValue::Array(codes) => {
                Ok(ColumnarValue::Array(Arc::new(list.has_each(codes)?)))
            }
            ColumnarValue::Scalar(code) => {
                let found = list.has_each(&code.to_array()?)?;
                Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(
                    &found, 0,
                )?))
            }
        }
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&self.documentation)
    }
}
