//! The token endpoint: credentials in the body, in any encoding; responses as a well-known PHP OAuth server sends them.

use std::time::Duration;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::digitaleo::Digitaleo;
use crate::digitaleo::request::body;
use crate::digitaleo::request::params::Params;
use crate::state::tokens::{Grant, TokenFormat};
use crate::vendor::Vendor;
use crate::vendor::credentials::{
    DIGITALEO_CLIENT_ID, DIGITALEO_CLIENT_SECRET, DIGITALEO_FACEBOOK_TOKEN, DIGITALEO_PASSWORD, DIGITALEO_USERNAME,
};

/// Lifetime of access tokens.
const LIFETIME: Duration = Duration::from_secs(3600);
/// Lifetime of refresh tokens.
const REFRESH_LIFETIME: Duration = Duration::from_secs(14 * 86_400);
const SCOPE: &str = "basic";

/// An OAuth 2.0 error: code and description.
struct OAuthError(&'static str, String);

pub(in crate::digitaleo) async fn token(State(digitaleo): State<Digitaleo>, request: Request) -> Response {
    if request.method() != Method::POST {
        let (_, body) = request.into_parts();
        crate::web::drain(body).await;
        let description = "The request method must be POST when requesting an access token";
        return uncached(
            StatusCode::METHOD_NOT_ALLOWED,
            &error_body(&OAuthError("invalid_request", description.to_owned())),
        );
    }
    let params = match body::read(request).await {
        Ok((params, _)) => params,
        Err(error) => return error.into_response(),
    };
    match grant(&digitaleo, &params) {
        Ok(body) => uncached(StatusCode::OK, &body),
        Err(error) => uncached(StatusCode::BAD_REQUEST, &error_body(&error)),
    }
}

fn grant(digitaleo: &Digitaleo, params: &Params) -> Result<Value, OAuthError> {
    let shared = &digitaleo.shared;
    let missing = |name: &str| OAuthError("invalid_request", format!("Missing parameters: {name} required"));
    let Some(grant_type) = params.text("grant_type") else {
        let description = "The grant type was not specified in the request";
        return Err(OAuthError("invalid_request", description.to_owned()));
    };
    let (Some(id), Some(secret)) = (params.text("client_id"), params.text("client_secret")) else {
        let description = "Client credentials were not found in the headers or body";
        return Err(OAuthError("invalid_client", description.to_owned()));
    };
    if id != DIGITALEO_CLIENT_ID
        || secret != DIGITALEO_CLIENT_SECRET
        || shared.tokens.is_client_disabled(Vendor::Digitaleo)
    {
        return Err(OAuthError("invalid_client", "The client credentials are invalid".to_owned()));
    }
    match grant_type.as_str() {
        "client_credentials" => Ok(issue(digitaleo, DIGITALEO_CLIENT_ID, "access", false)),
        "password" | "digitaleo_finaluser" => {
            let name = params.text("username").ok_or_else(|| missing("\"username\" and \"password\""))?;
            if name != DIGITALEO_USERNAME || params.text("password").as_deref() != Some(DIGITALEO_PASSWORD) {
                let description = "Invalid username and password combination";
                return Err(OAuthError("invalid_grant", description.to_owned()));
            }
            let kind = if grant_type == "password" { "access" } else { "enduser" };
            Ok(issue(digitaleo, DIGITALEO_USERNAME, kind, true))
        }
        "facebook_finaluser" => {
            let token = params.text("token").ok_or_else(|| missing("\"token\""))?;
            if token != DIGITALEO_FACEBOOK_TOKEN {
                return Err(OAuthError("invalid_grant", "Invalid token".to_owned()));
            }
            Ok(issue(digitaleo, DIGITALEO_USERNAME, "enduser", true))
        }
        "refresh_token" => {
            let token = params.text("refresh_token").ok_or_else(|| missing("\"refresh_token\""))?;
            let kind = match shared.tokens.check(&shared.clock, Vendor::Digitaleo, &token) {
                Ok(grant) if grant.kind == "refresh" => "access",
                Ok(grant) if grant.kind == "enduser-refresh" => "enduser",
                _ => return Err(OAuthError("invalid_grant", "Invalid refresh token".to_owned())),
            };
            // The refresh token is not rotated.
            Ok(issue(digitaleo, DIGITALEO_USERNAME, kind, false))
        }
        other => {
            let description = format!("Grant type \"{other}\" not supported");
            Err(OAuthError("unsupported_grant_type", description))
        }
    }
}

fn issue(digitaleo: &Digitaleo, client: &str, kind: &'static str, with_refresh: bool) -> Value {
    let shared = &digitaleo.shared;
    let grant = |kind| Grant { client: client.to_owned(), kind, scopes: vec![SCOPE.to_owned()] };
    let mut claims = Map::new();
    for (name, value) in [("id", client), ("scope", SCOPE), ("token_type", "bearer")] {
        claims.insert(name.to_owned(), json!(value));
    }
    let form = TokenFormat::Jwt { algorithm: "RS256", claims };
    let issued = shared.tokens.issue(&shared.clock, Vendor::Digitaleo, grant(kind), Some(LIFETIME), form);
    let mut response = json!({ "access_token": issued.token, "token_type": "bearer", "scope": SCOPE });
    if let Some(expires_in) = issued.expires_in {
        response["expires_in"] = expires_in;
    }
    if with_refresh {
        let kind = if kind == "access" { "refresh" } else { "enduser-refresh" };
        let form = TokenFormat::Opaque { length: 40 };
        let refresh = shared.tokens.issue(&shared.clock, Vendor::Digitaleo, grant(kind), Some(REFRESH_LIFETIME), form);
        response["refresh_token"] = json!(refresh.token);
    }
    response
}

fn error_body(error: &OAuthError) -> Value {
    json!({ "error": error.0, "error_description": error.1 })
}

fn uncached(status: StatusCode, body: &Value) -> Response {
    let headers = [(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")];
    (status, headers, Json(body)).into_response()
}
