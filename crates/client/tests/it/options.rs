//! Options of a call: the same on typed, raw and dynamic calls.

use std::time::Duration;

use keyfob_client::{CallOptions, ClientBuilder, ErrorKind, Method, RetryPolicy, Session};

use crate::script::{CREATE, GET, Response, Server, create_with, get_with, json, response, status};

/// Makes a raw and a dynamic call of the same request, with the options set by individual setters.
macro_rules! with_setters {
    ($session:expr, $method:expr, $operation:expr, $($setters:tt)*) => {{
        let raw = $session.request($method, "/things/1")$($setters)*.send::<i64>().await;
        let dynamic = $session.operation($operation)$($setters)*.bytes().await;
        [raw.map(drop), dynamic.map(drop)]
    }};
}

static READ: keyfob_client::Operation = keyfob_client::Operation { path: "/things/1", ..crate::script::GET_TEMPLATE };

#[tokio::test]
async fn extra_headers_are_sent_by_every_kind_of_call_and_replace_those_of_the_operation() {
    let server = Server::start((0..4).map(|_| json("1"))).await;
    let session = server.session();
    let options = CallOptions::default().header("x-tenant", "first").header("x-tenant", "17").header("accept", "a/b");
    get_with(&session, options.clone()).await.unwrap();
    session.request(Method::GET, "/raw").options(options.clone()).send::<i64>().await.unwrap();
    session.operation(&READ).options(options).bytes().await.unwrap();
    session.request(Method::GET, "/raw").header("x-tenant", "17").header("accept", "a/b").text().await.unwrap();
    for request in server.requests() {
        assert_eq!(
            (request.header("x-tenant"), request.header("accept")),
            (Some("17"), Some("a/b")),
            "{}",
            request.line
        );
        assert_eq!(request.header("authorization"), Some("Bearer t1"));
    }
}

#[tokio::test]
async fn extra_headers_stay_in_their_origin() {
    let storage = Server::start([json("1")]).await;
    let location = format!("{}/blob", storage.url);
    let server =
        Server::start([response(302, &[("location", "/here")], ""), response(302, &[("location", &location)], "")])
            .await;
    server.session().request(Method::GET, "/file").header("x-key", "canary").send::<i64>().await.unwrap();
    assert_eq!(server.requests()[1].header("x-key"), Some("canary"));
    assert_eq!(storage.requests()[0].header("x-key"), None);
}

#[tokio::test]
async fn an_invalid_header_fails_the_call_before_anything_is_sent_and_is_not_quoted() {
    let server = Server::start([]).await;
    for options in [
        CallOptions::default().header("x-a", "canary\r\nx-b: c"),
        CallOptions::default().header("canary: x", "1"),
        CallOptions::default().header("", "canary"),
    ] {
        let error = get_with(&server.session(), options.clone()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Rejected);
        assert!(!format!("{error} {error:?} {options:?}").contains("canary"), "{error}");
    }
    let secret = CallOptions::default().header("x-key", "canary");
    assert!(!format!("{secret:?}").contains("canary") && format!("{secret:?}").contains("x-key"));
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn retries_are_switched_off_or_on_for_one_call_of_any_kind() {
    let server = Server::start([]).await;
    let session = server.session();
    for (request, result) in (1..).zip(with_setters!(session, Method::GET, &READ, .no_retry())) {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Unavailable);
        assert!(server.count() >= request);
    }
    assert_eq!(server.count(), 2);

    let server = Server::start([status(503), json("1"), status(503), json("1"), status(503), json("1")]).await;
    let session = server.session();
    create_with(&session, CallOptions::default().idempotent()).await.unwrap();
    for result in with_setters!(session, Method::POST, &CREATE, .idempotent()) {
        result.unwrap();
    }
    assert_eq!(server.count(), 6);

    let failures = || std::iter::repeat_n(status(503), 9).chain([json("1")]);
    let server = Server::start(failures().chain(failures())).await;
    let session = server.session();
    for result in with_setters!(session, Method::GET, &READ, .retry_for(Duration::from_secs(600))) {
        result.unwrap();
    }
    assert_eq!(server.count(), 20);
}

#[tokio::test]
async fn a_time_limit_counts_for_one_call_of_any_kind() {
    let server = Server::start([Response::Silence, Response::Silence]).await;
    let session: Session = server.builder().retry(RetryPolicy::none()).build().unwrap();
    for result in with_setters!(session, Method::GET, &READ, .timeout(Duration::from_millis(50))) {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Timeout);
    }
    let options = CallOptions::default().timeout(Duration::from_millis(50));
    let server = Server::start([Response::Silence]).await;
    let session: Session = server.builder().retry(RetryPolicy::none()).build().unwrap();
    let error = session.operation(&GET).param("id", "1").options(options).text().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
}

#[tokio::test]
async fn a_raw_call_sends_forms_and_bytes_to_any_host_and_returns_text_and_bytes() {
    let (server, sms) = (Server::start((0..2).map(|_| json("[1]"))).await, Server::start([json("2")]).await);
    let open = Server::start([json("3")]).await;
    let session: Session = server
        .builder()
        .host_url("sms", format!("{}/prefix", sms.url))
        .unauthenticated_host("feed", &open.url)
        .build()
        .unwrap();
    let form = [("name", "\u{c5} b&c"), ("n", "5")];
    let text = session.request(Method::POST, "/form").form(&form).text().await.unwrap().into_inner();
    let bytes = session.request(Method::PUT, "/raw").body("<x/>", "text/xml").bytes().await.unwrap().into_inner();
    assert_eq!((text.as_str(), &bytes[..]), ("[1]", &b"[1]"[..]));
    let requests = server.requests();
    assert_eq!(requests[0].header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(requests[0].body, b"name=%C3%85+b%26c&n=5");
    assert_eq!((requests[1].header("content-type"), &requests[1].body[..]), (Some("text/xml"), &b"<x/>"[..]));

    session.request(Method::GET, "/a").query(&[("q", "1")]).host("sms").send::<i64>().await.unwrap();
    assert_eq!(sms.requests()[0].line, "GET /prefix/a?q=1 HTTP/1.1");
    assert_eq!(sms.requests()[0].header("authorization"), Some("Bearer t1"));
    session.request(Method::GET, "/b").host("feed").send::<i64>().await.unwrap();
    assert_eq!(open.requests()[0].header("authorization"), None);

    let error = session.request(Method::GET, "/a").host("nowhere").send::<i64>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(error.to_string().contains("no base URL for the host `nowhere`"), "{error}");
}

#[tokio::test]
async fn an_error_names_the_host_that_has_no_base_url() {
    static FEED: keyfob_client::Operation =
        keyfob_client::Operation { host: "feed", path: "/feed", ..crate::script::GET_TEMPLATE };
    static APPLY: keyfob_client::Operation = keyfob_client::Operation { host: "apply", ..FEED };
    let server = Server::start([]).await;
    let session: Session = ClientBuilder::new("test-api").host_url("feed", &server.url).build().unwrap();
    let message = async |operation| session.operation(operation).text().await.unwrap_err().to_string();
    assert_eq!(
        message(&APPLY).await,
        "test-api thing: no base URL for the host `apply`: check its name, and its URL in the environment"
    );
    assert_eq!(
        message(&READ).await,
        "test-api thing: no base URL for the API's default host: set it in the environment"
    );
    assert_eq!(server.count(), 0);
}
