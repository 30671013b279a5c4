//! `keyfob token`: lifetime, scopes and claims; the token itself only with `--show`.

use keyfob_simulator::{Vendor, credentials as c};

use super::run::{Running, folder};

#[test]
fn the_lifetime_scopes_and_claims_are_shown() {
    let running = Running::start();
    let token = running.keyfob(&["token", "ditio-core"]).run().json();
    assert_eq!((&token["lifetimeSeconds"], &token["type"]), (&1800.into(), &"Bearer".into()));
    assert_eq!(token["scopes"], serde_json::json!(["ditioapiv3"]));
    assert_eq!(token["claims"]["client_id"], keyfob_simulator::credentials::DITIO_CLIENT_ID);
    let opaque = running.keyfob(&["token", "bits"]).run().json();
    assert!(opaque["claims"].is_null(), "{opaque}");
}

#[test]
fn the_token_is_printed_only_with_show() {
    let running = Running::start();
    // A fixed token, so that both runs have the same one.
    let with = |arguments: &[&str]| {
        let keyfob = running.keyfob(arguments).without("DITIO_CLIENT_ID").without("DITIO_CLIENT_SECRET");
        keyfob.env("DITIO_ACCESS_TOKEN", "canary-token").run()
    };
    let hidden = with(&["token", "ditio-core"]);
    assert_eq!(hidden.status, 0);
    assert!(!format!("{hidden:?}").contains("canary"), "{hidden:?}");
    assert_eq!(with(&["token", "ditio-core", "--show"]).json()["token"], "canary-token");
    for api in ["ditio-core", "itempath", "dvinci", "digitaleo"] {
        let run = running.keyfob(&["token", api]).run();
        assert_eq!(run.status, 0, "{run:?}");
        assert!(run.json().get("token").is_none() && !run.stdout.contains("eyJ"), "{run:?}");
    }
}

#[test]
fn several_runs_share_one_stored_token() {
    let running = Running::start();
    let tokens = folder("tokens").join("stored");
    let keyfob = |arguments: &[&str]| running.keyfob(arguments).env("KEYFOB_TOKENS", tokens.to_str().unwrap()).run();
    for _ in 0..3 {
        assert_eq!(keyfob(&["call", "ditio-core", "projects"]).status, 0);
        assert_eq!(keyfob(&["token", "ditio-core"]).status, 0);
    }
    assert_eq!(running.simulator.token_requests(Vendor::Ditio), 1);
    running.simulator.revoke_tokens(Vendor::Ditio);
    assert_eq!(keyfob(&["call", "ditio-core", "projects"]).status, 0);
    assert_eq!(running.simulator.token_requests(Vendor::Ditio), 2, "a rejected token is dropped from the store");
}

#[test]
fn a_refused_scope_is_named_and_the_advice_does_not_blame_the_secret() {
    let running = Running::start();
    let keyfob = |api: &'static str| {
        let keyfob = running.keyfob(&["token", api]).env("DITIO_CLIENT_ID", c::DITIO_REPORTING_CLIENT_ID);
        keyfob.env("DITIO_CLIENT_SECRET", c::DITIO_REPORTING_CLIENT_SECRET).run()
    };
    assert_eq!(keyfob("ditio-reporting").json()["scopes"], serde_json::json!(["reportingapiv1"]));
    let refused = keyfob("ditio-core");
    assert!(!refused.stderr.contains("SECRET") && !refused.stderr.contains("check id"), "{refused:?}");
    assert!(refused.stderr.contains("Ditio core knows the client, but has not granted it these scopes"), "{refused:?}");
    refused.failed(3, &["refused the scopes `ditioapiv3`", "(invalid_scope)"]);
}

#[test]
fn credentials_without_a_token_are_reported_with_a_way_to_check_them() {
    let running = Running::start();
    let keyfob = running.keyfob(&["token", "dvinci"]).without("DVINCI_CLIENT_ID").without("DVINCI_CLIENT_SECRET");
    let keyfob = keyfob.env("DVINCI_API_USER", c::DVINCI_CLIENT_ID).env("DVINCI_API_TOKEN", c::DVINCI_CLIENT_SECRET);
    keyfob.run().failed(2, &["custom headers and have no access token", "call an operation to check them"]);
}
