//! Failures of a server, and the errors they become.

use std::error::Error as _;

use tokio_postgres::error::SqlState;

use super::settings::Settings;
use crate::error::{Error, ErrorKind};

/// Failure of an operation: an error of the server or of the connection, or an error that is complete.
#[derive(Debug)]
pub(super) enum Failure {
    Server(tokio_postgres::Error),
    Mirror(Error),
}

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Server(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Mirror(error)
    }
}

impl Failure {
    /// Returns the code of the server's error.
    pub(super) fn code(&self) -> Option<&SqlState> {
        match self {
            Self::Server(error) => error.code(),
            Self::Mirror(_) => None,
        }
    }

    /// Returns `true` if the connection is lost, or was not established because the server is starting or stopping.
    pub(super) fn is_lost(&self) -> bool {
        let Self::Server(error) = self else { return false };
        match error.code() {
            Some(code) => {
                [
                    SqlState::ADMIN_SHUTDOWN,
                    SqlState::CRASH_SHUTDOWN,
                    SqlState::CANNOT_CONNECT_NOW,
                    SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
                    SqlState::TOO_MANY_CONNECTIONS,
                ]
                .contains(code)
                    || code.code().starts_with("08")
            }
            None => error.is_closed() || has_io_error(error),
        }
    }

    /// Returns `true` if the server refuses connections for a short time only.
    pub(super) fn is_starting(&self) -> bool {
        self.code() == Some(&SqlState::CANNOT_CONNECT_NOW)
    }

    /// Converts the failure of an action, for example `cannot read users`.
    pub(super) fn into_error(self, action: &str, settings: &Settings) -> Error {
        let error = match self {
            Self::Mirror(error) => return error,
            Self::Server(error) => error,
        };
        let (name, database) = (&settings.name, settings.database());
        // The details of a server's error have values of rows, the message has not.
        let Some(server) = error.as_db_error() else {
            return Error::destination(format!("{action} in {name}; {}", connection_advice(&error)), error);
        };
        let (cause, code) = (server.message(), server.code());
        let advice = advice(code, database);
        Error::new(ErrorKind::Destination, format!("{action} in {name}: {cause} ({}); {advice}", code.code()))
    }
}

fn has_io_error(error: &tokio_postgres::Error) -> bool {
    let mut source = error.source();
    while let Some(cause) = source {
        // A refused certificate is an error of rustls within an error of input and output.
        if cause.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() != std::io::ErrorKind::InvalidData) {
            return true;
        }
        source = cause.source();
    }
    false
}

fn is_tls_error(error: &tokio_postgres::Error) -> bool {
    error.to_string().contains("TLS")
}

fn root_cause(error: &tokio_postgres::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

fn connection_advice(error: &tokio_postgres::Error) -> String {
    let advice = if root_cause(error) == "server does not support TLS" {
        "configure TLS at the server, or pass sslmode=prefer if the network is trusted"
    } else if is_tls_error(error) {
        "pass the certificate of the server's authority with the option sslrootcert=FILE of the URL, or encrypt without \
         verification with sslmode=prefer"
    } else if has_io_error(error) || error.is_closed() {
        "check that the server runs and that host and port of the URL are right, then run again: the copy has the \
         state after the last complete transaction"
    } else {
        "check user, password and options of the URL"
    };
    advice.to_owned()
}

fn advice(code: &SqlState, database: &str) -> String {
    let advice = match *code {
        SqlState::DISK_FULL => {
            "free space on the database server, then run again: the copy has the state before this batch"
        }
        SqlState::READ_ONLY_SQL_TRANSACTION => {
            "the database accepts no changes: use the URL of the primary server, or set default_transaction_read_only \
             to off"
        }
        SqlState::INSUFFICIENT_PRIVILEGE => {
            return format!(
                "the user must own the copy; a new copy needs GRANT CREATE, TEMPORARY ON DATABASE \"{database}\", or \
                 CREATE on an existing schema"
            );
        }
        SqlState::INVALID_CATALOG_NAME => {
            return format!("create it with `createdb {database}`, or correct the name in the URL");
        }
        SqlState::INVALID_PASSWORD | SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
            "check user and password of the URL or of PGPASSWORD, and pg_hba.conf of the server"
        }
        SqlState::TOO_MANY_CONNECTIONS => "end other sessions or raise max_connections, then run again",
        SqlState::LOCK_NOT_AVAILABLE | SqlState::QUERY_CANCELED => {
            "another session locks the table, or an administrator canceled the statement; run again"
        }
        SqlState::OUT_OF_MEMORY | SqlState::CONFIGURATION_LIMIT_EXCEEDED => {
            "give the server more memory, then run again: the copy has the state before this batch"
        }
        SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN | SqlState::CANNOT_CONNECT_NOW => {
            "start the server, then run again: the copy has the state after the last complete transaction"
        }
        _ => {
            "correct the cause at the server, then run again: the copy has the state after the last complete transaction"
        }
    };
    advice.to_owned()
}
