//! JSON logins: login, refresh, application token, and their failures.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::{FutureExt, poll};
use keyfob_auth::{Authenticator, Clock, ErrorKind, FakeClock, JsonLogin};

use crate::server::{Reply, Request, Server, settled, token, until};

/// Start of the fake clock, in seconds since the Unix epoch.
const START: u64 = 1_767_225_600;

fn jwt(name: &str, issued: u64, life: u64) -> String {
    let issued = START + issued;
    let claims = format!(r#"{{"iat":{issued},"exp":{},"jti":"{name}"}}"#, issued + life);
    format!("e30.{}.{name}", URL_SAFE_NO_PAD.encode(claims))
}

/// Replies like an ItemPath server whose tokens are all issued at the start; `refresh` is the status of a refresh.
fn respond(request: &Request, refresh: u16) -> Reply {
    let number = request.number;
    match request.line.split(' ').nth(1) {
        Some("/api/users/login") => {
            let (access, refresh_token) = (jwt(&format!("a{number}"), 0, 900), jwt("refresh", 0, 2_592_000));
            Reply::json(
                200,
                &format!(r#"{{"accessToken":"{access}","refreshToken":"{refresh_token}","isAdmin":"true"}}"#),
            )
        }
        Some("/api/users/refresh") if refresh == 200 => {
            Reply::json(200, &format!(r#"{{"accessToken":"{}"}}"#, jwt(&format!("a{number}"), 0, 900)))
        }
        Some("/api/users/application-token") if refresh == 200 => {
            Reply::json(200, r#"{"token":"e30.e30.application"}"#)
        }
        _ => Reply::json(refresh, r#"{"msg":"Token has expired"}"#),
    }
}

struct Plant {
    server: Server,
    refresh: Arc<AtomicU16>,
}

impl Plant {
    fn start() -> Self {
        let refresh = Arc::new(AtomicU16::new(200));
        let status = Arc::clone(&refresh);
        Self { server: Server::start(move |request| respond(request, status.load(Ordering::SeqCst))), refresh }
    }

    fn login(&self) -> JsonLogin {
        JsonLogin::new(self.server.url("/api/users/login"), "user", "pass\"word")
    }

    fn authenticator(&self) -> (Authenticator, FakeClock) {
        build(self.login().refresh_url(self.server.url("/api/users/refresh")))
    }

    /// Returns the last path segments of all requests, in order.
    fn routes(&self) -> Vec<String> {
        let last = |line: String| line.split(' ').nth(1).and_then(|path| path.rsplit('/').next()).map(str::to_owned);
        self.server.log().into_iter().filter_map(|request| last(request.line)).collect()
    }
}

fn build(login: JsonLogin) -> (Authenticator, FakeClock) {
    let (clock, fake) = Clock::fake();
    fake.auto_advance(true);
    (Authenticator::builder(login).clock(clock).build().expect("an authenticator"), fake)
}

#[tokio::test]
async fn a_login_sends_json_and_its_lifetime_is_that_of_the_jwt() {
    let plant = Plant::start();
    let (authenticator, _clock) = plant.authenticator();
    assert!(token(&authenticator).await.expect("a token").ends_with("a1"));
    assert_eq!(authenticator.token_info().expect("a token").lifetime, Some(Duration::from_secs(900)));
    let log = plant.server.log();
    assert_eq!(log[0].line, "POST /api/users/login HTTP/1.1");
    assert_eq!(log[0].header("content-type"), Some("application/json"));
    assert_eq!(log[0].header("authorization"), None);
    assert_eq!(log[0].body, r#"{"username":"user","password":"pass\"word"}"#);
}

#[tokio::test]
async fn an_expired_token_is_refreshed_by_the_refresh_token_without_a_body_and_without_a_login() {
    let plant = Plant::start();
    let (authenticator, clock) = plant.authenticator();
    token(&authenticator).await.expect("a token");
    for _ in 0..3 {
        clock.advance(Duration::from_secs(1000));
        token(&authenticator).await.expect("a token");
    }
    assert_eq!(plant.routes(), ["login", "refresh", "refresh", "refresh"], "the refresh token is retained");
    let log = plant.server.log();
    assert!(log[1].header("authorization").expect("a header").ends_with(".refresh"));
    assert_eq!(log[1].body, "");
}

#[tokio::test]
async fn a_refused_refresh_is_followed_by_a_login_within_the_same_fetch() {
    for status in [401, 403, 404, 422] {
        let plant = Plant::start();
        let (authenticator, clock) = plant.authenticator();
        token(&authenticator).await.expect("a token");
        plant.refresh.store(status, Ordering::SeqCst);
        clock.advance(Duration::from_secs(1000));
        assert!(token(&authenticator).await.expect("a token").ends_with("a3"));
        assert_eq!(plant.routes(), ["login", "refresh", "login"], "{status}");
    }
}

#[tokio::test]
async fn an_outage_of_the_refresh_endpoint_does_not_drop_the_refresh_token() {
    let plant = Plant::start();
    let (authenticator, clock) = plant.authenticator();
    token(&authenticator).await.expect("a token");
    plant.refresh.store(503, Ordering::SeqCst);
    clock.advance(Duration::from_secs(1000));
    assert_eq!(token(&authenticator).await.expect_err("an outage").kind(), ErrorKind::Unavailable);
    plant.refresh.store(200, Ordering::SeqCst);
    clock.advance(Duration::from_secs(60));
    token(&authenticator).await.expect("a token");
    assert_eq!(plant.routes().iter().filter(|route| *route == "login").count(), 1);
}

#[tokio::test]
async fn an_expired_refresh_token_is_not_sent() {
    let plant = Plant::start();
    let (authenticator, clock) = plant.authenticator();
    token(&authenticator).await.expect("a token");
    clock.advance(Duration::from_secs(31 * 24 * 3600));
    token(&authenticator).await.expect("a token");
    assert_eq!(plant.routes(), ["login", "login"]);
}

#[tokio::test]
async fn cancelling_a_caller_during_the_login_does_not_lose_the_refresh_token() {
    let plant = Plant::start();
    let (authenticator, clock) = plant.authenticator();
    plant.server.pause();
    let mut call = authenticator.authorization().boxed();
    assert!(poll!(&mut call).is_pending());
    until("the request has arrived", || plant.server.requests() == 1).await;
    drop(call);
    plant.server.resume();
    until("the token is cached", || authenticator.token_info().is_some()).await;
    clock.advance(Duration::from_secs(1000));
    token(&authenticator).await.expect("a token");
    assert_eq!(plant.routes(), ["login", "refresh"]);
}

#[tokio::test]
async fn a_rotated_refresh_token_replaces_the_old_one() {
    let server = Server::start(|request| {
        let number = request.number;
        Reply::json(200, &format!(r#"{{"accessToken":"{}","refreshToken":"r{number}"}}"#, jwt("a", 0, 900)))
    });
    let login = JsonLogin::new(server.url("/login"), "user", "password").refresh_url(server.url("/refresh"));
    let (authenticator, clock) = build(login);
    for _ in 0..3 {
        token(&authenticator).await.expect("a token");
        clock.advance(Duration::from_secs(1000));
    }
    let sent: Vec<_> = server.log().iter().map(|request| request.header("authorization").map(str::to_owned)).collect();
    assert_eq!(sent, [None, Some("Bearer r1".to_owned()), Some("Bearer r2".to_owned())]);
}

#[tokio::test]
async fn a_rejected_token_is_replaced_by_a_refresh() {
    let plant = Plant::start();
    let (authenticator, clock) = plant.authenticator();
    let generation = authenticator.authorization().await.expect("a token").generation();
    let _ = authenticator.reject(generation);
    token(&authenticator).await.expect("a token");
    settled(&clock).await;
    assert_eq!(plant.routes(), ["login", "refresh"]);
}

#[tokio::test]
async fn a_404_response_to_a_login_is_a_refusal() {
    let server = Server::start(|_| Reply::json(404, r#"{"msg":"no such user"}"#));
    let (authenticator, _clock) = build(JsonLogin::new(server.url("/login"), "user", "password"));
    for _ in 0..100 {
        let error = token(&authenticator).await.expect_err("a refusal");
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert!(error.to_string().contains("user name, password"), "{error}");
    }
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn a_200_response_with_login_false_is_a_refusal() {
    let server = Server::start(|_| Reply::json(200, r#"{"login":false}"#));
    let (authenticator, _clock) = build(JsonLogin::new(server.url("/login"), "user", "password"));
    assert_eq!(token(&authenticator).await.expect_err("a refusal").kind(), ErrorKind::Refused);
}

#[tokio::test]
async fn an_application_token_is_fetched_with_the_refresh_token_and_used_until_rejected() {
    let plant = Plant::start();
    let (authenticator, clock) =
        build(plant.login().application_token_url(plant.server.url("/api/users/application-token")));
    assert!(token(&authenticator).await.expect("a token").ends_with(".application"));
    assert!(plant.server.log()[1].header("authorization").expect("a header").ends_with(".refresh"));
    clock.advance(Duration::from_secs(20 * 24 * 3600));
    let authorization = authenticator.authorization().await.expect("a token");
    assert_eq!(plant.routes(), ["login", "application-token"]);
    let _ = authenticator.reject(authorization.generation());
    token(&authenticator).await.expect("a token");
    assert_eq!(plant.routes(), ["login", "application-token", "application-token"]);
}

#[tokio::test]
async fn a_user_without_an_application_token_is_refused_with_advice() {
    let plant = Plant::start();
    plant.refresh.store(422, Ordering::SeqCst);
    let (authenticator, _clock) =
        build(plant.login().application_token_url(plant.server.url("/api/users/application-token")));
    let error = token(&authenticator).await.expect_err("a refusal");
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(error.to_string().contains("application user"), "{error}");
}

fn with_refresh_token(plant: &Plant) -> JsonLogin {
    JsonLogin::with_refresh_token(plant.server.url("/api/users/refresh"), jwt("configured", 0, 2_592_000))
}

#[tokio::test]
async fn a_refresh_token_obtains_access_tokens_without_a_login() {
    let plant = Plant::start();
    let (authenticator, clock) = build(with_refresh_token(&plant));
    for _ in 0..3 {
        token(&authenticator).await.expect("a token");
        clock.advance(Duration::from_secs(1000));
    }
    assert_eq!(plant.routes(), ["refresh", "refresh", "refresh"]);
    for request in plant.server.log() {
        assert!(request.header("authorization").expect("a header").ends_with(".configured"));
        assert_eq!(request.body, "");
    }
    let application =
        with_refresh_token(&plant).application_token_url(plant.server.url("/api/users/application-token"));
    assert!(token(&build(application).0).await.expect("a token").ends_with(".application"));
}

#[tokio::test]
async fn a_refresh_token_that_is_refused_or_expired_is_a_refusal_with_advice() {
    let plant = Plant::start();
    for status in [401, 404, 422] {
        plant.refresh.store(status, Ordering::SeqCst);
        let error = token(&build(with_refresh_token(&plant)).0).await.expect_err("a refusal");
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert!(error.to_string().contains("sign in again"), "{error}");
        assert!(!format!("{error} {error:?}").contains("configured"), "{error:?}");
    }
    let sent = plant.server.requests();
    assert_eq!(sent, 3, "no login follows");
    plant.refresh.store(200, Ordering::SeqCst);
    let (authenticator, clock) = build(with_refresh_token(&plant));
    clock.advance(Duration::from_secs(31 * 24 * 3600));
    assert_eq!(token(&authenticator).await.expect_err("a refusal").kind(), ErrorKind::Refused);
    assert_eq!(plant.server.requests(), sent, "an expired refresh token is not sent");
}

#[tokio::test]
async fn an_outage_or_a_rate_limit_does_not_refuse_a_refresh_token() {
    for status in [429, 503] {
        let plant = Plant::start();
        plant.refresh.store(status, Ordering::SeqCst);
        let (authenticator, clock) = build(with_refresh_token(&plant));
        assert_eq!(token(&authenticator).await.expect_err("an outage").kind(), ErrorKind::Unavailable, "{status}");
        plant.refresh.store(200, Ordering::SeqCst);
        clock.advance(Duration::from_secs(120));
        token(&authenticator).await.expect("a token");
    }
}

#[tokio::test]
async fn a_replaced_refresh_token_is_used_from_then_on_and_the_configured_one_if_it_is_refused() {
    // The server accepts the configured token only, which it replaces in each response.
    let server = Server::start(|request| match request.header("authorization") {
        Some("Bearer configured") => {
            let body = format!(r#"{{"accessToken":"{}","refreshToken":"r{}"}}"#, jwt("a", 0, 900), request.number);
            Reply::json(200, &body)
        }
        _ => Reply::json(401, "{}"),
    });
    let (authenticator, clock) = build(JsonLogin::with_refresh_token(server.url("/refresh"), "configured"));
    token(&authenticator).await.expect("a token");
    clock.advance(Duration::from_secs(1000));
    token(&authenticator).await.expect("a token");
    let sent: Vec<_> = server.log().iter().map(|request| request.header("authorization").map(str::to_owned)).collect();
    assert_eq!(sent, ["Bearer configured", "Bearer r1", "Bearer configured"].map(|header| Some(header.to_owned())));
}

#[test]
fn a_login_that_cannot_work_is_rejected_by_build() {
    let check = |login: JsonLogin, part: &str| {
        let error = Authenticator::builder(login).build().expect_err("a mistake");
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(part), "{error}");
    };
    check(JsonLogin::new("https://plant/login", "", "password"), "user name is empty");
    check(JsonLogin::new("https://plant/login", "user", ""), "password is empty");
    check(JsonLogin::with_refresh_token("https://plant/refresh", ""), "refresh token is empty");
    check(JsonLogin::with_refresh_token("https://plant/refresh", "a\nb"), "exactly as it was issued");
    check(JsonLogin::with_refresh_token("http://plant/refresh", "token"), "allow_plain_http");
    check(JsonLogin::new("plant/login", "user", "password"), "does not start with https://");
    check(JsonLogin::new("http://plant/login", "user", "password"), "allow_plain_http");
    check(JsonLogin::new("https://plant/login", "user", "password").refresh_url("http://plant/r"), "allow_plain_http");
}
