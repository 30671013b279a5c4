//! Background requests for pages.

use std::{
    task::{Context, Poll, ready},
    time::SystemTime,
};

use futures_util::FutureExt;
use keyfob_auth::http_date;
use reqwest::header::{DATE, HeaderMap};
use tokio::task::JoinHandle;
use tracing::Instrument;

use crate::{
    call::{options::CallOptions, send},
    decode::body::{BodyDecoder, DecodeOptions, DecodedBody},
    error::{Error, ErrorKind},
    operation::Operation,
    paging::paged::PageRequest,
    request::prepared::PreparedRequest,
    response::BufferedResponse,
    session::Session,
};

/// A page in flight. Dropping it aborts the request.
pub(super) struct PageFetch {
    page: JoinHandle<Result<BufferedResponse, Error>>,
}

/// A page in flight, with the decoder of its type.
pub(super) struct DecodedFetch {
    fetch: PageFetch,
    /// `None` once the page was received.
    decoder: Option<PageDecoder>,
}

/// A page that was received and is not decoded.
pub(super) struct ReceivedPage {
    pub(super) response: BufferedResponse,
    decoder: PageDecoder,
}

/// Decoder of one page, and the names for its errors.
struct PageDecoder {
    api: &'static str,
    operation: &'static Operation,
    decoder: BodyDecoder,
    options: DecodeOptions,
}

impl PageFetch {
    /// Sends the request in a task, which reads the response into `buffer`.
    pub(super) fn start(
        session: Session,
        operation: &'static Operation,
        request: Result<PreparedRequest, Error>,
        options: CallOptions,
        buffer: Vec<u8>,
    ) -> Self {
        let page = async move { send::buffered(&session.0, operation, request, options, buffer).await };
        // The span of the call is a child of the current span of the polling task.
        Self { page: tokio::spawn(page.in_current_span()) }
    }

    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<BufferedResponse, Error>> {
        self.page.poll_unpin(context).map(|response| {
            response.unwrap_or_else(|error| {
                Err(Error::new(ErrorKind::Unexpected, "the task that fetches pages was aborted").with_source(error))
            })
        })
    }
}

impl Drop for PageFetch {
    fn drop(&mut self) {
        self.page.abort();
    }
}

impl DecodedFetch {
    /// Sends the request in a task, which reads the response into `buffer`.
    pub(super) fn start(request: PageRequest, buffer: Vec<u8>) -> Self {
        let PageRequest { session, operation, request, options, decoder } = request;
        let decoder = PageDecoder { api: session.api(), operation, decoder, options: session.0.decode };
        Self { fetch: PageFetch::start(session, operation, request, options, buffer), decoder: Some(decoder) }
    }

    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<ReceivedPage, Error>> {
        let response = ready!(self.fetch.poll(context));
        let decoder = self.decoder.take().expect("a page is received once");
        Poll::Ready(response.map(|response| ReceivedPage { response, decoder }))
    }
}

impl ReceivedPage {
    /// Returns the API's name and the operation.
    pub(super) fn names(&self) -> (&'static str, &'static Operation) {
        (self.decoder.api, self.decoder.operation)
    }

    /// Decodes the page, and returns it with the buffer of its bytes.
    pub(super) fn decode(mut self) -> (Result<DecodedBody, Error>, Vec<u8>) {
        let PageDecoder { api, operation, decoder, options } = self.decoder;
        let page = decoder.decode(&mut self.response, options);
        if let Ok(DecodedBody { mismatches: Some(mismatches), .. }) = &page {
            mismatches.log(api, operation);
        }
        (page.map_err(|error| error.at(api, operation)), self.response.body.into())
    }
}

/// Reads the `Date` header of a response.
pub(super) fn date(headers: &HeaderMap) -> Option<SystemTime> {
    http_date(headers.get(DATE)?.to_str().ok()?)
}
