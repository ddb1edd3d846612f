//! From tokens to a tree, by precedence.

use super::super::temporal::Temporal;
use super::function::{OF_TYPE, REFERENCE_KEY};
use super::lex::{Token, tokens};
use super::{Constants, Expr, Fault, Literal, Operator, PathFunction, choice};
use crate::nearest::near;

/// How deep parentheses and arguments may be nested.
const DEEPEST: usize = 64;

/// How many names, signs and literals a path may have.
const MOST_TOKENS: usize = 4_000;

/// How deep the tree may be: a chain of steps or operators is a level each, and the tree is walked on
/// the thread's stack.
const DEEPEST_TREE: usize = 500;

/// Reads `path`, with the view's constants in place of their names.
pub(in super::super) fn parse(path: &str, constants: &Constants) -> Result<Expr, Fault> {
    let tokens = tokens(path)?;
    if tokens.is_empty() {
        return Err(Fault::new("the path is empty"));
    }
    if tokens.len() > MOST_TOKENS {
        return Err(Fault::new("the path is too long"));
    }
    let mut parser = Parser {
        tokens,
        at: 0,
        constants,
        depth: 0,
    };
    let tree = parser.binary(0)?;
    match parser.peek() {
        None if tree.depth() > DEEPEST_TREE => Err(Fault::new(
            "the path has too many steps one after the other",
        )),
        None => {
            choice::check(&tree)?;
            Ok(tree)
        }
        Some(token) => Err(unexpected(Some(token))),
    }
}

struct Parser<'c> {
    tokens: Vec<Token>,
    at: usize,
    constants: &'c Constants,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn take(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn sign(&mut self, sign: &'static str) -> bool {
        let found = self.peek() == Some(&Token::Sign(sign));
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &'static str) -> Result<(), Fault> {
        if self.sign(sign) {
            return Ok(());
        }
        let found = self.peek().map(describe);
        let found = found.unwrap_or_else(|| "the end".to_owned());
        Err(Fault::new(format!("expected '{sign}', found {found}")))
    }

    fn binary(&mut self, least: u8) -> Result<Expr, Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Fault::new("the path is nested too deeply"));
        }
        let mut left = self.unary()?;
        while let Some((operator, binds)) = self.operator()
            && binds > least
        {
            self.at += 1;
            let right = self.binary(binds)?;
            left = Expr::Binary(operator, Box::new(left), Box::new(right));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn operator(&self) -> Option<(Operator, u8)> {
        match self.peek()? {
            Token::Sign(sign) => Operator::parse(sign),
            Token::Name(name) => Operator::parse(name),
            _ => None,
        }
    }

    fn unary(&mut self) -> Result<Expr, Fault> {
        if self.sign("-") {
            return Ok(Expr::Negative(Box::new(self.chain()?)));
        }
        self.sign("+");
        self.chain()
    }

    fn chain(&mut self) -> Result<Expr, Fault> {
        let mut tree = self.term()?;
        loop {
            if self.sign(".") {
                tree = match self.take() {
                    Some(Token::Name(name)) => self.step(tree, name)?,
                    token => return Err(unexpected(token.as_ref())),
                };
            } else if self.sign("[") {
                let index = self.binary(0)?;
                self.expect("]")?;
                tree = Expr::Index(Box::new(tree), Box::new(index));
            } else {
                return Ok(tree);
            }
        }
    }

    fn term(&mut self) -> Result<Expr, Fault> {
        let literal = match self.take() {
            Some(Token::Name(name)) if name == "true" || name == "false" => {
                Literal::Boolean(name == "true")
            }
            Some(Token::Name(name)) => return self.step(Expr::This, name),
            Some(Token::Special(name)) if name == "this" => return Ok(Expr::This),
            Some(Token::Special(name)) => {
                return Err(Fault::new(format!("unknown variable '${name}'")));
            }
            Some(Token::External(name)) => return self.external(&name),
            Some(Token::Text(text)) => Literal::Text(text),
            Some(Token::Number(number)) => numeric(&number)?,
            Some(Token::Temporal(text)) => {
                let temporal = Temporal::parse(text.strip_suffix('T').unwrap_or(&text));
                let temporal = temporal.or_else(|| Temporal::parse(text.strip_prefix('T')?));
                Literal::Temporal(
                    temporal.ok_or_else(|| Fault::new("not a date or a time after '@'"))?,
                )
            }
            Some(Token::Sign("(")) => {
                let inner = self.binary(0)?;
                self.expect(")")?;
                return Ok(inner);
            }
            Some(Token::Sign("{")) => {
                self.expect("}")?;
                Literal::Empty
            }
            token => return Err(unexpected(token.as_ref())),
        };
        Ok(Expr::Literal(literal))
    }

    /// A member or a call, after `tree` and a dot or at the start.
    fn step(&mut self, tree: Expr, name: String) -> Result<Expr, Fault> {
        if !self.sign("(") {
            return Ok(Expr::Member(Box::new(tree), name));
        }
        if name == OF_TYPE || name == REFERENCE_KEY {
            let kind = self.type_name()?;
            return match (name.as_str(), kind) {
                (OF_TYPE, Some(kind)) => Ok(Expr::OfType(Box::new(tree), kind)),
                (OF_TYPE, None) => Err(Fault::new("function 'ofType' takes a type")),
                (_, kind) => Ok(Expr::ReferenceKey(Box::new(tree), kind)),
            };
        }
        let function = PathFunction::parse(&name)?;
        let mut arguments = Vec::new();
        if !self.sign(")") {
            loop {
                arguments.push(self.binary(0)?);
                if !self.sign(",") {
                    break;
                }
            }
            self.expect(")")?;
        }
        function.check(arguments.len())?;
        Ok(Expr::Call(Box::new(tree), function, arguments))
    }

    /// The type in an argument, without `FHIR.` or `System.`, and the closing parenthesis.
    fn type_name(&mut self) -> Result<Option<String>, Fault> {
        if self.sign(")") {
            return Ok(None);
        }
        loop {
            let name = match self.take() {
                Some(Token::Name(name)) => name,
                token => return Err(unexpected(token.as_ref())),
            };
            if !self.sign(".") {
                self.expect(")")?;
                return Ok(Some(name));
            }
        }
    }

    fn external(&self, name: &str) -> Result<Expr, Fault> {
        match name {
            "rowIndex" => return Ok(Expr::RowIndex),
            "resource" | "context" | "rootResource" => return Ok(Expr::Resource),
            _ => {}
        }
        if let Some(literal) = self.constants.get(name) {
            return Ok(Expr::Literal(literal.clone()));
        }
        let fault = Fault::new(format!("unknown constant '%{name}'"));
        Err(
            match near(name, self.constants.keys().map(String::as_str)) {
                Some(near) => fault.hint(format!("did you mean '%{near}'?")),
                None => fault.hint("define it under 'constant' in the view"),
            },
        )
    }
}

fn numeric(text: &str) -> Result<Literal, Fault> {
    let number = if text.contains('.') {
        text.parse().map(Literal::Decimal).ok()
    } else {
        text.parse().map(Literal::Integer).ok()
    };
    number.ok_or_else(|| Fault::new(format!("the number {text} is too large")))
}

fn unexpected(token: Option<&Token>) -> Fault {
    match token {
        Some(token) => Fault::new(format!("unexpected {}", describe(token))),
        None => Fault::new("the path ends too early"),
    }
}

fn describe(token: &Token) -> String {
    match token {
        Token::Name(text) | Token::Number(text) => format!("'{text}'"),
        Token::Temporal(text) => format!("'@{text}'"),
        Token::External(text) => format!("'%{text}'"),
        Token::Special(text) => format!("'${text}'"),
        Token::Text(_) => "a string".to_owned(),
        Token::Sign(sign) => format!("'{sign}'"),
    }
}
