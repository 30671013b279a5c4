//! `keyfob simulate`: runs the simulator until Ctrl-C or SIGTERM.

mod env_format;

use std::path::Path;

use anyhow::Context;
use keyfob_simulator::{Builder, Simulator, World};

use crate::args::{EnvFormat, Simulate};
use crate::console::{FAINT, TITLE, line, paint};
use crate::interrupt::Signals;
use crate::output::Output;
use crate::shell;
use crate::usage_error::UsageError;

pub(crate) async fn run(args: &Simulate) -> anyhow::Result<()> {
    // Opened before the simulator starts, so that a mistake is reported at once.
    let certificate_file = args.certificate.as_deref().map(|path| Output::open(path, 0o644)).transpose()?;
    let env_file = args.env_file.as_deref().map(|path| Output::open(path, 0o600)).transpose()?;
    let mut signals = Signals::listen().context("cannot listen to signals")?;
    let simulator = builder(args)?
        .start()
        .await
        .with_context(|| format!("cannot listen on {}; choose another address or port with --listen", args.listen))?;
    if let Some(file) = certificate_file {
        file.write(simulator.certificate_pem())?;
    }
    if let Some(file) = env_file {
        let mut variables = simulator.environment();
        if let Some(certificate) = &args.certificate {
            variables.push(("KEYFOB_CA", std::path::absolute(certificate)?.display().to_string()));
        }
        file.write(&env_format::format(args.env_format, &variables))?;
    }
    print_summary(args, &simulator)?;
    signals.next().await.context("cannot wait for a signal")?;
    simulator.stop().await;
    Ok(())
}

fn builder(args: &Simulate) -> anyhow::Result<Builder> {
    let builder = Simulator::builder()
        .listen(args.listen)
        .tls(args.tls)
        .scale(args.scale)
        .seed(args.seed)
        .world(args.world.as_deref().map(read_world).transpose()?.unwrap_or_default())
        .control(!args.no_control);
    Ok(match args.epoch {
        Some(epoch) => builder.epoch(epoch),
        None if args.frozen => builder,
        None => builder.real_time(),
    })
}

fn read_world(path: &Path) -> Result<World, UsageError> {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|error| UsageError::new(format!("cannot read {}: {error}", path.display())))?;
    text.parse::<World>().map_err(|error| UsageError::new(format!("{} is not a world: {error}", path.display())))
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
    line(clock_line(args, simulator))?;
    match &args.env_file {
        Some(path) if matches!(args.env_format, EnvFormat::Shell | EnvFormat::Powershell) => {
            line(format_args!("Base URLs and test credentials for a shell:  . {}", shell::source_path(path)))?;
        }
        Some(path) => line(format_args!("Base URLs and test credentials:  {}", path.display()))?,
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

/// Describes the source of simulated time.
fn clock_line(args: &Simulate, simulator: &Simulator) -> String {
    if args.frozen || args.epoch.is_some() {
        let now = simulator.now().format("%Y-%m-%dT%H:%M:%SZ");
        format!("Clock: frozen at {now}, moved only by writes and by the clock of the page below")
    } else {
        "Clock: real time; start with --frozen or --epoch TIME to freeze it".to_owned()
    }
}
