//! Multipart forms (RFC 7578).

use std::path::Path;

use futures_util::{StreamExt, future::BoxFuture, stream};
use reqwest::{
    Body, Request,
    header::{CONTENT_TYPE, HeaderValue},
};
use ring::rand::{SecureRandom, SystemRandom};

use crate::{
    error::{Error, ErrorKind},
    files::upload::{Upload, set_body},
    request::prepared::StreamingBody,
};

/// One part of a [`Form`].
///
/// ```
/// use keyfob_client::{Form, Part, Upload};
///
/// let plan = Part::new(Upload::bytes(vec![0x25, 0x50])).file_name("plan.pdf").content_type("application/pdf");
/// let form = Form::new().part("document", plan);
/// ```
#[derive(Clone, Debug)]
pub struct Part {
    content: Upload,
    file_name: Option<String>,
    content_type: Option<String>,
}

impl Part {
    /// Creates a part with this content.
    pub fn new(content: impl Into<Upload>) -> Self {
        Self { content: content.into(), file_name: None, content_type: None }
    }

    /// Creates a part from the file at `path`, with the file name of the path. The file is read while it is sent.
    ///
    /// The media type is not guessed from the name: set it with [`content_type`](Part::content_type).
    pub fn file_at(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let part = Self::new(path);
        match path.file_name() {
            Some(name) => part.file_name(name.to_string_lossy()),
            None => part,
        }
    }

    /// Sets the file name that the service receives.
    #[must_use]
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    /// Sets the media type, for example `application/pdf`.
    ///
    /// By default the part has no `Content-Type` header, which means `text/plain` (RFC 7578, 4.4). An invalid media type
    /// makes the call fail with [`ErrorKind::Rejected`].
    #[must_use]
    pub fn content_type(mut self, media_type: impl Into<String>) -> Self {
        self.content_type = Some(media_type.into());
        self
    }

    /// Returns the bytes before the content: boundary and headers.
    fn head(&self, boundary: &str, name: &str) -> Result<String, Error> {
        let mut head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", escaped(name));
        if let Some(name) = &self.file_name {
            head.extend(["; filename=\"", &escaped(name), "\""]);
        }
        if let Some(media_type) = &self.content_type {
            if !is_media_type(media_type) {
                return Err(Error::new(
                    ErrorKind::Rejected,
                    "the part's content type is not a media type: write it like `application/pdf`",
                ));
            }
            head.extend(["\r\nContent-Type: ", media_type]);
        }
        head.push_str("\r\n\r\n");
        Ok(head)
    }
}

/// Escapes a name for a quoted parameter: quotes and line breaks as browsers do, other characters as UTF-8 (RFC 7578, 2
/// and 5.1).
fn escaped(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// Returns `true` for `type/subtype`, with or without parameters (RFC 9110, 8.3.1).
fn is_media_type(text: &str) -> bool {
    let is_token = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
    };
    let (essence, parameters) = text.split_once(';').unwrap_or((text, ""));
    let types = essence.trim_end_matches([' ', '\t']).split_once('/');
    types.is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype))
        && parameters.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
}

/// Returns a random boundary, so that content from third parties cannot contain it and end its part.
fn boundary() -> Result<String, Error> {
    let mut random = [0; 16];
    SystemRandom::new().fill(&mut random).map_err(|_| {
        Error::new(ErrorKind::Rejected, "the operating system returned no random bytes for the form's boundary")
    })?;
    Ok(format!("{:032x}", u128::from_ne_bytes(random)))
}

/// A multipart form: named texts and files.
///
/// ```
/// use keyfob_client::{Form, Upload};
///
/// let form = Form::new()
///     .text("description", "Site plan")
///     .file_at("/var/plans/site.pdf") // the file, read while it is sent
///     .file("notes.txt", Upload::text("first draft")); // a file in memory
/// ```
#[derive(Clone, Debug, Default)]
pub struct Form(Vec<(String, Part)>);

impl Form {
    /// Creates an empty form.
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

    /// Adds a text field.
    #[must_use]
    pub fn text(self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.part(name, Part::new(Upload::text(text)))
    }

    /// Adds the file at `path`, with the file name of the path, as a part named `file`, which most services expect.
    ///
    /// The media type is `application/octet-stream`; it is not guessed from the name. For another media type or part
    /// name, use [`part`](Form::part) with [`Part::file_at`] and [`Part::content_type`].
    #[must_use]
    pub fn file_at(self, path: impl AsRef<Path>) -> Self {
        self.part("file", Part::file_at(path).content_type("application/octet-stream"))
    }

    /// Adds content as a file of this name, as a part named `file`, which most services expect.
    ///
    /// Pass [`Upload::path`] for a file on disk, or use [`file_at`](Form::file_at), which also sets the file name. The
    /// media type is `application/octet-stream`; it is not guessed from the name. For another media type or part name,
    /// use [`part`](Form::part) with [`Part::content_type`].
    #[must_use]
    pub fn file(self, file_name: impl Into<String>, content: impl Into<Upload>) -> Self {
        self.part("file", Part::new(content).file_name(file_name).content_type("application/octet-stream"))
    }

    /// Opens the body of one attempt and returns it with its length and media type.
    async fn open(&self) -> Result<(Body, Option<u64>, HeaderValue), Error> {
        let boundary = boundary()?;
        let mut uploads = Vec::with_capacity(3 * self.0.len() + 1);
        for (name, part) in &self.0 {
            uploads.extend([Upload::text(part.head(&boundary, name)?), part.content.clone(), Upload::text("\r\n")]);
        }
        uploads.push(Upload::text(format!("--{boundary}--\r\n")));
        let (mut pieces, mut length) = (Vec::with_capacity(uploads.len()), Some(0));
        for upload in &uploads {
            let (piece, size) = upload.chunks().await?;
            pieces.push(piece);
            length = length.zip(size).and_then(|(length, size)| u64::checked_add(length, size));
        }
        let media_type = HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}"))
            .expect("hexadecimal digits are legal in a header");
        Ok((Body::wrap_stream(stream::iter(pieces).flatten()), length, media_type))
    }
}

impl StreamingBody for Form {
    fn is_repeatable(&self) -> bool {
        self.0.iter().all(|(_, part)| part.content.is_repeatable())
    }

    fn open_into<'a>(&'a self, request: &'a mut Request) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async {
            let (body, length, media_type) = self.open().await?;
            set_body(request, body, length);
            request.headers_mut().insert(CONTENT_TYPE, media_type);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_are_validated() {
        for (text, legal) in [
            ("application/pdf", true),
            ("text/plain; charset=utf-8", true),
            ("image/svg+xml ;x=\"a b\"", true),
            ("no media type", false),
            ("text", false),
            ("text/", false),
            ("text/a/b", false),
            ("text/plain\r\nx: y", false),
            ("text/plain\r\n", false),
            ("text/plain\r\n;x", false),
            ("text/plain; a\r\nx: y", false),
            ("text/plain; ø", false),
        ] {
            assert_eq!(is_media_type(text), legal, "{text}");
        }
    }

    #[test]
    fn two_boundaries_differ() {
        assert_ne!(boundary().unwrap(), boundary().unwrap());
    }
}
