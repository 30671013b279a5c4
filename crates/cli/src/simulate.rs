//! `keyfob simulate`: runs the simulator until Ctrl-C.

use anyhow::Context;
use keyfob_simulator::Simulator;

use crate::args::Simulate;
use crate::console::{FAINT, TITLE, line, paint};
use crate::output::Output;
use crate::shell;

pub(crate) async fn run(args: &Simulate) -> anyhow::Result<()> {
    let mut builder = Simulator::builder()
        .listen(args.listen)
        .tls(args.tls)
        .scale(args.scale)
        .seed(args.seed)
        .control(!args.no_control);
    if args.real_time {
        builder = builder.real_time();
    }
    // Opened before the simulator starts, so that a mistake is reported at once.
    let certificate_file = args.certificate.as_deref().map(|path| Output::open(path, 0o644)).transpose()?;
    let env_file = args.env_file.as_deref().map(|path| Output::open(path, 0o600)).transpose()?;
    let simulator = builder
        .start()
        .await
        .with_context(|| format!("cannot listen on {}; choose another address or port with --listen", args.listen))?;
    if let (Some(file), Some(pem)) = (certificate_file, simulator.certificate_pem()) {
        file.write(pem)?;
    }
    if let Some(file) = env_file {
        let mut variables = simulator.environment();
        if let Some(certificate) = &args.certificate {
            variables.push(("KEYFOB_CA", std::path::absolute(certificate)?.display().to_string()));
        }
        file.write(&exports(&variables))?;
    }
    print_summary(args, &simulator)?;
    tokio::signal::ctrl_c().await.context("cannot wait for Ctrl-C")?;
    simulator.stop().await;
    Ok(())
}

/// Prints the base URLs and how to use them.
fn print_summary(args: &Simulate, simulator: &Simulator) -> anyhow::Result<()> {
    line(format_args!("{} {}", paint(TITLE, "Simulating five vendors at"), paint(TITLE, simulator.url())))?;
    line("")?;
    for (name, value) in simulator.environment() {
        if name.ends_with("_BASE") {
            line(format_args!("  {name:<24} {value}"))?;
        }
    }
    line("")?;
    match &args.env_file {
        Some(path) => {
            line(format_args!("Base URLs and test credentials for a shell:  . {}", shell::source_path(path)))?;
        }
        None => line("Base URLs and test credentials for a shell: start with --env-file FILE, then `. FILE`.")?,
    }
    match (&args.certificate, args.tls) {
        (Some(path), _) => line(format_args!("Certificate to trust:  {}", path.display()))?,
        (None, true) => line("Certificate to trust: start with --certificate FILE to write it.")?,
        (None, false) => {}
    }
    line(format_args!("Request log, faults and clock:  {}/", simulator.url()))?;
    line(paint(FAINT, "Ctrl-C stops the simulator. All data is in memory and is lost on exit."))?;
    Ok(())
}

/// Formats variables as `export` lines of a POSIX shell.
fn exports(variables: &[(&'static str, String)]) -> String {
    let lines: Vec<_> =
        variables.iter().map(|(name, value)| format!("export {name}={}\n", shell::quote(value))).collect();
    lines.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_with_a_quote_is_one_word_for_the_shell() {
        let text = exports(&[("A", "it's $HOME".to_owned())]);
        assert_eq!(text, "export A='it'\\''s $HOME'\n");
    }
}
