//! Multipart forms (RFC 7578).

use std::path::Path;

use futures_util::{StreamExt, future::BoxFuture, stream};
use reqwest::{
    Body, Request,
    header::{CONTENT_TYPE, HeaderValue},
};
use ring::rand::{SecureRandom, SystemRandom};

use super::upload::{Upload, put};
use crate::{
    error::{Error, ErrorKind},
    request::prepared::StreamingBody,
};

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

    /// What stands before its content.
    fn head(&self, boundary: &str, name: &str) -> Result<String, Error> {
        let mut head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", escaped(name));
        if let Some(name) = &self.file_name {
            head.extend(["; filename=\"", &escaped(name), "\""]);
        }
        if let Some(media_type) = &self.content_type {
            if !is_media_type(media_type) {
                return Err(Error::new(ErrorKind::Rejected, "the part's content type is not a media type"));
            }
            head.extend(["\r\nContent-Type: ", media_type]);
        }
        head.push_str("\r\n\r\n");
        Ok(head)
    }
}

/// A name between quotes, which stays UTF-8: what would end it is escaped as browsers do it (RFC 7578, 2 and 5.1).
fn escaped(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// Whether this is `type/subtype`, with or without parameters (RFC 9110, 8.3.1).
fn is_media_type(text: &str) -> bool {
    let is_token = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
    };
    let (essence, parameters) = text.split_once(';').unwrap_or((text, ""));
    let types = essence.trim_end_matches([' ', '\t']).split_once('/');
    types.is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype))
        && parameters.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
}

/// A text that nobody who gives a part its content can know before, so that no content ends its part.
fn boundary() -> Result<String, Error> {
    let mut random = [0; 16];
    SystemRandom::new()
        .fill(&mut random)
        .map_err(|_| Error::new(ErrorKind::Rejected, "the system has no random numbers for the form's boundary"))?;
    Ok(format!("{:032x}", u128::from_ne_bytes(random)))
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

    /// The body of one attempt, its length, and its media type.
    async fn open(&self) -> Result<(Body, Option<u64>, HeaderValue), Error> {
        let boundary = boundary()?;
        let mut uploads = Vec::with_capacity(3 * self.0.len() + 1);
        for (name, part) in &self.0 {
            uploads.extend([part.head(&boundary, name)?.into(), part.content.clone(), Upload::from("\r\n")]);
        }
        uploads.push(format!("--{boundary}--\r\n").into());
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
            put(request, body, length);
            request.headers_mut().insert(CONTENT_TYPE, media_type);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_media_type_is_one() {
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
    fn no_two_boundaries_are_the_same() {
        assert_ne!(boundary().unwrap(), boundary().unwrap());
    }
}
