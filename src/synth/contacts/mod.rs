//! The contacts that follow from a person's age, conditions and home.

pub(super) mod diagnoses;
pub(super) mod discharge_readiness;
pub(super) mod emergency_department;
pub(super) mod general_practice;
pub(super) mod hospital;
pub(super) mod local;
pub(super) mod maternity;
pub(super) mod measures;
pub(super) mod outpatient;
pub(super) mod preferences;
pub(super) mod prescriptions;
pub(super) mod problems;
mod provider;
pub(super) mod social_care;
mod stay;
pub(super) mod teams;
pub(super) mod vaccinations;
