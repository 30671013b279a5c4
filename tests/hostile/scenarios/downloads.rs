//! Downloads of files that change, break, or are not the requested part.

use h2::Reason;
use keyfob::ErrorKind::{Conflict, Rejected, Timeout, Unavailable, Unexpected};

use crate::{
    client::{download, download_briefly, download_part, save},
    reply::{
        Framing::{Length, Streamed},
        Headers, Step, body, reply, status,
    },
    scenario::{ENDLESS, HTTP2, Outcome, SCENARIO, Scenario},
    server::Request,
};

/// A resumed download whose second response is wrong.
const WRONG_PART: Scenario = Scenario { call: download, outcome: Outcome::Api(Unexpected), requests: 2, ..SCENARIO };
/// A download that cannot be resumed.
const BROKEN: Scenario = Scenario { call: download, outcome: Outcome::Api(Unavailable), ..SCENARIO };

/// Headers of a file that can be resumed.
fn headers(tag: &str) -> Headers {
    vec![("accept-ranges", "bytes".to_owned()), ("etag", format!("\"{tag}\""))]
}

/// Sends the first half of a file of ten bytes.
fn half(tag: &str) -> Vec<Step> {
    reply([Step::Head(200, headers(tag), Length(10)), body("01234"), Step::Close])
}

/// Sends a part of the file in response to a resumption.
fn part(request: &Request, range: &str, bytes: &'static str) -> Vec<Step> {
    if request.number == 1 {
        return half("v1");
    }
    let mut headers = headers("v1");
    headers.push(("content-range", range.to_owned()));
    reply([Step::Head(206, headers, Length(bytes.len() as u64)), body(bytes), Step::End])
}

pub(crate) const DOWNLOADS: &[Scenario] = &[
    Scenario {
        name: "an interrupted download is resumed",
        call: download,
        api: |request| part(request, "bytes 5-9/10", "56789"),
        outcome: Outcome::Ok(10),
        requests: 2,
        ..SCENARIO
    },
    Scenario {
        name: "a part at another offset is not used",
        api: |request| part(request, "bytes 4-8/10", "45678"),
        ..WRONG_PART
    },
    Scenario {
        name: "a part of a file of another length is not used",
        api: |request| part(request, "bytes 5-9/11", "56789"),
        ..WRONG_PART
    },
    Scenario {
        name: "a part whose range is reversed is not used",
        api: |request| part(request, "bytes 9-5/10", "56789"),
        ..WRONG_PART
    },
    Scenario { name: "a part without a range is not used", api: |request| part(request, "", "56789"), ..WRONG_PART },
    Scenario {
        name: "a range that the service denies is an error",
        api: |request| if request.number == 1 { half("v1") } else { status(416) },
        outcome: Outcome::Api(Rejected),
        ..WRONG_PART
    },
    Scenario {
        name: "a changed file is not appended to its earlier version",
        api: |request| half(&format!("v{}", request.number)),
        outcome: Outcome::Api(Conflict),
        ..WRONG_PART
    },
    Scenario {
        name: "a saved file starts over if the service ignores the range",
        api: |request| {
            if request.number == 1 {
                return half("v1");
            }
            reply([Step::Head(200, headers("v1"), Length(10)), body("0123456789"), Step::End])
        },
        call: save,
        outcome: Outcome::Ok(10),
        requests: 2,
        ..SCENARIO
    },
    Scenario {
        name: "a download that makes no progress ends with the attempts",
        api: |request| {
            if request.number == 1 {
                return half("v1");
            }
            let mut headers = headers("v1");
            headers.push(("content-range", "bytes 5-9/10".to_owned()));
            reply([Step::Head(206, headers, Length(5)), Step::Close])
        },
        requests: 4,
        ..BROKEN
    },
    Scenario {
        name: "a part of a file that was not requested is not the file",
        api: |_| {
            let mut headers = headers("v1");
            headers.push(("content-range", "bytes 0-4/10".to_owned()));
            reply([Step::Head(206, headers, Length(5)), body("01234"), Step::End])
        },
        call: save,
        requests: 1,
        ..WRONG_PART
    },
    Scenario {
        name: "a part that is longer than its range is not used",
        api: |request| part(request, "bytes 5-9/10", "56789canary"),
        ..WRONG_PART
    },
    Scenario {
        name: "a file that changes with every response ends with the attempts",
        api: |request| {
            let tag = format!("v{}", request.number);
            // More than the megabyte after which the attempts of an unchanged file are counted anew.
            let part = body("0".repeat(1_200_000));
            reply([Step::Head(200, headers(&tag), Length(2_000_000)), part, Step::Close])
        },
        call: save,
        requests: 4,
        memory: ENDLESS,
        ..BROKEN
    },
    Scenario {
        name: "a part of a file that was requested is the download",
        api: |_| {
            let headers = vec![("content-range", "bytes 5-9/10".to_owned())];
            reply([Step::Head(206, headers, Length(5)), body("56789"), Step::End])
        },
        call: download_part,
        outcome: Outcome::Ok(5),
        ..SCENARIO
    },
    Scenario {
        name: "a download without a version is not resumed",
        api: |_| reply([Step::Head(200, Vec::new(), Length(10)), body("01234"), Step::Close]),
        ..BROKEN
    },
    Scenario {
        name: "a file without a length that is cut is not saved",
        api: |_| reply([Step::Head(200, Vec::new(), Streamed), body("01234"), Step::Close]),
        call: save,
        ..BROKEN
    },
    Scenario {
        name: "a file whose stream ends early without an error is not saved",
        protocols: HTTP2,
        api: |_| reply([Step::Head(200, Vec::new(), Length(10)), body("01234"), Step::Reset(Reason::NO_ERROR)]),
        call: save,
        ..BROKEN
    },
    Scenario {
        name: "a download that stops ends by the read timeout",
        api: |_| reply([Step::Head(200, Vec::new(), Length(10)), body("01234"), Step::Stall]),
        call: download_briefly,
        outcome: Outcome::Api(Timeout),
        ..SCENARIO
    },
];
