//! Compressed responses that are bombs, endless, damaged, or were not requested.

use std::{io::Write, sync::LazyLock};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use keyfob::{
    ErrorKind::{NotFound, Unavailable, Unexpected},
    auth,
};

use crate::{
    client::{create, download, read_json},
    reply::{
        Framing::{Length, Streamed},
        Headers, Step, body, reply,
    },
    scenario::{ENDLESS, Outcome, SCENARIO, Scenario},
};

/// A body above a limit: it would not be smaller the next time.
const TOO_LARGE: Scenario = Scenario { outcome: Outcome::Api(Unexpected), memory: ENDLESS, ..SCENARIO };
/// A damaged body: a read is retried, four attempts in all.
const DAMAGED: Scenario = Scenario { outcome: Outcome::Api(Unavailable), requests: 4, ..SCENARIO };

/// 64 MiB of zeros, in about 300 KiB.
static BOMB: LazyLock<Bytes> = LazyLock::new(|| gzip(&vec![0; 64 * 1024 * 1024]));

fn gzip(text: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap().into()
}

fn headers() -> Headers {
    vec![("content-type", "application/json".to_owned()), ("content-encoding", "gzip".to_owned())]
}

/// Returns a response with this compressed body.
fn compressed(status: u16, bytes: impl Into<Bytes>) -> Vec<Step> {
    let bytes = bytes.into();
    reply([Step::Head(status, headers(), Length(bytes.len() as u64)), body(bytes), Step::End])
}

/// Returns a response whose body starts with `first` and then repeats `next` without end.
fn endless(status: u16, first: Bytes, next: Bytes) -> Vec<Step> {
    reply([Step::Head(status, headers(), Streamed), body(first), Step::Forever(vec![body(next)])])
}

/// Returns a gzip stream of uncompressed blocks that never ends.
fn endless_blocks(status: u16) -> Vec<Step> {
    let length = 16_384_u16;
    let block = [&[0][..], &length.to_le_bytes(), &(!length).to_le_bytes(), &vec![b'a'; length.into()]].concat();
    endless(status, Bytes::from_static(b"\x1f\x8b\x08\0\0\0\0\0\0\x03"), block.into())
}

pub(crate) const COMPRESSION: &[Scenario] = &[
    Scenario { name: "a compressed body is decompressed", api: |_| compressed(200, gzip(b"{}")), ..SCENARIO },
    Scenario { name: "a compressed bomb is cut at the limit", api: |_| compressed(200, BOMB.clone()), ..TOO_LARGE },
    Scenario { name: "a compressed body without end is cut at the limit", api: |_| endless_blocks(200), ..TOO_LARGE },
    Scenario {
        name: "a compressed body that decompresses to nothing without end is cut",
        api: |_| endless(200, gzip(b""), gzip(b"").repeat(1000).into()),
        ..TOO_LARGE
    },
    Scenario {
        name: "a compressed body of deeply nested JSON is unexpected",
        api: |_| compressed(200, gzip(&b"[".repeat(200_000))),
        call: read_json,
        ..TOO_LARGE
    },
    Scenario {
        name: "a compressed body that is cut is retried by a read",
        api: |_| {
            let bytes = gzip(b"{\"canary\":1}");
            compressed(200, bytes.slice(..bytes.len() - 4))
        },
        ..DAMAGED
    },
    Scenario {
        name: "a body that is not compressed as declared is retried by a read",
        api: |_| compressed(200, "{\"canary\":1}"),
        ..DAMAGED
    },
    Scenario {
        name: "a body that is not compressed as declared fails a write",
        api: |_| compressed(200, "{\"canary\":1}"),
        call: create,
        requests: 1,
        ..DAMAGED
    },
    Scenario {
        name: "a compressed error bomb is cut",
        api: |_| compressed(404, BOMB.clone()),
        outcome: Outcome::Api(NotFound),
        ..TOO_LARGE
    },
    Scenario {
        name: "a compressed error body without end is cut",
        api: |_| endless_blocks(404),
        outcome: Outcome::Api(NotFound),
        ..TOO_LARGE
    },
    Scenario {
        name: "a compressed error body that decompresses to nothing without end is cut",
        api: |_| endless(404, gzip(b""), gzip(b"").repeat(1000).into()),
        outcome: Outcome::Api(NotFound),
        ..TOO_LARGE
    },
    Scenario {
        name: "a file that is compressed unasked is downloaded as it is",
        api: |_| compressed(200, Bytes::from_static(b"\x1f\x8b\x08canary")),
        call: download,
        outcome: Outcome::Ok(9),
        ..SCENARIO
    },
    Scenario {
        name: "a token response that is compressed unasked is malformed",
        token: |_| compressed(200, gzip(br#"{"access_token":"canary-token","expires_in":3600}"#)),
        outcome: Outcome::Token(auth::ErrorKind::Malformed),
        requests: 0,
        ..SCENARIO
    },
];
