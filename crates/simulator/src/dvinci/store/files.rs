//! Attachments and photos, transferred as base64 in JSON.

use std::collections::BTreeMap;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::dvinci::api_error::FieldErrors;
use crate::dvinci::store::row::Row;
use crate::dvinci::store::table::Table;
use crate::dvinci::time;
use crate::state::random::ObjectIds;

/// Maximum size of a file, in bytes.
pub(in crate::dvinci) const MAX_FILE_BYTES: usize = 10 * 1024 * 1024;
/// Maximum total size of the files of an application, in bytes.
pub(in crate::dvinci) const MAX_TOTAL_BYTES: usize = 20 * 1024 * 1024;

/// Standard base64: encodes with padding, decodes with and without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Allowed formats by file extension: PDF, office documents and images.
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

/// An attachment or a photo.
#[derive(Clone, Debug)]
pub(in crate::dvinci) struct File {
    pub(in crate::dvinci) id: String,
    pub(in crate::dvinci) filename: String,
    pub(in crate::dvinci) description: Option<String>,
    pub(in crate::dvinci) bytes: Vec<u8>,
    pub(in crate::dvinci) created: DateTime<Utc>,
    /// State of the conversion to PDF; `None` for files that are not converted.
    pub(in crate::dvinci) conversion: Option<&'static str>,
    /// `true` if the new employee uploaded the file; for onboardings.
    pub(in crate::dvinci) uploaded_by_employee: bool,
}

impl File {
    pub(in crate::dvinci) fn media_type(&self) -> &'static str {
        let extension = self.filename.rsplit_once('.').map_or("", |(_, extension)| extension);
        let found = FORMATS.iter().find(|(known, _)| known.eq_ignore_ascii_case(extension));
        found.map_or("application/octet-stream", |(_, media)| media)
    }

    pub(in crate::dvinci) fn content_base64(&self) -> Value {
        json!(BASE64.encode(&self.bytes))
    }

    /// Returns the members common to all files.
    pub(in crate::dvinci) fn info(&self) -> Value {
        let mut info = json!({
            "id": self.id,
            "dateCreated": time::format_millis(self.created),
            "filename": self.filename,
            "fileSize": self.bytes.len(),
            "contentType": self.media_type(),
        });
        if let Some(description) = &self.description {
            info["description"] = json!(description);
        }
        info
    }

    /// Returns the file as PDF, or `None` if it is not converted.
    pub(in crate::dvinci) fn as_pdf(&self) -> Option<Self> {
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

/// Files by row.
#[derive(Debug)]
pub(in crate::dvinci) struct Files {
    ids: ObjectIds,
    attached: BTreeMap<(Table, i64), Vec<File>>,
    pub(in crate::dvinci) photos: BTreeMap<i64, File>,
}

impl Files {
    pub(in crate::dvinci) fn new(ids: ObjectIds) -> Self {
        Self { ids, attached: BTreeMap::new(), photos: BTreeMap::new() }
    }

    pub(in crate::dvinci) fn attached_to(&self, table: Table, id: i64) -> &[File] {
        self.attached.get(&(table, id)).map_or(&[], Vec::as_slice)
    }

    pub(in crate::dvinci) fn find(&self, table: Table, id: i64, file: &str) -> Option<&File> {
        self.attached_to(table, id).iter().find(|known| known.id == file)
    }

    /// Stores a file under a new id and returns the id.
    pub(in crate::dvinci) fn attach(&mut self, table: Table, id: i64, mut file: File) -> String {
        file.id = self.ids.next();
        let new_id = file.id.clone();
        self.attached.entry((table, id)).or_default().push(file);
        new_id
    }

    /// Removes a file and returns whether it existed.
    pub(in crate::dvinci) fn detach(&mut self, table: Table, id: i64, file: &str) -> bool {
        let Some(files) = self.attached.get_mut(&(table, id)) else {
            return false;
        };
        let before = files.len();
        files.retain(|known| known.id != file);
        files.len() < before
    }

    /// Removes the files of a row, and the photo of a person.
    pub(in crate::dvinci) fn remove_all(&mut self, table: Table, id: i64) {
        self.attached.remove(&(table, id));
        if table == Table::Persons {
            self.photos.remove(&id);
        }
    }
}

/// Decodes a file from `filename`, `contentAsBase64` and `description`; `None` if one is invalid.
pub(in crate::dvinci) fn from_body(body: &Row, at: DateTime<Utc>, errors: &mut FieldErrors) -> Option<File> {
    let mut text = |name: &str| match body.get(name) {
        Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
        None | Some(Value::Null | Value::String(_)) => {
            errors.add_mandatory(name);
            None
        }
        Some(_) => {
            errors.add_type_mismatch(name);
            None
        }
    };
    let (filename, content) = (text("filename"), text("contentAsBase64"));
    let (filename, content) = (filename?, content?);
    let Ok(bytes) = BASE64.decode(content.as_bytes()) else {
        errors.add_type_mismatch("contentAsBase64");
        return None;
    };
    if bytes.len() > MAX_FILE_BYTES {
        errors.add_with_allowed("contentAsBase64", "maxFileSize", MAX_FILE_BYTES.to_string());
        return None;
    }
    let description = body.get("description").and_then(Value::as_str).map(str::to_owned);
    Some(File {
        id: String::new(),
        filename,
        description,
        bytes,
        created: at,
        conversion: None,
        uploaded_by_employee: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_decoded_with_and_without_padding() {
        let at = DateTime::UNIX_EPOCH;
        let decode = |content: &str| {
            let body = json!({ "filename": "a.pdf", "contentAsBase64": content });
            from_body(body.as_object().unwrap(), at, &mut FieldErrors::default()).map(|file| file.bytes)
        };
        assert_eq!(decode("JVBERi0="), Some(b"%PDF-".to_vec()));
        assert_eq!(decode("JVBERi0"), Some(b"%PDF-".to_vec()));
        assert_eq!(decode("J*"), None);
    }
}
