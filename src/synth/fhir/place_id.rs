//! Ids of an organisation's sites and roles, made from its own.

use super::super::organisations::Organisation;

/// Sites of an organisation.
pub(super) const SITES: u8 = 2;
/// Roles of staff at an organisation.
pub(super) const ROLES: u8 = 3;

/// The id of the Location of a site, from 0.
pub(super) fn site(organisation: &Organisation, site: u8) -> u128 {
    organisation.id.rotate_left(32) ^ u128::from(site % SITES + 1)
}

/// The id of the PractitionerRole of a role.
pub(super) fn role(organisation: &Organisation, role: u8) -> u128 {
    organisation.id.rotate_left(96) ^ u128::from(role % ROLES + 1)
}
