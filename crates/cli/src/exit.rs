//! Error output and exit status: one line with the failure and its cause, the service's own message, and advice.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::process::ExitCode;

use keyfob::{ErrorKind, auth};
use keyfob_mirror::{Error as MirrorError, ErrorKind as MirrorErrorKind};

use crate::console::{BAD, FAINT, note, paint, printable};
use crate::interrupt::Interrupted;
use crate::redact;
use crate::registry::Api;
use crate::usage_error::UsageError;

/// Exit status of an export or a copy whose table has rows that could not be read.
pub(crate) const INCOMPLETE: u8 = 8;

/// The API that a failed call belongs to.
///
/// Added to an error's context chain. It selects the advice and is not printed.
pub(crate) struct ApiContext(pub(crate) &'static Api);

impl fmt::Debug for ApiContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

impl fmt::Display for ApiContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.title)
    }
}

/// Marks a failure in the middle of an export or a mirror, with the way to continue.
///
/// Added to an error's context chain and printed as advice.
#[derive(Debug)]
pub(crate) enum ResumeHint {
    /// The next run of a mirror continues.
    NextRun,
    /// The copy is continued only with `--full`.
    Full,
    /// `--resume` continues.
    Resume,
    /// The export is continued only without `--resume`.
    StartOver,
}

impl fmt::Display for ResumeHint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NextRun => "the rows received so far are in the copy; run the same command to continue",
            Self::Full => "--full lists all rows again",
            Self::Resume => "the rows received so far are saved; run the same command with --resume to continue",
            Self::StartOver => "to list all rows, run the same command without --resume",
        })
    }
}

/// The error of an export whose listing had rows without a key.
#[derive(Debug)]
pub(crate) struct Incomplete(pub(crate) String);

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Incomplete {}

/// Failures that were printed, with the exit status of the first one.
#[derive(Debug)]
pub(crate) struct Reported(pub(crate) u8);

impl fmt::Display for Reported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status {}", self.0)
    }
}

impl StdError for Reported {}

/// Prints the failure to standard error, unless it was printed, and returns the exit status.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    if let Some(Reported(status)) = error.downcast_ref() {
        return ExitCode::from(*status);
    }
    print(error, None);
    ExitCode::from(status(error))
}

/// Prints the failure to standard error. A subject, for example a table, is printed before a message that does not
/// begin with the operation.
pub(crate) fn print(error: &anyhow::Error, subject: Option<&str>) {
    let subject = subject.filter(|_| client_error(error).is_none()).map(|subject| format!("{subject}: "));
    note(format_args!("{} {}{}", paint(BAD, "error:"), subject.unwrap_or_default(), summary(error)));
    for line in service_message(error) {
        note(format_args!("  {line}"));
    }
    if let Some(advice) = advice(error) {
        note(paint(FAINT, format_args!("  {advice}")));
    }
    if let Some(hint) = error.downcast_ref::<ResumeHint>() {
        note(paint(FAINT, format_args!("  {hint}")));
    }
}

/// Returns the exit status, by the table in the README of this crate.
pub(crate) fn status(error: &anyhow::Error) -> u8 {
    if error.downcast_ref::<UsageError>().is_some() {
        return 2;
    }
    if let Some(interrupted) = error.downcast_ref::<Interrupted>() {
        return interrupted.status();
    }
    if error.downcast_ref::<Incomplete>().is_some() {
        return INCOMPLETE;
    }
    if let Some(error) = find::<auth::Error>(error) {
        return match error.kind() {
            auth::ErrorKind::Configuration => 2,
            auth::ErrorKind::Refused => 3,
            auth::ErrorKind::Unavailable => 5,
            _ => 1,
        };
    }
    let Some(error) = client_error(error) else { return mirror_status(error) };
    match error.kind() {
        ErrorKind::Rejected if error.status().is_none() => 2,
        ErrorKind::Auth => 3,
        ErrorKind::NotFound => 4,
        ErrorKind::Unavailable | ErrorKind::Timeout => 5,
        ErrorKind::Conflict => 6,
        ErrorKind::RateLimited => 7,
        _ => 1,
    }
}

/// Returns the exit status of a failure of a copy.
fn mirror_status(error: &anyhow::Error) -> u8 {
    match find::<MirrorError>(error).map(MirrorError::kind) {
        Some(MirrorErrorKind::Settings | MirrorErrorKind::Mismatch) => 2,
        Some(MirrorErrorKind::Locked) => 6,
        Some(_) if find::<io::Error>(error).is_some_and(is_unreachable) => 5,
        _ => 1,
    }
}

/// Returns `true` if a database cannot be reached.
fn is_unreachable(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, HostUnreachable, NetworkUnreachable};
    matches!(
        error.kind(),
        ConnectionAborted
            | ConnectionRefused
            | ConnectionReset
            | HostUnreachable
            | NetworkUnreachable
            | io::ErrorKind::TimedOut
    )
}

/// Formats the error and its root cause as one line.
pub(crate) fn summary(error: &anyhow::Error) -> String {
    let hidden = usize::from(error.downcast_ref::<ApiContext>().is_some());
    let hidden = hidden + usize::from(error.downcast_ref::<ResumeHint>().is_some());
    let mut chain: Vec<String> = error.chain().skip(hidden).map(line).collect();
    chain.dedup();
    let line = match find::<auth::Error>(error) {
        // The client's own message, "no token to authorize the call with", repeats the token error.
        Some(auth) if client_error(error).is_some() => {
            let operation = client_error(error).and_then(keyfob::Error::operation);
            let cause = auth.source().map(root_cause).map_or_else(String::new, |cause| format!(" ({cause})"));
            let operation = operation.map_or_else(String::new, |operation| format!("{operation}: "));
            format!("{operation}{}{cause}", auth.summary())
        }
        _ => match (chain.first(), chain.last()) {
            (Some(first), Some(last)) if chain.len() > 1 && first.ends_with('?') => format!("{first} ({last})"),
            (Some(first), Some(last)) if chain.len() > 1 => format!("{first}: {last}"),
            (Some(only), _) => only.clone(),
            _ => String::from("unknown"),
        },
    };
    printable(&redact::clean(&line))
}

/// Returns the line of an error, without advice for programmers.
fn line(error: &(dyn StdError + 'static)) -> String {
    if let Some(error) = as_client_error(error) {
        error.summary().to_string()
    } else if let Some(error) = error.downcast_ref::<auth::Error>() {
        error.summary().to_string()
    } else {
        error.to_string()
    }
}

fn root_cause<'a>(mut error: &'a (dyn StdError + 'static)) -> &'a (dyn StdError + 'static) {
    while let Some(source) = error.source() {
        error = source;
    }
    error
}

/// Returns the service's own error code, message and field errors, one per line.
fn service_message(error: &anyhow::Error) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(error) = find::<auth::Error>(error) {
        let parts: Vec<_> = [error.code(), error.description()].into_iter().flatten().collect();
        // The first line already contains the standard codes; only other codes and descriptions are printed here.
        if error.description().is_some() || error.code().is_some_and(|code| !error.to_string().contains(code)) {
            lines.push(format!("message from the service: {}", parts.join(": ")));
        }
    } else if let Some(api) = client_error(error).and_then(keyfob::Error::service_error) {
        let parts: Vec<_> = [api.code(), api.message()].into_iter().flatten().collect();
        if !parts.is_empty() {
            let text = if parts.first() == parts.last() { parts[0].to_owned() } else { parts.join(": ") };
            lines.push(format!("message from the service: {text}"));
        }
        let fields = api.fields().iter().filter(|field| !field.field.is_empty());
        lines.extend(fields.map(|field| {
            let text =
                if field.message.is_empty() { field.code.as_deref().unwrap_or("invalid") } else { &field.message };
            format!("{}: {text}", field.field)
        }));
    }
    lines.iter().map(|line| printable(&redact::clean(line))).collect()
}

/// Returns the variables and flags to check for this kind of failure.
fn advice(error: &anyhow::Error) -> Option<String> {
    let api = error.downcast_ref::<ApiContext>()?.0;
    let hosts = || api.hosts().map(|(_, variable)| variable.name()).collect::<Vec<_>>().join(", ");
    match (status(error), find::<auth::Error>(error)) {
        (3, Some(auth)) if auth.code() == Some("invalid_scope") => {
            Some(format!("{} knows the client, but has not granted it these scopes: ask for them there", api.title))
        }
        (3, Some(_)) => Some(format!("check {}, and that they belong to this environment", api.credentials())),
        (4, None) if service_message(error).is_empty() => {
            Some(format!("if every call gives 404, check {} or --base-url", hosts()))
        }
        (5, _) if summary(error).contains("certificate") => {
            Some("--ca FILE trusts the certificate of a server that no public authority has signed".to_owned())
        }
        (5, _) | (1, Some(_)) => Some(format!("check {} or --base-url", hosts())),
        _ => None,
    }
}

fn find<T: StdError + 'static>(error: &anyhow::Error) -> Option<&T> {
    error.chain().find_map(|error| error.downcast_ref())
}

/// Returns the error of a call, also that of a call for a copy.
fn client_error(error: &anyhow::Error) -> Option<&keyfob::Error> {
    error.chain().find_map(as_client_error)
}

fn as_client_error<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a keyfob::Error> {
    let of_copy = || error.downcast_ref::<MirrorError>().and_then(MirrorError::api_error);
    error.downcast_ref::<keyfob::Error>().or_else(of_copy)
}
