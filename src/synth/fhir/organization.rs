//! Organization.

use super::super::organisations::OrganisationKind;
use super::super::world::World;
use super::*;

const KINDS: &str = "https://populace.example/CodeSystem/organisation-kind";

/// Appends every organisation of the area: networks, practices, trusts and the others.
pub(crate) fn write(out: &mut String, world: &World) {
    let updated = super::super::calendar::at(world.from, 120);
    let mut networks: Vec<(&String, u128)> = Vec::new();
    for organisation in &world.organisations.all {
        if let Some((code, name)) = &organisation.pcn
            && !networks.iter().any(|(known, _)| *known == code)
        {
            let number = organisation.id.rotate_left(64) ^ 1;
            networks.push((code, number));
            open(out, "Organization", number, updated);
            identity(out, code, "primary_care_network", name);
            close(out);
        }
    }
    for organisation in &world.organisations.all {
        open(out, "Organization", organisation.id, updated);
        identity(
            out,
            &organisation.code,
            organisation.kind.name(),
            &organisation.name,
        );
        let towns = super::super::geography::PLACES[organisation.place].towns;
        out.push_str(",\"address\":[{\"use\":\"work\",\"line\":[\"1 Market Place\"],\"city\":");
        text(out, towns[0]);
        out.push_str("}]");
        let network = organisation
            .pcn
            .as_ref()
            .filter(|_| organisation.kind == OrganisationKind::GpPractice);
        if let Some((code, name)) = network
            && let Some((_, number)) = networks.iter().find(|(known, _)| *known == code)
        {
            out.push_str(",\"partOf\":{\"reference\":\"Organization/");
            id(out, *number);
            out.push_str("\",\"identifier\":{\"system\":\"");
            out.push_str(ODS);
            out.push_str("\",\"value\":\"");
            out.push_str(code);
            out.push_str("\"}");
            field(out, "display", name);
            out.push('}');
        }
        close(out);
    }
}

fn identity(out: &mut String, code: &str, kind: &str, name: &str) {
    out.push_str(",\"identifier\":[{\"system\":\"");
    out.push_str(ODS);
    out.push_str("\",\"value\":\"");
    out.push_str(code);
    out.push_str("\"}],\"active\":true,\"type\":[{\"coding\":[");
    coding(out, KINDS, kind, "");
    out.push_str("]}]");
    field(out, "name", name);
}
