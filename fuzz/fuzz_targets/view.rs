//! The text of a ViewDefinition: read, compiled, and run over a few small resources of its type.

#![no_main]

use libfuzzer_sys::fuzz_target;
use populace_fuzz::decode::fhir::View;
use populace_fuzz::run;

fuzz_target!(|text: &str| {
    if let Ok(view) = View::parse("fuzz.json", text) {
        run(view);
    }
});
