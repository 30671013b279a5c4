//! Attachments of applications and onboardings.

use serde_json::{Value, json};

use super::call::Call;
use super::crud;
use super::files::{self, File, MAX_FILES};
use super::reply::{Answer, Errors, Refusal, success};
use super::store::Store;
use super::table::Table;

pub(super) fn list(store: &mut Store, call: &Call<'_>, table: Table) -> Answer {
    let key = crud::find(store, call, table)?;
    let files = store.files.of(table, key.number());
    Ok(files.iter().map(|file| info(file, table)).collect())
}

pub(super) fn one(store: &mut Store, call: &Call<'_>, table: Table) -> Answer {
    let file = find(store, call, table)?;
    let mut shown = info(&file, table);
    shown["contentAsBase64"] = file.content();
    Ok(shown)
}

/// The attachment as PDF, in JSON like any other.
pub(super) fn pdf(store: &mut Store, call: &Call<'_>, table: Table) -> Answer {
    let file = find(store, call, table)?.as_pdf().ok_or(Refusal::Forbidden)?;
    let mut shown = file.info();
    if table == Table::Onboardings {
        shown["employeeFileUpload"] = json!(file.by_employee);
    }
    shown["contentAsBase64"] = file.content();
    Ok(shown)
}

pub(super) fn create(store: &mut Store, call: &Call<'_>, table: Table) -> Answer {
    let key = crud::find(store, call, table)?;
    let body = call.object()?;
    let mut errors = Errors::default();
    let file = files::read(&body, call.clock.next_timestamp(), &mut errors);
    if let Some(file) = &file {
        let before: usize = store.files.of(table, key.number()).iter().map(|file| file.bytes.len()).sum();
        if before + file.bytes.len() > MAX_FILES {
            errors.allowed("contentAsBase64", "maxFileSize", MAX_FILES.to_string());
        }
        if file.media_type() == "application/octet-stream" {
            errors.refused("filename", "formatNotAllowed", &json!(file.filename));
        }
    }
    errors.finish()?;
    let mut file = file.expect("without errors there is a file");
    file.conversion = (!file.media_type().starts_with("image/")).then_some("DONE");
    Ok(json!({ "id": store.files.attach(table, key.number(), file) }))
}

pub(super) fn delete(store: &mut Store, call: &Call<'_>, table: Table) -> Answer {
    if !call.caller.everything {
        return Err(Refusal::Forbidden);
    }
    let key = crud::find(store, call, table)?;
    if store.files.detach(table, key.number(), call.param("attachmentId")) {
        Ok(success())
    } else {
        Err(Refusal::Forbidden)
    }
}

fn find(store: &Store, call: &Call<'_>, table: Table) -> Result<File, Refusal> {
    let key = crud::find(store, call, table)?;
    let file = store.files.one(table, key.number(), call.param("attachmentId"));
    file.cloned().ok_or(Refusal::Forbidden)
}

fn info(file: &File, table: Table) -> Value {
    let mut info = file.info();
    if table == Table::Onboardings {
        info["employeeFileUpload"] = json!(file.by_employee);
    } else {
        info["conversionState"] = json!(file.conversion);
    }
    info
}
