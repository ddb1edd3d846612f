//! Tells the linker to make the program smaller, where the linker is known.

use std::env::var;
use std::process::Command;

/// The first version of the GNU C library that reads packed relative relocations.
const PACKED_RELOCATIONS: (u32, u32) = (2, 36);

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Here alone is LLD the usual linker of Rust; others may not know these arguments.
    let target = var("TARGET").unwrap_or_default();
    if target != "x86_64-unknown-linux-gnu" || var("PROFILE").as_deref() != Ok("release") {
        return;
    }
    // Functions of the same code are one: of generic code there are many.
    println!("cargo::rustc-link-arg-bins=-Wl,--icf=all");
    // Addresses in tables of methods take a bit each in place of 24 bytes.
    if c_library().is_some_and(|version| version >= PACKED_RELOCATIONS) {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// The version of the GNU C library of this machine; None where it does not say.
fn c_library() -> Option<(u32, u32)> {
    let said = Command::new("getconf").arg("GNU_LIBC_VERSION").output();
    let said = String::from_utf8(said.ok()?.stdout).ok()?;
    let (major, minor) = said.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
