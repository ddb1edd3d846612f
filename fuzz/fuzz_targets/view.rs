//! ViewDefinitions: see `src/targets.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &str| populace_fuzz::targets::view(input));
