//! Background requests for pages.

use std::task::{Context, Poll, ready};

use futures_util::FutureExt;
use tokio::task::JoinHandle;
use tracing::Instrument;

use crate::{
    call::send,
    decode::body::{BodyDecoder, DecodeOptions, DecodedBody},
    error::{Error, ErrorKind},
    operation::Operation,
    paging::paged::PageRequest,
    response::BufferedResponse,
};

/// A page in flight. Dropping it aborts the request.
pub(super) struct PageFetch {
    page: JoinHandle<Result<BufferedResponse, Error>>,
    /// `None` once the page was received.
    decoder: Option<PageDecoder>,
}

/// A page that was received and is not decoded.
pub(super) struct ReceivedPage {
    pub(super) response: BufferedResponse,
    decoder: Option<PageDecoder>,
}

/// Invariant of [`PageFetch::poll`].
const ONCE: &str = "a page is received once";

/// Decoder of one page, and the names for its errors.
struct PageDecoder {
    api: &'static str,
    operation: &'static Operation,
    decoder: BodyDecoder,
    options: DecodeOptions,
}

impl PageFetch {
    /// Sends the request in a task, which reads the response into `buffer`.
    pub(super) fn start(request: PageRequest, buffer: Vec<u8>) -> Self {
        let PageRequest { session, operation, request, options, decoder } = request;
        let decoder = PageDecoder { api: session.api(), operation, decoder, options: session.0.decode };
        let page = async move { send::buffered(&session.0, operation, request, options, buffer).await };
        // The span of the call is a child of the current span of the polling task.
        Self { page: tokio::spawn(page.in_current_span()), decoder: Some(decoder) }
    }

    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<ReceivedPage, Error>> {
        let response = ready!(self.page.poll_unpin(context)).unwrap_or_else(|error| {
            Err(Error::new(ErrorKind::Unexpected, "the task that fetches pages was aborted").with_source(error))
        });
        Poll::Ready(response.map(|response| ReceivedPage { response, decoder: self.decoder.take() }))
    }
}

impl Drop for PageFetch {
    fn drop(&mut self) {
        self.page.abort();
    }
}

impl ReceivedPage {
    /// Returns the API's name and the operation.
    pub(super) fn names(&self) -> (&'static str, &'static Operation) {
        let decoder = self.decoder.as_ref().expect(ONCE);
        (decoder.api, decoder.operation)
    }

    /// Decodes the page, and returns it with the buffer of its bytes.
    pub(super) fn decode(mut self) -> (Result<DecodedBody, Error>, Vec<u8>) {
        let decoder = self.decoder.expect(ONCE);
        let page = decoder.decoder.decode(&mut self.response, decoder.options);
        if let Ok(DecodedBody { mismatches: Some(mismatches), .. }) = &page {
            mismatches.log(decoder.api, decoder.operation);
        }
        (page.map_err(|error| error.at(decoder.api, decoder.operation)), self.response.body.into())
    }
}
