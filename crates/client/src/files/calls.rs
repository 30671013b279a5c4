//! The calls that send files and receive them, beside those that do not.

use std::sync::Arc;

use futures_util::future::Either;
use reqwest::{
    Response,
    header::{CONTENT_TYPE, HeaderValue},
};

use super::{ByteStream, Content, Form, Upload, download::Origin};
use crate::{
    CallOptions, DynamicCall, Error, Operation, Pending, RawRequest, Session, draft::Draft, dynamic::Body,
    outgoing::Outgoing, response::Answer,
};

impl Draft {
    /// Sends an upload, under this media type. Needs the feature `files`.
    pub fn upload(&mut self, body: &Upload, media_type: &'static str) {
        self.parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        self.parts.payload = Some(Arc::new(body.clone()));
    }

    /// Sends a multipart form. Needs the feature `files`.
    pub fn multipart(&mut self, form: &Form) {
        self.parts.payload = Some(Arc::new(form.clone()));
    }
}

impl Outgoing {
    /// The same request once more; `None` if its body cannot be read twice.
    pub(super) fn again(&self) -> Option<Self> {
        self.parts.is_repeatable().then(|| self.clone())
    }
}

impl Session {
    /// Sends a request whose answer is a download. Needs the feature `files`.
    pub fn bytes(
        self,
        operation: &'static Operation,
        request: Result<Outgoing, Error>,
        call: CallOptions,
    ) -> Pending<ByteStream> {
        Pending::new(Box::pin(async move {
            let request = request.map_err(|error| error.at(self.api(), operation))?;
            let again = request.again();
            let response = self.streamed(operation, Ok(request), call).await?;
            let (status, headers) = (response.status(), response.headers().clone());
            let stream = ByteStream::new(Origin::new(self, operation, again, call), response);
            Ok(Answer { status, headers, value: Box::new(stream) })
        }))
    }

    /// Sends a request, and gives its answer back as soon as its headers are there.
    pub(super) async fn streamed(
        &self,
        operation: &'static Operation,
        request: Result<Outgoing, Error>,
        options: CallOptions,
    ) -> Result<Response, Error> {
        match self.exchange(operation, request, options, None).await? {
            Either::Right(response) => Ok(response),
            Either::Left(_) => unreachable!("an answer is read as it was asked for"),
        }
    }
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
    pub fn download(self) -> Pending<ByteStream> {
        let (session, operation, request, call) = self.finish();
        session.bytes(operation, request, call)
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
    pub fn download(self) -> Pending<ByteStream> {
        let request = self.request();
        self.session.bytes(self.operation, request, self.call)
    }
}
