//! Attachments and photos: JSON with base64 in both directions.

use std::collections::BTreeMap;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::call::Row;
use super::instants;
use super::reply::Errors;
use super::table::Table;
use crate::state::random::ObjectIds;

/// Bytes that one file may have.
pub(super) const MAX_FILE: usize = 10 * 1024 * 1024;
/// Bytes that the files of one application may have.
pub(super) const MAX_FILES: usize = 20 * 1024 * 1024;

/// Writes padding, reads with and without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What may be attached: office documents, PDF and pictures.
const FORMATS: [(&str, &str); 11] = [
    ("pdf", "application/pdf"),
    ("doc", "application/msword"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("ppt", "application/vnd.ms-powerpoint"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("xls", "application/vnd.ms-excel"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("gif", "image/gif"),
    ("png", "image/png"),
];

#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) id: String,
    pub(super) filename: String,
    pub(super) description: Option<String>,
    pub(super) bytes: Vec<u8>,
    pub(super) created: DateTime<Utc>,
    /// How far the conversion to PDF is; none for what is not converted.
    pub(super) conversion: Option<&'static str>,
    /// Whether the new employee sent it, at onboardings.
    pub(super) by_employee: bool,
}

impl File {
    pub(super) fn media_type(&self) -> &'static str {
        let extension = self.filename.rsplit_once('.').map_or("", |(_, extension)| extension);
        let found = FORMATS.iter().find(|(known, _)| known.eq_ignore_ascii_case(extension));
        found.map_or("application/octet-stream", |(_, media)| media)
    }

    pub(super) fn content(&self) -> Value {
        json!(BASE64.encode(&self.bytes))
    }

    /// What all kinds of files say about themselves.
    pub(super) fn info(&self) -> Value {
        let mut info = json!({
            "id": self.id,
            "dateCreated": instants::millis(self.created),
            "filename": self.filename,
            "fileSize": self.bytes.len(),
            "contentType": self.media_type(),
        });
        if let Some(description) = &self.description {
            info["description"] = json!(description);
        }
        info
    }

    /// The file as PDF, if it can be had.
    pub(super) fn as_pdf(&self) -> Option<Self> {
        if self.media_type() == "application/pdf" {
            return Some(self.clone());
        }
        let stem = self.filename.rsplit_once('.').map_or(self.filename.as_str(), |(stem, _)| stem);
        (self.conversion == Some("DONE")).then(|| Self {
            filename: format!("{stem}.pdf"),
            bytes: format!("%PDF-1.4\n% {}\n%%EOF\n", self.filename).into_bytes(),
            ..self.clone()
        })
    }
}

#[derive(Debug)]
pub(super) struct Files {
    ids: ObjectIds,
    attached: BTreeMap<(Table, i64), Vec<File>>,
    pub(super) photos: BTreeMap<i64, File>,
}

impl Files {
    pub(super) fn new(ids: ObjectIds) -> Self {
        Self { ids, attached: BTreeMap::new(), photos: BTreeMap::new() }
    }

    pub(super) fn of(&self, table: Table, id: i64) -> &[File] {
        self.attached.get(&(table, id)).map_or(&[], Vec::as_slice)
    }

    pub(super) fn one(&self, table: Table, id: i64, file: &str) -> Option<&File> {
        self.of(table, id).iter().find(|known| known.id == file)
    }

    /// Stores a file under an id of its own, which it gives back.
    pub(super) fn attach(&mut self, table: Table, id: i64, mut file: File) -> String {
        file.id = self.ids.next();
        let given = file.id.clone();
        self.attached.entry((table, id)).or_default().push(file);
        given
    }

    /// Whether there was such a file.
    pub(super) fn detach(&mut self, table: Table, id: i64, file: &str) -> bool {
        let Some(files) = self.attached.get_mut(&(table, id)) else {
            return false;
        };
        let before = files.len();
        files.retain(|known| known.id != file);
        files.len() < before
    }

    pub(super) fn forget(&mut self, table: Table, id: i64) {
        self.attached.remove(&(table, id));
        if table == Table::Persons {
            self.photos.remove(&id);
        }
    }
}

/// Reads `filename`, `contentAsBase64` and `description`; the errors say what is wrong with them.
pub(super) fn read(body: &Row, at: DateTime<Utc>, errors: &mut Errors) -> Option<File> {
    let mut text = |name: &str| match body.get(name) {
        Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
        None | Some(Value::Null | Value::String(_)) => {
            errors.mandatory(name);
            None
        }
        Some(_) => {
            errors.mismatch(name);
            None
        }
    };
    let (filename, content) = (text("filename"), text("contentAsBase64"));
    let (filename, content) = (filename?, content?);
    let Ok(bytes) = BASE64.decode(content.as_bytes()) else {
        errors.mismatch("contentAsBase64");
        return None;
    };
    if bytes.len() > MAX_FILE {
        errors.allowed("contentAsBase64", "maxFileSize", MAX_FILE.to_string());
        return None;
    }
    let description = body.get("description").and_then(Value::as_str).map(str::to_owned);
    Some(File { id: String::new(), filename, description, bytes, created: at, conversion: None, by_employee: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_with_and_without_padding() {
        let at = DateTime::UNIX_EPOCH;
        let read = |content: &str| {
            let body = json!({ "filename": "a.pdf", "contentAsBase64": content });
            read(body.as_object().unwrap(), at, &mut Errors::default()).map(|file| file.bytes)
        };
        assert_eq!(read("JVBERi0="), Some(b"%PDF-".to_vec()));
        assert_eq!(read("JVBERi0"), Some(b"%PDF-".to_vec()));
        assert_eq!(read("J*"), None);
    }
}
