//! What can be said on the command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "keyfob", bin_name = "keyfob", version, max_term_width = 100, arg_required_else_help = true)]
#[command(about = "Business APIs behind OAuth 2.0, from a terminal: Ditio, Bits, ItemPath, d.vinci, Digitaleo")]
#[command(after_help = "Begin with `keyfob tour`: it needs no account and no network.")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Walk every API with typed calls to a simulator, and show what came back
    Tour(Tour),
    /// Run the simulator of all five vendors until Ctrl-C
    Simulate(Simulate),
    /// Fetch a token and show what is known of it: lifetime, scopes, claims
    Token(Token),
    /// Call any operation by its name: JSON on the standard output
    Call(Call),
    /// Export a table of Ditio reporting to a file, and keep the file up to date
    #[cfg(feature = "ditio-reporting")]
    Export(Export),
    /// List the operations, how sure we are of each, and where its description comes from
    Apis(Apis),
}

#[derive(Args, Debug)]
pub(crate) struct Tour {
    /// Print the steps as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Simulate {
    /// Where to listen; port 0 is any free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8484")]
    pub(crate) listen: SocketAddr,
    /// Serve over TLS, with a certificate of its own made at the start
    #[arg(long)]
    pub(crate) tls: bool,
    /// Write that certificate (PEM) here, for clients to trust
    #[arg(long, value_name = "FILE", requires = "tls")]
    pub(crate) certificate: Option<PathBuf>,
    /// How many rows the large tables have
    #[arg(long, value_name = "ROWS", default_value_t = 1_000)]
    pub(crate) scale: u64,
    /// What names, ids and data are made from: the same seed gives the same data
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Let simulated time follow this machine's clock instead of standing at 2026-03-02T08:00:00Z
    #[arg(long)]
    pub(crate) real_time: bool,
    /// Turn the control API (/_control) off
    #[arg(long)]
    pub(crate) no_control: bool,
    /// Once it is ready, write what a client needs, test credentials among it, as shell exports
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Token {
    /// The API's name, such as ditio-core
    pub(crate) api: String,
    /// Show the token itself too: whoever sees it can use it
    #[arg(long)]
    pub(crate) show: bool,
    /// Print JSON, as is done when piped
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

#[derive(Args, Debug)]
#[command(disable_help_flag = true, arg_required_else_help = true)]
#[command(after_help = "\
Parameters are given as --name value or name=value, several times for a list.
`keyfob call API OPERATION --help` lists an operation's own.

Exit status: 0 done, 1 failed otherwise, 2 wrong usage or configuration (nothing was sent),
3 credentials or rights refused, 4 not found, 5 unavailable or timed out, 6 conflict, 7 rate limited.")]
pub(crate) struct Call {
    /// The API's name, such as ditio-core
    pub(crate) api: Option<String>,
    /// The operation's name, such as project_by_number; see `keyfob apis`
    #[expect(clippy::doc_markdown, reason = "shown as it is")]
    pub(crate) operation: Option<String>,
    /// Parameters and options of the operation
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
    pub(crate) arguments: Vec<String>,
    /// Print help: with an operation, its own
    #[arg(short, long)]
    pub(crate) help: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

#[cfg(feature = "ditio-reporting")]
#[derive(Args, Debug)]
#[command(after_help = "\
The file is there only once all of it is. Beside it stands a checkpoint, FILE.checkpoint, from which --resume goes on:
with an export that was interrupted, or with a finished one, of which it then fetches only what changed.")]
pub(crate) struct Export {
    /// The API's name: ditio-reporting
    pub(crate) api: String,
    /// The table's name, such as time_registrations
    #[expect(clippy::doc_markdown, reason = "shown as it is")]
    pub(crate) table: String,
    /// The first day, or moment, that counts
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<String>,
    /// The last day, or moment, that counts
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<String>,
    /// Where to; its ending says which format: .ndjson, .csv or .parquet
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Go on with the file, from the checkpoint beside it; begin if there is neither
    #[arg(long)]
    pub(crate) resume: bool,
    /// How many rows to ask for at once, up to 10000
    #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(i64).range(1..=10_000))]
    pub(crate) page_size: Option<i64>,
    /// Print what was done as JSON, as is done when piped
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

#[derive(Args, Debug)]
pub(crate) struct Apis {
    /// One API's name; all of them if it is left out
    pub(crate) api: Option<String>,
    /// Print JSON, as is done when piped
    #[arg(long)]
    pub(crate) json: bool,
}

/// Where the API is and how it is reached. What is not said here comes from the environment, then from the profile.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Connection {
    /// The profile of keyfob.toml to use
    #[arg(long, env = "KEYFOB_PROFILE", hide_env_values = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// The configuration file, instead of the nearest keyfob.toml
    #[arg(long, env = "KEYFOB_CONFIG", hide_env_values = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Where the API is; HOST, such as identity, where it has several
    #[arg(long, value_name = "[HOST=]URL")]
    pub(crate) base_url: Vec<String>,
    /// A certificate (PEM) to trust beside those of this machine
    #[arg(long, env = "KEYFOB_CA", hide_env_values = true, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// Allow plain http to other machines: secrets can then be read on the way
    #[arg(long)]
    pub(crate) allow_plain_http: bool,
    /// The longest that one attempt may take
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<std::time::Duration>,
    /// Send once, whatever happens
    #[arg(long)]
    pub(crate) no_retry: bool,
}

impl Connection {
    /// What was said after the operation wins over what was said before it.
    pub(crate) fn or(mut self, earlier: &Self) -> Self {
        self.profile = self.profile.or_else(|| earlier.profile.clone());
        self.config = self.config.or_else(|| earlier.config.clone());
        self.base_url.splice(0..0, earlier.base_url.iter().cloned());
        self.ca = self.ca.or_else(|| earlier.ca.clone());
        self.allow_plain_http |= earlier.allow_plain_http;
        self.timeout = self.timeout.or(earlier.timeout);
        self.no_retry |= earlier.no_retry;
        self
    }
}

fn seconds(text: &str) -> Result<std::time::Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "give a number of seconds, such as 30 or 2.5".to_owned())?;
    if seconds <= 0.0 {
        return Err("give more than zero seconds".to_owned());
    }
    std::time::Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}
