//! The destination of a run: a database, a file or standard output.

use std::io::{self, Write};

use keyfob_mirror::destination::Destination;
use keyfob_mirror::destination::changes::ChangeStream;
use keyfob_mirror::destination::files::Files;

use super::kind::Kind;
use super::selection::Selected;
use crate::args::mirror::Mirror;
use crate::console;
use crate::registry::Api;
use crate::usage_error::UsageError;

/// Destination of a run, with its options.
pub(super) struct Target {
    kind: Kind,
    prefix: Option<String>,
    schema: Option<String>,
    full: bool,
}

impl Target {
    /// Reads the destination from the arguments.
    ///
    /// # Errors
    ///
    /// If `--to` is missing or has none of the forms.
    pub(super) fn new(args: &Mirror) -> Result<Self, UsageError> {
        let kind = if args.changes {
            let stream = ChangeStream::new(StandardOutput);
            Kind::Changes(args.state.iter().fold(stream, ChangeStream::state))
        } else {
            Kind::parse(args.to.as_deref())?
        };
        Ok(Self { kind, prefix: args.prefix.clone(), schema: args.schema.clone(), full: args.full })
    }

    /// Checks that the destination can have these tables, and the options apply to it.
    ///
    /// # Errors
    ///
    /// If it cannot, or the build has no such destination.
    pub(super) fn check(&self, tables: &[Selected]) -> Result<(), UsageError> {
        let unused =
            |option: &str, other: &str| Err(UsageError::new(format!("{option} applies to {other} only; leave it out")));
        if self.prefix.is_some() && !matches!(self.kind, Kind::Sqlite(_)) {
            return unused("--prefix", "SQLite");
        }
        if self.schema.is_some() && !matches!(self.kind, Kind::Postgres(_)) {
            return unused("--schema", "PostgreSQL");
        }
        if let (Kind::File(path), [_, _, ..]) = (&self.kind, tables) {
            let example = format!("{}/{}", tables[0].api.name, tables[0].table.name);
            let message = format!("{} has place for one table; name it, for example {example}", path.display());
            return Err(UsageError::new(message));
        }
        let shared = self.prefix.is_some() || self.schema.is_some();
        let twice = tables.iter().find(|one| {
            tables.iter().any(|other| one.table.name == other.table.name && one.api.name != other.api.name)
        });
        match twice.filter(|_| shared) {
            Some(selected) => Err(UsageError::new(format!(
                "two APIs have a table {}; leave out --prefix and --schema, or copy one API at a time",
                selected.table.name
            ))),
            None => Ok(()),
        }
    }

    /// Opens the destination for the tables of an API, or for the status of all tables. Nothing is connected or created.
    ///
    /// # Errors
    ///
    /// If the URL is invalid, or this build has no such destination.
    pub(super) fn open(&self, api: Option<&Api>) -> anyhow::Result<Box<dyn Destination>> {
        match &self.kind {
            #[cfg(feature = "sqlite")]
            Kind::Sqlite(path) => {
                use keyfob_mirror::destination::sqlite::Sqlite;

                let own = || api.map_or_else(String::new, |api| format!("{}_", api.name.replace('-', "_")));
                let prefix = self.prefix.clone().unwrap_or_else(own);
                Ok(Box::new(Sqlite::new(path).prefix(prefix)))
            }
            #[cfg(not(feature = "sqlite"))]
            Kind::Sqlite(path) => {
                let _ = (api, path);
                Err(not_included("SQLite", "sqlite").into())
            }
            #[cfg(feature = "postgres")]
            Kind::Postgres(url) => {
                use keyfob_mirror::destination::postgres::Postgres;

                let destination = Postgres::new(url)?;
                Ok(Box::new(
                    self.schema.iter().fold(destination, keyfob_mirror::destination::postgres::Postgres::schema),
                ))
            }
            #[cfg(not(feature = "postgres"))]
            Kind::Postgres(url) => {
                let _ = url;
                Err(not_included("PostgreSQL", "postgres").into())
            }
            // A copy that does not fit is opened only if all rows are listed again.
            Kind::File(path) => Ok(Box::new(Files::new(path)?.start_over(self.full))),
            Kind::Changes(stream) => Ok(Box::new(stream.clone())),
        }
    }
}

/// Returns the error of a destination that this build does not have.
#[cfg(not(all(feature = "sqlite", feature = "postgres")))]
fn not_included(name: &str, feature: &str) -> UsageError {
    UsageError::new(format!(
        "this build of keyfob does not include {name}; install it with `cargo install keyfob-cli --features {feature}`"
    ))
}

/// Standard output. A closed pipe (`| head`) ends the process.
struct StandardOutput;

impl Write for StandardOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        console::bytes(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
