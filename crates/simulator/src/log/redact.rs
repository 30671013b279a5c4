//! Redaction of secrets in logged requests. Bodies that cannot be parsed are logged as size and type only.

use axum::http::{HeaderName, HeaderValue};
use serde_json::Value;
use url::form_urlencoded;

use crate::vendor::credentials::{SECRET_NAMES, SECRETS};

const REDACTED: &str = "[redacted]";

/// Redacts the value of a header.
pub(super) fn header(name: &HeaderName, value: &HeaderValue) -> String {
    let text = String::from_utf8_lossy(value.as_bytes());
    if !is_secret(name.as_str()) {
        return redact_known_secrets(&text);
    }
    // The scheme of `Authorization` is not secret, and tests check it.
    match text.split_once(' ') {
        Some((scheme, _)) if scheme.chars().all(char::is_alphabetic) => format!("{scheme} {REDACTED}"),
        _ => REDACTED.to_owned(),
    }
}

/// Redacts the values of secret parameters in a query string.
pub(super) fn query(query: &str) -> String {
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if is_secret(name) => format!("{name}={REDACTED}"),
        _ => redact_known_secrets(pair),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// Redacts a form or a JSON document. Returns size and type of other bodies and of bodies longer than `prefix`.
pub(super) fn body(content_type: &str, prefix: &[u8], length: usize) -> String {
    let media = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if length == 0 {
        return String::new();
    }
    if prefix.len() == length {
        if media == "application/x-www-form-urlencoded" {
            return form(prefix);
        }
        if let Ok(mut value) = serde_json::from_slice(prefix) {
            json(&mut value);
            return value.to_string();
        }
    }
    format!("[{length} bytes of {}]", if media.is_empty() { "no type" } else { &media })
}

fn form(bytes: &[u8]) -> String {
    let pairs = form_urlencoded::parse(bytes).map(|(name, value)| {
        let redacted = if is_secret(&name) { REDACTED.to_owned() } else { redact_known_secrets(&value) };
        format!("{name}={redacted}")
    });
    pairs.collect::<Vec<_>>().join("&")
}

fn json(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if is_secret(name) && (member.is_string() || member.is_number()) {
                    *member = Value::from(REDACTED);
                } else {
                    json(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(json),
        Value::String(text) => *text = redact_known_secrets(text),
        _ => {}
    }
}

fn is_secret(name: &str) -> bool {
    let plain: String = name.chars().filter(|c| !matches!(c, '-' | '_')).collect::<String>().to_ascii_lowercase();
    SECRET_NAMES.contains(&plain.as_str())
}

/// Redacts the simulator's own secrets anywhere in a text.
fn redact_known_secrets(text: &str) -> String {
    SECRETS.iter().fold(
        text.to_owned(),
        |text, secret| {
            if text.contains(secret) { text.replace(secret, REDACTED) } else { text }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(media: &str, sent: &str, expected: &str) {
        assert_eq!(body(media, sent.as_bytes(), sent.len()), expected);
    }

    #[test]
    fn secrets_in_forms_and_documents_are_replaced_by_name() {
        check(
            "application/x-www-form-urlencoded",
            "client_id=a&client_secret=s%20s&grant_type=client_credentials",
            "client_id=a&client_secret=[redacted]&grant_type=client_credentials",
        );
        check("application/json", r#"{"a":[{"Password":"x"}],"b":1}"#, r#"{"a":[{"Password":"[redacted]"}],"b":1}"#);
    }

    #[test]
    fn bodies_that_cannot_be_parsed_are_logged_as_size_and_type() {
        check("application/json", r#"{"password":"cut"#, "[16 bytes of application/json]");
        check("multipart/form-data; boundary=x", "--x password", "[12 bytes of multipart/form-data]");
    }

    #[test]
    fn the_simulators_own_secrets_are_found_under_any_name() {
        let sent = format!(r#"{{"note":"use {}"}}"#, SECRETS[0]);
        check("application/json", &sent, r#"{"note":"use [redacted]"}"#);
        assert_eq!(query("a=1&access_token=x"), "a=1&access_token=[redacted]");
    }
}
