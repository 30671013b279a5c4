//! Calls with uploads, multipart forms and downloads.

use std::sync::Arc;

use reqwest::header::{CONTENT_TYPE, HeaderValue};

use crate::{
    call::{options::CallOptions, send},
    error::Error,
    files::{
        content::Content,
        download::{ByteStream, source::Origin},
        form::Form,
        upload::Upload,
    },
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
    /// Sets the body to an upload of this media type.
    pub fn upload(&mut self, body: &Upload, media_type: &'static str) {
        self.parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        self.parts.streaming_body = Some(Arc::new(body.clone()));
    }

    /// Sets the body to a multipart form.
    pub fn multipart(&mut self, form: &Form) {
        self.parts.streaming_body = Some(Arc::new(form.clone()));
    }
}

impl PreparedRequest {
    /// Returns a copy of the request; `None` if its body can be read only once.
    pub(super) fn try_clone(&self) -> Option<Self> {
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
        let copy = request.try_clone();
        let response = send::streamed(&session.0, operation, Ok(request), options.clone()).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let stream = ByteStream::new(Origin::new(session, operation, copy, options), response);
        Ok(AnyResponse { status, headers, value: Box::new(stream), mismatches: None })
    }))
}

impl RawRequest {
    /// Sets the body to an upload of this media type. Requires the feature `files`.
    pub fn upload(self, body: impl Into<Upload>, content_type: &'static str) -> Self {
        self.change(|request| request.upload(&body.into(), content_type))
    }

    /// Sets the body to a multipart form. Requires the feature `files`.
    #[expect(clippy::needless_pass_by_value, reason = "consistent with the other setters")]
    pub fn multipart(self, form: Form) -> Self {
        self.change(|request| request.multipart(&form))
    }

    /// Sends the request and returns the response as a download. Requires the feature `files`.
    ///
    /// # Errors
    ///
    /// As [`send`](RawRequest::send), except that the body is not decoded.
    pub fn download(self) -> ResponseFuture<ByteStream> {
        let (session, operation, request, call) = self.finish();
        bytes(session, operation, request, call)
    }
}

impl DynamicCall {
    /// Sets the body to a multipart form. Requires the feature `files`.
    pub fn multipart(mut self, form: Form) -> Self {
        self.body = Body::File(Content::Form(form));
        self
    }

    /// Sets the body to an upload of the operation's media type. Requires the feature `files`.
    pub fn upload(mut self, body: impl Into<Upload>) -> Self {
        self.body = Body::File(Content::Upload(body.into()));
        self
    }

    /// Sends the call and returns the response as a download. Requires the feature `files`.
    ///
    /// # Errors
    ///
    /// As [`send`](DynamicCall::send), except that the body is not decoded.
    pub fn download(self) -> ResponseFuture<ByteStream> {
        let request = self.request();
        bytes(self.session, self.operation, request, self.call)
    }
}
