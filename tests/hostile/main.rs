//! Calls against a server that misbehaves on purpose. Each scenario bounds requests, time and memory.
//!
//! A [`Scenario`](scenario::Scenario) is a row of a table in [`scenarios`]: the reaction of the token endpoint or of the
//! API, the call, and the expected result. The tables state the promises of the SDK about servers that are broken,
//! overloaded or malicious.

mod client;
mod reply;
mod scenario;
mod scenarios;
mod server;

use std::collections::BTreeSet;

use crate::scenario::{Scenario, check};

/// Number of scenarios below which the suite counts as incomplete.
const MIN_SCENARIOS: usize = 60;

#[test]
fn a_hostile_token_endpoint_yields_a_token_or_one_bounded_error() {
    check(scenarios::TOKEN_ENDPOINT);
}

#[test]
fn a_response_that_violates_http_is_a_transport_error() {
    check(scenarios::FRAMING);
}

#[test]
fn frames_that_violate_http2_break_their_connection_only() {
    check(scenarios::FRAMES);
}

#[test]
fn bodies_of_any_size_and_shape_are_bounded() {
    check(scenarios::BODIES);
}

#[test]
fn compressed_bodies_are_bounded_by_their_decompressed_size() {
    check(scenarios::COMPRESSION);
}

#[test]
fn error_bodies_are_bounded_in_size_and_time() {
    check(scenarios::ERRORS);
}

#[test]
fn redirects_end_and_never_carry_credentials_elsewhere() {
    check(scenarios::REDIRECTS);
}

#[test]
fn retries_are_bounded_and_never_repeat_a_write() {
    check(scenarios::RETRIES);
}

#[test]
fn downloads_end_and_contain_one_version_of_the_file() {
    check(scenarios::DOWNLOADS);
}

#[test]
fn uploads_end_if_the_server_does_not_read() {
    check(scenarios::UPLOADS);
}

#[test]
fn listings_end_if_the_server_never_ends_them() {
    check(scenarios::PAGING);
}

#[test]
fn the_suite_is_complete_and_its_names_are_distinct() {
    let all: Vec<&Scenario> = scenarios::ALL.iter().copied().flatten().collect();
    assert!(all.len() >= MIN_SCENARIOS, "only {} scenarios", all.len());
    let names: BTreeSet<_> = all.iter().map(|scenario| scenario.name).collect();
    assert_eq!(names.len(), all.len(), "two scenarios have the same name");
}
