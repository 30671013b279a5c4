//! Request bodies: form, multipart, JSON, or without a content type.

use axum::RequestExt;
use axum::body::Bytes;
use axum::extract::{Multipart, Request};
use axum::http::header;
use url::form_urlencoded;

use crate::digitaleo::api_error::ApiError;
use crate::digitaleo::request::params::Params;

/// A file uploaded in a multipart body.
pub(in crate::digitaleo) struct UploadedFile {
    pub(in crate::digitaleo) field: String,
    pub(in crate::digitaleo) name: String,
    pub(in crate::digitaleo) bytes: Bytes,
}

/// Reads the parameters of the query and the body, and the uploaded files.
///
/// If the body contains a file, its other parts are ignored, and the parameters must be in the query.
pub(in crate::digitaleo) async fn read(request: Request) -> Result<(Params, Vec<UploadedFile>), ApiError> {
    let query = request.uri().query().unwrap_or_default();
    let mut params = Params::from_pairs(form_urlencoded::parse(query.as_bytes()).into_owned());
    let content_type = request.headers().get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if media == "multipart/form-data" {
        let (parts, files) = multipart(request).await?;
        if files.is_empty() {
            params.merge(Params::from_pairs(parts));
        }
        return Ok((params, files));
    }
    let body: Bytes = request.extract().await.map_err(|_| ApiError::bad_request("The body cannot be read"))?;
    let is_json = match media.as_str() {
        "application/json" => true,
        "application/x-www-form-urlencoded" => false,
        // Some clients send no content type.
        _ => body.trim_ascii_start().starts_with(b"{"),
    };
    if body.is_empty() {
        return Ok((params, Vec::new()));
    }
    params.merge(if is_json {
        let row = serde_json::from_slice(&body);
        Params::new(row.map_err(|_| ApiError::bad_request("The body is not a JSON object"))?)
    } else {
        Params::from_pairs(form_urlencoded::parse(&body).into_owned())
    });
    Ok((params, Vec::new()))
}

async fn multipart(request: Request) -> Result<(Vec<(String, String)>, Vec<UploadedFile>), ApiError> {
    let malformed = || ApiError::bad_request("The multipart body is malformed");
    let mut multipart: Multipart = request.extract().await.map_err(|_| malformed())?;
    let (mut parts, mut files) = (Vec::new(), Vec::new());
    while let Some(part) = multipart.next_field().await.map_err(|_| malformed())? {
        let field = part.name().unwrap_or_default().to_owned();
        match part.file_name().map(str::to_owned) {
            Some(name) => {
                let bytes = part.bytes().await.map_err(|_| malformed())?;
                files.push(UploadedFile { field, name, bytes });
            }
            None => parts.push((field, part.text().await.map_err(|_| malformed())?)),
        }
    }
    Ok((parts, files))
}
