//! Google service account with a generated key and a local token endpoint.

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Returns the JSON of a service account whose tokens come from this endpoint.
pub(super) fn service_account(endpoint: &str) -> Result<Value, String> {
    let key = KeyPair::generate(KeySize::Rsa2048).map_err(|error| error.to_string())?;
    let der: Pkcs8V1Der<'_> = key.as_der().map_err(|error| error.to_string())?;
    let kind = "PRIVATE KEY";
    let pem = format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", STANDARD.encode(der.as_ref()));
    Ok(json!({
        "type": "service_account",
        "project_id": "project",
        "private_key_id": "key",
        "private_key": pem,
        "client_email": "client@example.com",
        "client_id": "client",
        "token_uri": endpoint,
    }))
}
