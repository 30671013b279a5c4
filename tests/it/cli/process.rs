//! `keyfob`, built together with the tests, so that they never run an outdated binary.

fn main() -> std::process::ExitCode {
    keyfob_cli::main()
}
