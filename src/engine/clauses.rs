//! Clauses of calls that the engine reads and then forgets.
//!
//! DataFusion plans a function that gives one value for each row without a look at what else stands
//! in the call: `rate(x, n) filter (where false)`, `abs(distinct x)` or `round(x) over ()` gave the
//! plain value. Here such a call is an error, before it is planned.

use datafusion::common::{DataFusionError, Diagnostic, Result, Span};
use datafusion::execution::SessionState;
use datafusion::sql::parser::{CopyToSource, Statement};
use datafusion::sql::sqlparser::ast::{
    DuplicateTreatment, Expr, Function, FunctionArgumentClause, FunctionArguments, TableFactor,
    Visit, Visitor, visit_expressions,
};
use std::ops::ControlFlow;

/// Checks the calls of a statement.
pub(super) fn check_statement(state: &SessionState, statement: &Statement) -> Result<()> {
    match statement {
        Statement::Statement(statement) => check(state, statement.as_ref()),
        Statement::Explain(explain) => check_statement(state, &explain.statement),
        Statement::CopyTo(copy) => match &copy.source {
            CopyToSource::Query(query) => check(state, query.as_ref()),
            CopyToSource::Relation(_) => Ok(()),
        },
        Statement::CreateExternalTable(_) | Statement::Reset(_) => Ok(()),
    }
}

fn check(state: &SessionState, tree: &impl Visit) -> Result<()> {
    if let ControlFlow::Break(()) = tree.visit(&mut Samples) {
        return Err(DataFusionError::Plan(
            "tablesample is not known: all rows would be read".to_string(),
        ));
    }
    let found = visit_expressions(tree, |expression| match expression {
        Expr::Function(call) => match wrong(state, call) {
            Some(error) => ControlFlow::Break(error),
            None => ControlFlow::Continue(()),
        },
        _ => ControlFlow::Continue(()),
    });
    match found {
        ControlFlow::Break(error) => Err(error),
        ControlFlow::Continue(()) => Ok(()),
    }
}

/// Finds samples of tables, which the engine reads over.
struct Samples;

impl Visitor for Samples {
    type Break = ();

    fn pre_visit_table_factor(&mut self, table: &TableFactor) -> ControlFlow<()> {
        match table {
            TableFactor::Table {
                sample: Some(_), ..
            } => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }
}

/// The error of a call that gives one value for each row and has a clause.
fn wrong(state: &SessionState, call: &Function) -> Option<DataFusionError> {
    let [part] = call.name.0.as_slice() else {
        return None;
    };
    let name = part.as_ident()?;
    let span = Span::try_from_sqlparser_span(name.span);
    let name = match name.quote_style {
        Some(_) => name.value.clone(),
        None => name.value.to_lowercase(),
    };
    if !state.scalar_functions().contains_key(&name) {
        return None;
    }
    let clause = clause(call)?;
    let said = format!("{name} takes no {clause}: it gives each row a value of that row alone");
    let diagnostic = Diagnostic::new_error(said.clone(), span)
        .with_help("leave the clause out, or write it with an aggregate", None);
    Some(DataFusionError::Plan(said).with_diagnostic(diagnostic))
}

/// The first clause of a call, as it is written.
fn clause(call: &Function) -> Option<&'static str> {
    if call.over.is_some() {
        return Some("over (…)");
    }
    if call.filter.is_some() {
        return Some("filter (where …)");
    }
    if !call.within_group.is_empty() {
        return Some("within group");
    }
    if call.null_treatment.is_some() {
        return Some("ignore nulls or respect nulls");
    }
    let FunctionArguments::List(list) = &call.args else {
        return None;
    };
    if list.duplicate_treatment == Some(DuplicateTreatment::Distinct) {
        return Some("distinct");
    }
    list.clauses.first().map(|clause| match clause {
        FunctionArgumentClause::OrderBy(_) => "order by",
        FunctionArgumentClause::IgnoreOrRespectNulls(_) => "ignore nulls or respect nulls",
        _ => "clause after its arguments",
    })
}
