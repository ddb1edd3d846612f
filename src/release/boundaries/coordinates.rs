//! Coordinates of a GeoJSON geometry, however deep they are nested.

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;

/// A position, or a list of such.
#[derive(Debug)]
pub(super) enum Coordinates {
    /// Two numbers; a height that follows them is passed over.
    Position([f64; 2]),
    List(Vec<Coordinates>),
}

/// What stands in a list of coordinates.
enum Nested {
    Number(f64),
    Below(Coordinates),
}

impl<'de> Deserialize<'de> for Coordinates {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Lists;
        impl<'de> Visitor<'de> for Lists {
            type Value = Coordinates;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of coordinates")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Coordinates, A::Error> {
                let mut numbers = Vec::new();
                let mut below = Vec::new();
                while let Some(nested) = seq.next_element()? {
                    match nested {
                        Nested::Number(number) => numbers.push(number),
                        Nested::Below(coordinates) => below.push(coordinates),
                    }
                }
                match numbers[..] {
                    [] => Ok(Coordinates::List(below)),
                    [x, y, ..] if below.is_empty() => Ok(Coordinates::Position([x, y])),
                    _ => Err(A::Error::custom("a position is not two numbers")),
                }
            }
        }
        deserializer.deserialize_seq(Lists)
    }
}

impl<'de> Deserialize<'de> for Nested {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberOrList;
        impl<'de> Visitor<'de> for NumberOrList {
            type Value = Nested;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or a list of coordinates")
            }

            fn visit_f64<E>(self, number: f64) -> Result<Nested, E> {
                Ok(Nested::Number(number))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Nested, E> {
                Ok(Nested::Number(number as f64))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Nested, E> {
                Ok(Nested::Number(number as f64))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Nested, A::Error> {
                let list = serde::de::value::SeqAccessDeserializer::new(seq);
                Coordinates::deserialize(list).map(Nested::Below)
            }
        }
        deserializer.deserialize_any(NumberOrList)
    }
}
