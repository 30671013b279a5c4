//! The control API over HTTP.

use std::time::Duration;

use keyfob_simulator::{Simulator, Vendor};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Ditio, form, http, read_response, request_token};

async fn command(simulator: &Simulator, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
    let mut request = http().request(method, format!("{}/_control/{path}", simulator.url()));
    if let Some(body) = body {
        request = request.json(&body);
    }
    read_response(request.send().await.unwrap()).await
}

#[tokio::test]
async fn the_clock_moves_and_tokens_with_it() {
    let ditio = Ditio::start().await;
    let (status, state) = command(&ditio.simulator, Method::POST, "clock", Some(json!({ "advance": 1800 }))).await;
    assert_eq!((status, &state["now"]), (StatusCode::OK, &json!("2026-03-02T08:30:00Z")));
    assert_eq!(ditio.call(Method::GET, "/api/MachineType", None).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn numbers_out_of_range_are_refused_with_a_message_and_change_nothing() {
    let ditio = Ditio::start().await;
    let simulator = &ditio.simulator;
    let configure = |name: &str, value: Value| json!({ "action": "configure", "vendor": "ditio", name: value });
    let webhook = json!({ "vendor": "digitaleo", "url": "http://127.0.0.1:9/", "times": 4_294_967_295_u32 });
    let ditio_fault = |kind: &str, status: u32| json!({ "kind": kind, "status": status, "vendor": "ditio" });
    for (path, body, message) in [
        ("clock", json!({ "advance": 1e15 }), "`advance` is too large"),
        ("clock", json!({ "advance": 1e300 }), "`advance` must be a number of seconds"),
        ("clock", json!({ "advance": -1 }), "`advance` must be a number of seconds"),
        ("tokens", configure("lifetime", json!(1e15)), "`lifetime` must be a number of seconds"),
        ("tokens", configure("lifetime", json!(-1)), "`lifetime` must be a number of seconds"),
        ("tokens", configure("size", json!(u64::MAX)), "`size` must be at most 1000000 characters"),
        ("faults", ditio_fault("status", 100), "`status` must be from 200 to 999"),
        ("faults", ditio_fault("html", 1000), "`status` must be from 200 to 999"),
        ("webhooks", webhook, "`times` must be at most 10000"),
        ("ditio/reporting", json!({ "missingScopeStatus": 99 }), "`missingScopeStatus` must be 401 or 403"),
    ] {
        let (status, response) = command(simulator, Method::POST, path, Some(body.clone())).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path} {body}");
        assert!(response["message"].as_str().unwrap().starts_with(message), "{path} {body}: {response}");
    }
    for query in ["since=-1", "limit=x", "since=99999999999999999999"] {
        let (status, response) = command(simulator, Method::GET, &format!("log?{query}"), None).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}: {response}");
    }
    let (_, state) = command(simulator, Method::GET, "state", None).await;
    assert_eq!((&state["advancedSeconds"], &state["faults"]), (&json!(0.0), &json!([])));
    // The largest numbers that are accepted.
    simulator.set_token_lifetime(Vendor::Ditio, Duration::MAX);
    command(simulator, Method::POST, "clock", Some(json!({ "advance": 251e9 }))).await;
    let (status, token) = request_token(&ditio.http, simulator.url(), &form("ditioapiv3")).await;
    assert_eq!((status, &token["expires_in"]), (StatusCode::OK, &json!(31_536_000_000_u64)));
    assert_eq!(command(simulator, Method::GET, "state", None).await.0, StatusCode::OK);
}

#[tokio::test]
async fn tokens_are_expired_revoked_disabled_and_configured() {
    let ditio = Ditio::start().await;
    let simulator = &ditio.simulator;
    for (action, status) in [("disable", 401), ("enable", 200), ("expire", 401)] {
        let body = json!({ "action": action, "vendor": "ditio" });
        assert_eq!(command(simulator, Method::POST, "tokens", Some(body)).await.0, StatusCode::OK);
        assert_eq!(ditio.call(Method::GET, "/api/MachineType", None).await.0, status, "{action}");
    }
    let body = json!({ "action": "configure", "vendor": "ditio", "lifetime": 9, "expiresIn": "text", "size": 4000 });
    command(simulator, Method::POST, "tokens", Some(body)).await;
    let (_, token) = request_token(&ditio.http, simulator.url(), &form("ditioapiv3")).await;
    assert_eq!(token["expires_in"], "9");
    assert!(token["access_token"].as_str().unwrap().len() >= 4000);
    let bad = json!({ "action": "burn", "vendor": "ditio" });
    assert_eq!(command(simulator, Method::POST, "tokens", Some(bad)).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn faults_are_set_listed_and_removed() {
    let ditio = Ditio::start().await;
    let simulator = &ditio.simulator;
    let fault = json!({ "kind": "status", "status": 418, "vendor": "ditio", "every": 2 });
    let (_, set) = command(simulator, Method::POST, "faults", Some(fault.clone())).await;
    assert_eq!(set, json!({ "id": 1 }));
    for status in [200, 418, 200] {
        assert_eq!(ditio.call(Method::GET, "/api/MachineType", None).await.0, status);
    }
    let (_, list) = command(simulator, Method::GET, "faults", None).await;
    assert_eq!((&list["faults"][0]["matched"], &list["faults"][0]["hits"]), (&json!(3), &json!(1)));
    assert_eq!(command(simulator, Method::DELETE, "faults/1", None).await.0, StatusCode::OK);
    assert_eq!(command(simulator, Method::DELETE, "faults/1", None).await.0, StatusCode::NOT_FOUND);
    command(simulator, Method::POST, "faults", Some(fault)).await;
    let (_, list) = command(simulator, Method::DELETE, "faults", None).await;
    assert_eq!(list, json!({ "faults": [] }));
}

#[tokio::test]
async fn the_log_is_read_from_a_number() {
    let ditio = Ditio::start().await;
    ditio.call(Method::GET, "/api/MachineType", None).await;
    let (_, log) = command(&ditio.simulator, Method::GET, "log?since=1", None).await;
    assert_eq!(log["total"], 2);
    assert_eq!(log["requests"].as_array().unwrap().len(), 1);
    assert_eq!(log["requests"][0]["path"], "/ditio/core/api/MachineType");
    let (_, newest) = command(&ditio.simulator, Method::GET, "log?limit=1", None).await;
    assert_eq!((&newest["total"], &newest["requests"]), (&json!(2), &log["requests"]));
}

#[tokio::test]
async fn a_reset_drops_all_state() {
    let ditio = Ditio::start().await;
    ditio.simulator.advance(Duration::from_secs(60));
    let (_, state) = command(&ditio.simulator, Method::POST, "reset", None).await;
    assert_eq!((&state["now"], &state["requests"]), (&json!("2026-03-02T08:00:00Z"), &json!(0)));
    assert_eq!(ditio.simulator.token_requests(Vendor::Ditio), 0);
    assert_eq!(ditio.call(Method::GET, "/api/MachineType", None).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_control_api_can_be_turned_off_and_is_closed_to_other_sites() {
    let off = Simulator::builder().control(false).start().await.unwrap();
    assert_eq!(command(&off, Method::GET, "state", None).await.0, StatusCode::NOT_FOUND);
    let on = Simulator::start().await.unwrap();
    let state = |origin: &str| {
        let request = http().get(format!("{}/_control/state", on.url())).header("origin", origin);
        async move { request.send().await.unwrap().status() }
    };
    assert_eq!(state("https://elsewhere.example").await, StatusCode::FORBIDDEN);
    assert_eq!(state(on.url()).await, StatusCode::OK);
    // A site whose name resolves to this machine (DNS rebinding) sends its own name as host and origin.
    for (host, status) in [("elsewhere.example", 403), ("localhost:1", 200), ("[::1]:1", 200), ("127.0.0.1", 200)] {
        let request = http().get(format!("{}/_control/state", on.url())).header("host", host);
        assert_eq!(request.header("origin", format!("http://{host}")).send().await.unwrap().status(), status, "{host}");
    }
}

#[tokio::test]
async fn the_home_page_is_one_file_that_loads_nothing_from_other_hosts() {
    let simulator = Simulator::start().await.unwrap();
    let page = http().get(simulator.url()).send().await.unwrap();
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    assert!(page.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    let text = page.text().await.unwrap();
    assert!(!text.contains("{{") && !text.contains("src=") && !text.contains("https://"), "{text}");
    let posted = http().post(format!("{}/", simulator.url())).send().await.unwrap();
    assert_eq!(posted.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn the_control_api_describes_its_calls() {
    let simulator = Simulator::start().await.unwrap();
    let (status, description) = command(&simulator, Method::GET, "", None).await;
    assert_eq!(status, StatusCode::OK);
    let readme = include_str!("../../README.md");
    let calls = description["calls"].as_array().unwrap();
    assert!(calls.len() > 15, "{description}");
    for call in calls {
        let (method, path) = (call["method"].as_str().unwrap(), call["path"].as_str().unwrap());
        let (_, name) = path.split_once("/_control").unwrap();
        let name = name.trim_start_matches("/ditio/reporting").trim_start_matches('/');
        assert!(readme.lines().any(|line| line.contains(method) && line.contains(name)), "{method} {path}");
        assert!(!call["effect"].as_str().unwrap().is_empty(), "{call}");
        // A body with an unknown member reaches the call, and is refused with the known members.
        let path = path.trim_start_matches("/_control").trim_start_matches('/');
        let path = path.replace("{id}", "7").replace("{table}", "project");
        let takes_any_row = method == "POST" && path.ends_with("/project");
        if method == "GET" || takes_any_row || path == "faults/7" {
            continue;
        }
        let mut body = json!({ "typo": 1 });
        for (member, value) in [("action", "expire"), ("kind", "truncated")] {
            if call["body"].get(member).is_some() {
                body[member] = value.into();
            }
        }
        let (status, response) = command(&simulator, method.parse().unwrap(), &path, Some(body)).await;
        let message = response["message"].as_str().unwrap_or_default();
        assert_eq!(status, StatusCode::BAD_REQUEST, "{method} {path}: {response}");
        assert!(message.starts_with("unknown ") && message.contains("`typo`"), "{method} {path}: {message}");
        for member in call["body"].as_object().into_iter().flatten().map(|(name, _)| name) {
            // The members of tokens depend on the action.
            let other_action = path == "tokens" && member != "vendor";
            assert!(other_action || message.contains(member.as_str()), "{method} {path}: {message} lacks {member}");
        }
    }
    for kind in ["status", "resetAfter", "emptyBody"] {
        assert!(description["faults"][kind].is_array(), "{kind}");
    }
    let (status, response) = command(&simulator, Method::GET, "log?sinze=3", None).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(response["message"], "unknown query parameter `sinze`: the parameters are since and limit");
    let (status, response) = command(&simulator, Method::GET, "fault", None).await;
    assert_eq!(
        (status, &response["message"]),
        (StatusCode::NOT_FOUND, &json!("unknown command: GET /_control lists the commands"))
    );
}

#[tokio::test]
async fn a_fault_with_an_unknown_member_is_not_set() {
    let simulator = Simulator::start().await.unwrap();
    let body = json!({ "kind": "status", "status": 503, "time": 2 });
    let (status, response) = command(&simulator, Method::POST, "faults", Some(body)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let message = "unknown member `time`: the members of a fault of the kind `status` are kind, vendor, method, path, \
                   delayMs, times, every, always, status, retryAfter, retryAfterDate, body";
    assert_eq!(response["message"], message);
    let (_, list) = command(&simulator, Method::GET, "faults", None).await;
    assert_eq!(list, json!({ "faults": [] }));
}
