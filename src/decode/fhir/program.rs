//! A path, compiled against the shape of its resource: members are slots, so that running it compares
//! no names.

use super::arena::Value;
use super::path::{Expr, Literal, Operator, PathFunction};
use super::shape::{ShapeNode, Sketch};

/// Marks a slot that an element without members (a string, a number) may be asked for: every FHIR
/// element may have an id and extensions, and the JSON form keeps a primitive's elsewhere.
pub(super) const LENIENT: u16 = 1 << 15;

/// A compiled path.
#[derive(Debug)]
pub(super) enum Op {
    This,
    Resource,
    RowIndex,
    Nothing,
    Value(Value),
    /// Members of members, from the element the path starts from.
    Walk(Box<[u16]>),
    /// Members of members of what comes out of the operand.
    Member(Box<Op>, Box<[u16]>),
    Index(Box<Op>, Box<Op>),
    Where(Box<Op>, Box<Op>),
    Exists(Box<Op>),
    Empty(Box<Op>),
    Not(Box<Op>),
    First(Box<Op>),
    /// The first of something that is found by a text: the most usual path in views.
    Pick(Box<Pick>),
    Last(Box<Op>),
    Count(Box<Op>),
    Join(Box<Op>, Option<Box<Op>>),
    /// The line's own `Type/id`.
    LineKey,
    /// `Type/id` of the resources that come out of the operand: slots of `resourceType` and `id`.
    ResourceKey(Box<Op>, u16, u16),
    /// The keys in reference strings, of one type or of any; and the identifiers beside them.
    ReferenceKey(Box<Op>, Option<Box<str>>, Box<Op>),
    Boundary(Box<Op>, Side, StringKind),
    /// The contained resources that reference strings lead to.
    Resolve(Box<Op>, Contained),
    /// The identifiers of a system in conditional references.
    Conditional(Box<Op>, Box<Op>),
    /// Of codings, the one that is preferred.
    Prefer(Box<Op>, Box<Preference>),
    /// Of concepts, the words of a list that they say.
    Word(Box<Op>, Box<KnownWords>),
    /// The first of what several operands give, in their order: the later ones are not looked at.
    Either(Box<[Op]>),
    Negative(Box<Op>),
    Binary(Operator, Box<Op>, Box<Op>),
}

/// `from.where(member = 'text').then.first()`, also as `from.extension('text')…`: of the elements at
/// the end of `from`, those whose `member` is the literal, and what is at the end of `then` in the
/// first of them that has it.
#[derive(Debug)]
pub(super) struct Pick {
    pub from: Box<[u16]>,
    pub member: u16,
    pub literal: Value,
    pub then: Box<[u16]>,
    /// The same, for elements of any form.
    pub general: Op,
}

/// Where contained resources stand: the slot of their list in the resource, and of their ids.
#[derive(Debug, Clone, Copy)]
pub(super) struct Contained {
    pub list: u16,
    pub id: u16,
}

/// Which codings are preferred: those of the systems, in their order.
#[derive(Debug)]
pub(super) struct Preference {
    pub systems: Box<[Op]>,
    pub system: u16,
    pub code: u16,
}

/// The words of a list, and where a concept says one: slots of its codings, and of what is in them.
#[derive(Debug)]
pub(super) struct KnownWords {
    pub words: Box<[Value]>,
    pub coding: u16,
    pub code: u16,
    pub display: u16,
    pub text: u16,
}

impl Op {
    /// The first result of `of`.
    fn first(of: Op) -> Op {
        match of {
            Op::Binary(Operator::Union, ..) => {
                let mut parts = Vec::new();
                of.parts(&mut parts);
                Op::Either(parts.into_iter().map(Op::first).collect())
            }
            Op::Member(of, then) if matches!(*of, Op::Binary(Operator::Union, ..)) => {
                let mut parts = Vec::new();
                of.parts(&mut parts);
                let parts = parts.into_iter().map(|part| Op::first(part.then(&then)));
                Op::Either(parts.collect())
            }
            of => Op::first_of_one(of),
        }
    }

    /// The operands of a union, and of unions that it unites, in their order.
    fn parts(self, parts: &mut Vec<Op>) {
        match self {
            Op::Binary(Operator::Union, left, right) => {
                left.parts(parts);
                right.parts(parts);
            }
            part => parts.push(part),
        }
    }

    /// Members of members of the results.
    fn then(self, slots: &[u16]) -> Op {
        let longer = |own: &[u16]| own.iter().chain(slots).copied().collect();
        match self {
            Op::This => Op::Walk(slots.into()),
            Op::Walk(own) => Op::Walk(longer(&own)),
            Op::Member(of, own) => Op::Member(of, longer(&own)),
            of => Op::Member(Box::new(of), slots.into()),
        }
    }

    /// The first result of what is no union.
    fn first_of_one(of: Op) -> Op {
        let pick = match &of {
            Op::Member(filter, then) => match &**filter {
                Op::Where(from, test) => match (&**from, &**test) {
                    (Op::Walk(from), Op::Binary(Operator::Equal, left, right)) => {
                        match (&**left, &**right) {
                            (Op::Walk(member), Op::Value(literal @ Value::Literal(_))) => {
                                Some((from.clone(), member.clone(), *literal, then.clone()))
                            }
                            _ => None,
                        }
                    }
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        };
        let general = Op::First(Box::new(of));
        match pick {
            Some((from, member, literal, then)) if member.len() == 1 => Op::Pick(Box::new(Pick {
                from,
                member: member[0],
                literal,
                then,
                general,
            })),
            _ => general,
        }
    }
}

/// Which end of what a partial value may stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Low,
    High,
}

/// What a string is when its form alone does not say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StringKind {
    Date,
    DateTime,
    /// As its form says; a day without a time is a date.
    Form,
}

/// Compiles the paths of one resource type. It runs twice: once to grow the sketch, and once more
/// over the grown sketch, when slots are known.
pub(super) struct Compiler<'s> {
    pub sketch: &'s mut Sketch,
    /// Literals that are not numbers or booleans.
    pub literals: Vec<Literal>,
    /// Whether a path asks for the key of the resource.
    pub asks_for_key: bool,
    /// What literals and results of operators are members of: nothing.
    nowhere: ShapeNode,
}

/// A compiled path, and the node its results are at.
type CompiledPath = (Op, ShapeNode);

impl<'s> Compiler<'s> {
    pub(super) fn new(sketch: &'s mut Sketch) -> Compiler<'s> {
        let nowhere = sketch.fresh();
        Compiler {
            sketch,
            literals: Vec::new(),
            asks_for_key: false,
            nowhere,
        }
    }

    /// Compiles `path` for elements at `focus`. `declared` is the FHIR type of the column, if it has
    /// one.
    pub(super) fn path(
        &mut self,
        path: &Expr,
        focus: ShapeNode,
        declared: Option<&str>,
    ) -> CompiledPath {
        match path {
            Expr::This => (Op::This, focus),
            Expr::Resource => (Op::Resource, Sketch::ROOT),
            Expr::RowIndex => (Op::RowIndex, self.nowhere),
            Expr::Literal(literal) => (self.literal(literal), self.nowhere),
            Expr::Member(of, name) => {
                let of = self.path(of, focus, None);
                self.member(of, name)
            }
            Expr::OfType(of, kind) => self.of_type(of, kind, focus),
            Expr::ReferenceKey(of, kind) => {
                let objects = self.path(of, focus, None);
                let (references, _) = self.member(objects, "reference");
                let objects = self.path(of, focus, None);
                let (identifiers, _) = self.member(objects, "identifier");
                let kind = kind.as_deref().map(Box::from);
                let key = Op::ReferenceKey(Box::new(references), kind, Box::new(identifiers));
                (key, self.nowhere)
            }
            Expr::Index(of, index) => {
                let (of, place) = self.path(of, focus, None);
                let (index, _) = self.path(index, focus, None);
                (Op::Index(Box::new(of), Box::new(index)), place)
            }
            Expr::Negative(of) => {
                let (of, _) = self.path(of, focus, None);
                (Op::Negative(Box::new(of)), self.nowhere)
            }
            Expr::Binary(operator, left, right) => {
                let (left, first) = self.path(left, focus, declared);
                let (right, second) = self.path(right, focus, declared);
                let place = if *operator == Operator::Union {
                    self.sketch.unite(first, second);
                    first
                } else {
                    self.nowhere
                };
                (
                    Op::Binary(*operator, Box::new(left), Box::new(right)),
                    place,
                )
            }
            Expr::Call(of, function, arguments) => {
                self.call(of, *function, arguments, focus, declared)
            }
        }
    }

    fn call(
        &mut self,
        of: &Expr,
        function: PathFunction,
        arguments: &[Expr],
        focus: ShapeNode,
        declared: Option<&str>,
    ) -> CompiledPath {
        let kind = boundary_kind(of, declared);
        if let (PathFunction::ReferenceIdentifier, Some(system)) = (function, arguments.first()) {
            return self.reference_identifier(of, system, focus);
        }
        let (of, place) = self.path(of, focus, None);
        let argument = arguments.first();
        match function {
            PathFunction::Where => {
                let test = argument.map_or(Op::Nothing, |test| self.path(test, place, None).0);
                (Op::Where(Box::new(of), Box::new(test)), place)
            }
            PathFunction::Exists => {
                let of = match argument {
                    Some(test) => {
                        let (test, _) = self.path(test, place, None);
                        Op::Where(Box::new(of), Box::new(test))
                    }
                    None => of,
                };
                (Op::Exists(Box::new(of)), self.nowhere)
            }
            PathFunction::Extension => {
                let (extensions, place) = self.member((of, place), "extension");
                let (url, _) = self.member((Op::This, place), "url");
                let wanted = argument.map_or(Op::Nothing, |url| self.path(url, focus, None).0);
                let test = Op::Binary(Operator::Equal, Box::new(url), Box::new(wanted));
                (Op::Where(Box::new(extensions), Box::new(test)), place)
            }
            PathFunction::Join => {
                let between = argument.map(|text| Box::new(self.path(text, focus, None).0));
                (Op::Join(Box::new(of), between), self.nowhere)
            }
            PathFunction::ResourceKey => {
                let whole = matches!(of, Op::Resource)
                    || matches!(of, Op::This) && self.sketch.find(focus) == Sketch::ROOT;
                if whole {
                    self.asks_for_key = true;
                    return (Op::LineKey, self.nowhere);
                }
                self.sketch.child(place, "resourceType");
                self.sketch.child(place, "id");
                let (kind, id) = (self.slot(place, "resourceType"), self.slot(place, "id"));
                (Op::ResourceKey(Box::new(of), kind, id), self.nowhere)
            }
            PathFunction::Resolve => self.resolve(of, place),
            // Without a system, which the parser does not let pass.
            PathFunction::ReferenceIdentifier => (Op::Nothing, self.nowhere),
            PathFunction::PreferredCoding => {
                self.sketch.child(place, "system");
                self.sketch.child(place, "code");
                let systems = arguments
                    .iter()
                    .map(|system| self.path(system, focus, None).0);
                let preference = Preference {
                    systems: systems.collect(),
                    system: self.slot(place, "system"),
                    code: self.slot(place, "code"),
                };
                (Op::Prefer(Box::new(of), Box::new(preference)), place)
            }
            PathFunction::KnownWord => {
                let coding = self.sketch.child(place, "coding");
                for name in ["code", "display"] {
                    self.sketch.child(coding, name);
                }
                self.sketch.child(place, "text");
                let words = arguments.iter();
                let words = words.filter_map(|word| match self.path(word, focus, None).0 {
                    Op::Value(word) => Some(word),
                    _ => None,
                });
                let words = KnownWords {
                    words: words.collect(),
                    coding: self.slot(place, "coding"),
                    code: self.slot(coding, "code"),
                    display: self.slot(coding, "display"),
                    text: self.slot(place, "text"),
                };
                (Op::Word(Box::new(of), Box::new(words)), self.nowhere)
            }
            PathFunction::First => (Op::first(of), place),
            PathFunction::Last => (Op::Last(Box::new(of)), place),
            PathFunction::Empty => (Op::Empty(Box::new(of)), self.nowhere),
            PathFunction::Not => (Op::Not(Box::new(of)), self.nowhere),
            PathFunction::Count => (Op::Count(Box::new(of)), self.nowhere),
            PathFunction::LowBoundary => {
                (Op::Boundary(Box::new(of), Side::Low, kind), self.nowhere)
            }
            PathFunction::HighBoundary => {
                (Op::Boundary(Box::new(of), Side::High, kind), self.nowhere)
            }
        }
    }

    /// The contained resources that references lead to.
    fn resolve(&mut self, references: Op, place: ShapeNode) -> CompiledPath {
        let (references, _) = self.member((references, place), "reference");
        let inside = self.sketch.child(Sketch::ROOT, "contained");
        self.sketch.child(inside, "id");
        let contained = Contained {
            list: self.slot(Sketch::ROOT, "contained"),
            id: self.slot(inside, "id"),
        };
        (Op::Resolve(Box::new(references), contained), inside)
    }

    /// The identifier of a system that a reference itself gives, that a search in its place names, or
    /// that the contained resource has which it leads to. `of` is the reference's own path.
    fn reference_identifier(&mut self, of: &Expr, system: &Expr, focus: ShapeNode) -> CompiledPath {
        let identifier = |compiler: &mut Self, of: CompiledPath| {
            let (identifiers, place) = compiler.member(of, "identifier");
            let (own, _) = compiler.member((Op::This, place), "system");
            let (wanted, _) = compiler.path(system, focus, None);
            let test = Op::Binary(Operator::Equal, Box::new(own), Box::new(wanted));
            let filtered = Op::Where(Box::new(identifiers), Box::new(test));
            compiler.member((filtered, place), "value")
        };
        let reference = self.path(of, focus, None);
        let (own, place) = identifier(self, reference);
        let (references, of_reference) = self.path(of, focus, None);
        let resolved = self.resolve(references, of_reference);
        let (inside, within) = identifier(self, resolved);
        self.sketch.unite(place, within);
        let reference = self.path(of, focus, None);
        let (strings, _) = self.member(reference, "reference");
        let (wanted, _) = self.path(system, focus, None);
        let conditional = Op::Conditional(Box::new(strings), Box::new(wanted));
        let union = |left, right| Op::Binary(Operator::Union, Box::new(left), Box::new(right));
        (union(union(own, conditional), inside), place)
    }

    /// A choice element's name ends in its type; a resource says its type itself.
    fn of_type(&mut self, of: &Expr, kind: &str, focus: ShapeNode) -> CompiledPath {
        match of {
            Expr::Member(parent, name) if !super::resource_type::is_known(kind) => {
                let parent = self.path(parent, focus, None);
                self.member(parent, &choice(name, kind))
            }
            _ => {
                let (of, place) = self.path(of, focus, None);
                if !super::resource_type::is_known(kind) {
                    return (of, place);
                }
                let (own, _) = self.member((Op::This, place), "resourceType");
                let wanted = self.literal(&Literal::Text(kind.to_owned()));
                let test = Op::Binary(Operator::Equal, Box::new(own), Box::new(wanted));
                (Op::Where(Box::new(of), Box::new(test)), place)
            }
        }
    }

    fn member(&mut self, (of, place): CompiledPath, name: &str) -> CompiledPath {
        let child = self.sketch.child(place, name);
        let mut slot = self.slot(place, name);
        if matches!(name, "id" | "extension") {
            slot |= LENIENT;
        }
        let longer = |slots: &[u16]| slots.iter().copied().chain([slot]).collect();
        let op = match of {
            Op::This => Op::Walk([slot].into()),
            Op::Walk(slots) => Op::Walk(longer(&slots)),
            Op::Member(of, slots) => Op::Member(of, longer(&slots)),
            of => Op::Member(Box::new(of), [slot].into()),
        };
        (op, child)
    }

    /// The slot of a member. Objects have far fewer than 32,768 selected members.
    fn slot(&self, place: ShapeNode, name: &str) -> u16 {
        self.sketch.slot(place, name).unwrap_or(0)
    }

    fn literal(&mut self, literal: &Literal) -> Op {
        match literal {
            Literal::Boolean(value) => Op::Value(Value::Boolean(*value)),
            Literal::Integer(value) => Op::Value(Value::Integer(*value)),
            Literal::Decimal(value) => Op::Value(Value::Decimal(*value)),
            Literal::Empty => Op::Nothing,
            Literal::Text(_) | Literal::Temporal(_) => {
                self.literals.push(literal.clone());
                Op::Value(Value::Literal((self.literals.len() - 1) as u32))
            }
        }
    }
}

/// `value` of type `Quantity` is the member `valueQuantity`.
pub(super) fn choice(name: &str, kind: &str) -> String {
    let mut letters = kind.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    name.chars().chain(first).chain(letters).collect()
}

fn boundary_kind(of: &Expr, declared: Option<&str>) -> StringKind {
    let kind = match of {
        Expr::OfType(_, kind) => Some(kind.as_str()),
        _ => declared,
    };
    match kind {
        Some("date") => StringKind::Date,
        Some("dateTime" | "instant") => StringKind::DateTime,
        _ => StringKind::Form,
    }
}
