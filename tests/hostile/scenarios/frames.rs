//! HTTP/2 frames that violate the protocol, or have no end.

use keyfob::ErrorKind::{Timeout, Unavailable};

use crate::{
    client::{create, read_briefly},
    reply::{Step, reply},
    scenario::{FRAMES, Outcome, SCENARIO, Scenario},
    server::frame,
};

/// Frame types of RFC 9113, section 6.
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const PUSH_PROMISE: u8 = 5;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;
/// Flag that ends a header block.
const END_HEADERS: u8 = 4;
/// Stream of the first request of a connection.
const STREAM: u32 = 1;
/// Header block of a response with status 200: an index of the static table.
const STATUS_200: &[u8] = &[0x88];

/// A read on a connection that breaks: four attempts.
const BROKEN: Scenario =
    Scenario { protocols: FRAMES, token_requests: 0, outcome: Outcome::Api(Unavailable), requests: 4, ..SCENARIO };
/// A connection that is busy without end, and delivers nothing. The server does not read the further attempts, which the
/// client sends on the same connection.
const BUSY: Scenario = Scenario { call: read_briefly, outcome: Outcome::Api(Timeout), requests: 1, ..BROKEN };

fn frames(frames: impl IntoIterator<Item = Vec<u8>>) -> Step {
    Step::Raw(frames.into_iter().flatten().collect::<Vec<_>>().into())
}

/// Sends a frame, then nothing.
fn once(frame: Vec<u8>) -> Vec<Step> {
    reply([frames([frame]), Step::Stall])
}

/// Sends a frame again and again.
fn flood(first: Vec<u8>, frame: &[u8]) -> Vec<Step> {
    reply([frames([first]), Step::Forever(vec![frames(std::iter::repeat_n(frame.to_vec(), 500))])])
}

/// Returns a frame that ends the connection after this stream.
fn go_away(last_stream: u32) -> Vec<u8> {
    const NO_ERROR: u32 = 0;
    frame(GOAWAY, 0, 0, &[last_stream.to_be_bytes(), NO_ERROR.to_be_bytes()].concat())
}

pub(crate) const FRAMES_TABLE: &[Scenario] = &[
    Scenario {
        name: "a read that a connection going away did not process is retried",
        api: |_| reply([frames([go_away(0)]), Step::Close]),
        ..BROKEN
    },
    Scenario {
        name: "a write that a connection going away did not process is retried",
        api: |_| reply([frames([go_away(0)]), Step::Close]),
        call: create,
        ..BROKEN
    },
    Scenario {
        name: "a write that a connection going away may have processed is not retried",
        api: |_| reply([frames([go_away(STREAM)]), Step::Close]),
        call: create,
        requests: 1,
        ..BROKEN
    },
    Scenario {
        name: "data of a stream that was never opened breaks the connection",
        api: |_| once(frame(DATA, 0, 7, b"canary")),
        ..BROKEN
    },
    Scenario {
        name: "data before the headers breaks the stream",
        api: |_| once(frame(DATA, 0, STREAM, b"canary")),
        ..BROKEN
    },
    Scenario {
        name: "a header block that cannot be decoded breaks the connection",
        api: |_| once(frame(HEADERS, END_HEADERS, STREAM, &[0xff, 0xff, 0xff, 0xff, 0xff])),
        ..BROKEN
    },
    Scenario {
        name: "a window that overflows breaks the connection",
        api: |_| once(frame(WINDOW_UPDATE, 0, 0, &0x7fff_ffff_u32.to_be_bytes())),
        ..BROKEN
    },
    Scenario {
        name: "a frame longer than the settings allow breaks the connection",
        api: |_| once(frame(DATA, 0, STREAM, &[0; 70_000])),
        ..BROKEN
    },
    Scenario {
        name: "a pushed response breaks the connection",
        api: |_| once(frame(PUSH_PROMISE, END_HEADERS, STREAM, &[0, 0, 0, 2, 0x82])),
        ..BROKEN
    },
    Scenario {
        name: "continuations of a header block without end break the connection",
        api: |_| flood(frame(HEADERS, 0, STREAM, STATUS_200), &frame(CONTINUATION, 0, STREAM, &[0x88; 64])),
        ..BROKEN
    },
    Scenario {
        name: "pings without end do not extend the read timeout",
        api: |_| flood(Vec::new(), &frame(PING, 0, 0, &[0; 8])),
        ..BUSY
    },
    Scenario {
        name: "settings without end do not extend the read timeout",
        api: |_| flood(Vec::new(), &frame(SETTINGS, 0, 0, &[])),
        ..BUSY
    },
    Scenario {
        name: "empty data without end breaks the connection",
        api: |_| flood(frame(HEADERS, END_HEADERS, STREAM, STATUS_200), &frame(DATA, 0, STREAM, &[])),
        ..BROKEN
    },
];
