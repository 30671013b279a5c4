//! Uploads to servers that do not read them, or respond early.

use std::time::Duration;

use h2::Reason;
use keyfob::ErrorKind::{Rejected, Timeout, Unavailable, Unexpected};

use crate::{
    client::{UPLOAD_BYTES, upload, upload_idempotently, upload_patiently},
    reply::{Framing::Length, Step, body, head_of, json, redirect},
    scenario::{HTTP1, HTTP2, Outcome, SCENARIO, Scenario},
};

/// An upload to a server that does not read: one attempt.
const STALLED: Scenario =
    Scenario { api: |_| vec![Step::NeverRead], call: upload, outcome: Outcome::Api(Timeout), ..SCENARIO };
/// An upload that the server rejects before it has read the body.
const EARLY: Scenario = Scenario { call: upload, outcome: Outcome::Api(Rejected), ..SCENARIO };

fn too_large(then: Step) -> Vec<Step> {
    vec![head_of(413, 6), body("canary"), Step::End, then]
}

pub(crate) const UPLOADS: &[Scenario] = &[
    Scenario { name: "an upload that the server does not read ends by the read timeout", ..STALLED },
    Scenario {
        name: "an idempotent upload that the server does not read has four attempts",
        call: upload_idempotently,
        requests: 4,
        ..STALLED
    },
    Scenario {
        name: "an error before the end of the upload is the response",
        api: |_| too_large(Step::ReadBody),
        ..EARLY
    },
    Scenario {
        name: "an error of a server that reads no further is the response",
        api: |_| too_large(Step::NeverRead),
        ..EARLY
    },
    Scenario {
        name: "an error whose stream ends before the upload is the response",
        protocols: HTTP2,
        api: |_| too_large(Step::Reset(Reason::NO_ERROR)),
        ..EARLY
    },
    Scenario {
        name: "a success before the end of the upload is the response",
        api: |_| vec![Step::Head(200, Vec::new(), Length(2)), body("{}"), Step::End, Step::ReadBody],
        outcome: Outcome::Ok(2),
        ..EARLY
    },
    Scenario {
        name: "an upload on a connection that closes is not repeated",
        api: |_| vec![Step::Close],
        outcome: Outcome::Api(Unavailable),
        ..EARLY
    },
    Scenario {
        name: "a token rejected before the end of the upload is renewed once",
        protocols: HTTP1,
        api: |request| {
            if request.number == 1 {
                return vec![head_of(401, 0), Step::End, Step::NeverRead];
            }
            json("{}")
        },
        outcome: Outcome::Ok(2),
        token_requests: 2,
        requests: 2,
        ..EARLY
    },
    Scenario {
        name: "a token rejected by a stream that ends before the upload is renewed once",
        protocols: HTTP2,
        api: |request| {
            if request.number == 1 {
                return vec![head_of(401, 0), Step::End, Step::Reset(Reason::NO_ERROR)];
            }
            json("{}")
        },
        outcome: Outcome::Ok(2),
        token_requests: 2,
        requests: 2,
        ..EARLY
    },
    Scenario {
        name: "an upload that the server reads slowly is no silence",
        // Longer than the read timeout, in steps that are far shorter.
        api: |_| {
            let slowly = Step::ReadSlowly { bytes: UPLOAD_BYTES / 40, pause: Duration::from_millis(200) };
            [slowly].into_iter().chain(json("{}").into_iter().skip(1)).collect()
        },
        call: upload_patiently,
        outcome: Outcome::Ok(2),
        ..EARLY
    },
    Scenario {
        name: "an upload is not redirected",
        api: |_| redirect(307, "{elsewhere}/file"),
        outcome: Outcome::Api(Unexpected),
        ..EARLY
    },
];
