//! A path as a tree.

use std::collections::BTreeMap;

use super::super::temporal::Temporal;
use super::PathFunction;

/// A path, or a part of one.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) enum Expr {
    /// The element the path starts from (`$this`, or nothing before the first name).
    This,
    /// The resource (`%resource`, `%context`).
    Resource,
    /// The position of the row in its iteration (`%rowIndex`).
    RowIndex,
    /// A literal, or a constant of the view.
    Literal(Literal),
    /// A member of each element.
    Member(Box<Expr>, String),
    /// The element at a position.
    Index(Box<Expr>, Box<Expr>),
    /// A function on what is before the dot.
    Call(Box<Expr>, PathFunction, Vec<Expr>),
    /// `ofType(X)`: of a choice element, the one of type `X`; of resources, those of type `X`.
    OfType(Box<Expr>, String),
    /// `getReferenceKey(X)`, or of any type.
    ReferenceKey(Box<Expr>, Option<String>),
    /// The number with its sign changed.
    Negative(Box<Expr>),
    /// Two operands.
    Binary(Operator, Box<Expr>, Box<Expr>),
}

impl Expr {
    /// How many levels the tree has.
    pub(super) fn depth(&self) -> usize {
        let mut deepest = 0;
        let mut open = vec![(self, 1)];
        while let Some((tree, level)) = open.pop() {
            deepest = deepest.max(level);
            match tree {
                Expr::This | Expr::Resource | Expr::RowIndex | Expr::Literal(_) => {}
                Expr::Member(of, _)
                | Expr::OfType(of, _)
                | Expr::ReferenceKey(of, _)
                | Expr::Negative(of) => open.push((of, level + 1)),
                Expr::Index(left, right) | Expr::Binary(_, left, right) => {
                    open.extend([(&**left, level + 1), (&**right, level + 1)]);
                }
                Expr::Call(of, _, arguments) => {
                    open.push((of, level + 1));
                    open.extend(arguments.iter().map(|argument| (argument, level + 1)));
                }
            }
        }
        deepest
    }
}

/// A value that is in the view and not in the record.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) enum Literal {
    Text(String),
    Integer(i64),
    Decimal(f64),
    Boolean(bool),
    Temporal(Temporal),
    /// `{}`: nothing.
    Empty,
}

/// The view's constants by name.
pub(in super::super) type Constants = BTreeMap<String, Literal>;

/// An operator between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Union,
    Add,
    Subtract,
    Join,
    Multiply,
    Divide,
}

impl Operator {
    /// The operator written as `text`, and how tightly it binds: the higher, the tighter.
    pub(super) fn parse(text: &str) -> Option<(Operator, u8)> {
        Some(match text {
            "or" => (Operator::Or, 1),
            "and" => (Operator::And, 2),
            "=" => (Operator::Equal, 3),
            "!=" => (Operator::NotEqual, 3),
            "<" => (Operator::Less, 4),
            "<=" => (Operator::LessOrEqual, 4),
            ">" => (Operator::Greater, 4),
            ">=" => (Operator::GreaterOrEqual, 4),
            "|" => (Operator::Union, 5),
            "+" => (Operator::Add, 6),
            "-" => (Operator::Subtract, 6),
            "&" => (Operator::Join, 6),
            "*" => (Operator::Multiply, 7),
            "/" => (Operator::Divide, 7),
            _ => return None,
        })
    }

    /// The operator as it is written.
    pub(in super::super) fn sign(self) -> &'static str {
        match self {
            Operator::Or => "or",
            Operator::And => "and",
            Operator::Equal => "=",
            Operator::NotEqual => "!=",
            Operator::Less => "<",
            Operator::LessOrEqual => "<=",
            Operator::Greater => ">",
            Operator::GreaterOrEqual => ">=",
            Operator::Union => "|",
            Operator::Add => "+",
            Operator::Subtract => "-",
            Operator::Join => "&",
            Operator::Multiply => "*",
            Operator::Divide => "/",
        }
    }

    /// Whether the result says something about its operands without handing them on.
    pub(in super::super) fn is_test(self) -> bool {
        matches!(
            self,
            Operator::Or
                | Operator::And
                | Operator::Equal
                | Operator::NotEqual
                | Operator::Less
                | Operator::LessOrEqual
                | Operator::Greater
                | Operator::GreaterOrEqual
        )
    }
}
