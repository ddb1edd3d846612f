//! What analysts know from other engines and from dbt, and how it is written here.

/// Of dbt and its like.
const TEMPLATES: &str = "a model is plain SQL, without templates: write core.person for ref('person'), record.patient for source(…), and $name for var('name')";

/// Functions of other engines, and what to write for them.
const FUNCTIONS: [(&[&str], &str); 47] = [
    (
        &["datediff", "date_diff", "timestampdiff"],
        "write days_between(start, finish) for days; age_at(birth_month, day) for years",
    ),
    (
        &["dateadd", "date_add", "add_months", "timestampadd"],
        "write day + interval '3 months'",
    ),
    (&["date_sub"], "write day - interval '3 months'"),
    (
        &["iff", "iif", "if", "decode"],
        "write case when … then … else … end",
    ),
    (&["isnull", "zeroifnull"], "write coalesce(value, instead)"),
    (
        &["listagg", "group_concat"],
        "write string_agg(value, ', ' order by value)",
    ),
    (
        &["getdate", "sysdate", "today", "curdate", "getutcdate"],
        "write $as_of for the day that the figures describe, so that a model gives the same on every day; current_date is today",
    ),
    (&["len"], "write length(text)"),
    (&["charindex", "locate"], "write strpos(text, part)"),
    (&["convert"], "write cast(value as type)"),
    (
        &["try_convert", "safe_cast"],
        "write try_cast(value as type)",
    ),
    (
        &["eomonth", "last_day"],
        "write cast(date_trunc('month', day) + interval '1 month' - interval '1 day' as date)",
    ),
    (
        &[
            "year",
            "month",
            "day",
            "quarter",
            "week",
            "weekofyear",
            "hour",
            "dayofweek",
            "dayofyear",
            "weekday",
            "datepart",
        ],
        "write date_part('year', day), with the part in quotes",
    ),
    (
        &["datefromparts", "date_from_parts"],
        "write make_date(year, month, day)",
    ),
    (&["age", "date_of_birth"], "write age_at(birth_month, day)"),
    (
        &[
            "to_varchar",
            "format",
            "date_format",
            "strftime",
            "format_date",
        ],
        "write to_char(day, '%Y-%m')",
    ),
    (
        &["str_to_date", "parse_date"],
        "write to_date(text, '%d/%m/%Y')",
    ),
    (&["count_if", "countif"], "write count(*) filter (where …)"),
    (&["sum_if", "sumif"], "write sum(value) filter (where …)"),
    (
        &["nvl2"],
        "write case when value is not null then … else … end",
    ),
    (
        &["substr_index", "substring_index"],
        "write split_part(text, ',', 1)",
    ),
    (
        &["regexp_substr", "regexp_extract"],
        "write regexp_match(text, pattern)[1]",
    ),
    (&["regexp_contains"], "write regexp_like(text, pattern)"),
    (&["array_size", "size"], "write cardinality(list)"),
    (&["div0", "safe_divide"], "write a / nullif(b, 0)"),
    (&["mod"], "write a % b"),
    (
        &[
            "to_number",
            "try_to_number",
            "to_numeric",
            "to_decimal",
            "try_to_decimal",
            "to_double",
            "try_to_double",
        ],
        "write cast(text as double) or cast(text as decimal(18, 2)); try_cast gives NULL for what is no number",
    ),
    (
        &["try_to_date", "try_to_timestamp"],
        "write try_cast(text as date), or as timestamp",
    ),
    (
        &["dayname", "monthname", "datename"],
        "write to_char(day, '%A') for the name of a weekday, and '%B' for that of a month",
    ),
    (
        &["ratio_to_report"],
        "write cast(value as double) / sum(value) over ()",
    ),
    (&["equal_null"], "write a is not distinct from b"),
    (
        &["max_by", "arg_max"],
        "write first_value(value order by other desc nulls last)",
    ),
    (
        &["min_by", "arg_min", "first"],
        "write first_value(value order by other)",
    ),
    (&["boolor_agg", "logical_or"], "write bool_or(condition)"),
    (&["booland_agg", "logical_and"], "write bool_and(condition)"),
    (
        &["approx_percentile", "percentile", "quantile"],
        "write percentile_cont(0.5) within group (order by value)",
    ),
    (
        &["mode"],
        "count by value, and keep the first row by `qualify row_number() over (order by n desc) = 1`",
    ),
    (
        &["split", "strtok", "string_split"],
        "write split_part(text, ',', 1), or string_to_array(text, ',')",
    ),
    (&["ceiling"], "write ceil(number)"),
    (&["truncate"], "write trunc(number, digits)"),
    (&["sign"], "write signum(number)"),
    (&["square"], "write power(number, 2)"),
    (&["variance"], "write var_samp(value)"),
    (
        &["div"],
        "write cast(trunc(cast(a as double) / b) as bigint)",
    ),
    (
        &["approx_count_distinct", "hll"],
        "write count(distinct value), which is exact",
    ),
    (
        &["months_between"],
        "write age_at(birth_month, day) for years, and days_between(start, finish) for days",
    ),
    (&["ref", "source", "var", "env_var", "config"], TEMPLATES),
];

/// What the engine says where a query has the form of another one, and what to write.
const FORMS: [(&str, &str); 22] = [
    ("not know TOP", "write `limit 10` at the end of the query"),
    (
        "not know rlike",
        "write text ~ 'pattern', or regexp_like(text, 'pattern')",
    ),
    ("not know &&", "write `and`"),
    (
        "not know Pivot",
        "write a column for each value: count(*) filter (where sex = 'female') as female",
    ),
    (
        "not know Unpivot",
        "write a select for each column, with `union all` between them",
    ),
    ("found: ‘", STRAIGHT),
    ("found: ’", STRAIGHT),
    ("found: “", STRAIGHT),
    ("found: ”", STRAIGHT),
    (
        "found: [",
        "write names as they are, or in double quotes: person, \"a name\"",
    ),
    (
        "Expected: end of statement",
        "is a comma, an operator or a keyword missing before this place, or a keyword misspelt?",
    ),
    (
        "Expected: ), ",
        "is a bracket open, or a comma missing, before this place?",
    ),
    (
        "Expected: ",
        "is something missing, misspelt or too much before this place?",
    ),
    (
        "Unterminated string",
        "close the text with '; a quote inside a text is written twice: 'O''Neill'",
    ),
    (
        "a window function cannot",
        "choose rows by it with `qualify` after where, or in an outer query",
    ),
    (
        "not allowed in the WHERE",
        "write `having` after group by to choose groups, or count(*) filter (where …)",
    ),
    (
        "Function 'sum' failed",
        "sum adds numbers up: count(*) filter (where …) counts a condition, and cast(text as double) reads a text",
    ),
    (
        "failed to match any signature",
        "an argument is of another type than the function takes, or in another's place: cast it, or mind the order; docs/functions.md explains our functions",
    ),
    (
        "join condition should not be empty",
        "write `on …` or `using (…)` after the table that is joined, or `cross join`",
    ),
    ("Expected LIMIT", "write a whole number"),
    (
        "Unsupported SQL type",
        "write bigint, double, decimal(18, 2), varchar, boolean, date or timestamp",
    ),
    (
        "require unique expression names",
        "give each column a name of its own, with `as`",
    ),
];

const STRAIGHT: &str = "write straight quotes, as 'female': these are a word processor's";

/// What to write in the place of what the error of `sql` is about; None when that is no form of
/// another engine.
pub(super) fn written_here(said: &str, sql: &str) -> Option<String> {
    if sql.contains("{{") || sql.contains("{%") {
        return Some(TEMPLATES.to_string());
    }
    if let Some(name) = between(said, "Invalid function '", "'") {
        return of_function(name).map(str::to_string);
    }
    if said.contains("Cannot cast string") {
        let cure = match said.contains("Date") || said.contains("Timestamp") {
            true => "write dates as date '2026-11-22'",
            false => "write a number without quotes, or compare with a text",
        };
        return Some(cure.to_string());
    }
    if let Some(name) = between(said, "column '", "' not found") {
        return of_column(name, sql);
    }
    let (_, cure) = FORMS.iter().find(|(words, _)| said.contains(words))?;
    Some((*cure).to_string())
}

/// What to write for a table that is a function of another engine; None when it is none.
pub(crate) fn of_table(name: &str) -> Option<&'static str> {
    match name {
        "ref" | "source" => Some(TEMPLATES),
        "read_csv" | "read_parquet" => {
            Some("name the file under [reference], which makes a table of it")
        }
        path if path.contains(['/', '\\']) => {
            Some("name the file under [reference], which makes a table of it")
        }
        _ => None,
    }
}

/// What to write for a function of another engine.
fn of_function(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    let known = |(names, _): &&(&[&str], &str)| names.contains(&name.as_str());
    FUNCTIONS.iter().find(known).map(|(_, cure)| *cure)
}

/// A column that is not there, and is a function of another engine, a text or an alias.
fn of_column(name: &str, sql: &str) -> Option<String> {
    if sql.contains(&format!("\"{name}\"")) {
        return Some(format!(
            "a text stands in single quotes: '{name}'; double quotes are for names"
        ));
    }
    let mut words = sql.split(|c: char| !c.is_alphanumeric() && c != '_');
    let mut before = words.next().unwrap_or_default();
    let is_alias = words.any(|word| {
        let alias = before.eq_ignore_ascii_case("as") && word == name;
        before = word;
        alias
    });
    if is_alias {
        return Some(format!(
            "where and joins do not know `as {name}`: repeat what it stands for, or name it in a common table expression"
        ));
    }
    let joined: String = sql.to_lowercase().split_whitespace().collect();
    if joined.contains(&format!("date_trunc({name},")) {
        return Some(format!(
            "write the part in quotes: date_trunc('{name}', day)"
        ));
    }
    if name.eq_ignore_ascii_case("all") {
        return Some("order by the columns: order by 1, 2".to_string());
    }
    of_function(name).map(str::to_string)
}

/// What the engine cannot do, without its tree of the query.
pub(super) fn not_implemented(text: &str) -> Option<String> {
    let (_, what) = text.split_once("This feature is not implemented: ")?;
    if what.contains("WindowFunction(") {
        return Some("a window function cannot stand here".to_string());
    }
    let what = what
        .split([' ', '('])
        .next()
        .map_or(what, |first| match first {
            "Unsupported" => {
                let node = what
                    .rsplit_once("sqltorel: ")
                    .or(what.split_once("ast node "));
                let node = node.or(what.split_once("operator: "));
                node.map_or(what, |(_, node)| node)
            }
            _ => what,
        });
    let word = what.split([' ', '(', '{']).next().unwrap_or_default();
    Some(match word {
        "RLike" => "the engine does not know rlike or regexp".to_string(),
        "PGOverlap" => "the engine does not know && of these".to_string(),
        "Pivot" | "Unpivot" | "TOP" => format!("the engine does not know {word}"),
        _ => format!(
            "the engine cannot do this: {}",
            what.split([')', '{']).next().unwrap_or(word).trim()
        ),
    })
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after)?.0)
}
