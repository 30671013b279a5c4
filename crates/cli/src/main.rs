//! `keyfob`: business APIs from a terminal.

fn main() -> std::process::ExitCode {
    keyfob_cli::main()
}
