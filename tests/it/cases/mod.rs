//! Records as senders in England wrote them when something went wrong: a file a case.

mod bundles;
mod case_01_admission_method_place;
mod case_02_verification_status_words;
mod case_05_address_period;
mod case_07_logical_reference;
mod case_09_summer_time;
mod case_14_null_text;
mod case_15_whole_numbers_and_dates_with_more;
mod case_16_encodings_and_separators;
mod case_20_medication_by_reference;
mod case_21_observation_choices;
mod case_31_no_last_updated;
mod case_32_identifier_systems;
mod case_33_lost_leading_zero;
mod case_34_born_1900;
mod case_35_mesh_opt_out_file;
mod case_36_nhs_communication_r4;
mod case_37_who_provided_it;
mod case_42_onspd_as_lookup;
mod case_43_leak_gate_spellings;
mod case_51_organisation_twice;
pub(crate) mod csv_sender;
pub(crate) mod fhir_record;
mod odd_values;
pub(crate) mod people;
mod references;
mod spelled_numbers;
