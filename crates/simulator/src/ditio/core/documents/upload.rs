//! Uploads: the size of the whole request first, then its parts, then all or nothing.

use axum::Json;
use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Multipart, Path, Request, State};
use axum::http::{StatusCode, header};
use serde_json::{Value, json};

use super::{File, Owner, content, references};
use crate::ditio::core::problem::Problem;
use crate::ditio::core::state::Core;
use crate::state::clock::format_iso;
use crate::web::{Query, drain};

/// From this size of the whole request on, it is refused before anything else is looked at.
const TOO_LARGE: usize = 30_000_000;

pub(super) async fn upload<const PROJECT: bool>(
    State(core): State<Core>,
    Path(id): Path<String>,
    query: Query,
    request: Request,
) -> Result<Json<Value>, Problem> {
    let owner = Owner::of(PROJECT);
    let request = sized(request).await?;
    let parts = parts(request).await?;
    let mut data = core.data();
    let default = owner.default_section(&data, &id)?;
    if parts.is_empty() {
        return Err(Problem::field("file", "The File field is required."));
    }
    for (name, bytes) in &parts {
        content::check(name, bytes).map_err(|why| Problem::field("file", why))?;
    }
    let section = query.non_blank("section").map_or(default, str::to_owned);
    let replace =
        query.non_blank("replaceExistingFilesWithSameName").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let created = format_iso(core.shared.clock.next_timestamp());
    let uploaded: Vec<File> = parts
        .into_iter()
        .map(|(name, bytes)| File { id: core.ids.next(), name, bytes, created: created.clone() })
        .collect();
    let documents = &mut data.documents;
    let page = documents.folders.entry(id.clone()).or_default().page(owner, &id, &section);
    if replace {
        let is_replaced = |file: &File| uploaded.iter().any(|new| new.name == file.name);
        documents.owners.retain(|of, _| !page.files.iter().any(|file| file.id == *of && is_replaced(file)));
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
        "files": uploaded.iter().map(shown).collect::<Value>(),
        "infoPageFiles": references(&page.files),
    })))
}

fn shown(file: &File) -> Value {
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

/// The request with its body read; what is too large is read to the end, so that the client gets the answer.
async fn sized(request: Request) -> Result<Request, Problem> {
    let too_large = || Problem::simple(StatusCode::PAYLOAD_TOO_LARGE, "PayloadTooLarge", "Request body too large.");
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()).and_then(|text| text.parse::<usize>().ok());
    let (head, body) = request.into_parts();
    if length.is_some_and(|length| length >= TOO_LARGE) {
        drain(body).await;
        return Err(too_large());
    }
    let bytes = to_bytes(body, TOO_LARGE - 1).await.map_err(|_| too_large())?;
    Ok(Request::from_parts(head, bytes.into()))
}

/// The parts named `file`, with the names of their files.
async fn parts(request: Request) -> Result<Vec<(String, Bytes)>, Problem> {
    let broken = || Problem::field("file", "The multipart body is not valid.");
    let mut multipart = Multipart::from_request(request, &()).await.map_err(|_| {
        let why = "The body has to be multipart/form-data.";
        Problem::simple(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", why)
    })?;
    let mut parts = Vec::new();
    while let Some(part) = multipart.next_field().await.map_err(|_| broken())? {
        if part.name().is_none_or(|name| !name.eq_ignore_ascii_case("file")) {
            continue;
        }
        let name = content::clean_name(part.file_name().unwrap_or("file"));
        parts.push((name, part.bytes().await.map_err(|_| broken())?));
    }
    Ok(parts)
}
