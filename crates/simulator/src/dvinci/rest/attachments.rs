//! Attachments of applications and onboardings.

use serde_json::{Value, json};

use crate::dvinci::api_error::{ApiError, FieldErrors, HandlerResult, success};
use crate::dvinci::rest::crud;
use crate::dvinci::rest::request::ApiRequest;
use crate::dvinci::store::Store;
use crate::dvinci::store::files::{self, File, MAX_TOTAL_BYTES};
use crate::dvinci::store::table::Table;

pub(in crate::dvinci) fn list(store: &mut Store, request: &ApiRequest<'_>, table: Table) -> HandlerResult {
    let key = crud::find_key(store, request, table)?;
    let files = store.files.attached_to(table, key.number());
    Ok(files.iter().map(|file| info(file, table)).collect())
}

pub(in crate::dvinci) fn get(store: &mut Store, request: &ApiRequest<'_>, table: Table) -> HandlerResult {
    let file = find(store, request, table)?;
    let mut rendered = info(&file, table);
    rendered["contentAsBase64"] = file.content_base64();
    Ok(rendered)
}

/// Returns the attachment as PDF, in JSON as any other attachment.
pub(in crate::dvinci) fn pdf(store: &mut Store, request: &ApiRequest<'_>, table: Table) -> HandlerResult {
    let file = find(store, request, table)?.as_pdf().ok_or(ApiError::Forbidden)?;
    let mut rendered = file.info();
    if table == Table::Onboardings {
        rendered["employeeFileUpload"] = json!(file.uploaded_by_employee);
    }
    rendered["contentAsBase64"] = file.content_base64();
    Ok(rendered)
}

pub(in crate::dvinci) fn create(store: &mut Store, request: &ApiRequest<'_>, table: Table) -> HandlerResult {
    let key = crud::find_key(store, request, table)?;
    let body = request.object()?;
    let mut errors = FieldErrors::default();
    let file = files::from_body(&body, request.clock.next_timestamp(), &mut errors);
    if let Some(file) = &file {
        let before: usize = store.files.attached_to(table, key.number()).iter().map(|file| file.bytes.len()).sum();
        if before + file.bytes.len() > MAX_TOTAL_BYTES {
            errors.add_with_allowed("contentAsBase64", "maxFileSize", MAX_TOTAL_BYTES.to_string());
        }
        if file.media_type() == "application/octet-stream" {
            errors.add_with_value("filename", "formatNotAllowed", &json!(file.filename));
        }
    }
    errors.into_result()?;
    let mut file = file.expect("a file is decoded unless there are errors");
    file.conversion = (!file.media_type().starts_with("image/")).then_some("DONE");
    Ok(json!({ "id": store.files.attach(table, key.number(), file) }))
}

pub(in crate::dvinci) fn delete(store: &mut Store, request: &ApiRequest<'_>, table: Table) -> HandlerResult {
    if !request.caller.has_all_permissions {
        return Err(ApiError::Forbidden);
    }
    let key = crud::find_key(store, request, table)?;
    if store.files.detach(table, key.number(), request.param("attachmentId")) {
        Ok(success())
    } else {
        Err(ApiError::Forbidden)
    }
}

fn find(store: &Store, request: &ApiRequest<'_>, table: Table) -> Result<File, ApiError> {
    let key = crud::find_key(store, request, table)?;
    let file = store.files.find(table, key.number(), request.param("attachmentId"));
    file.cloned().ok_or(ApiError::Forbidden)
}

fn info(file: &File, table: Table) -> Value {
    let mut info = file.info();
    if table == Table::Onboardings {
        info["employeeFileUpload"] = json!(file.uploaded_by_employee);
    } else {
        info["conversionState"] = json!(file.conversion);
    }
    info
}
