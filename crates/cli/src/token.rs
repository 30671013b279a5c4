//! `keyfob token`: fetches a token and prints its lifetime, scopes and claims.

use std::io::IsTerminal;
use std::time::Duration;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyfob::auth::{ErrorKind, ExposeSecret};
use serde_json::{Map, Value, json};

use crate::args::Token;
use crate::console::{FAINT, TITLE, json as print_json, line, paint, printable};
use crate::exit::ApiContext;
use crate::redact;
use crate::registry;
use crate::usage_error::UsageError;

/// Maximum length of a claim on a terminal, in characters. Tokens of Digitaleo have up to 50,000.
const MAX_CLAIM: usize = 200;

pub(crate) async fn run(args: &Token) -> anyhow::Result<()> {
    let api = registry::api(&args.api)?;
    let settings = api.settings(args.connection.clone())?;
    let session = (api.connect)(&settings)?;
    let authenticator = session.authenticator().context("the client has no credentials")?;
    if settings.no_retry() {
        authenticator.authorization_without_retry().await.context(ApiContext(api))?;
    }
    let token = authenticator.access_token().await.map_err(|error| match error.kind() {
        ErrorKind::Configuration => UsageError::new(format!("{error}; call an operation to check them")).into(),
        _ => anyhow::Error::new(error).context(ApiContext(api)),
    })?;
    let info = authenticator.token_info().context("the token was dropped after it was fetched")?;
    let claims = claims(token.expose_secret());
    let scopes: Vec<_> = info.scopes.iter().map(|scope| redact::clean(scope)).collect();
    let token_type = info.token_type.as_deref().map(redact::clean);
    let shown = args.show.then(|| token.expose_secret());
    if args.json || !std::io::stdout().is_terminal() {
        let mut report = json!({
            "api": api.name,
            "type": token_type,
            "lifetimeSeconds": info.lifetime.map(|lifetime| lifetime.as_secs()),
            "remainingSeconds": info.remaining.map(|remaining| remaining.as_secs()),
            "scopes": scopes,
            "claims": claims,
        });
        if let Some(token) = shown {
            report["token"] = token.into();
        }
        return Ok(print_json(&report)?);
    }
    line(paint(TITLE, api.title))?;
    let row = |name: &str, value: String| line(format_args!("  {} {value}", paint(FAINT, format_args!("{name:<10}"))));
    row("type", token_type.map_or_else(|| "not stated".to_owned(), |kind| printable(&kind)))?;
    row(
        "lifetime",
        info.lifetime.map_or_else(|| "unknown: used until the service rejects it".to_owned(), format_duration),
    )?;
    if let Some(remaining) = info.remaining {
        row("remaining", format_duration(remaining))?;
    }
    row("scopes", if scopes.is_empty() { "not stated".to_owned() } else { printable(&scopes.join(" ")) })?;
    match &claims {
        Some(claims) => {
            row("claims", "as stated by the token; its signature is not verified".to_owned())?;
            let width = claims.keys().map(String::len).max().unwrap_or_default();
            for (name, value) in claims {
                let name = printable(name);
                line(format_args!("    {} {}", paint(FAINT, format_args!("{name:<width$}")), claim(&name, value)))?;
            }
        }
        None => row("claims", "none: the token is not a JWT".to_owned())?,
    }
    match shown {
        Some(token) => row("token", token.to_owned())?,
        None => row("token", "hidden; use --show to print it".to_owned())?,
    }
    Ok(())
}

/// Returns the claims of a JWT without verifying its signature; `None` if the token is not a JWT.
fn claims(token: &str) -> Option<Map<String, Value>> {
    let mut parts = token.split('.');
    let (_, claims, _) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
    serde_json::from_str(&redact::clean_json(std::str::from_utf8(&bytes).ok()?)).ok()
}

/// Formats a claim as one line. Timestamps (`exp`, `iat`, `nbf`, `auth_time`) get their date.
fn claim(name: &str, value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(|value| claim("", value)).collect::<Vec<_>>().join(" "),
        value => value.to_string(),
    };
    let text = shorten(&printable(&text));
    let timestamp = value.as_i64().filter(|_| ["exp", "iat", "nbf", "auth_time"].contains(&name));
    match timestamp.and_then(|seconds| chrono::DateTime::from_timestamp(seconds, 0)) {
        Some(date) => format!("{text} ({})", date.format("%Y-%m-%d %H:%M:%S UTC")),
        None => text,
    }
}

/// Cuts a text after [`MAX_CLAIM`] characters, and appends its length.
fn shorten(text: &str) -> String {
    match text.char_indices().nth(MAX_CLAIM) {
        Some((end, _)) => format!("{}… ({} characters; --json prints all)", &text[..end], text.chars().count()),
        None => text.to_owned(),
    }
}

fn format_duration(duration: Duration) -> String {
    let (minutes, seconds) = (duration.as_secs() / 60, duration.as_secs() % 60);
    match (minutes, seconds) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, 0) => format!("{minutes} min"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_read_from_jwts_only() {
        let payload = URL_SAFE_NO_PAD.encode(r#"{"client_id":"a","exp":0}"#);
        let claims = claims(&format!("e30.{payload}.c2ln")).unwrap();
        assert_eq!(claims["client_id"], "a");
        assert_eq!(claim("exp", &claims["exp"]), "0 (1970-01-01 00:00:00 UTC)");
        for token in ["opaque", "a.b", "a.b.c", ""] {
            assert!(super::claims(token).is_none(), "{token}");
        }
    }

    #[test]
    fn a_long_claim_is_shortened_and_its_length_reported() {
        let long = "å".repeat(300);
        assert_eq!(claim("padding", &json!(long)), format!("{}… (300 characters; --json prints all)", "å".repeat(200)));
        assert_eq!(claim("padding", &json!("å".repeat(200))), "å".repeat(200));
    }

    #[test]
    fn lifetimes_are_minutes_and_seconds() {
        assert_eq!(format_duration(Duration::from_secs(1800)), "30 min");
        assert_eq!(format_duration(Duration::from_secs(125)), "2 min 5 s");
        assert_eq!(format_duration(Duration::from_secs(9)), "9 s");
    }
}
