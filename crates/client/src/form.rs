//! Multipart forms.

use std::path::Path;

use reqwest::multipart::{Form as HttpForm, Part as HttpPart};

use crate::{Error, ErrorKind, Upload};

/// One part of a [`Form`].
#[derive(Clone, Debug)]
pub struct Part {
    content: Upload,
    file_name: Option<String>,
    content_type: Option<String>,
}

impl Part {
    /// A part with this content.
    pub fn new(content: impl Into<Upload>) -> Self {
        Self { content: content.into(), file_name: None, content_type: None }
    }

    /// A part that is the file at `path`, under its own name.
    pub fn file(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let part = Self::new(path);
        match path.file_name() {
            Some(name) => part.file_name(name.to_string_lossy()),
            None => part,
        }
    }

    /// Names the file.
    #[must_use]
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    /// Says the part's media type, for example `application/pdf`.
    #[must_use]
    pub fn content_type(mut self, media_type: impl Into<String>) -> Self {
        self.content_type = Some(media_type.into());
        self
    }

    async fn open(&self) -> Result<HttpPart, Error> {
        let (body, length) = self.content.open().await?;
        let mut part = match length {
            Some(length) => HttpPart::stream_with_length(body, length),
            None => HttpPart::stream(body),
        };
        if let Some(name) = &self.file_name {
            part = part.file_name(name.clone());
        }
        match &self.content_type {
            None => Ok(part),
            Some(media_type) => part.mime_str(media_type).map_err(|error| {
                Error::new(ErrorKind::Rejected, "the part's content type is not a media type")
                    .with_source(error.without_url())
            }),
        }
    }
}

/// A multipart form: texts and files under names.
#[derive(Clone, Debug, Default)]
pub struct Form(Vec<(String, Part)>);

impl Form {
    /// An empty form.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a part. Names may repeat.
    #[must_use]
    pub fn part(mut self, name: impl Into<String>, part: Part) -> Self {
        self.0.push((name.into(), part));
        self
    }

    /// Adds a text.
    #[must_use]
    pub fn text(self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.part(name, Part::new(text.into()))
    }

    /// Adds a file in memory under the name that most services expect, `file`.
    #[must_use]
    pub fn file(self, file_name: impl Into<String>, content: impl Into<Upload>) -> Self {
        self.part("file", Part::new(content).file_name(file_name).content_type("application/octet-stream"))
    }

    pub(crate) fn is_repeatable(&self) -> bool {
        self.0.iter().all(|(_, part)| part.content.is_repeatable())
    }

    /// The form of one attempt.
    pub(crate) async fn open(&self) -> Result<HttpForm, Error> {
        let mut form = HttpForm::new();
        for (name, part) in &self.0 {
            form = form.part(name.clone(), part.open().await?);
        }
        Ok(form)
    }
}
