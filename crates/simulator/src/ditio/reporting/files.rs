//! Files of `pdfUrl` and image URLs: generated per request, served by the core API.

mod pdf;
mod png;

use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::ditio::reporting::tables::rows::Context;
use crate::ditio::reporting::tables::store::Store;
use crate::ditio::reporting::tables::table::DitioTable as T;

/// A downloadable file.
#[derive(Debug)]
pub(crate) struct File {
    name: String,
    content_type: &'static str,
    bytes: Vec<u8>,
}

impl IntoResponse for File {
    fn into_response(self) -> Response {
        let disposition = format!("inline; filename=\"{}\"", self.name);
        let headers =
            [(header::CONTENT_TYPE, self.content_type.to_owned()), (header::CONTENT_DISPOSITION, disposition)];
        (headers, self.bytes).into_response()
    }
}

/// Side lengths of an image in pixels: original, small, medium, large.
const SIDES: [u32; 4] = [96, 16, 32, 64];

/// Returns the size of an image, in bytes.
pub(super) fn picture_size(variant: u8) -> u32 {
    png::size(SIDES[usize::from(variant)])
}

impl Store {
    /// Generates the file with an id; `None` if no row refers to it.
    pub(crate) fn file(&self, id: &str) -> Option<File> {
        let code = u8::from_str_radix(id.get(8..10)?, 16).ok()?;
        let variant = u8::from_str_radix(id.get(10..12)?, 16).ok()?;
        let i = u64::from_str_radix(id.get(18..)?, 16).ok()?;
        let kind = *T::ALL.get(usize::from(code))?;
        let table = self.table(kind);
        if i >= table.count() || id != self.context.file_id(kind, variant, i) {
            return None;
        }
        let url = Context::file_url(&self.context, kind, variant, i);
        let row = self.find(kind, &table.id(i))?;
        row.refers_to(&url).then(|| {
            if kind == T::Images || variant > 0 {
                let shade = u8::try_from(i % 200).unwrap_or(0);
                let side = SIDES.get(usize::from(variant)).copied().unwrap_or(SIDES[0]);
                return File {
                    name: format!("image_{i:05}.png"),
                    content_type: "image/png",
                    bytes: png::encode(side, [shade, 120, 200 - shade]),
                };
            }
            let changed = row.text("modifiedDateTime").unwrap_or_default();
            File {
                name: format!("{kind}-{i}.pdf"),
                content_type: "application/pdf",
                bytes: pdf::document(&[&format!("Ditio {kind}"), &format!("Document {}", table.id(i)), changed]),
            }
        })
    }
}
