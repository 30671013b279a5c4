//! The calls that send files and receive them, beside those that do not.

use std::sync::Arc;

use reqwest::header::{CONTENT_TYPE, HeaderValue};

use super::{ByteStream, Content, Form, Upload, download::Origin};
use crate::{
    call::{options::CallOptions, send},
    error::Error,
    operation::Operation,
    request::{
        builder::RequestBuilder,
        dynamic::{Body, DynamicCall},
        prepared::PreparedRequest,
        raw::RawRequest,
    },
    response::{AnyResponse, ResponseFuture},
    session::Session,
};

impl RequestBuilder {
    /// Sends an upload, under this media type. Needs the feature `files`.
    pub fn upload(&mut self, body: &Upload, media_type: &'static str) {
        self.parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        self.parts.streaming_body = Some(Arc::new(body.clone()));
    }

    /// Sends a multipart form. Needs the feature `files`.
    pub fn multipart(&mut self, form: &Form) {
        self.parts.streaming_body = Some(Arc::new(form.clone()));
    }
}

impl PreparedRequest {
    /// The same request once more; `None` if its body cannot be read twice.
    pub(super) fn again(&self) -> Option<Self> {
        self.parts.is_repeatable().then(|| self.clone())
    }
}

/// Sends a request and returns its response as a download.
pub fn bytes(
    session: Session,
    operation: &'static Operation,
    request: Result<PreparedRequest, Error>,
    options: CallOptions,
) -> ResponseFuture<ByteStream> {
    ResponseFuture::new(Box::pin(async move {
        let request = request.map_err(|error| error.at(session.api(), operation))?;
        let again = request.again();
        let response = send::streamed(&session.0, operation, Ok(request), options.clone()).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let stream = ByteStream::new(Origin::new(session, operation, again, options), response);
        Ok(AnyResponse { status, headers, value: Box::new(stream) })
    }))
}

impl RawRequest {
    /// Sends bytes of this media type. Needs the feature `files`.
    pub fn upload(self, body: impl Into<Upload>, content_type: &'static str) -> Self {
        self.change(|draft| draft.upload(&body.into(), content_type))
    }

    /// Sends a multipart form. Needs the feature `files`.
    #[expect(clippy::needless_pass_by_value, reason = "as everything else that is sent")]
    pub fn multipart(self, form: Form) -> Self {
        self.change(|draft| draft.multipart(&form))
    }

    /// Sends the request and gives the answer's bytes as they arrive. Needs the feature `files`.
    ///
    /// # Errors
    ///
    /// As every call: see [`ErrorKind`](crate::ErrorKind).
    pub fn download(self) -> ResponseFuture<ByteStream> {
        let (session, operation, request, call) = self.finish();
        bytes(session, operation, request, call)
    }
}

impl DynamicCall {
    /// Gives the body as a multipart form. Needs the feature `files`.
    pub fn multipart(mut self, form: Form) -> Self {
        self.body = Body::File(Content::Form(form));
        self
    }

    /// Gives the body as bytes, sent under the media type that the operation takes. Needs the feature `files`.
    pub fn upload(mut self, body: impl Into<Upload>) -> Self {
        self.body = Body::File(Content::Upload(body.into()));
        self
    }

    /// Sends the call and gives the answer's bytes as they arrive. Needs the feature `files`.
    ///
    /// # Errors
    ///
    /// As [`send`](DynamicCall::send), except that nothing is decoded.
    pub fn download(self) -> ResponseFuture<ByteStream> {
        let request = self.request();
        bytes(self.session, self.operation, request, self.call)
    }
}
