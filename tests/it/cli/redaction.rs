//! Secrets that a server repeats: replaced in what is printed, unchanged in what is saved.

use std::fs;

use keyfob_simulator::{Fault, Vendor, credentials as c};

use super::run::{Keyfob, Running, folder};

/// The id and the secret of Bits in HTTP Basic.
const BASIC: &str = "a2V5Zm9iLWJpdHM6Yml0cytzaW11bGF0ZWQ6c2VjcmV0";

#[track_caller]
fn check(text: &str, secrets: &[&str]) {
    assert!(text.contains("[redacted]"), "{text}");
    assert!(secrets.iter().all(|secret| !text.contains(secret)), "{text}");
}

#[test]
fn a_token_endpoint_that_repeats_the_secret_does_not_get_it_printed() {
    let running = Running::start();
    let description = format!("client_secret={} in Basic {BASIC}", c::BITS_CLIENT_SECRET);
    let body = serde_json::json!({ "error": "invalid_client", "error_description": description });
    running.simulator.inject(Fault::status(401).body(body.to_string()).on(Vendor::Bits).always());
    for arguments in [["call", "bits", "userinfo"].as_slice(), &["token", "bits"]] {
        let run = running.keyfob(arguments).run();
        run.failed(3, &["refused"]);
        check(&run.stderr, &[c::BITS_CLIENT_SECRET, BASIC]);
        assert!(run.stderr.contains("client_secret=[redacted] in Basic [redacted]"), "{run:?}");
    }
}

#[test]
fn a_service_that_repeats_the_token_gets_it_printed_in_no_error_and_no_response() {
    let running = Running::start();
    let (folder, tokens) = (folder("repeated"), folder("tokens"));
    let keyfob = |arguments: &[&str]| -> Keyfob {
        let arguments = [&["call", "bits", "userinfo"], arguments].concat();
        running.keyfob(&arguments).env("KEYFOB_TOKENS", tokens.join("t").to_str().unwrap()).within(&folder)
    };
    let shown = running.keyfob(&["token", "bits", "--show"]).env("KEYFOB_TOKENS", tokens.join("t").to_str().unwrap());
    let token = shown.run().json()["token"].as_str().unwrap().to_owned();
    let text = format!(r#"{{"message":"Bearer {token} of \"{}\"","n":1.50}}"#, c::BITS_CLIENT_SECRET);
    let fault = |status| Fault::status(status).body(&text).on(Vendor::Bits).path("/bits/v1/oauth2/userinfo");

    running.simulator.inject(fault(400));
    let error = keyfob(&[]).run();
    assert_eq!(error.status, 1, "{error:?}");
    check(&error.stderr, &[&token, c::BITS_CLIENT_SECRET]);

    running.simulator.inject(fault(200).times(3));
    let printed = keyfob(&[]).run();
    assert_eq!(printed.stdout, "{\"message\":\"Bearer [redacted] of \\\"[redacted]\\\"\",\"n\":1.50}\n");
    // A file, also standard output as a file, has the response as it was received.
    assert_eq!(keyfob(&["-o", "-"]).run().stdout, text);
    assert_eq!(keyfob(&["-o", "saved.json"]).run().status, 0);
    assert_eq!(fs::read_to_string(folder.join("saved.json")).unwrap(), text);
}
