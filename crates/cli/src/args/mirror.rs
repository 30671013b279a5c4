//! Arguments of `keyfob mirror`.

use std::path::PathBuf;

use clap::Args;

use super::connection::Connection;

#[derive(Args, Debug)]
#[command(after_help = "\
Destinations:
  sqlite:FILE, FILE.db                     a SQLite database, with a table API_TABLE for each table
  postgres://USER@HOST:PORT/DATABASE       a PostgreSQL database, with a schema for each API
  FILE.parquet, FILE.csv, FILE.ndjson      one table in a file, which is replaced in one step

The first run lists all rows. Later runs apply the changes and deletions since then; run the command as often as you
like. A run that was stopped, or has failed, is continued by the next one. Two runs on one table do not disturb each
other: the second one ends with status 6.

The password of a database does not belong in the arguments, which every user of the machine can read: set
KEYFOB_MIRROR_TO to the whole URL, or PGPASSWORD to the password.

Columns with personal data that needs special care, for example birthdays and bank accounts, are copied only with
--include-sensitive.

Examples:
  keyfob mirror ditio-reporting --to sqlite:ditio.db
  keyfob mirror ditio-reporting/projects,time_registrations itempath/materials --to postgres://me@db/warehouse
  keyfob mirror digitaleo/contacts --to contacts.parquet
  keyfob mirror --status --to sqlite:ditio.db

Exit status: 0 success, 1 other failure, 2 wrong usage or configuration, 3 credentials or permissions refused,
5 unavailable or timed out, 6 another process writes the table, 7 rate limited, 8 a listing was incomplete,
130 or 143 stopped by Ctrl-C or SIGTERM. A table that fails does not stop the other tables; the status is that of the
first failure.")]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub(crate) struct Mirror {
    /// APIs, with all their tables or with the tables named: ditio-reporting, ditio-reporting/projects,users
    #[arg(value_name = "API[/TABLE,...]", required_unless_present = "status")]
    pub(crate) tables: Vec<String>,
    /// Database or file to write to
    #[arg(long, value_name = "DESTINATION", env = "KEYFOB_MIRROR_TO", hide_env_values = true)]
    pub(crate) to: Option<String>,
    /// Print rows, rejects, last run, lag and writer of each table of the destination, and send nothing
    #[arg(long, conflicts_with_all = ["dry_run", "changes", "full"])]
    pub(crate) status: bool,
    /// List the changes and print their number, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print the changes to standard output instead of writing to a destination: one JSON object per line
    #[arg(long, conflicts_with_all = ["dry_run", "json"])]
    pub(crate) changes: bool,
    /// With --changes: file with the progress, so that the next run prints the changes since this one
    #[arg(long, value_name = "FILE", requires = "changes")]
    pub(crate) state: Option<PathBuf>,
    /// List all rows again, for example after rows of the copy were changed by hand
    #[arg(long)]
    pub(crate) full: bool,
    /// Copy the sensitive columns too
    #[arg(long)]
    pub(crate) include_sensitive: bool,
    /// First day or time of the rows to copy, for example 2026-01-31, for tables with dates
    #[arg(long, value_name = "DATE")]
    pub(crate) since_date: Option<String>,
    /// Last day or time of the rows to copy; a day is included completely
    #[arg(long, value_name = "DATE")]
    pub(crate) until_date: Option<String>,
    /// Rows per request; the default is the recommendation of the vendor
    #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) page_size: Option<u32>,
    /// SQLite: text before the names of the tables
    #[arg(long, value_name = "TEXT")]
    pub(crate) prefix: Option<String>,
    /// PostgreSQL: schema of the tables, instead of one for each API
    #[arg(long, value_name = "NAME")]
    pub(crate) schema: Option<String>,
    /// Print the summary as JSON; the default when standard output is not a terminal
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
}
