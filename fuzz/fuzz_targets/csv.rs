//! CSV files: see `src/targets.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| populace_fuzz::targets::csv(input));
