//! The names of elements, so that a misspelt path can be told from one that no resource fills: of FHIR R4
//! and STU3, for the types that shipped views read and their usual neighbours.

/// Elements that every resource may have.
const COMMON: &str =
    "id meta implicitRules language text contained extension modifierExtension resourceType";

/// The elements of a resource type, in R4 or STU3; those that end in `*` have their type behind their
/// name.
const TYPES: [(&str, &str); 21] = [
    (
        "AllergyIntolerance",
        "identifier clinicalStatus verificationStatus type category criticality code patient encounter onset* recordedDate assertedDate recorder asserter lastOccurrence note reaction",
    ),
    (
        "Appointment",
        "identifier status cancelationReason serviceCategory serviceType specialty appointmentType reasonCode reason reasonReference indication priority description supportingInformation start end minutesDuration slot created comment patientInstruction basedOn incomingReferral participant requestedPeriod",
    ),
    (
        "Condition",
        "identifier clinicalStatus verificationStatus category severity code bodySite subject encounter context onset* abatement* recordedDate assertedDate recorder asserter stage evidence note",
    ),
    (
        "DocumentReference",
        "masterIdentifier identifier status docStatus type class category subject created indexed date author authenticator custodian relatesTo description securityLabel content context",
    ),
    (
        "Encounter",
        "identifier status statusHistory class classHistory type serviceType priority subject episodeOfCare basedOn incomingReferral participant appointment period length reasonCode reason reasonReference diagnosis account hospitalization location serviceProvider partOf",
    ),
    (
        "EpisodeOfCare",
        "identifier status statusHistory type diagnosis patient managingOrganization period referralRequest careManager team account",
    ),
    (
        "Flag",
        "identifier status category code subject period encounter author",
    ),
    (
        "Goal",
        "identifier lifecycleStatus status statusReason statusDate achievementStatus category priority description subject start* target expressedBy addresses note outcomeCode outcomeReference",
    ),
    (
        "Immunization",
        "identifier status statusReason notGiven vaccineCode patient encounter occurrence* date recorded primarySource reportOrigin location manufacturer lotNumber expirationDate site route doseQuantity performer practitioner note reasonCode reasonReference explanation isSubpotent subpotentReason education programEligibility fundingSource reaction protocolApplied vaccinationProtocol",
    ),
    (
        "Location",
        "identifier status operationalStatus name alias description mode type telecom address physicalType position managingOrganization partOf hoursOfOperation availabilityExceptions endpoint",
    ),
    (
        "Medication",
        "identifier code status manufacturer form amount ingredient batch isBrand isOverTheCounter package image",
    ),
    (
        "MedicationRequest",
        "identifier status statusReason intent category priority doNotPerform reported* medication* subject encounter context supportingInformation authoredOn requester performer performerType recorder reasonCode reasonReference instantiatesCanonical instantiatesUri basedOn definition groupIdentifier courseOfTherapyType insurance note dosageInstruction dispenseRequest substitution priorPrescription detectedIssue eventHistory",
    ),
    (
        "MedicationStatement",
        "identifier basedOn partOf status statusReason category medication* subject context effective* dateAsserted informationSource derivedFrom reasonCode reasonReference reasonNotTaken taken note dosage",
    ),
    (
        "Observation",
        "identifier basedOn partOf status category code subject focus encounter context effective* issued performer value* dataAbsentReason interpretation note comment bodySite method specimen device referenceRange hasMember derivedFrom related component",
    ),
    (
        "Organization",
        "identifier active type name alias telecom address partOf contact endpoint",
    ),
    (
        "Patient",
        "identifier active name telecom gender birthDate deceased* address maritalStatus multipleBirth* photo contact animal communication generalPractitioner managingOrganization link",
    ),
    (
        "PractitionerRole",
        "identifier active period practitioner organization code specialty location healthcareService telecom availableTime notAvailable availabilityExceptions endpoint",
    ),
    (
        "Procedure",
        "identifier instantiatesCanonical instantiatesUri definition basedOn partOf status statusReason notDone notDoneReason category code subject encounter context performed* recorder asserter performer location reasonCode reasonReference bodySite outcome report complication complicationDetail followUp note focalDevice usedReference usedCode",
    ),
    (
        "ProcedureRequest",
        "identifier definition basedOn replaces requisition status intent priority doNotPerform category code subject context occurrence* asNeeded* authoredOn requester performerType performer reasonCode reasonReference supportingInfo specimen bodySite note relevantHistory",
    ),
    (
        "ReferralRequest",
        "identifier definition basedOn replaces groupIdentifier status intent type priority serviceRequested subject context occurrence* authoredOn requester specialty recipient reasonCode reasonReference description supportingInfo note relevantHistory",
    ),
    (
        "ServiceRequest",
        "identifier instantiatesCanonical instantiatesUri basedOn replaces requisition status intent category priority doNotPerform code orderDetail quantity* subject encounter occurrence* asNeeded* authoredOn requester performerType performer locationCode locationReference reasonCode reasonReference insurance supportingInfo specimen bodySite note patientInstruction relevantHistory",
    ),
];

/// What elements of these types have inside, at any depth.
const INSIDE: &str = "coding system version code display userSelected text use prefix family given suffix period start end value* unit comparator low high numerator denominator line city district state postalCode country type rank reference identifier assigner url data title size hash creation contentType name relationship telecom address gender organization language preferred other repeat event bounds* count countMax duration durationMax durationUnit frequency frequencyMax periodMax periodUnit dayOfWeek timeOfDay when offset sequence additionalInstruction patientInstruction timing asNeeded* site route method doseAndRate dose* rate* maxDosePerPeriod maxDosePerAdministration maxDosePerLifetime preAdmissionIdentifier origin admitSource reAdmission dietPreference specialCourtesy specialArrangement destination dischargeDisposition location status physicalType individual actor required condition role class dataAbsentReason interpretation referenceRange appliesTo age initialFill dispenseInterval validityPeriod numberOfRepeatsAllowed quantity expectedSupplyDuration performer allowed* reason item* isActive strength amount lotNumber expirationDate attachment format encounter facilityType practiceSetting sourcePatientInfo related target measure detail* due* longitude latitude altitude summary assessment function onBehalfOf agent date reported substance manifestation severity exposureRoute onset description series authority targetDisease doseNumber* seriesDoses* targetDiseases versionId lastUpdated source profile security tag id div contact purpose link action manipulated issuer author* time factor dimensions resourceType item answer linkId note managingOrganization partOf active subject patient practitioner vaccinationProtocol doseSequence publicationDate presentationDate reasonCode birthDate deceased* extension modifierExtension";

/// Whether FHIR's `resource` has an element `name`; none when its elements are not listed here.
pub(crate) fn has_element(resource: &str, name: &str) -> Option<bool> {
    let own = elements(resource)?;
    Some(
        own.chain(COMMON.split(' '))
            .any(|element| is(element, name)),
    )
}

/// Whether an element has a member `name` anywhere.
pub(crate) fn has_member(name: &str) -> bool {
    INSIDE.split(' ').any(|element| is(element, name))
}

/// The names that may have been meant: of the elements of `resource`, or of what they have inside.
pub(crate) fn names(resource: &str, inside: bool) -> impl Iterator<Item = &'static str> {
    let own = elements(resource).filter(|_| !inside).into_iter().flatten();
    let members = INSIDE.split(' ').filter(move |_| inside);
    own.chain(members).map(|name| name.trim_end_matches('*'))
}

fn elements(resource: &str) -> Option<impl Iterator<Item = &'static str> + use<>> {
    let own = TYPES.iter().find(|(name, _)| *name == resource)?.1;
    Some(own.split(' '))
}

/// Whether `element` of a list is the one called `name`, with its type where it is a choice.
fn is(element: &str, name: &str) -> bool {
    match element.strip_suffix('*') {
        None => element == name,
        Some(choice) => name.strip_prefix(choice).is_some_and(|kind| {
            kind.is_empty() || kind.starts_with(|letter: char| letter.is_ascii_uppercase())
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_is_known_with_the_type_of_its_choice() {
        for (resource, name, expected) in [
            ("Observation", "valueQuantity", Some(true)),
            ("Observation", "value", Some(true)),
            ("Observation", "values", Some(false)),
            ("Observation", "id", Some(true)),
            ("Patient", "brithDate", Some(false)),
            ("Basic", "code", None),
        ] {
            assert_eq!(has_element(resource, name), expected, "{resource}.{name}");
        }
        assert!(has_member("postalCode") && !has_member("postcode"));
    }
}
