//! Secrets of the credentials in use, replaced in everything that a server sent before it is printed.
//!
//! A server that repeats a request, in an error message or in a response, repeats its credentials.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use keyfob::SecretString;
use keyfob::auth::{Authenticator, ExposeSecret};
use url::form_urlencoded;

/// Text in place of a secret.
const REDACTED: &str = "[redacted]";
/// Length below which a secret is replaced only as a whole word, in bytes: `admin` must not change `administrator`.
const SHORT: usize = 8;
/// Length below which a text is not treated as a secret, in bytes.
const MIN: usize = 3;

/// Secrets of this process, which runs one command.
static KNOWN: Mutex<Known> = Mutex::new(Known { secrets: Vec::new(), authenticators: Vec::new() });

struct Known {
    secrets: Vec<SecretString>,
    /// Sources of tokens, which change while the command runs.
    authenticators: Vec<Authenticator>,
}

/// Records a secret, with the forms in which requests contain it.
pub(crate) fn remember(secret: &str) {
    let json = serde_json::Value::from(secret).to_string();
    record([secret.to_owned(), json.trim_matches('"').to_owned(), form_encoded(secret)]);
}

/// Records the forms in which HTTP Basic authentication contains an id and a secret.
pub(crate) fn remember_basic(id: &str, secret: &str) {
    // Padding is left out: it is not part of what identifies the text.
    let encoded = |id: &str, secret: &str| STANDARD_NO_PAD.encode(format!("{id}:{secret}"));
    record([encoded(id, secret), encoded(&form_encoded(id), &form_encoded(secret))]);
}

/// Records the tokens that this authenticator has while the command runs.
pub(crate) fn watch(authenticator: &Authenticator) {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).authenticators.push(authenticator.clone());
}

/// Replaces the known secrets in a text.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    replace_all(text, &known())
}

/// Replaces the known secrets in the strings of a JSON document. Numbers are not changed.
pub(crate) fn clean_json(text: &str) -> Cow<'_, str> {
    let secrets = known();
    if !secrets.iter().any(|secret| text.contains(secret.expose_secret())) {
        return Cow::Borrowed(text);
    }
    let mut cleaned = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('"') {
        let (before, string) = rest.split_at(start + 1);
        let (string, after) = string.split_at(end_of_string(string));
        cleaned.push_str(before);
        cleaned.push_str(&replace_all(string, &secrets));
        // The closing quote, which a valid document has.
        let quote = usize::from(!after.is_empty());
        cleaned.push_str(&after[..quote]);
        rest = &after[quote..];
    }
    cleaned.push_str(rest);
    Cow::Owned(cleaned)
}

/// Returns the length of a JSON string up to its closing quote.
fn end_of_string(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    end.unwrap_or(text.len())
}

fn form_encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn record(secrets: impl IntoIterator<Item = String>) {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    for secret in secrets.into_iter().filter(|secret| secret.len() >= MIN) {
        known.secrets.push(secret.into());
    }
}

/// Returns the known secrets, the longest first: a form of a secret may contain another.
fn known() -> Vec<SecretString> {
    let known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let tokens = known.authenticators.iter().filter_map(Authenticator::current_token);
    let mut secrets: Vec<_> = known.secrets.iter().cloned().chain(tokens).collect();
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.expose_secret().len()));
    secrets
}

fn replace_all<'t>(text: &'t str, secrets: &[SecretString]) -> Cow<'t, str> {
    let mut text = Cow::Borrowed(text);
    for secret in secrets.iter().map(ExposeSecret::expose_secret) {
        if text.contains(secret) {
            text = Cow::Owned(replace(&text, secret));
        }
    }
    text
}

fn replace(text: &str, secret: &str) -> String {
    if secret.len() >= SHORT {
        return text.replace(secret, REDACTED);
    }
    let mut replaced = String::with_capacity(text.len());
    let mut last = 0;
    for (start, _) in text.match_indices(secret) {
        let end = start + secret.len();
        let joins = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        if !joins(text[..start].chars().next_back()) && !joins(text[end..].chars().next()) {
            replaced.extend([&text[last..start], REDACTED]);
            last = end;
        }
    }
    replaced.push_str(&text[last..]);
    replaced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_replaced_in_every_form_that_requests_contain() {
        remember("pass \"w&rd\" 1");
        remember_basic("id/é", "pass \"w&rd\" 1");
        let basic = STANDARD_NO_PAD.encode("id/é:pass \"w&rd\" 1");
        for text in [
            "wrong: pass \"w&rd\" 1",
            r#"{"password":"pass \"w&rd\" 1"}"#,
            "password=pass+%22w%26rd%22+1&x=1",
            &format!("Authorization: Basic {basic}="),
        ] {
            let cleaned = clean(text);
            assert!(cleaned.contains(REDACTED) && !cleaned.contains("w&rd") && !cleaned.contains(&basic), "{cleaned}");
        }
        assert_eq!(clean("another text"), "another text");
    }

    #[test]
    fn a_short_secret_is_replaced_as_a_word_and_numbers_stay() {
        remember("4711");
        assert_eq!(clean("4711 is not 47110, 'x4711' or (4711)"), "[redacted] is not 47110, 'x4711' or ([redacted])");
        let json = r#"{"a\"b":4711,"c":"4711","d":["x 4711 \\",4711]}"#;
        assert_eq!(clean_json(json), r#"{"a\"b":4711,"c":"[redacted]","d":["x [redacted] \\",4711]}"#);
        assert_eq!(clean_json(r#"{"id":47}"#), r#"{"id":47}"#);
    }
}
