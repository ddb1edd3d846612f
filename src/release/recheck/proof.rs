//! Whether the proof in a manifest can be that of the release.

use crate::release::Manifest;

/// What is wrong with the proof in a manifest.
pub(super) fn problem(manifest: &Manifest) -> Option<&'static str> {
    let Some(proof) = &manifest.proof else {
        return Some("does not say what was proved of its figures");
    };
    let certificate = &proof.certificate;
    if certificate.scheme != manifest.scheme.name {
        return Some("has the proof of a release under another scheme");
    }
    let proved = certificate.apart + certificate.by_witness + certificate.exactly;
    (proved != certificate.protected || proved > certificate.unknowns)
        .then_some("has a proof that does not add up")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::Scheme;
    use crate::disclosure::protect::Certificate;
    use crate::release::manifest::ReleaseProof;
    use crate::release::tests::sample;

    #[test]
    fn a_proof_that_cannot_be_its_own_is_found() {
        let about = sample::about();
        let reports = [("population_profile", "name = …", &about)];
        let mut manifest = Manifest::of(&Scheme::Hes2018, &Default::default(), reports).unwrap();
        assert_eq!(
            problem(&manifest),
            Some("does not say what was proved of its figures")
        );
        let certificate = Certificate {
            scheme: "hes2018".to_string(),
            unknowns: 12,
            equations: 3,
            protected: 4,
            apart: 1,
            by_witness: 2,
            exactly: 1,
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
        assert_eq!(
            with(|proof| proof.certificate.exactly = 0),
            Some("has a proof that does not add up")
        );
    }
}
