//! The rooms that read what others write, without the rest of the house: building a query engine with
//! a fuzzer's checks takes longer than fuzzing, so the modules are taken in by their paths.

#[path = "../../src/decode/mod.rs"]
pub mod decode;
#[path = "../../src/error.rs"]
pub mod error;
#[path = "../../src/nearest.rs"]
pub mod nearest;

#[path = "../../src/privacy/lookup.rs"]
mod lookup;
#[path = "../../src/pipeline/settings_file.rs"]
mod settings_file;
#[path = "../../src/privacy/treatment.rs"]
mod treatment;

// What the modules above know one another by.
pub use lookup::Lookup;
pub mod pipeline {
    pub use crate::settings_file::parse as parse_settings;
}
pub mod privacy {
    pub use crate::treatment::{Treatment, generalise};
}

#[path = "../../src/pull/bulk/address.rs"]
pub mod address;
#[path = "../../src/pull/bulk/manifest.rs"]
pub mod manifest;
pub mod pull {
    pub mod bulk {
        pub use crate::{address, manifest};
    }
}

pub mod manifests;
pub mod targets;
