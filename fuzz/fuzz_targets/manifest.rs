//! The manifest of a bulk export: see `src/manifests.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| populace_fuzz::manifests::manifest(input));
