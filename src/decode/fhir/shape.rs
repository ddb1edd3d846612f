//! The projection trie: which elements of a resource type the views touch.
//!
//! While views compile, a [`Sketch`] grows: a node for each element, a child for each member that is
//! selected. Two nodes that a value can reach by more than one way (`repeat`) are made one. Then it
//! is frozen into [`Shapes`], where a member's name is found by its length and first and last eight
//! bytes, and has a fixed slot in its object.

use std::collections::BTreeMap;

/// A node of a sketch.
pub(super) type ShapeNode = usize;

/// A trie that still grows.
#[derive(Debug)]
pub(super) struct Sketch {
    nodes: Vec<BTreeMap<String, ShapeNode>>,
    /// The node each node was made one with; itself when it stands.
    same_as: Vec<ShapeNode>,
}

impl Sketch {
    /// The node of the resource itself.
    pub(super) const ROOT: ShapeNode = 0;

    /// A trie that touches what every line needs: its type, id and version.
    pub(super) fn new() -> Sketch {
        let mut sketch = Sketch {
            nodes: vec![BTreeMap::new()],
            same_as: vec![0],
        };
        sketch.child(Self::ROOT, "resourceType");
        sketch.child(Self::ROOT, "id");
        let meta = sketch.child(Self::ROOT, "meta");
        sketch.child(meta, "lastUpdated");
        sketch.child(meta, "versionId");
        sketch
    }

    /// The node that stands for `place`.
    pub(super) fn find(&self, mut place: ShapeNode) -> ShapeNode {
        while self.same_as[place] != place {
            place = self.same_as[place];
        }
        place
    }

    /// A node that is nobody's member yet.
    pub(super) fn fresh(&mut self) -> ShapeNode {
        self.nodes.push(BTreeMap::new());
        self.same_as.push(self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    /// The member `name` of `place`.
    pub(super) fn child(&mut self, place: ShapeNode, name: &str) -> ShapeNode {
        let place = self.find(place);
        if let Some(&child) = self.nodes[place].get(name) {
            return self.find(child);
        }
        let child = self.fresh();
        self.nodes[place].insert(name.to_owned(), child);
        child
    }

    /// The node of member `name`, which must be there; `place` itself when it is not.
    pub(super) fn find_child(&self, place: ShapeNode, name: &str) -> ShapeNode {
        let place = self.find(place);
        self.nodes[place]
            .get(name)
            .map_or(place, |&child| self.find(child))
    }

    /// Makes two nodes one, and their members of the same names with them.
    pub(super) fn unite(&mut self, first: ShapeNode, second: ShapeNode) {
        let mut pairs = vec![(first, second)];
        while let Some((first, second)) = pairs.pop() {
            let (first, second) = (self.find(first), self.find(second));
            if first == second {
                continue;
            }
            // The lower number stays, so that the root stays the root.
            let (stays, goes) = (first.min(second), first.max(second));
            self.same_as[goes] = stays;
            for (name, child) in std::mem::take(&mut self.nodes[goes]) {
                match self.nodes[stays].get(&name) {
                    Some(&other) => pairs.push((other, child)),
                    None => {
                        self.nodes[stays].insert(name, child);
                    }
                }
            }
        }
    }

    /// The slot of member `name` in objects at `place`. Known once nothing is added any more.
    pub(super) fn slot(&self, place: ShapeNode, name: &str) -> Option<u16> {
        let members = &self.nodes[self.find(place)];
        members
            .keys()
            .position(|key| key == name)
            .map(|slot| slot as u16)
    }

    /// The trie as the parser uses it.
    pub(super) fn freeze(&self) -> Shapes {
        let nodes = (0..self.nodes.len()).map(|place| {
            let members = self.nodes[self.find(place)].iter();
            Shape::new(members.map(|(name, &child)| (name.as_str(), self.find(child))))
        });
        Shapes {
            nodes: nodes.collect(),
        }
    }
}

/// A trie that no longer grows.
#[derive(Debug)]
pub(super) struct Shapes {
    nodes: Vec<Shape>,
}

impl Shapes {
    /// The node `place`.
    #[inline(always)]
    pub(super) fn at(&self, place: usize) -> &Shape {
        &self.nodes[place]
    }
}

/// The members of one element that are selected: a table with open addressing.
#[derive(Debug)]
pub(super) struct Shape {
    /// How many members are selected; 0 when only the element as a whole is.
    pub members: usize,
    table: Box<[Option<Member>]>,
}

#[derive(Debug, Clone)]
struct Member {
    head: u64,
    tail: u64,
    name: Box<[u8]>,
    slot: u16,
    child: u32,
}

impl Shape {
    fn new<'n>(members: impl Iterator<Item = (&'n str, ShapeNode)>) -> Shape {
        let members: Vec<_> = members.collect();
        let mut table = vec![None; (members.len() * 4).next_power_of_two()].into_boxed_slice();
        let mask = table.len() - 1;
        for (slot, (name, child)) in members.iter().enumerate() {
            let (head, tail) = ends(name.as_bytes(), 0, name.len());
            let mut at = spread(head, tail, name.len()) & mask;
            while table[at].is_some() {
                at = (at + 1) & mask;
            }
            table[at] = Some(Member {
                head,
                tail,
                name: name.as_bytes().into(),
                slot: slot as u16,
                child: *child as u32,
            });
        }
        Shape {
            members: members.len(),
            table,
        }
    }

    /// The slot and the node of the member whose name is `bytes[start..end]`.
    #[inline(always)]
    pub(super) fn find(&self, bytes: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
        let length = end - start;
        let (head, tail) = ends(bytes, start, length);
        let mask = self.table.len() - 1;
        let mut at = spread(head, tail, length) & mask;
        loop {
            let member = self.table[at & mask].as_ref()?;
            if member.head == head
                && member.tail == tail
                && member.name.len() == length
                && (length <= 16 || bytes.get(start..end) == Some(&member.name))
            {
                return Some((usize::from(member.slot), member.child as usize));
            }
            at += 1;
        }
    }
}

/// The first and the last eight bytes of a name; a shorter name is filled with zeros, twice.
#[inline(always)]
fn ends(bytes: &[u8], start: usize, length: usize) -> (u64, u64) {
    let word = |from: usize| {
        let block = bytes.get(from..).and_then(|rest| rest.first_chunk::<8>());
        block.map(|block| u64::from_le_bytes(*block))
    };
    if length >= 8 {
        if let (Some(head), Some(tail)) = (word(start), word(start + length - 8)) {
            return (head, tail);
        }
    } else if let Some(head) = word(start) {
        let head = head & ((1 << (8 * length)) - 1);
        return (head, head);
    }
    let mut padded = [0; 8];
    for (to, from) in padded
        .iter_mut()
        .zip(bytes.get(start..start + length).unwrap_or_default())
    {
        *to = *from;
    }
    let head = u64::from_le_bytes(padded);
    (head, head)
}

#[inline(always)]
fn spread(head: u64, tail: u64, length: usize) -> usize {
    let mixed = head ^ tail.rotate_left(29) ^ (length as u64).rotate_left(56);
    (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as usize
}

#[cfg(test)]
mod tests {
    use super::Sketch;

    #[test]
    fn every_member_is_found_and_nothing_else() {
        let names = [
            "id",
            "a",
            "valueQuantity",
            "valueQuantitz",
            "performedPeriod",
            "performedString",
            "abatementDateTime",
            "exactly8",
            "averyveryverylongname1tail",
            "averyveryverylongname2tail",
        ];
        let mut sketch = Sketch::new();
        for name in names {
            sketch.child(Sketch::ROOT, name);
        }
        let shapes = sketch.freeze();
        let root = shapes.at(Sketch::ROOT);
        for name in names {
            let slot = root
                .find(name.as_bytes(), 0, name.len())
                .map(|found| found.0);
            assert_eq!(
                slot,
                sketch.slot(Sketch::ROOT, name).map(usize::from),
                "{name}"
            );
        }
        for name in [
            "",
            "ids",
            "i",
            "valueQuantityy",
            "exactly9",
            "averyveryverylongname3tail",
        ] {
            assert!(
                root.find(name.as_bytes(), 0, name.len()).is_none(),
                "{name}"
            );
        }
    }

    #[test]
    fn united_nodes_share_their_members() {
        let mut sketch = Sketch::new();
        let item = sketch.child(Sketch::ROOT, "item");
        let inner = sketch.child(item, "item");
        sketch.child(inner, "text");
        sketch.unite(item, inner);
        let shapes = sketch.freeze();
        let item = sketch.find(item);
        assert_eq!(shapes.at(item).members, 2);
        assert_eq!(
            shapes.at(item).find(b"item", 0, 4).map(|found| found.1),
            Some(item)
        );
    }
}
