//! The elements of resources that not every version of FHIR has.

/// The elements of a resource type that tell versions apart.
pub(super) struct VersionedElements {
    /// The resource type.
    pub resource: &'static str,
    /// Elements of STU3 that R4 does not have.
    pub stu3: &'static str,
    /// Elements of R4 that STU3 does not have.
    pub since_r4: &'static str,
    /// Elements of R5 that neither has.
    pub since_r5: &'static str,
}

/// By resource type, as the standard's structure definitions of 3.0.2, 4.0.1, 4.3.0 and 5.0.0 have them;
/// choices with their types.
pub(super) const TYPES: [VersionedElements; 23] = [
    VersionedElements {
        resource: "AllergyIntolerance",
        stu3: "assertedDate",
        since_r4: "encounter recordedDate",
        since_r5: "participant",
    },
    VersionedElements {
        resource: "Appointment",
        stu3: "incomingReferral indication reason",
        since_r4: "basedOn cancelationReason patientInstruction reasonCode reasonReference",
        since_r5: "account cancellationDate cancellationReason class note occurrenceChanged originatingAppointment previousAppointment recurrenceId recurrenceTemplate replaces subject virtualService",
    },
    VersionedElements {
        resource: "Communication",
        stu3: "context definition notDone notDoneReason",
        since_r4: "about encounter inResponseTo instantiatesCanonical instantiatesUri priority statusReason",
        since_r5: "reason",
    },
    VersionedElements {
        resource: "Condition",
        stu3: "abatementBoolean assertedDate context",
        since_r4: "encounter recordedDate recorder",
        since_r5: "participant",
    },
    VersionedElements {
        resource: "Consent",
        stu3: "action actor consentingParty data dataPeriod except period purpose securityLabel sourceIdentifier",
        since_r4: "performer provision scope verification",
        since_r5: "controller date decision grantee grantor manager policyBasis policyText regulatoryBasis subject",
    },
    VersionedElements {
        resource: "DiagnosticReport",
        stu3: "codedDiagnosis context image",
        since_r4: "conclusionCode encounter media resultsInterpreter",
        since_r5: "composition note study supportingInfo",
    },
    VersionedElements {
        resource: "DocumentReference",
        stu3: "class created indexed",
        since_r4: "category date",
        since_r5: "attester basedOn bodySite event facilityType modality period practiceSetting version",
    },
    VersionedElements {
        resource: "Encounter",
        stu3: "incomingReferral reason",
        since_r4: "basedOn reasonCode reasonReference serviceType",
        since_r5: "actualPeriod admission careTeam dietPreference plannedEndDate plannedStartDate specialArrangement specialCourtesy subjectStatus virtualService",
    },
    VersionedElements {
        resource: "EpisodeOfCare",
        stu3: "",
        since_r4: "",
        since_r5: "careTeam reason",
    },
    VersionedElements {
        resource: "Goal",
        stu3: "status",
        since_r4: "achievementStatus lifecycleStatus",
        since_r5: "continuous outcome source",
    },
    VersionedElements {
        resource: "Immunization",
        stu3: "date explanation notGiven practitioner vaccinationProtocol",
        since_r4: "education fundingSource isSubpotent occurrenceDateTime occurrenceString performer programEligibility protocolApplied reasonCode reasonReference recorded statusReason subpotentReason",
        since_r5: "administeredProduct basedOn informationSource reason supportingInformation",
    },
    VersionedElements {
        resource: "Location",
        stu3: "",
        since_r4: "availabilityExceptions hoursOfOperation",
        since_r5: "characteristic contact form virtualService",
    },
    VersionedElements {
        resource: "Medication",
        stu3: "image isBrand isOverTheCounter package",
        since_r4: "amount batch identifier",
        since_r5: "definition doseForm marketingAuthorizationHolder totalVolume",
    },
    VersionedElements {
        resource: "MedicationRequest",
        stu3: "context definition",
        since_r4: "courseOfTherapyType doNotPerform encounter instantiatesCanonical instantiatesUri insurance performer performerType reportedBoolean reportedReference statusReason",
        since_r5: "device effectiveDosePeriod informationSource medication reason renderedDosageInstruction reported statusChanged",
    },
    VersionedElements {
        resource: "MedicationStatement",
        stu3: "reasonNotTaken taken",
        since_r4: "statusReason",
        since_r5: "adherence effectiveTiming encounter medication reason relatedClinicalInformation renderedDosageInstruction",
    },
    VersionedElements {
        resource: "Observation",
        stu3: "comment context related valueAttachment",
        since_r4: "derivedFrom effectiveInstant effectiveTiming encounter focus hasMember note partOf valueInteger",
        since_r5: "bodyStructure instantiatesCanonical instantiatesReference triggeredBy valueReference",
    },
    VersionedElements {
        resource: "Organization",
        stu3: "",
        since_r4: "",
        since_r5: "description qualification",
    },
    VersionedElements {
        resource: "Patient",
        stu3: "animal",
        since_r4: "",
        since_r5: "",
    },
    VersionedElements {
        resource: "Practitioner",
        stu3: "",
        since_r4: "",
        since_r5: "deceasedBoolean deceasedDateTime",
    },
    VersionedElements {
        resource: "PractitionerRole",
        stu3: "",
        since_r4: "",
        since_r5: "availability characteristic communication contact",
    },
    VersionedElements {
        resource: "Procedure",
        stu3: "context definition notDone notDoneReason",
        since_r4: "asserter encounter instantiatesCanonical instantiatesUri performedAge performedRange performedString recorder statusReason",
        since_r5: "focus occurrenceAge occurrenceDateTime occurrencePeriod occurrenceRange occurrenceString occurrenceTiming reason recorded reportedBoolean reportedReference supportingInfo used",
    },
    VersionedElements {
        resource: "QuestionnaireResponse",
        stu3: "context parent",
        since_r4: "encounter partOf",
        since_r5: "",
    },
    VersionedElements {
        resource: "ServiceRequest",
        stu3: "",
        since_r4: "",
        since_r5: "bodyStructure focus location reason",
    },
];

/// Resource types of R5, and of its drafts, that neither R4 nor STU3 has.
pub(super) const SINCE_R5: [&str; 33] = [
    "ActorDefinition",
    "AdministrableProductDefinition",
    "ArtifactAssessment",
    "BiologicallyDerivedProductDispense",
    "Citation",
    "ClinicalUseDefinition",
    "ConditionDefinition",
    "DeviceAssociation",
    "DeviceDispense",
    "DeviceUsage",
    "EncounterHistory",
    "EvidenceReport",
    "FormularyItem",
    "GenomicStudy",
    "ImagingSelection",
    "Ingredient",
    "InventoryItem",
    "InventoryReport",
    "ManufacturedItemDefinition",
    "MedicationUsage",
    "MedicinalProductDefinition",
    "NutritionIntake",
    "NutritionProduct",
    "PackagedProductDefinition",
    "Permission",
    "RegulatedAuthorization",
    "RequestOrchestration",
    "Requirements",
    "SubscriptionStatus",
    "SubscriptionTopic",
    "SubstanceDefinition",
    "TestPlan",
    "Transport",
];
