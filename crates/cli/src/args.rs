//! The command line's arguments.

pub(crate) mod connection;
pub(crate) mod mirror;

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand, ValueEnum};

use self::connection::Connection;
use self::mirror::Mirror;

#[derive(Debug, Parser)]
#[command(name = "keyfob", bin_name = "keyfob", version, long_version = crate::version::long())]
#[command(max_term_width = 100, arg_required_else_help = true)]
#[command(about = "Business APIs behind OAuth 2.0, from a terminal: Ditio, Bits, ItemPath, d.vinci, Digitaleo")]
#[command(after_help = "Start with `keyfob tour`: it needs no account and no network.")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Call every API against a built-in simulator and print each response
    Tour(Tour),
    /// Run the simulator of all five vendors until Ctrl-C or SIGTERM
    Simulate(Simulate),
    /// Trust a keyfob.toml, so that commands in its directory and below may use it
    Trust(Trust),
    /// Fetch a token and show its lifetime, scopes and claims
    Token(Token),
    /// Call an operation by name and print its JSON response
    Call(Call),
    /// Export a table to a file and keep the file up to date
    Export(Export),
    /// Copy tables into a database or a file, and keep the copies up to date
    Mirror(Mirror),
    /// List the operations, with the confidence and the source of each description
    Apis(Apis),
    /// Print a script that lets a shell complete commands and options
    Completions(Completions),
    /// Write the manual to a directory
    #[cfg(feature = "man-pages")]
    #[command(hide = true)]
    ManPages(ManPages),
}

#[derive(Args, Debug)]
pub(crate) struct Tour {
    /// Print the steps as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Simulate {
    /// Address to listen on; port 0 selects a free port
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8484")]
    pub(crate) listen: SocketAddr,
    /// Serve over TLS with a self-signed certificate, created at start
    #[arg(long)]
    pub(crate) tls: bool,
    /// Write the certificate (PEM) to this file, for clients to trust if they use TLS or this proxy
    #[arg(long, value_name = "FILE")]
    pub(crate) certificate: Option<PathBuf>,
    /// Number of rows in the large tables
    #[arg(long, value_name = "ROWS", default_value_t = 1_000)]
    pub(crate) scale: u64,
    /// Seed of the generated data: the same seed gives the same names, ids and rows
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Freeze simulated time at 2026-03-02T08:00:00Z; by default it follows the system clock
    #[arg(long)]
    pub(crate) frozen: bool,
    /// Freeze simulated time at this time (RFC 3339), also inside tokens
    #[arg(long, value_name = "TIME", conflicts_with = "frozen")]
    pub(crate) epoch: Option<DateTime<Utc>>,
    /// Replace seeded data by the projects, machines, employees, workflows, storage units, bins and roles of this JSON file
    #[arg(long, value_name = "FILE")]
    pub(crate) world: Option<PathBuf>,
    /// Disable the control API (/_control)
    #[arg(long)]
    pub(crate) no_control: bool,
    /// Write the base URLs and test credentials to this file, once the simulator listens
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
    /// Format of this file: exports of a POSIX shell, lines of a .env file, a JSON object, or a PowerShell script
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, requires = "env_file")]
    pub(crate) env_format: EnvFormat,
}

/// Formats of a file with environment variables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum EnvFormat {
    #[default]
    Shell,
    Dotenv,
    Json,
    Powershell,
}

#[derive(Args, Debug)]
#[command(after_help = "\
A keyfob.toml that was found in the current directory or above it is used only if you trust it: it decides where your
credentials are sent. A change of the file, or of a certificate that it names, needs your trust again. A file that
belongs to another user, or that others can write, is never trusted. Files named by --config, and the file of your
configuration directory, need no trust.")]
pub(crate) struct Trust {
    /// The keyfob.toml, or its directory
    pub(crate) path: PathBuf,
    /// Trust the file no longer
    #[arg(long)]
    pub(crate) remove: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Token {
    /// Name of the API, for example ditio-core
    pub(crate) api: String,
    /// Print the token too; anyone who sees it can use it
    #[arg(long)]
    pub(crate) show: bool,
    /// Print JSON; the default when standard output is not a terminal
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

#[derive(Args, Debug)]
#[command(disable_help_flag = true, arg_required_else_help = true)]
#[command(after_help = "\
Pass parameters as --name VALUE or NAME=VALUE; repeat them for a list.
`keyfob call API OPERATION --help` lists the parameters of an operation.

Exit status: 0 success, 1 other failure, 2 wrong usage or configuration (nothing was sent),
3 credentials or permissions refused, 4 not found, 5 unavailable or timed out, 6 conflict, 7 rate limited.")]
pub(crate) struct Call {
    /// Name of the API, for example ditio-core
    pub(crate) api: Option<String>,
    /// Name of the operation, for example project_by_number; `keyfob apis` lists them
    #[expect(clippy::doc_markdown, reason = "shown as it is")]
    pub(crate) operation: Option<String>,
    /// Parameters and options of the operation
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
    pub(crate) arguments: Vec<String>,
    /// Print help; with an operation, the help of that operation
    #[arg(short, long)]
    pub(crate) help: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

#[derive(Args, Debug)]
#[command(after_help = "\
FILE is replaced in one step when the export is complete. Progress is saved in FILE.checkpoint. With --resume, an
interrupted export continues, and a complete one is brought up to date by fetching only the changes. New files can be
read by their owner only; an existing file keeps its mode.")]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub(crate) struct Export {
    /// Name of the API, for example ditio-reporting
    pub(crate) api: String,
    /// Name of the table, for example time_registrations
    #[expect(clippy::doc_markdown, reason = "shown as it is")]
    pub(crate) table: String,
    /// First day or time to include, for example 2026-01-31 or 2026-01-31T12:00:00Z
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<String>,
    /// Last day or time to include; a day is included completely
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<String>,
    /// Output file; the extension selects the format: .ndjson, .csv or .parquet
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Continue from FILE.checkpoint; start a new export if there is neither file nor checkpoint
    #[arg(long)]
    pub(crate) resume: bool,
    /// CSV: put an apostrophe before texts that a spreadsheet would run as formulas (= + - @); not for files that
    /// programs read
    #[arg(long)]
    pub(crate) neutralize_formulas: bool,
    /// Export the sensitive columns too
    #[arg(long)]
    pub(crate) include_sensitive: bool,
    /// Rows per request, up to 10000
    #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) page_size: Option<u32>,
    /// Print the summary as JSON; the default when standard output is not a terminal
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

#[derive(Args, Debug)]
pub(crate) struct Apis {
    /// Name of one API; all APIs by default
    pub(crate) api: Option<String>,
    /// Print JSON; the default when standard output is not a terminal
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  keyfob completions bash > ~/.local/share/bash-completion/completions/keyfob
  keyfob completions zsh > ~/.zfunc/_keyfob              with ~/.zfunc in $fpath
  keyfob completions fish > ~/.config/fish/completions/keyfob.fish")]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

#[cfg(feature = "man-pages")]
#[derive(Args, Debug)]
pub(crate) struct ManPages {
    /// The directory, which is created if it is missing
    pub(crate) directory: PathBuf,
}
