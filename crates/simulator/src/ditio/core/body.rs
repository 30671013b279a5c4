//! JSON request bodies.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::ditio::core::api_error::ApiError;

/// Extractor of a JSON body; the media type must be JSON.
pub(super) struct Body(pub(super) Value);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let content_type = request.headers().get(header::CONTENT_TYPE);
        let media = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
        let bytes = Bytes::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        if !media.contains("json") {
            let message = "The body has to be application/json.";
            return Err(
                ApiError::simple(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", message).into_response()
            );
        }
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|_| ApiError::field("$", "The body is not valid JSON.").into_response())
    }
}
