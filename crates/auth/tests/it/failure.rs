//! Outages, refused credentials, and the errors that report them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::FutureExt;
use futures::future::join_all;
use keyfob_auth::{Authenticator, Clock, ErrorKind, FakeClock, Recovery, Retry};

use crate::server::{Reply, Request, Server, settled, token};

/// Starts a server that issues tokens until the flag is set, and then replies with `broken`.
fn breakable(broken: fn(&Request) -> Reply) -> (Server, Arc<AtomicBool>) {
    let down = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&down);
    let server = Server::start(move |request| {
        if flag.load(Ordering::SeqCst) {
            broken(request)
        } else {
            Reply::token(&format!("t{}", request.number), "3600")
        }
    });
    (server, down)
}

fn unavailable(_: &Request) -> Reply {
    Reply::json(503, "down")
}

/// Builds an authenticator on a fake clock that skips the delays between attempts.
fn without_delays(server: &Server) -> (Authenticator, FakeClock) {
    let (authenticator, clock) = server.on_fake_clock();
    clock.auto_advance(true);
    (authenticator, clock)
}

#[tokio::test]
async fn while_the_token_is_valid_no_call_fails_or_waits_during_an_outage() {
    for broken in [unavailable, |_: &Request| Reply::Reset, |_: &Request| Reply::HalfBody] {
        let (server, down) = breakable(broken);
        let (authenticator, clock) = without_delays(&server);
        token(&authenticator).await.expect("a token");
        down.store(true, Ordering::SeqCst);
        clock.advance(Duration::from_secs(3300));
        for _ in 0..20 {
            assert_eq!(token(&authenticator).now_or_never().expect("no wait").expect("a token"), "t1");
            settled(&clock).await;
            clock.advance(Duration::from_secs(5));
        }
        assert!(server.requests() > 1, "a refresh was attempted");
    }
}

#[tokio::test]
async fn refreshing_backs_off_during_an_outage() {
    let (server, down) = breakable(unavailable);
    let (clock, fake) = Clock::fake();
    let retry = Retry::new().attempts(1);
    let authenticator = server.builder().clock(clock).retry(retry).build().expect("an authenticator");
    token(&authenticator).await.expect("a token");
    down.store(true, Ordering::SeqCst);
    fake.advance(Duration::from_secs(3300));
    for _ in 0..200 {
        token(&authenticator).await.expect("the old token");
        settled(&fake).await;
        fake.advance(Duration::from_secs(1));
    }
    // 1, 2, 4, 8, 16, 30, 30, … seconds, less the jitter.
    assert!((8..=20).contains(&server.requests()), "{}", server.requests());
}

#[tokio::test]
async fn the_back_off_ends_with_the_token_so_that_the_first_call_without_one_fetches() {
    let (server, down) = breakable(unavailable);
    let (clock, fake) = Clock::fake();
    let retry = Retry::new().attempts(1);
    let authenticator = server.builder().clock(clock).retry(retry).build().expect("an authenticator");
    token(&authenticator).await.expect("a token");
    down.store(true, Ordering::SeqCst);
    // Refreshes that fail every 30 seconds, the longest back-off; the last one 5 seconds before the expiry.
    fake.advance(Duration::from_secs(3295));
    for failures in 1..=11 {
        assert_eq!(token(&authenticator).await.expect("the old token"), "t1");
        settled(&fake).await;
        assert_eq!(server.requests(), 1 + failures);
        fake.advance(Duration::from_secs(if failures < 11 { 30 } else { 5 }));
    }
    down.store(false, Ordering::SeqCst);
    assert_eq!(token(&authenticator).await.expect("a token"), "t13");
}

/// Returns the time for which a fetch of two failed attempts pauses.
async fn pauses() -> Duration {
    let server = Server::start(|request| match request.number {
        1 | 2 => unavailable(request),
        _ => Reply::token("t", "3600"),
    });
    let (authenticator, clock) = without_delays(&server);
    token(&authenticator).await.expect("a token");
    clock.elapsed()
}

#[tokio::test]
async fn the_pauses_between_attempts_double_and_differ_between_instances() {
    let mut all = Vec::new();
    for _ in 0..8 {
        all.push(pauses().await);
    }
    // 250 and 500 ms, each less up to half of it.
    let bounds = Duration::from_millis(375)..=Duration::from_millis(750);
    assert!(all.iter().all(|pause| bounds.contains(pause)), "{all:?}");
    assert!(all.windows(2).any(|pair| pair[0] != pair[1]), "{all:?}");
}

#[tokio::test]
async fn a_policy_without_retries_sends_one_request() {
    let server = Server::start(unavailable);
    let authenticator = server.builder().retry(Retry::none()).build().expect("an authenticator");
    token(&authenticator).await.expect_err("an outage");
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn a_call_without_retries_gets_the_error_of_the_first_request() {
    let server = Server::start(|request| match request.number {
        1 => unavailable(request),
        _ => Reply::token("t", "3600"),
    });
    let (authenticator, _clock) = without_delays(&server);
    for _ in 0..10 {
        let error = authenticator.authorization_without_retry().await.expect_err("an outage");
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert!(error.retry_after().is_some_and(|wait| wait <= Duration::from_secs(1)));
    }
    assert_eq!(server.requests(), 1, "a call without retries obeys the back-off");
    // The back-off follows an attempt that was not retried, which must not fail the calls that permit retries.
    assert_eq!(token(&authenticator).await.expect("a token"), "t");
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn a_fetch_is_retried_if_one_of_its_callers_permits_retries() {
    let server = Server::start(|request| match request.number {
        1 => unavailable(request),
        _ => Reply::token("t", "3600"),
    });
    let (authenticator, _clock) = without_delays(&server);
    let once = authenticator.authorization_without_retry().map(|result| result.map(drop));
    let retried = authenticator.authorization().map(|result| result.map(drop));
    let (once, retried) = futures::future::join(once, retried).await;
    assert!(once.is_ok() && retried.is_ok());
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn a_refusal_and_a_retry_after_bind_calls_with_and_without_retries() {
    let refused: fn(&Request) -> Reply = |_| Reply::json(401, r#"{"error":"invalid_client"}"#);
    let busy: fn(&Request) -> Reply = |_| Reply::Response(429, "retry-after: 90\r\n", String::new());
    for respond in [refused, busy] {
        let server = Server::start(respond);
        let (authenticator, _clock) = without_delays(&server);
        authenticator.authorization_without_retry().await.expect_err("a failure");
        token(&authenticator).await.expect_err("the same failure");
        assert_eq!(server.requests(), 1);
    }
}

#[tokio::test]
async fn calls_succeed_again_after_an_outage() {
    let (server, down) = breakable(unavailable);
    let (authenticator, clock) = without_delays(&server);
    token(&authenticator).await.expect("a token");
    down.store(true, Ordering::SeqCst);
    clock.advance(Duration::from_secs(7200));
    for _ in 0..10 {
        assert_eq!(token(&authenticator).await.expect_err("an outage").kind(), ErrorKind::Unavailable);
        clock.advance(Duration::from_secs(60));
    }
    down.store(false, Ordering::SeqCst);
    token(&authenticator).await.expect("a token again");
    let info = authenticator.token_info().expect("a token");
    assert_eq!(info.remaining, Some(Duration::from_secs(3600)));
}

#[tokio::test]
async fn a_hundred_callers_of_a_failing_endpoint_all_get_an_error_after_at_most_four_requests() {
    let server = Server::start(unavailable);
    let (authenticator, clock) = without_delays(&server);
    let start = clock.elapsed();
    let results = join_all((0..100).map(|_| token(&authenticator))).await;
    assert_eq!(results.len(), 100);
    for result in results {
        let error = result.expect_err("an outage");
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert_eq!(error.status().map(|status| status.as_u16()), Some(503));
    }
    for _ in 0..100 {
        token(&authenticator).await.expect_err("an outage");
    }
    assert!(server.requests() <= 4, "{}", server.requests());
    assert!(clock.elapsed().saturating_sub(start) <= Duration::from_secs(30));
}

#[tokio::test]
async fn a_transient_failure_is_retried_only_after_the_back_off() {
    let server = Server::start(unavailable);
    let (authenticator, clock) = without_delays(&server);
    let error = token(&authenticator).await.expect_err("an outage");
    let Recovery::RetryAfter(wait) = error.recovery() else { panic!("{error:?}") };
    assert!(wait <= Duration::from_secs(1));
    let requests = server.requests();
    token(&authenticator).await.expect_err("still backing off");
    assert_eq!(server.requests(), requests);
    clock.advance(wait);
    token(&authenticator).await.expect_err("an outage");
    assert!(server.requests() > requests);
}

#[tokio::test]
async fn transient_failures_are_retried_within_one_fetch() {
    for broken in [unavailable, |_: &Request| Reply::Reset, |_: &Request| Reply::json(429, "{}")] {
        let server =
            Server::start(move |request| if request.number < 3 { broken(request) } else { Reply::token("t", "3600") });
        let (authenticator, _clock) = without_delays(&server);
        assert_eq!(token(&authenticator).await.expect("a token"), "t");
        assert_eq!(server.requests(), 3);
    }
}

#[tokio::test]
async fn an_endpoint_that_refuses_connections_is_unavailable() {
    let server = Server::tokens("3600");
    let port = server.port();
    drop(server);
    let (clock, fake) = Clock::fake();
    fake.auto_advance(true);
    let credentials = keyfob_auth::ClientCredentials::new(format!("http://127.0.0.1:{port}/token"), "id", "secret");
    let authenticator = Authenticator::builder(credentials).clock(clock).build().expect("an authenticator");
    // The server's thread closes the port asynchronously.
    crate::server::until("the port is closed", || std::net::TcpStream::connect(("127.0.0.1", port)).is_err()).await;
    let error = token(&authenticator).await.expect_err("the port is closed");
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(std::error::Error::source(&error).is_some());
    assert!(error.to_string().contains("cannot connect to"), "{error}");
}

#[tokio::test]
async fn retry_after_is_reported_and_obeyed() {
    let server = Server::start(|request| match request.number {
        1 => Reply::Response(429, "retry-after: 90\r\n", String::new()),
        _ => Reply::token("t", "3600"),
    });
    let (authenticator, clock) = without_delays(&server);
    let error = token(&authenticator).await.expect_err("rate limited");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(90)));
    assert_eq!(error.recovery(), Recovery::RetryAfter(Duration::from_secs(90)));
    clock.advance(Duration::from_secs(89));
    let error = token(&authenticator).await.expect_err("still rate limited");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(1)));
    assert_eq!(server.requests(), 1);
    clock.advance(Duration::from_secs(1));
    assert_eq!(token(&authenticator).await.expect("a token"), "t");
}

#[tokio::test]
async fn a_fetch_waits_for_a_short_retry_after() {
    let server = Server::start(|request| match request.number {
        1 => Reply::Response(503, "retry-after: 7\r\n", String::new()),
        _ => Reply::token("t", "3600"),
    });
    let (authenticator, clock) = without_delays(&server);
    assert_eq!(token(&authenticator).await.expect("a token"), "t");
    assert_eq!(clock.elapsed(), Duration::from_secs(7));
}

#[tokio::test]
async fn a_thousand_calls_with_a_wrong_secret_make_one_request_in_thirty_seconds() {
    let server = Server::start(|_| Reply::json(400, r#"{"error":"invalid_client","error_description":"no"}"#));
    let (authenticator, clock) = server.on_fake_clock();
    for _ in 0..1000 {
        let error = token(&authenticator).await.expect_err("a refusal");
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert_eq!(error.code(), Some("invalid_client"));
        assert_eq!(error.description(), Some("no"));
        assert_eq!(error.recovery(), Recovery::Reauthenticate);
        clock.advance(Duration::from_millis(29));
    }
    assert_eq!(server.requests(), 1);
    clock.advance(Duration::from_secs(1));
    token(&authenticator).await.expect_err("a refusal");
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn a_refused_refresh_leaves_the_valid_token_in_use_and_is_not_repeated() {
    let (server, down) = breakable(|_| Reply::json(401, r#"{"error":"invalid_client"}"#));
    let (authenticator, clock) = server.on_fake_clock();
    token(&authenticator).await.expect("a token");
    down.store(true, Ordering::SeqCst);
    clock.advance(Duration::from_secs(3400));
    for _ in 0..29 {
        assert_eq!(token(&authenticator).now_or_never().expect("no wait").expect("a token"), "t1");
        settled(&clock).await;
        clock.advance(Duration::from_secs(1));
    }
    assert_eq!(server.requests(), 2);
}

#[track_caller]
fn check_error(error: &keyfob_auth::Error, kind: ErrorKind, recovery: Option<Recovery>, part: &str) {
    assert_eq!(error.kind(), kind, "{error:?}");
    if let Some(recovery) = recovery {
        assert_eq!(error.recovery(), recovery, "{error:?}");
    }
    let line = error.to_string();
    assert!(line.contains(part) && !line.contains('\n'), "{line}");
}

#[tokio::test]
async fn every_invalid_response_is_a_one_line_error_of_the_right_kind() {
    let html = "<html>canary</html>";
    let cases = [
        (400, r#"{"error":"invalid_scope"}"#, ErrorKind::Refused, Recovery::Fail, "scopes"),
        (401, r#"{"errorMsg":"canary"}"#, ErrorKind::Refused, Recovery::Reauthenticate, "check id, secret"),
        (403, html, ErrorKind::Refused, Recovery::Reauthenticate, "check id, secret"),
        (404, html, ErrorKind::Malformed, Recovery::Fail, "check the token URL"),
        (200, html, ErrorKind::Malformed, Recovery::Fail, "check the token URL"),
        (200, "", ErrorKind::Malformed, Recovery::Fail, "check the token URL"),
        (200, "[]", ErrorKind::Malformed, Recovery::Fail, "check the token URL"),
        (200, r#"{"token_type":"Bearer"}"#, ErrorKind::Malformed, Recovery::Fail, "check the token URL"),
        (200, r#"{"access_token":7}"#, ErrorKind::Malformed, Recovery::Fail, "check the token URL"),
        (200, r#"{"access_token":""}"#, ErrorKind::Malformed, Recovery::Fail, "empty"),
        (200, r#"{"access_token":"a\nb"}"#, ErrorKind::Malformed, Recovery::Fail, "header"),
        (200, r#"{"access_token":"a","token_type":"mac"}"#, ErrorKind::Malformed, Recovery::Fail, "bearer"),
        (200, r#"{"error":"invalid_client"}"#, ErrorKind::Refused, Recovery::Reauthenticate, "check id, secret"),
    ];
    for (status, body, kind, recovery, part) in cases {
        let server = Server::start(move |_| Reply::Response(status, "", body.to_owned()));
        let (authenticator, _clock) = without_delays(&server);
        let error = token(&authenticator).await.expect_err(body);
        check_error(&error, kind, Some(recovery), part);
        assert_eq!(server.requests(), 1, "{body} must not be retried");
    }
    let server =
        Server::start(|_| Reply::Response(502, "content-type: text/html\r\n", "<html>canary</html>".to_owned()));
    let (authenticator, _clock) = without_delays(&server);
    check_error(&token(&authenticator).await.expect_err("a gateway"), ErrorKind::Unavailable, None, "502");
    let server = Server::start(|_| Reply::json(400, r#"{"error":"temporarily_unavailable"}"#));
    let (authenticator, _clock) = without_delays(&server);
    check_error(&token(&authenticator).await.expect_err("an outage"), ErrorKind::Unavailable, None, "at the moment");
    let server = Server::start(|_| Reply::HalfBody);
    let (authenticator, _clock) = without_delays(&server);
    check_error(&token(&authenticator).await.expect_err("half a body"), ErrorKind::Unavailable, None, "broke");
}

#[tokio::test]
async fn a_refusal_of_the_scopes_names_them_and_does_not_blame_the_secret() {
    let server = Server::start(|_| Reply::json(400, r#"{"error":"invalid_scope","error_description":"canary"}"#));
    let credentials = server.credentials().scopes(["reports.read", "files.read"]);
    let authenticator = Authenticator::builder(credentials).build().expect("an authenticator");
    let error = token(&authenticator).await.expect_err("refused");
    check_error(&error, ErrorKind::Refused, Some(Recovery::Fail), "refused the scopes `reports.read files.read`");
    let line = format!("{error} {error:?}");
    assert!(
        !line.contains("canary") && !line.contains("secret") && error.to_string().ends_with("(invalid_scope)"),
        "{line}"
    );
}

#[test]
fn credentials_that_cannot_work_are_rejected_by_build() {
    let check = |url: &str, id: &str, secret: &str, part: &str| {
        let credentials = keyfob_auth::ClientCredentials::new(url, id, secret);
        let error = Authenticator::builder(credentials).build().expect_err("a mistake");
        check_error(&error, ErrorKind::Configuration, Some(Recovery::Fail), part);
    };
    check("https://id.example.com/token", "", "secret", "client id is empty");
    check("https://id.example.com/token", "id", "", "client secret is empty");
    check("id.example.com/token", "id", "secret", "does not start with https://");
    check("", "id", "secret", "is empty");
    check("https://id:pw@id.example.com/token", "id", "secret", "as credentials");
    check("http://id.example.com/token", "id", "secret", "allow_plain_http");
    let error = Authenticator::builder(keyfob_auth::Credentials::bearer("a b")).build().expect_err("a blank");
    check_error(&error, ErrorKind::Configuration, None, "header");
    let none: [(reqwest::header::HeaderName, keyfob_auth::SecretString); 0] = [];
    let error = Authenticator::builder(keyfob_auth::Credentials::headers(none)).build().expect_err("nothing");
    check_error(&error, ErrorKind::Configuration, None, "no headers");
}
