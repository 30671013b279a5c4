//! How a command fails: one line that says what to do, the service's own words, and a status for scripts.

use std::error::Error as StdError;
use std::fmt;
use std::process::ExitCode;

use keyfob::{ErrorKind, auth};

use crate::console::{BAD, FAINT, note, paint};
use crate::registry::Api;

/// A command line or configuration that cannot work; nothing was sent.
#[derive(Debug)]
pub(crate) struct Usage {
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Usage {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), source: None }
    }

    pub(crate) fn caused(source: impl StdError + Send + Sync + 'static, message: impl Into<String>) -> Self {
        Self { message: message.into(), source: Some(Box::new(source)) }
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Usage {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// Which API a failure is of, for advice. Added to an error's chain; shown only as that advice.
pub(crate) struct At(pub(crate) &'static Api);

impl fmt::Debug for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.title)
    }
}

/// Added to the chain of what failed in the middle of an export: what came before is kept.
#[cfg(feature = "ditio-reporting")]
#[derive(Debug)]
pub(crate) struct Kept;

#[cfg(feature = "ditio-reporting")]
impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what came before is kept: the same command with --resume goes on from there")
    }
}

/// Says what failed on the standard error, and gives the exit status.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    note(format_args!("{} {}", paint(BAD, "error:"), summary(error)));
    for line in said(error) {
        note(format_args!("  {line}"));
    }
    if let Some(advice) = advice(error) {
        note(paint(FAINT, format_args!("  {advice}")));
    }
    #[cfg(feature = "ditio-reporting")]
    if let Some(kept) = error.downcast_ref::<Kept>() {
        note(paint(FAINT, format_args!("  {kept}")));
    }
    ExitCode::from(status(error))
}

/// The exit status: the table in this crate's README.
fn status(error: &anyhow::Error) -> u8 {
    if error.downcast_ref::<Usage>().is_some() {
        return 2;
    }
    if let Some(error) = find::<auth::Error>(error) {
        return match error.kind() {
            auth::ErrorKind::Configuration => 2,
            auth::ErrorKind::Refused => 3,
            auth::ErrorKind::Unavailable => 5,
            _ => 1,
        };
    }
    let Some(error) = find::<keyfob::Error>(error) else { return 1 };
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

/// One line: the error, and its deepest cause.
fn summary(error: &anyhow::Error) -> String {
    let advised = usize::from(error.downcast_ref::<At>().is_some());
    #[cfg(feature = "ditio-reporting")]
    let advised = advised + usize::from(error.downcast_ref::<Kept>().is_some());
    let mut chain: Vec<String> = error.chain().skip(advised).map(ToString::to_string).collect();
    chain.dedup();
    let line = match find::<auth::Error>(error) {
        // "No token to authorize the call with" is no news beside the reason.
        Some(auth) if find::<keyfob::Error>(error).is_some() => {
            let operation = find::<keyfob::Error>(error).and_then(keyfob::Error::operation);
            let cause = auth.source().map(deepest).map_or_else(String::new, |cause| format!(" ({cause})"));
            format!("{}{auth}{cause}", operation.map_or_else(String::new, |operation| format!("{operation}: ")))
        }
        _ => match (chain.first(), chain.last()) {
            (Some(first), Some(last)) if chain.len() > 1 && first.ends_with('?') => format!("{first} ({last})"),
            (Some(first), Some(last)) if chain.len() > 1 => format!("{first}: {last}"),
            (Some(only), _) => only.clone(),
            _ => String::from("unknown"),
        },
    };
    // The libraries name what helps in Rust; here it is a flag.
    let line = line.replace("`TransportConfig::allow_plain_http`", "--allow-plain-http");
    line.replace("TransportConfig::allow_plain_http", "--allow-plain-http").replace('\n', " ")
}

fn deepest<'a>(mut error: &'a (dyn StdError + 'static)) -> &'a (dyn StdError + 'static) {
    while let Some(source) = error.source() {
        error = source;
    }
    error
}

/// What the service itself says, for the person who called it.
fn said(error: &anyhow::Error) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(error) = find::<auth::Error>(error) {
        let said: Vec<_> = [error.code(), error.description()].into_iter().flatten().collect();
        // A code alone stands in the first line already, unless it is none of the standard ones.
        if error.description().is_some() || error.code().is_some_and(|code| !error.to_string().contains(code)) {
            lines.push(format!("the service says: {}", said.join(": ")));
        }
    } else if let Some(api) = find::<keyfob::Error>(error).and_then(keyfob::Error::api) {
        let said: Vec<_> = [api.code(), api.message()].into_iter().flatten().collect();
        if !said.is_empty() {
            let said = if said.first() == said.last() { said[0].to_owned() } else { said.join(": ") };
            lines.push(format!("the service says: {said}"));
        }
        let fields = api.fields().iter().filter(|field| !field.field.is_empty());
        lines.extend(fields.map(|field| {
            let text = if field.message.is_empty() { field.code.as_deref().unwrap_or("wrong") } else { &field.message };
            format!("{}: {text}", field.field)
        }));
    }
    // A service must not be able to draw on the terminal.
    lines.iter().map(|line| line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()).collect()
}

/// What to look at.
fn advice(error: &anyhow::Error) -> Option<String> {
    let api = error.downcast_ref::<At>()?.0;
    let hosts = || api.hosts().map(|(_, variable)| variable.name()).collect::<Vec<_>>().join(", ");
    match (status(error), find::<auth::Error>(error)) {
        (3, Some(_)) => Some(format!("check {}, and that they are of this environment", api.credentials())),
        (4, None) if said(error).is_empty() => {
            Some(format!("if nothing is found at all, check {}, or --base-url", hosts()))
        }
        (5, _) | (1, Some(_)) => Some(format!("check {}, or --base-url", hosts())),
        _ => None,
    }
}

fn find<T: StdError + 'static>(error: &anyhow::Error) -> Option<&T> {
    error.chain().find_map(|error| error.downcast_ref())
}
