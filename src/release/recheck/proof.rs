//! Whether the proof in a manifest can be that of the release.

use crate::release::Manifest;

/// What is wrong with the proof in a manifest.
pub(super) fn problem(manifest: &Manifest) -> Option<&'static str> {
    let Some(proof) = &manifest.proof else {
        return Some("does not say what was proved of its figures");
    };
    (proof.certificate.scheme != manifest.scheme.name)
        .then_some("has the proof of a release under another scheme")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::Scheme;
    use crate::disclosure::protect::Certificate;
    use crate::release::manifest::{ReleaseProof, ReportText};
    use crate::release::tests::sample;

    #[test]
    fn a_proof_that_cannot_be_its_own_is_found() {
        let about = sample::about();
        let report = ReportText {
            name: "population_profile",
            text: "name = …",
            for_each: &[],
        };
        let reports = [(report, &about)];
        let mut manifest = Manifest::of(
            &Scheme::Hes2018,
            &Default::default(),
            Default::default(),
            reports,
        )
        .unwrap();
        assert_eq!(
            problem(&manifest),
            Some("does not say what was proved of its figures")
        );
        let certificate = Certificate {
            scheme: "hes2018".to_string(),
            ..Certificate::default()
        };
        let mut with = |change: fn(&mut ReleaseProof)| {
            let mut proof = ReleaseProof {
                earlier_releases: 0,
                certificate: certificate.clone(),
            };
            change(&mut proof);
            manifest.proof = Some(proof);
            problem(&manifest)
        };
        assert_eq!(with(|_| ()), None);
        assert_eq!(
            with(|proof| proof.certificate.scheme = "exact".to_string()),
            Some("has the proof of a release under another scheme")
        );
    }
}
