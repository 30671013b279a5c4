//! Files by id, independent of their owner.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use url::form_urlencoded;

use crate::ditio::core::api_error::ApiError;
use crate::ditio::core::resources::documents::{File, content};
use crate::ditio::core::state::Core;
use crate::ditio::reporting::tables::store::Store;

/// Builds the response with the bytes and the name of a file.
pub(super) fn response(file: &File, media: &'static str, disposition: &str) -> Response {
    let ascii: String = file
        .name
        .chars()
        .map(|c| if c.is_ascii_graphic() && c != '"' && c != '\\' || c == ' ' { c } else { '_' })
        .collect();
    let encoded: String = form_urlencoded::byte_serialize(file.name.as_bytes()).collect();
    let encoded = encoded.replace('+', "%20").replace('*', "%2A");
    let value = format!("{disposition}; filename=\"{ascii}\"; filename*=UTF-8''{encoded}");
    let mut response = Body::from(file.bytes.clone()).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    let value = HeaderValue::try_from(value).expect("only ASCII letters");
    response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    response
}

/// Responds with a file. The stored bytes decide the media type; types that a browser may display are sent inline.
pub(super) async fn stream(State(core): State<Core>, Path(id): Path<String>) -> Result<Response, ApiError> {
    let data = core.data();
    let documents = &data.documents;
    let Some(file) = documents.owners.get(&id).and_then(|owner| documents.file(owner, &id)) else {
        // Files that the reporting API's records refer to are served here too.
        let store = core.shared.extensions.get::<Store>();
        return store
            .and_then(|store| store.file(&id))
            .map(IntoResponse::into_response)
            .ok_or_else(ApiError::not_found);
    };
    Ok(match content::media_type(&file.bytes) {
        Some(media) => response(file, media, "inline"),
        None => response(file, "application/octet-stream", "attachment"),
    })
}

pub(super) async fn delete(State(core): State<Core>, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    core.data().documents.remove_file(&id).map(|()| StatusCode::NO_CONTENT).ok_or_else(ApiError::not_found)
}
