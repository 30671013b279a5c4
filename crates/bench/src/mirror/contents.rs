//! Contents of a copy, so that no incomplete copy is measured.

use std::fs::File;
use std::path::Path;

use anyhow::{Context as _, Result};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use rusqlite::Connection;

use super::To;
use super::postgres::PostgresServer;

/// Returns the number of rows of a copy and the size of its file in bytes; 0 if it is in a server. The tables are those of
/// `SQLite` and of `PostgreSQL`.
pub(super) fn of(to: &To, sqlite: &str, postgres: &str, server: &PostgresServer) -> Result<(u64, u64)> {
    Ok(match to {
        To::Parquet(file) => {
            let rows = SerializedFileReader::new(File::open(file)?)?.metadata().file_metadata().num_rows();
            (u64::try_from(rows)?, size(file)?)
        }
        To::Csv(file) => (csv_records(&std::fs::read(file)?), size(file)?),
        To::Sqlite(file) => {
            let count = format!("select count(*) from {sqlite}");
            let rows: i64 = Connection::open(file)?.query_row(&count, [], |row| row.get(0))?;
            (u64::try_from(rows)?, size(file)?)
        }
        To::Postgres(url) => {
            let database = url.rsplit('/').next().context("the URL ends with the database")?;
            (server.psql(database, &format!("select count(*) from {postgres}")).parse()?, 0)
        }
    })
}

fn size(file: &Path) -> Result<u64> {
    Ok(file.metadata()?.len())
}

/// Counts the lines after the header, without those within quotes.
fn csv_records(text: &[u8]) -> u64 {
    let (mut lines, mut quoted) = (0_u64, false);
    for byte in text {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => lines += 1,
            _ => {}
        }
    }
    lines.saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::csv_records;

    #[test]
    fn line_breaks_in_quotes_end_no_record() {
        assert_eq!(csv_records(b"a,b\r\n1,\"x\ny \"\"z\"\"\"\r\n2,\r\n"), 2);
    }
}
