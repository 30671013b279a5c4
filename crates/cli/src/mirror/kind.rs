//! The value of `--to`: a database or a file.

use std::path::{Path, PathBuf};

use keyfob_mirror::destination::changes::ChangeStream;

use crate::redact;
use crate::usage_error::UsageError;

/// The forms of a destination, for messages.
const FORMS: &str =
    "sqlite:FILE, postgres://USER@HOST/DATABASE, or FILE.parquet, FILE.csv or FILE.ndjson for one table";

/// Destination named on the command line.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// Lines on standard output.
    Changes(ChangeStream),
    /// A SQLite database.
    Sqlite(PathBuf),
    /// A PostgreSQL database.
    Postgres(String),
    /// A file with one table.
    File(PathBuf),
}

impl Kind {
    /// Parses the value of `--to`. The password of a URL is recorded as a secret, so that no output shows it.
    ///
    /// # Errors
    ///
    /// If the value is missing or has none of the forms.
    pub(super) fn parse(to: Option<&str>) -> Result<Self, UsageError> {
        let Some(to) = to.map(str::trim).filter(|to| !to.is_empty()) else {
            return Err(UsageError::new(format!("--to is missing; use {FORMS}")));
        };
        if let Some(file) = to.strip_prefix("sqlite:") {
            let file = file.strip_prefix("//").unwrap_or(file);
            if file.is_empty() {
                return Err(UsageError::new("--to sqlite: has no file; use sqlite:FILE"));
            }
            return Ok(Self::Sqlite(PathBuf::from(file)));
        }
        if let Some((scheme, _)) = to.split_once("://") {
            return Self::url(scheme, to);
        }
        let path = Path::new(to);
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        match extension.to_ascii_lowercase().as_str() {
            "db" | "sqlite" | "sqlite3" => Ok(Self::Sqlite(path.to_owned())),
            "parquet" | "csv" | "ndjson" | "jsonl" => Ok(Self::File(path.to_owned())),
            _ => Err(UsageError::new(format!("--to {to} is not a destination; use {FORMS}"))),
        }
    }

    /// Recognizes a URL. A message must not have it, because it may contain a password.
    fn url(scheme: &str, to: &str) -> Result<Self, UsageError> {
        if !matches!(scheme, "postgres" | "postgresql") {
            return Err(UsageError::new(format!("{scheme}:// is not a destination; use {FORMS}")));
        }
        passwords(to).for_each(|password| {
            redact::remember(password);
            redact::remember(&percent_decoded(password));
        });
        Ok(Self::Postgres(to.to_owned()))
    }
}

/// Returns the passwords of a URL, encoded as they are: before the host, and as an option.
fn passwords(url: &str) -> impl Iterator<Item = &str> {
    let (_, rest) = url.split_once("://").unwrap_or_default();
    let (base, options) = rest.split_once('?').unwrap_or((rest, ""));
    let of_user = base.rsplit_once('@').and_then(|(user, _)| user.split_once(':')).map(|(_, password)| password);
    let option = options.split('&').filter_map(|option| option.strip_prefix("password="));
    of_user.into_iter().chain(option)
}

/// Decodes the percent-encoded bytes of a part of a URL.
fn percent_decoded(text: &str) -> String {
    // A plus sign is a space in a query only.
    let query = format!("x={}", text.replace('+', "%2B"));
    url::form_urlencoded::parse(query.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_destination_is_a_database_or_a_file() {
        let file = |path: &str| format!("File({path:?})");
        let sqlite = |path: &str| format!("Sqlite({path:?})");
        for (to, expected) in [
            ("sqlite:copy", sqlite("copy")),
            ("sqlite:///srv/copy.db", sqlite("/srv/copy.db")),
            ("/srv/copy.SQLite3", sqlite("/srv/copy.SQLite3")),
            ("hours.parquet", file("hours.parquet")),
            ("a b/hours.CSV", file("a b/hours.CSV")),
            ("postgres://me@db/x", "Postgres(\"postgres://me@db/x\")".to_owned()),
        ] {
            assert_eq!(format!("{:?}", Kind::parse(Some(to)).unwrap()), expected);
        }
    }

    #[test]
    fn the_error_of_a_destination_names_the_forms_and_no_password() {
        for to in [None, Some(""), Some("copy"), Some("mysql://me:canary@db/x"), Some("copy.xlsx")] {
            let error = Kind::parse(to).unwrap_err().to_string();
            assert!(error.contains("sqlite:FILE, postgres://USER@HOST/DATABASE, or FILE.parquet"), "{error}");
            assert!(!error.contains("canary"), "{error}");
        }
        assert_eq!(percent_decoded("a%20b+c"), "a b+c");
        let url = "postgres://me:c@nary@db:1/x?sslmode=require&password=other";
        assert_eq!(passwords(url).collect::<Vec<_>>(), ["c@nary", "other"]);
        assert_eq!(passwords("postgres:///x").count(), 0);
    }
}
