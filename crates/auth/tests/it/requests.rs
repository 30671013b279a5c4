//! Token requests: their form, their limits, and their transport.

use std::time::Duration;

use futures::{FutureExt, poll};
use httpmock::prelude::*;
use keyfob_auth::{
    Authenticator, ClientAuthentication, ClientCredentials, Clock, Credentials, ErrorKind, ExposeSecret, Retry,
    TransportConfig,
};

use reqwest::header::ACCEPT_LANGUAGE;

use crate::server::{Reply, Server, token, until};

#[tokio::test]
async fn a_secret_in_the_body_is_form_encoded_and_scopes_are_joined() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/connect/token")
                .header("content-type", "application/x-www-form-urlencoded")
                .header("accept", "application/json")
                .header_missing("authorization")
                .form_urlencoded_tuple("grant_type", "client_credentials")
                .form_urlencoded_tuple("client_id", "Käthe Kruse")
                .form_urlencoded_tuple("client_secret", "se cret/+&=%")
                .form_urlencoded_tuple("scope", "ditioapiv3 reportingapiv1")
                .form_urlencoded_tuple("audience", "https://api")
                .form_urlencoded_tuple("tenant", "7");
            then.status(200)
                .json_body(serde_json::json!({"access_token": "t", "scope": "a b", "token_type": "Bearer"}));
        })
        .await;
    let credentials = ClientCredentials::new(server.url("/connect/token"), "Käthe Kruse", "se cret/+&=%")
        .scopes(["ditioapiv3", "reportingapiv1"])
        .audience("https://api")
        .parameter("tenant", "7");
    let authenticator = Authenticator::builder(credentials).build().expect("an authenticator");
    assert_eq!(token(&authenticator).await.expect("a token"), "t");
    assert_eq!(authenticator.access_token().await.expect("a token").expose_secret(), "t");
    let info = authenticator.token_info().expect("a token");
    assert_eq!(info.scopes, ["a", "b"]);
    assert_eq!(info.token_type.as_deref(), Some("Bearer"));
    assert_eq!(info.generation.number(), 1);
    mock.assert_async().await;
}

async fn basic(authentication: ClientAuthentication, expected: &str) {
    let server = Server::start(|_| Reply::json(200, r#"{"access_token":"t","type":"Bearer","scope":"application"}"#));
    let credentials =
        ClientCredentials::new(server.url("/v1/oauth2/token"), "i d", "se cret/+=").authentication(authentication);
    let authenticator = Authenticator::builder(credentials).build().expect("an authenticator");
    assert_eq!(token(&authenticator).await.expect("a token"), "t");
    let log = server.log();
    assert_eq!(log[0].line, "POST /v1/oauth2/token HTTP/1.1");
    assert_eq!(log[0].header("authorization"), Some(expected));
    assert_eq!(log[0].body, "grant_type=client_credentials");
}

#[tokio::test]
async fn basic_authentication_is_form_encoded_and_raw_basic_is_not() {
    // base64 of "i+d:se+cret%2F%2B%3D" and of "i d:se cret/+=".
    basic(ClientAuthentication::Basic, "Basic aStkOnNlK2NyZXQlMkYlMkIlM0Q=").await;
    basic(ClientAuthentication::BasicRaw, "Basic aSBkOnNlIGNyZXQvKz0=").await;
}

#[tokio::test]
async fn redirects_are_not_followed_with_a_secret() {
    let target = Server::tokens("3600");
    let location: &'static str = format!("location: {}\r\n", target.url("/token")).leak();
    let server = Server::start(move |_| Reply::Response(307, location, String::new()));
    let authenticator = server.builder().build().expect("an authenticator");
    let error = token(&authenticator).await.expect_err("a redirect");
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert!(error.to_string().contains("redirects are not followed"), "{error}");
    assert_eq!(target.requests(), 0);
}

#[tokio::test]
async fn a_token_is_read_from_any_2xx_response_of_any_content_type() {
    for (status, headers) in [(200, ""), (201, "content-type: text/plain\r\n"), (203, "content-type: text/html\r\n")] {
        let server =
            Server::start(move |_| Reply::Response(status, headers, "\u{feff}{\"access_token\":\"t\"}".to_owned()));
        let authenticator = server.builder().build().expect("an authenticator");
        assert_eq!(token(&authenticator).await.expect("a token"), "t", "{status} {headers}");
    }
}

#[tokio::test]
async fn a_token_of_fifty_thousand_characters_works() {
    let long = "x".repeat(50_000);
    let value = long.clone();
    let server = Server::start(move |_| Reply::token(&value, "3600"));
    let authenticator = server.builder().build().expect("an authenticator");
    assert_eq!(token(&authenticator).await.expect("a token"), long);
}

#[tokio::test]
async fn a_response_larger_than_256_kib_is_malformed() {
    let server = Server::start(move |_| Reply::token(&"x".repeat(256 * 1024), "3600"));
    let authenticator = server.builder().build().expect("an authenticator");
    let error = token(&authenticator).await.expect_err("too large");
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert!(error.to_string().contains("256 KiB"), "{error}");
}

#[tokio::test]
async fn a_response_of_unannounced_length_has_the_same_limit() {
    let chunked =
        |size: usize| Server::start(move |_| Reply::Chunked(format!(r#"{{"access_token":"{}"}}"#, "x".repeat(size))));
    let server = chunked(200_000);
    let authenticator = server.builder().build().expect("an authenticator");
    assert_eq!(token(&authenticator).await.expect("a token").len(), 200_000);
    let server = chunked(300_000);
    let authenticator = server.builder().build().expect("an authenticator");
    let error = token(&authenticator).await.expect_err("too large");
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert!(error.to_string().contains("256 KiB"), "{error}");
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn a_request_without_a_response_times_out_after_thirty_seconds() {
    let server = Server::start(|_| Reply::Hang);
    let (authenticator, clock) = server.on_fake_clock();
    let mut call = authenticator.authorization().boxed();
    assert!(poll!(&mut call).is_pending());
    until("the request has arrived", || server.requests() == 1).await;
    clock.advance(Duration::from_secs(29));
    tokio::task::yield_now().await;
    assert!(poll!(&mut call).is_pending());
    clock.advance(Duration::from_secs(1));
    let error = call.await.expect_err("no response");
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.to_string().contains("30 seconds"), "{error}");
}

#[tokio::test]
async fn a_fetch_ends_at_its_deadline() {
    let server = Server::start(|_| Reply::Hang);
    let (clock, fake) = Clock::fake();
    let retry = Retry::new().deadline(Duration::from_secs(3));
    let authenticator = server.builder().clock(clock).retry(retry).build().expect("an authenticator");
    let mut call = authenticator.authorization().boxed();
    assert!(poll!(&mut call).is_pending());
    until("the request has arrived", || server.requests() == 1).await;
    fake.advance(Duration::from_secs(3));
    assert_eq!(call.await.expect_err("no response").kind(), ErrorKind::Unavailable);
}

#[tokio::test]
async fn token_requests_use_the_callers_client_and_user_agent() {
    let server = Server::tokens("3600");
    let transport = TransportConfig::new().user_agent("ours/1");
    let authenticator = server.builder().transport(transport.clone()).build().expect("an authenticator");
    token(&authenticator).await.expect("a token");
    let client = transport.user_agent("theirs/2").client(reqwest::redirect::Policy::none()).expect("a client");
    let authenticator = server.builder().http_client(client).build().expect("an authenticator");
    token(&authenticator).await.expect("a token");
    let agents: Vec<_> = server.log().iter().map(|request| request.header("user-agent").map(str::to_owned)).collect();
    assert_eq!(agents, [Some("ours/1".to_owned()), Some("theirs/2".to_owned())]);
}

#[tokio::test]
async fn a_client_builder_has_the_transport_settings_and_follows_no_redirects() {
    let target = Server::tokens("3600");
    let location: &'static str = format!("location: {}\r\n", target.url("/token")).leak();
    let server = Server::start(move |_| Reply::Response(307, location, String::new()));
    let transport = TransportConfig::new().user_agent("ours/1").configure_client(|client| {
        client.default_headers([(ACCEPT_LANGUAGE, "nb".parse().expect("text"))].into_iter().collect())
    });
    let client = transport.client_builder().expect("a builder").build().expect("a client");
    let response = client.get(server.url("/")).send().await.expect("a response");
    assert_eq!(response.status(), 307);
    assert_eq!(target.requests(), 0);
    let request = &server.log()[0];
    assert_eq!(request.header("user-agent"), Some("ours/1"));
    assert_eq!(request.header("accept-language"), Some("nb"));
}

#[tokio::test]
async fn token_requests_use_the_callers_proxy() {
    let proxy = Server::tokens("3600");
    let transport = TransportConfig::new().allow_plain_http().proxy(&proxy.url("")).expect("a proxy");
    let credentials = ClientCredentials::new("http://id.example.com/token", "id", "secret");
    let authenticator = Authenticator::builder(credentials).transport(transport).build().expect("an authenticator");
    assert_eq!(token(&authenticator).await.expect("a token"), "t1");
    assert_eq!(proxy.log()[0].line, "POST http://id.example.com/token HTTP/1.1");
}

#[tokio::test]
async fn a_bearer_token_is_used_without_a_request() {
    let authenticator = Authenticator::builder(Credentials::bearer("given")).build().expect("an authenticator");
    assert_eq!(token(&authenticator).now_or_never().expect("no wait").expect("a token"), "given");
    let info = authenticator.token_info().expect("a token");
    assert_eq!((info.lifetime, info.remaining), (None, None));
}
