//! The models of a project: every `<layer>/<name>.sql`.

use super::code_list_table::table_of;
use super::declared_check::{Check, CheckRule, Severity};
use super::header::{self, Header};
use super::query_text::QueryText;
use super::sql_file::read_sql;
use crate::engine::table_written_here;
use crate::error::{Context, Error, Result};
use crate::functions::need::{LIST_FUNCTION, tables_read};
use crate::lake::TableName;
use crate::nearest::{near, nearest};
use datafusion::common::DataFusionError;
use datafusion::sql::parser::{DFParserBuilder, Statement};
use datafusion::sql::resolve::resolve_table_references;
use datafusion::sql::sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Statement as Sql,
    visit_expressions,
};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::ParserError;
use datafusion::sql::sqlparser::tokenizer::{TokenWithSpan, Tokenizer};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// A model.
#[derive(Debug, Clone)]
pub struct Model {
    /// The table that it makes.
    pub name: TableName,
    /// Its file, as messages name it.
    pub file: PathBuf,
    /// The whole text.
    pub sql: String,
    /// The query, as it counts.
    pub(crate) query: QueryText,
    /// What it says about itself.
    pub header: Header,
    /// The tables that it reads, and those that its functions read.
    pub reads: BTreeSet<TableName>,
}

impl Model {
    /// The subject that planners would look for it under: that of its header, or its folder below the
    /// layer.
    pub(super) fn topic(&self) -> Option<&str> {
        let folder = self.file.parent().and_then(Path::file_name);
        let folder = folder.and_then(|name| name.to_str());
        let folder = folder.filter(|name| *name != self.name.layer);
        self.header.topic.as_deref().or(folder)
    }
}

/// All models of a project.
#[derive(Debug, Clone, Default)]
pub struct Library {
    /// By table.
    pub models: BTreeMap<TableName, Model>,
}

/// Models from which on all processors read them.
const MANY: usize = 100;
/// Room for queries as deep as they may be long, which are walked on the stack.
const STACK: usize = 64 * 1024 * 1024;
/// Layers that models may not make: what is pulled, loaded and kept by the program.
const RESERVED: [&str; 3] = ["record", "reference", "populace"];

impl Library {
    /// Reads every model below `folder`.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut library = Library::default();
        let mut files = Vec::new();
        let cannot = || format!("the folder of models {} cannot be read", folder.display());
        for layer in sorted(folder, cannot)? {
            let Some(layer_name) = layer.file_name().and_then(|n| n.to_str()) else {
                continue;
            };
            if !layer.is_dir() || RESERVED.contains(&layer_name) {
                continue;
            }
            find_models(layer_name, &layer, &mut files)?;
        }
        // In the order of the files, so that of two that are wrong the same one is told.
        for model in read_models(&files)? {
            let model = model?;
            if let Some(other) = library.models.get(&model.name) {
                return Err(Error::usage(format!(
                    "{} and {} both make {}",
                    other.file.display(),
                    model.file.display(),
                    model.name
                ))
                .hint("rename one of the files: a topic is no part of a table's name"));
            }
            library.models.insert(model.name.clone(), model);
        }
        Ok(library)
    }

    /// The models that `patterns` (`layer.name`, `layer.*`, `name` or `*`) choose.
    pub fn choose(&self, patterns: &[String]) -> Result<BTreeSet<TableName>> {
        let mut chosen = BTreeSet::new();
        for pattern in patterns {
            let found: Vec<_> = self
                .models
                .keys()
                .filter(|name| {
                    pattern == "*"
                        || *pattern == name.to_string()
                        || *pattern == name.name
                        || pattern.strip_suffix(".*") == Some(&name.layer)
                })
                .cloned()
                .collect();
            if found.is_empty() {
                if self.models.keys().any(|name| name.layer == *pattern) {
                    return Err(
                        Error::usage(format!("'{pattern}' is a layer, and no model"))
                            .hint(format!("write '{pattern}.*' for all of its models")),
                    );
                }
                let of_layer = pattern.ends_with(".*");
                let of_name = !pattern.contains('.');
                let bare = self.models.keys().map(|name| name.name.as_str());
                if let Some(name) = near(pattern, bare).filter(|_| of_name) {
                    return Err(Error::usage(format!("there is no model '{pattern}'"))
                        .hint(format!("did you mean '{name}'?")));
                }
                let names = self.models.keys().map(|name| match of_layer {
                    true => format!("{}.*", name.layer),
                    false => name.to_string(),
                });
                let names: BTreeSet<String> = names.collect();
                return Err(Error::usage(format!("there is no model '{pattern}'"))
                    .hint(nearest(pattern, names)));
            }
            chosen.extend(found);
        }
        Ok(chosen)
    }
}

impl Library {
    /// The sets of columns that tell the rows of a model's table apart: its checks are run before anybody
    /// may see the table. Of other tables there are none.
    pub(crate) fn unique_columns(&self, table: &TableName) -> Vec<Vec<String>> {
        let checks = self.models.get(table).map(|model| &model.header.checks);
        let strict = checks
            .into_iter()
            .flatten()
            .filter(|check| check.severity == Severity::Error && check.tolerated_share == 0.0);
        let columns = strict.filter_map(|check| match &check.rule {
            CheckRule::Unique(columns) => Some(columns.clone()),
            _ => None,
        });
        columns.collect()
    }
}

fn sorted<D: std::fmt::Display>(folder: &Path, cannot: impl Fn() -> D) -> Result<Vec<PathBuf>> {
    let mut paths = std::fs::read_dir(folder)
        .usage(&cannot)?
        .map(|entry| entry.map(|e| e.path()).usage(&cannot))
        .collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// Finds the models of a layer: those of the folder, and those of the topics below it. A topic is no part
/// of a table's name.
fn find_models(layer: &str, folder: &Path, found: &mut Vec<(TableName, PathBuf)>) -> Result<()> {
    let cannot = || format!("the folder of models {} cannot be read", folder.display());
    for file in sorted(folder, cannot)? {
        if file.is_dir() {
            find_models(layer, &file, found)?;
        } else if file.extension().is_some_and(|e| e == "sql")
            && let Some(name) = file.file_stem().and_then(|n| n.to_str())
        {
            found.push((TableName::new(layer, name), file));
        }
    }
    Ok(())
}

/// Reads models, on all processors where they are many.
fn read_models(files: &[(TableName, PathBuf)]) -> Result<Vec<Result<Model>>> {
    let read = |(name, file): &(TableName, PathBuf)| read_model(name.clone(), file);
    if files.len() < MANY {
        return Ok(files.iter().map(read).collect());
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .stack_size(STACK)
        .build()
        .data(|| "cannot start threads")?;
    Ok(pool.install(|| files.par_iter().map(read).collect()))
}

fn read_model(name: TableName, file: &Path) -> Result<Model> {
    let shown = file.display().to_string();
    let sql = read_sql(file)?;
    let header = header::read(&shown, &sql)?;
    let tokens = tokens_of(&shown, &sql)?;
    let query = QueryText::of_tokens(&tokens);
    let statement = statement_of(&shown, &sql, tokens)?;
    only_queries(&shown, &statement)?;
    let mut reads = tables_named(&shown, &statement)?;
    for table in &reads {
        if table.layer.is_empty() {
            let written = table_written_here(&table.name);
            return Err(
                Error::usage(format!("{shown}: table '{}' has no layer", table.name))
                    .hint(written.unwrap_or("write layer.name, such as record.patient")),
            );
        }
    }
    reads.extend(code_lists_used(&shown, &statement)?);
    // What a check reads decides too whether there is a table.
    for check in &header.checks {
        reads.extend(check_inputs(&shown, check, &name));
    }
    Ok(Model {
        name,
        file: file.to_path_buf(),
        query,
        sql,
        header,
        reads,
    })
}

/// What a check reads but for the model's own table. What is wrong with it is told when it is planned.
pub(super) fn check_inputs(place: &str, check: &Check, own: &TableName) -> BTreeSet<TableName> {
    // Most checks name columns of the model alone, and need not be parsed to say so.
    if check.reads_no_other_table() {
        return BTreeSet::new();
    }
    let read = inputs(place, &check.query(own)).unwrap_or_default();
    let known = |table: &TableName| table != own && !table.layer.is_empty();
    read.into_iter().filter(known).collect()
}

/// The tables that a question reads: a query, or `explain` before one.
pub(crate) fn asked_tables(place: &str, sql: &str) -> Result<BTreeSet<TableName>> {
    let statement = one_statement(place, sql)?;
    match &statement {
        Statement::Explain(explained) => only_queries(place, &explained.statement)?,
        asked => only_queries(place, asked)?,
    }
    tables_named(place, &statement)
}

/// The tables that a query reads, without its own common table expressions, and the code lists that
/// its functions read. `place` is for errors.
pub(crate) fn inputs(place: &str, sql: &str) -> Result<BTreeSet<TableName>> {
    let statement = one_query(place, sql)?;
    let mut tables = tables_named(place, &statement)?;
    tables.extend(code_lists_used(place, &statement)?);
    Ok(tables)
}

/// Reads the text of one query.
fn one_query(place: &str, sql: &str) -> Result<Statement> {
    let statement = one_statement(place, sql)?;
    only_queries(place, &statement)?;
    Ok(statement)
}

fn one_statement(place: &str, sql: &str) -> Result<Statement> {
    statement_of(place, sql, tokens_of(place, sql)?)
}

fn tokens_of(place: &str, sql: &str) -> Result<Vec<TokenWithSpan>> {
    let tokens = Tokenizer::new(&GenericDialect {}, sql).tokenize_with_location();
    tokens.map_err(|e| {
        let error = DataFusionError::from(ParserError::from(e));
        crate::engine::plan_error_in(place, sql, &error)
    })
}

/// The only statement of `sql`, of which these are the tokens.
fn statement_of(place: &str, sql: &str, tokens: Vec<TokenWithSpan>) -> Result<Statement> {
    let parsed = DFParserBuilder::new(tokens)
        .build()
        .and_then(|mut parser| parser.parse_statements());
    let mut statements = parsed.map_err(|e| crate::engine::plan_error_in(place, sql, &e))?;
    if statements.is_empty() {
        return Err(Error::usage(format!("{place}: there is no query"))
            .hint("a model, report table or question is a single select"));
    }
    let (Some(statement), true) = (statements.pop_front(), statements.is_empty()) else {
        return Err(Error::usage(format!("{place}: this is not one query"))
            .hint("a model, report table or question is a single select"));
    };
    Ok(statement)
}

fn only_queries(place: &str, statement: &Statement) -> Result<()> {
    match statement {
        Statement::Statement(s) if matches!(**s, Sql::Query(_)) => Ok(()),
        _ => Err(Error::usage(format!("{place}: this is not a query"))
            .hint("only select statements are run; tables change through pull and run")),
    }
}

fn tables_named(place: &str, statement: &Statement) -> Result<BTreeSet<TableName>> {
    let (tables, _) = resolve_table_references(statement, true)
        .map_err(|e| crate::engine::plan_error(place, &e))?;
    Ok(tables
        .into_iter()
        .map(|table| TableName::new(table.schema().unwrap_or_default(), table.table()))
        .collect())
}

/// The code lists that a query's functions read: another list, and the query gives something else.
fn code_lists_used(place: &str, statement: &Statement) -> Result<BTreeSet<TableName>> {
    let mut tables = BTreeSet::new();
    let mut unwritten = false;
    if let Statement::Statement(query) = statement {
        let _: ControlFlow<()> = visit_expressions(query.as_ref(), |expression| {
            if let Expr::Function(function) = expression {
                let name = function.name.0.last().and_then(|part| part.as_ident());
                let name = name.map_or(String::new(), |name| name.value.to_lowercase());
                let read = tables_read(&name).iter();
                tables.extend(read.map(|table| TableName::new("reference", *table)));
                if name == LIST_FUNCTION {
                    match list_named(function) {
                        Some(list) => drop(tables.insert(table_of(&list))),
                        None => unwritten = true,
                    }
                }
            }
            ControlFlow::Continue(())
        });
    }
    match unwritten {
        true => Err(Error::usage(format!(
            "{place}: {LIST_FUNCTION}: the name of the list is not written out"
        ))
        .hint(format!(
            "write it in quotes, {LIST_FUNCTION}(code, 'diabetes'): what a model depends on is read from its SQL; for several lists write several calls, joined by `or`"
        ))),
        false => Ok(tables),
    }
}

/// The list that a call names, when it is written out.
fn list_named(function: &Function) -> Option<String> {
    let FunctionArguments::List(list) = &function.args else {
        return None;
    };
    let FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(name))) = list.args.get(1)? else {
        return None;
    };
    name.value.clone().into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_read_their_code_lists() {
        let used = |sql: &str| -> Vec<String> {
            let statement = one_query("m.sql", sql).unwrap();
            let used = code_lists_used("m.sql", &statement).unwrap();
            used.iter().map(|table| table.name.clone()).collect()
        };
        assert_eq!(
            used("with a as (select HFRS(c) as h from x.y) select h['score'] + 1 from a"),
            ["hfrs_code"]
        );
        assert_eq!(
            used("select 1 from x.y group by z having elixhauser(c, 'swiss')['score'] > $n"),
            ["elixhauser_code", "elixhauser_weight"]
        );
        assert_eq!(used("select 'charlson(x)', charlson_age(1)"), [""; 0]);
        assert_eq!(
            used(
                "select a from x.y where In_Code_List(code, 'DM_COD') or in_code_list(code, 'user-asthma')"
            ),
            ["codes_dm_cod", "codes_user_asthma"]
        );
    }

    /// What a model depends on could not be told.
    #[test]
    fn a_list_is_written_out() {
        for list in [
            "list",
            "$list",
            "'a' || 'b'",
            "upper('a')",
            "(select 'a')",
            "1",
        ] {
            let sql = format!("select in_code_list(code, {list}) from x.y");
            let statement = one_query("m.sql", &sql).unwrap();
            let error = code_lists_used("m.sql", &statement).unwrap_err();
            assert!(
                error
                    .what()
                    .contains("m.sql: in_code_list: the name of the list is not written out"),
                "{list}: {error}"
            );
        }
    }

    #[test]
    fn a_check_counts_what_it_reads_as_inputs() {
        let own = TableName::new("x", "y");
        let read = |condition: &str| -> Vec<String> {
            let check = serde_json::json!({ "expect": condition });
            let check: Check = serde_json::from_value(check).unwrap();
            let read = check_inputs("m.sql", &check, &own);
            read.iter().map(TableName::to_string).collect()
        };
        assert_eq!(read("hfrs(code)['score'] < 100"), ["reference.hfrs_code"]);
        assert_eq!(
            read("sex in (select sex from reference.extra)"),
            ["reference.extra"]
        );
        assert_eq!(read("people > 0"), [""; 0]);
    }
}
