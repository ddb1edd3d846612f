//! Where somebody goes on a day.

use super::super::calendar::Day;
use super::super::life::Life;
use super::super::organisations::OrganisationKind;
use super::super::random::Random;
use super::super::world::World;

/// A practice on a day, unless it sends nothing.
pub(super) fn practice(world: &World, life: &Life, day: Day) -> Option<usize> {
    let practice = life.person.practice(day);
    Life::connected(world, practice).then_some(practice)
}

/// The trust that somebody goes to on a day.
pub(super) fn trust(random: &mut Random, world: &World, life: &Life, day: Day) -> usize {
    let place = match life.place(world, day) {
        // The valley has no hospital of its own.
        1 => [0, 2][usize::from(random.chance(0.4))],
        place => place,
    };
    world
        .organisations
        .pick(random, OrganisationKind::AcuteTrust, place, 0.94)
}
