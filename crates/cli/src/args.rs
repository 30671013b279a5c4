//! What can be said on the command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Business APIs behind OAuth 2.0, from a terminal: Ditio, Bits, `ItemPath`, d.vinci, Digitaleo.
#[derive(Debug, Parser)]
#[command(name = "keyfob", version, about, max_term_width = 100, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Starts the simulator inside, then walks every API with typed calls, and shows what came back.
    Tour(Tour),
    /// Runs the simulator of all five vendors until Ctrl-C.
    Simulate(Simulate),
}

#[derive(Args, Debug)]
pub(crate) struct Tour {
    /// Prints the steps as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Simulate {
    /// Where to listen; port 0 is any free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8484")]
    pub(crate) listen: SocketAddr,
    /// Serves over TLS, with a certificate of its own made at the start.
    #[arg(long)]
    pub(crate) tls: bool,
    /// Writes that certificate (PEM) here, for clients to trust.
    #[arg(long, value_name = "FILE", requires = "tls")]
    pub(crate) certificate: Option<PathBuf>,
    /// How many rows the large tables have.
    #[arg(long, value_name = "ROWS", default_value_t = 1_000)]
    pub(crate) scale: u64,
    /// What names, ids and data are made from: the same seed gives the same data.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Lets simulated time follow this machine's clock instead of standing at 2026-03-02T08:00:00Z.
    #[arg(long)]
    pub(crate) real_time: bool,
    /// Turns the control API (`/_control`) off.
    #[arg(long)]
    pub(crate) no_control: bool,
    /// Once it is ready, writes the variables that a client needs, test credentials among them, as shell exports.
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
}
