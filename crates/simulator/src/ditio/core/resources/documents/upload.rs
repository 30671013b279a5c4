//! Uploads: check the size of the request, then each part, then store all parts or none.

use axum::Json;
use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Multipart, Path, Request, State};
use axum::http::{StatusCode, header};
use serde_json::{Value, json};

use crate::ditio::core::api_error::ApiError;
use crate::ditio::core::resources::documents::{File, Owner, content, file_references};
use crate::ditio::core::state::Core;
use crate::state::clock::format_iso;
use crate::web::{Query, drain};

/// Size from which a request is rejected before any other check, in bytes.
const MIN_REJECTED_BYTES: usize = 30_000_000;

pub(super) async fn upload<const PROJECT: bool>(
    State(core): State<Core>,
    Path(id): Path<String>,
    query: Query,
    request: Request,
) -> Result<Json<Value>, ApiError> {
    let owner = Owner::new(PROJECT);
    let request = buffer_body(request).await?;
    let file_parts = file_parts(request).await?;
    let mut data = core.data();
    let default = owner.default_section(&data, &id)?;
    if file_parts.is_empty() {
        return Err(ApiError::field("file", "The File field is required."));
    }
    for (name, bytes) in &file_parts {
        content::check(name, bytes).map_err(|message| ApiError::field("file", message))?;
    }
    let section = query.non_blank("section").map_or(default, str::to_owned);
    let replace =
        query.non_blank("replaceExistingFilesWithSameName").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let created = format_iso(core.shared.clock.next_timestamp());
    let uploaded: Vec<File> = file_parts
        .into_iter()
        .map(|(name, bytes)| File { id: core.ids.next(), name, bytes, created: created.clone() })
        .collect();
    let documents = &mut data.documents;
    let page = documents.folders.entry(id.clone()).or_default().page(owner, &id, &section);
    if replace {
        let is_replaced = |file: &File| uploaded.iter().any(|new| new.name == file.name);
        documents.owners.retain(|new, _| !page.files.iter().any(|file| file.id == *new && is_replaced(file)));
        page.files.retain(|file| !is_replaced(file));
    }
    for file in &uploaded {
        documents.owners.insert(file.id.clone(), id.clone());
        page.files.push(file.clone());
    }
    Ok(Json(json!({
        "successful": true,
        "message": "Documents uploaded and attached ok",
        "section": page.section,
        "pageExternalId": page.external_id,
        "files": uploaded.iter().map(view).collect::<Value>(),
        "infoPageFiles": file_references(&page.files),
    })))
}

fn view(file: &File) -> Value {
    json!({
        "name": file.name,
        "size": file.bytes.len(),
        "url": format!("/api/file/{}", file.id),
        "fileReference": {
            "id": file.id,
            "collectionRef": "InfoMessage",
            "fileNameOrig": file.name,
            "fileType": content::extension(&file.name).unwrap_or_default(),
            "fileSize": file.bytes.len(),
            "createdDateTime": file.created,
        },
    })
}

/// Reads the body of a request. A body that is too large is drained, so that the client receives the response.
async fn buffer_body(request: Request) -> Result<Request, ApiError> {
    let too_large = || ApiError::simple(StatusCode::PAYLOAD_TOO_LARGE, "PayloadTooLarge", "Request body too large.");
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()).and_then(|text| text.parse::<usize>().ok());
    let (head, body) = request.into_parts();
    if length.is_some_and(|length| length >= MIN_REJECTED_BYTES) {
        drain(body).await;
        return Err(too_large());
    }
    let bytes = to_bytes(body, MIN_REJECTED_BYTES - 1).await.map_err(|_| too_large())?;
    Ok(Request::from_parts(head, bytes.into()))
}

/// Returns file name and bytes of the parts named `file`.
async fn file_parts(request: Request) -> Result<Vec<(String, Bytes)>, ApiError> {
    let invalid = || ApiError::field("file", "The multipart body is not valid.");
    let mut multipart = Multipart::from_request(request, &()).await.map_err(|_| {
        let message = "The body has to be multipart/form-data.";
        ApiError::simple(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", message)
    })?;
    let mut file_parts = Vec::new();
    while let Some(part) = multipart.next_field().await.map_err(|_| invalid())? {
        if part.name().is_none_or(|name| !name.eq_ignore_ascii_case("file")) {
            continue;
        }
        let name = content::clean_name(part.file_name().unwrap_or("file"));
        file_parts.push((name, part.bytes().await.map_err(|_| invalid())?));
    }
    Ok(file_parts)
}
