//! Redirects in circles, to other origins, and to plain http.

use keyfob::ErrorKind::Unexpected;

use crate::{
    client::{create, download, replace},
    reply::{Framing::Streamed, Step, body, json, redirect, reply, status},
    scenario::{HTTP1, Outcome, SCENARIO, Scenario, TLS},
};

/// A redirect that is not followed.
const NOT_FOLLOWED: Scenario = Scenario { outcome: Outcome::Api(Unexpected), ..SCENARIO };
/// A redirect to another origin, which receives no credentials.
const ELSEWHERE: Scenario = Scenario { elsewhere: 1, ..SCENARIO };

pub(crate) const REDIRECTS: &[Scenario] = &[
    Scenario {
        name: "a read is redirected on its origin",
        api: |request| if request.number == 1 { redirect(302, "/other") } else { json("{}") },
        requests: 2,
        ..SCENARIO
    },
    Scenario {
        name: "a read is redirected on its origin over TLS",
        protocols: TLS,
        api: |request| if request.number == 1 { redirect(308, "/other") } else { json("{}") },
        requests: 2,
        ..SCENARIO
    },
    Scenario {
        name: "a body of a redirect without end is not read",
        protocols: HTTP1,
        api: |request| {
            if request.number > 1 {
                return json("{}");
            }
            let head = Step::Head(302, vec![("location", "/other".to_owned())], Streamed);
            reply([head, Step::Forever(vec![body("canary".repeat(1024))])])
        },
        requests: 2,
        ..SCENARIO
    },
    Scenario {
        name: "a read redirected to another origin carries no credentials",
        protocols: HTTP1,
        api: |_| redirect(307, "{elsewhere}/thing"),
        ..ELSEWHERE
    },
    Scenario {
        name: "a download redirected to another origin carries no credentials",
        protocols: HTTP1,
        api: |_| redirect(302, "{elsewhere}/file"),
        call: download,
        ..ELSEWHERE
    },
    Scenario {
        name: "a read is not redirected from https to http",
        protocols: TLS,
        api: |_| redirect(302, "{elsewhere}/thing"),
        ..NOT_FOLLOWED
    },
    Scenario { name: "redirects in a circle end", api: |_| redirect(302, "/thing"), requests: 6, ..NOT_FOLLOWED },
    Scenario {
        name: "redirects to ever new paths end",
        api: |request| redirect(301, &format!("{}x", request.target)),
        requests: 6,
        ..NOT_FOLLOWED
    },
    Scenario { name: "a redirect without a location is not followed", api: |_| status(302), ..NOT_FOLLOWED },
    Scenario { name: "a redirect to no URL is not followed", api: |_| redirect(302, "http://["), ..NOT_FOLLOWED },
    Scenario {
        name: "a redirect to another scheme is not followed",
        api: |_| redirect(302, "file:///etc/passwd"),
        ..NOT_FOLLOWED
    },
    Scenario {
        name: "a create is not redirected",
        api: |_| redirect(307, "{elsewhere}/thing"),
        call: create,
        ..NOT_FOLLOWED
    },
    Scenario {
        name: "a replacement is not redirected",
        api: |_| redirect(308, "{elsewhere}/thing"),
        call: replace,
        ..NOT_FOLLOWED
    },
];
