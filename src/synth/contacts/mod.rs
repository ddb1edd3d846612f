//! The contacts that follow from a person's age, conditions and home.

pub mod diagnoses;
pub mod emergency_department;
pub mod general_practice;
pub mod hospital;
pub mod local;
pub mod maternity;
pub mod measures;
pub mod outpatient;
pub mod prescriptions;
pub mod problems;
mod provider;
pub mod social_care;
mod stay;
pub mod teams;
pub mod vaccinations;
