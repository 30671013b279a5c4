//! From the bytes of an answer to a typed value, or to an error that names the place and not the value.

use std::{any::Any, fmt, mem};

use serde::de::DeserializeOwned;

use crate::{
    Error, ErrorKind,
    execute::Whole,
    record::{self, Failed, Note, Record, Source, Value, trace},
    response::AnyValue,
};

/// How an answer becomes a value.
pub(crate) enum Decode {
    /// By a record of which nothing has been read: all that is compiled for each of the generated structs.
    Record(fn() -> Box<dyn AnyRecord>),
    /// By a place in which there is nothing yet.
    Value(fn() -> Box<dyn AnyPlace>),
    Any(fn(&mut Whole) -> Result<AnyValue, Error>),
}

impl Decode {
    pub(crate) fn run(self, answer: &mut Whole) -> Result<AnyValue, Error> {
        match self {
            Self::Record(blank) => record(answer, blank()),
            Self::Value(place) => {
                let mut place = place();
                read(answer, &mut |source| place.read(source))?;
                Ok(place.take())
            }
            Self::Any(decode) => decode(answer),
        }
    }
}

/// A record of which nothing has been read.
pub(crate) fn blank<T: AnyRecord>() -> Box<dyn AnyRecord> {
    Box::new(T::blank())
}

/// Where a value goes, of whatever type.
pub(crate) trait AnyPlace {
    fn read(&mut self, source: &mut dyn Source<'_>) -> Result<(), Failed>;
    fn take(&mut self) -> AnyValue;
}

impl<T: Value + Send + Sync + 'static> AnyPlace for Option<T> {
    fn read(&mut self, source: &mut dyn Source<'_>) -> Result<(), Failed> {
        record::whole(self, source)
    }

    fn take(&mut self) -> AnyValue {
        Box::new(self.take().expect(THERE))
    }
}

/// Why there is a value after it was read.
const THERE: &str = "what was read is there";

/// A place in which there is nothing yet.
pub(crate) fn place<T: Value + Send + Sync + 'static>() -> Box<dyn AnyPlace> {
    Box::new(None::<T>)
}

/// Decodes a JSON answer into any type. An empty body stands for `null`, a byte order mark is skipped.
pub(crate) fn json<T: DeserializeOwned>(answer: &Whole) -> Result<T, Error> {
    let body = trimmed(&answer.body);
    // The common case pays for no path; a failure is decoded again to find where it is.
    serde_json::from_slice(body).map_err(|error| {
        let traced: Result<T, _> = serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_slice(body));
        let path = traced.err().map(|error| error.path().to_string()).filter(|path| path != ".");
        explain(answer, body, path.unwrap_or_default(), what(&error))
    })
}

/// Like [`json`], for generated structs: they note the place of a failure themselves, and so are read once, not twice.
fn record(answer: &Whole, mut record: Box<dyn AnyRecord>) -> Result<AnyValue, Error> {
    read(answer, &mut |source| {
        let there = source.record(&mut *record, &mut Note::default())?;
        if there { Ok(()) } else { Err(source.refuse("expected an object")) }
    })?;
    Ok(record)
}

/// A record of whatever type: one that can be read, and be taken out of a [`ResponseValue`](crate::ResponseValue).
pub(crate) trait AnyRecord: Record + Any + Send + Sync {}

impl<T: Record + Any + Send + Sync> AnyRecord for T {}

/// Like [`record`], for what is in them and for lists of them. Nothing is the empty list.
pub(crate) fn value<T: Value>(answer: &Whole) -> Result<T, Error> {
    let mut value = None;
    read(answer, &mut |source| record::whole(&mut value, source))?;
    Ok(value.expect(THERE))
}

/// An answer that is text. Takes its body away.
pub(crate) fn text(answer: &mut Whole) -> Result<String, Error> {
    String::from_utf8(mem::take(&mut answer.body).into()).map_err(|error| {
        Error::new(ErrorKind::Unexpected, "the answer is not UTF-8 text")
            .with_status(answer.status)
            .with_source(error.utf8_error())
    })
}

/// All of it that does not depend on the type.
fn read(answer: &Whole, into: &mut dyn FnMut(&mut dyn Source<'_>) -> Result<(), Failed>) -> Result<(), Error> {
    let body = trimmed(&answer.body);
    trace::clear();
    // Looked at as a whole, it is known to be text; else each of its texts would be looked at alone.
    match std::str::from_utf8(body) {
        Ok(text) => {
            let mut json = serde_json::Deserializer::from_str(text);
            record::from(&mut json, into).and_then(|()| json.end()).map_err(|error| (trace::take(), what(&error)))
        }
        Err(error) => Err((String::new(), format!("not UTF-8 behind byte {}", error.valid_up_to()))),
    }
    .map_err(|(path, what)| explain(answer, body, path, what))
}

fn trimmed(body: &[u8]) -> &[u8] {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    if body.iter().all(u8::is_ascii_whitespace) { b"null" } else { body }
}

#[cold]
fn explain(answer: &Whole, body: &[u8], path: String, what: String) -> Error {
    let media_type =
        answer.headers.get(reqwest::header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("none");
    let html = media_type.starts_with("text/html") || body.trim_ascii_start().starts_with(b"<");
    let message = if html {
        "the answer is a web page, not JSON: is the base URL right, and no proxy in between?"
    } else if body == b"null" {
        "the answer is empty"
    } else {
        "the answer is not what the API's description promises"
    };
    let error = Error::new(ErrorKind::Unexpected, message).with_status(answer.status);
    if html { error } else { error.with_source(Mismatch { path, what }) }
}

/// Where and how an answer differs from its description.
#[derive(Debug)]
struct Mismatch {
    path: String,
    what: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.what),
            path => write!(f, "{path}: {}", self.what),
        }
    }
}

impl std::error::Error for Mismatch {}

/// `serde_json` quotes values in its messages; only what was expected is taken over.
fn what(error: &serde_json::Error) -> String {
    let at = format!("at line {}, column {}", error.line(), error.column());
    match error.classify() {
        serde_json::error::Category::Eof => format!("the JSON ends too early, {at}"),
        serde_json::error::Category::Syntax if error.to_string().starts_with("trailing characters") => {
            "more follows after the end of the JSON".to_owned()
        }
        serde_json::error::Category::Syntax => format!("not valid JSON, {at}"),
        serde_json::error::Category::Io => format!("cannot be read, {at}"),
        serde_json::error::Category::Data => {
            let text = error.to_string();
            let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
            match text.rsplit_once("expected ") {
                Some((_, expected)) => format!("expected {expected}"),
                None if text.starts_with("missing field") => text.to_owned(),
                None => format!("another kind of value is expected, {at}"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use reqwest::{StatusCode, header::HeaderMap};
    use serde::Deserialize;

    use super::*;
    use crate::NumberOrString;

    fn answer(body: &[u8]) -> Whole {
        Whole { status: StatusCode::OK, headers: HeaderMap::new(), body: body.to_vec().into() }
    }

    #[derive(Debug, Deserialize)]
    struct Answer {
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
        let error = json::<Answer>(&answer(body.as_bytes())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unexpected);
        assert!(error.to_string().contains(message), "{error}");
        assert_eq!(error.source().map(ToString::to_string).unwrap_or_default(), source);
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }

    #[test]
    fn a_mismatch_names_the_place_and_not_the_value() {
        check(r#"{"data":[{},{"qty":["canary"]}]}"#, "promises", "data[1].qty: expected a number or a string");
        check(r#"{"data":"canary"}"#, "promises", "data: expected a sequence");
        check("{}", "promises", "missing field `data`");
        check(r#"{"data":[{"qty":1},"#, "promises", "data: the JSON ends too early, at line 1, column 19");
        check("canary", "promises", "not valid JSON, at line 1, column 1");
        check(r#"{"data":[]} canary"#, "promises", "more follows after the end of the JSON");
    }

    #[test]
    fn a_web_page_and_an_empty_answer_are_told_apart() {
        check("<html>canary</html>", "a web page", "");
        check(" ", "is empty", "expected struct Answer");
    }

    #[test]
    fn an_answer_that_is_not_text_says_where() {
        let error = value::<i64>(&answer(b"\"canary\xff\"")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unexpected);
        assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("not UTF-8 behind byte 7"));
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }

    #[test]
    fn a_byte_order_mark_and_an_empty_body_are_no_obstacle() {
        let read = |body: &[u8]| json::<Option<i64>>(&answer(body)).unwrap();
        assert_eq!(read(b"\xef\xbb\xbf5"), Some(5));
        assert_eq!(read(b""), None);
    }
}
