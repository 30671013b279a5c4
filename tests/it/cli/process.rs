//! `keyfob` as the tests run it: built with them, so that it is never an old one.

fn main() -> std::process::ExitCode {
    keyfob_cli::main()
}
