//! Which elements of a resource a view touches, and what becomes of them.

use super::definition::{Each, Select};
use super::path::{Expr, Literal, PathFunction};
use super::program::choice;
use super::view::View;

/// An element that a view reads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SelectedPath {
    /// The column whose path reads it; `where` for a condition of the view, `forEach` for an
    /// iteration that no column's value comes from.
    pub column: String,
    /// The element, from the resource: `name.family`, `identifier.value`,
    /// `extension(http://…).valueString`. `*` ends the path of a `repeat`'s elements. The resource
    /// itself is the empty path.
    pub path: String,
    /// The function that makes the value from the element (`getReferenceKey`, `exists`, `=` …), when
    /// the value is not the element itself.
    pub function: Option<String>,
    /// Whether the element is only tested: its own value does not reach the table.
    pub tested: bool,
}

/// The elements that `view` touches, without repetition, columns in their order.
pub fn selected_paths(view: &View) -> Vec<SelectedPath> {
    let mut walk = Walk {
        view,
        found: Vec::new(),
        column: "where".to_owned(),
    };
    for condition in &view.conditions {
        let ends = walk.path(condition, &[String::new()]);
        walk.note(&ends, None, true);
    }
    walk.select(&view.select, &[String::new()]);
    let mut seen = std::collections::BTreeSet::new();
    walk.found.retain(|path| seen.insert(path.clone()));
    walk.found
}

/// Where a path can end. Literals and computed values end nowhere.
type Ends = Vec<String>;

struct Walk<'v> {
    view: &'v View,
    found: Vec<SelectedPath>,
    column: String,
}

impl Walk<'_> {
    fn select(&mut self, select: &Select, focus: &[String]) {
        "forEach".clone_into(&mut self.column);
        let inner = match &select.each {
            Each::Once => focus.to_vec(),
            Each::Every(path) | Each::EveryOrNothing(path) => self.path(path, focus),
            Each::Repeat(paths) => {
                let first: Vec<_> = paths
                    .iter()
                    .flat_map(|path| self.path(path, focus))
                    .collect();
                let deeper = first.iter().map(|path| format!("{path}.*"));
                first.iter().cloned().chain(deeper).collect()
            }
        };
        for (number, path) in &select.columns {
            let name = self
                .view
                .columns
                .get(*number)
                .map(|column| column.name.clone());
            self.column = name.unwrap_or_default();
            let ends = self.path(path, &inner);
            self.note(&ends, None, false);
        }
        for part in select.selects.iter().chain(&select.union) {
            self.select(part, &inner);
        }
    }

    fn note(&mut self, ends: &[String], function: Option<&str>, tested: bool) {
        for path in ends {
            self.found.push(SelectedPath {
                column: self.column.clone(),
                path: path.clone(),
                function: function.map(str::to_owned),
                tested,
            });
        }
    }

    /// Where `path` ends from `focus`. What it computes from elements is noted with the function.
    fn path(&mut self, path: &Expr, focus: &[String]) -> Ends {
        match path {
            Expr::This => focus.to_vec(),
            Expr::Resource => vec![String::new()],
            Expr::RowIndex | Expr::Literal(_) => Vec::new(),
            Expr::Member(of, name) => members(&self.path(of, focus), name),
            Expr::OfType(of, kind) => match of.as_ref() {
                Expr::Member(parent, name) if !super::resource_type::is_known(kind) => {
                    members(&self.path(parent, focus), &choice(name, kind))
                }
                of => self.path(of, focus),
            },
            Expr::ReferenceKey(of, _) => {
                let ends = members(&self.path(of, focus), "reference");
                self.made(ends, "getReferenceKey", false)
            }
            Expr::Index(of, index) => {
                let ends = self.path(index, focus);
                self.made(ends, "[]", true);
                self.path(of, focus)
            }
            Expr::Negative(of) => {
                let ends = self.path(of, focus);
                self.made(ends, "-", false)
            }
            Expr::Binary(super::path::Operator::Union, left, right) => {
                let mut ends = self.path(left, focus);
                ends.extend(self.path(right, focus));
                ends
            }
            Expr::Binary(operator, left, right) => {
                let mut ends = self.path(left, focus);
                ends.extend(self.path(right, focus));
                self.made(ends, operator.sign(), operator.is_test())
            }
            Expr::Call(of, function, arguments) => self.call(of, *function, arguments, focus),
        }
    }

    fn call(
        &mut self,
        of: &Expr,
        function: PathFunction,
        arguments: &[Expr],
        focus: &[String],
    ) -> Ends {
        let ends = self.path(of, focus);
        let name = function.name();
        match function {
            PathFunction::First | PathFunction::Last => ends,
            PathFunction::Extension => {
                let url = match arguments.first() {
                    Some(Expr::Literal(Literal::Text(url))) => url.as_str(),
                    _ => "?",
                };
                members(&ends, &format!("extension({url})"))
            }
            PathFunction::ResourceKey => self.made(members(&ends, "id"), name, false),
            PathFunction::Where | PathFunction::Exists => {
                for test in arguments {
                    let tested = self.path(test, &ends);
                    self.made(tested, "where", true);
                }
                if function == PathFunction::Where {
                    ends
                } else {
                    self.made(ends, name, true)
                }
            }
            PathFunction::Empty | PathFunction::Not | PathFunction::Count => {
                self.made(ends, name, true)
            }
            PathFunction::Resolve => {
                let ends = members(&ends, "reference");
                self.made(ends, name, true);
                vec!["contained".to_owned()]
            }
            PathFunction::ReferenceIdentifier => {
                let ends = members(&ends, "identifier.value");
                self.made(ends, name, false)
            }
            // Systems are written in the view: nothing of the resource is tested but its codings.
            PathFunction::PreferredCoding => ends,
            PathFunction::KnownWord => {
                let texts = [members(&ends, "coding.display"), members(&ends, "text")];
                self.made(texts.concat(), name, true);
                self.made(members(&ends, "coding.code"), name, false)
            }
            PathFunction::Join | PathFunction::LowBoundary | PathFunction::HighBoundary => {
                self.made(ends, name, false)
            }
        }
    }

    /// Notes elements that a value is made from. The value itself is no element.
    fn made(&mut self, ends: Ends, function: &str, tested: bool) -> Ends {
        self.note(&ends, Some(function), tested);
        Vec::new()
    }
}

fn members(ends: &[String], name: &str) -> Ends {
    let member = |end: &String| match end.is_empty() {
        true => name.to_owned(),
        false => format!("{end}.{name}"),
    };
    ends.iter().map(member).collect()
}
