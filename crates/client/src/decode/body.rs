//! Decoding of response bodies: from bytes to a value, or to an error that names the path and not the value.

use std::{any::Any, mem};

use serde::de::DeserializeOwned;

use super::{
    any_json,
    error::{DecodeError, DecodeTrace, Problem},
    foreign,
    mismatch::Mismatches,
    reader::{ErasedReader, Failed, WireStruct},
    recovering_reader::{Requirement, recover},
    serde_reader::from_text,
    value::{WireValue, decode_required},
    wire_struct::decode_object,
};
use crate::{
    error::{Error, ErrorKind},
    response::{AnyValue, BufferedResponse},
};

/// Treatment of values that do not have the type that the API's description declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leniency {
    /// The values become absent.
    Lenient,
    /// The response is an error.
    Strict,
}

/// Options of decoding that all responses of a client share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DecodeOptions {
    pub(crate) leniency: Leniency,
    /// Maximum size of a decoded response.
    pub(crate) max_bytes: u64,
}

#[cfg(test)]
impl Default for DecodeOptions {
    fn default() -> Self {
        Self { leniency: Leniency::Lenient, max_bytes: u64::MAX }
    }
}

/// A decoded response body.
pub(crate) struct DecodedBody {
    pub(crate) value: AnyValue,
    /// `None` if all values have their types.
    pub(crate) mismatches: Option<Box<Mismatches>>,
}

/// Decoder of a response body, independent of the response's type.
pub(crate) enum BodyDecoder {
    /// Decodes into an empty struct.
    ///
    /// compile-time: the constructor is all that is compiled for each generated struct.
    Struct(fn() -> Box<dyn AnyStruct>),
    /// Decodes into an empty slot.
    Value(fn() -> Box<dyn AnySlot>),
    /// Calls a function.
    Custom(CustomDecoder),
}

/// Decodes a response into a value of at most this number of bytes.
pub(crate) type CustomDecoder = fn(&mut BufferedResponse, u64) -> Result<AnyValue, Error>;

impl BodyDecoder {
    /// Decodes the body.
    pub(crate) fn decode(self, response: &mut BufferedResponse, options: DecodeOptions) -> Result<DecodedBody, Error> {
        match self {
            Self::Struct(empty) => {
                let mut target = None;
                let mut decode =
                    |reader: &mut dyn ErasedReader<'_>| decode_object(&mut **target.insert(empty()), reader);
                let mismatches = decode_body(response, options, &mut decode)?;
                Ok(DecodedBody { value: target.expect(DECODED), mismatches })
            }
            Self::Value(slot) => {
                let mut slot = slot();
                let mismatches = decode_body(response, options, &mut |reader| slot.decode(reader))?;
                Ok(DecodedBody { value: slot.take(), mismatches })
            }
            Self::Custom(decode) => Ok(DecodedBody { value: decode(response, options.max_bytes)?, mismatches: None }),
        }
    }
}

/// Returns an empty struct to decode into, for [`BodyDecoder::Struct`].
pub(crate) fn empty_struct<T: AnyStruct>() -> Box<dyn AnyStruct> {
    Box::new(T::empty())
}

/// Returns an empty slot to decode into, for [`BodyDecoder::Value`].
pub(crate) fn empty_slot<T: WireValue + Send + Sync + 'static>() -> Box<dyn AnySlot> {
    Box::new(None::<T>)
}

/// A struct of any type that can be taken out of a [`ResponseValue`](crate::ResponseValue).
pub(crate) trait AnyStruct: WireStruct + Any + Send + Sync {}

impl<T: WireStruct + Any + Send + Sync> AnyStruct for T {}

/// Destination of a value, independent of its type.
pub(crate) trait AnySlot {
    fn decode(&mut self, reader: &mut dyn ErasedReader<'_>) -> Result<(), Failed>;
    fn take(&mut self) -> AnyValue;
}

impl<T: WireValue + Send + Sync + 'static> AnySlot for Option<T> {
    fn decode(&mut self, reader: &mut dyn ErasedReader<'_>) -> Result<(), Failed> {
        decode_required(self, reader)
    }

    fn take(&mut self) -> AnyValue {
        Box::new(self.take().expect(DECODED))
    }
}

/// Invariant of [`decode_required`] and of a decoded struct.
const DECODED: &str = "a slot is filled after decoding";

/// Decodes any type that implements serde's trait. An empty body is `null`; a byte order mark is skipped. Fails if the JSON
/// would occupy more than `max_bytes` as a [`serde_json::Value`].
pub(crate) fn json<T: DeserializeOwned>(response: &BufferedResponse, max_bytes: u64) -> Result<T, Error> {
    let body = trimmed(&response.body);
    if any_json::exceeds(body, max_bytes) {
        return Err(too_large(response, max_bytes));
    }
    foreign::from_slice(body).map_err(|error| unexpected(response, body, error))
}

/// Decodes a text. Takes the body out of the response.
pub(crate) fn text(response: &mut BufferedResponse) -> Result<String, Error> {
    String::from_utf8(mem::take(&mut response.body).into()).map_err(|error| {
        Error::new(ErrorKind::Unexpected, "the response is not UTF-8 text")
            .with_status(response.status)
            .with_source(error.utf8_error())
    })
}

/// Decodes JSON, independent of the type. `decode` is called again with another reader if a value has an unexpected type.
fn decode_body(
    response: &BufferedResponse,
    options: DecodeOptions,
    decode: &mut dyn FnMut(&mut dyn ErasedReader<'_>) -> Result<(), Failed>,
) -> Result<Option<Box<Mismatches>>, Error> {
    let body = trimmed(&response.body);
    // Checked once for the whole body, so that serde_json does not check each string.
    let result = match std::str::from_utf8(body) {
        Ok(text) => {
            let mut trace = DecodeTrace::limited(options.max_bytes);
            match from_text(text, &mut trace, decode) {
                Ok(()) => return Ok(None),
                Err(None) if options.leniency == Leniency::Lenient && !trace.is_exceeded() => {
                    recover(text, Requirement::Enforced, options.max_bytes, decode)
                }
                Err(problem) => Err(trace.into_error(problem)),
            }
        }
        Err(error) => {
            let problem = Problem::NotUtf8 { valid_up_to: error.valid_up_to() };
            Err(DecodeError { path: String::new(), problem })
        }
    };
    result.map(|mismatches| Some(Box::new(mismatches))).map_err(|error| match error.problem {
        Problem::TooLarge => too_large(response, options.max_bytes).with_source(error),
        _ => unexpected(response, body, error),
    })
}

/// Removes a byte order mark; an empty body becomes `null`.
fn trimmed(body: &[u8]) -> &[u8] {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    if body.iter().all(u8::is_ascii_whitespace) { b"null" } else { body }
}

#[cold]
fn too_large(response: &BufferedResponse, max_bytes: u64) -> Error {
    let message = format!(
        "the response is larger than {max_bytes} bytes when decoded: request less at once, or raise \
         `ClientBuilder::max_decoded_bytes`"
    );
    Error::new(ErrorKind::Unexpected, message).with_status(response.status)
}

#[cold]
fn unexpected(response: &BufferedResponse, body: &[u8], error: DecodeError) -> Error {
    let media_type =
        response.headers.get(reqwest::header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("none");
    let html = media_type.starts_with("text/html") || body.trim_ascii_start().starts_with(b"<");
    let message = if html {
        "the response is a web page, not JSON; check the base URL and any proxy in between"
    } else if body == b"null" {
        "the response is empty"
    } else {
        "the response does not match the API's description"
    };
    let unexpected = Error::new(ErrorKind::Unexpected, message).with_status(response.status);
    if html { unexpected } else { unexpected.with_source(error) }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use reqwest::{StatusCode, header::HeaderMap};
    use serde::Deserialize;

    use super::*;
    use crate::NumberOrString;

    fn response(body: &[u8]) -> BufferedResponse {
        BufferedResponse { status: StatusCode::OK, headers: HeaderMap::new(), body: body.to_vec().into() }
    }

    #[derive(Debug, Deserialize)]
    struct Body {
        #[expect(dead_code, reason = "only decoded")]
        data: Vec<Row>,
    }

    #[derive(Debug, Deserialize)]
    struct Row {
        #[expect(dead_code, reason = "only decoded")]
        qty: Option<NumberOrString>,
    }

    #[track_caller]
    fn check(body: &str, message: &str, source: &str) {
        let error = json::<Body>(&response(body.as_bytes()), u64::MAX).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unexpected);
        assert!(error.to_string().contains(message), "{error}");
        assert_eq!(error.source().map(ToString::to_string).unwrap_or_default(), source);
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }

    #[test]
    fn a_mismatch_names_the_path_and_not_the_value() {
        check(r#"{"data":[{},{"qty":["canary"]}]}"#, "does not match", "data[1].qty: expected a number or a string");
        check(r#"{"data":"canary"}"#, "does not match", "data: expected a sequence");
        check("{}", "does not match", "missing field `data`");
        check(r#"{"data":[{"qty":1},"#, "does not match", "data: truncated JSON, at line 1, column 19");
        check("canary", "does not match", "not valid JSON, at line 1, column 1");
        check(r#"{"data":[]} canary"#, "does not match", "unexpected text after the end of the JSON");
    }

    #[test]
    fn a_web_page_and_an_empty_response_have_their_own_messages() {
        check("<html>canary</html>", "a web page", "");
        check(" ", "is empty", "expected struct Body");
    }

    #[test]
    fn a_response_that_is_not_utf_8_names_the_byte() {
        let mut response = response(b"\"canary\xff\"");
        let error =
            BodyDecoder::Value(empty_slot::<i64>).decode(&mut response, DecodeOptions::default()).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Unexpected);
        assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("not UTF-8 after byte 7"));
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }

    #[test]
    fn a_byte_order_mark_is_skipped_and_an_empty_body_is_null() {
        let read = |body: &[u8]| json::<Option<i64>>(&response(body), u64::MAX).unwrap();
        assert_eq!(read(b"\xef\xbb\xbf5"), Some(5));
        assert_eq!(read(b""), None);
    }
}
