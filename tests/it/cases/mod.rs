//! Records as senders in England wrote them when something went wrong: a file a case.

mod case_09_summer_time;
mod case_14_null_text;
mod case_15_whole_numbers_and_dates_with_more;
mod case_16_encodings_and_separators;
mod case_33_lost_leading_zero;
mod case_34_born_1900;
mod csv_sender;
