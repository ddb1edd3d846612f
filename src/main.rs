//! The `populace` program: see [`populace::cli`].

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: populace::memory::Counted = populace::memory::Counted;

fn main() -> ExitCode {
    populace::cli::main()
}
