//! The binary: everything is in [`coroner::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    coroner::cli::main()
}
