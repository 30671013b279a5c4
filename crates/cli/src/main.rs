//! The binary `keyfob`.

fn main() -> std::process::ExitCode {
    keyfob_cli::main()
}
