//! Errors for each kind of response.

use std::error::Error as _;

use keyfob_client::{ErrorKind, Method, OptionExt as _, StatusCode};

use crate::script::{GET, Server, create, get, json, response, status};

#[track_caller]
fn check_kind(status: u16, error: &keyfob_client::Error, kind: ErrorKind, retryable: bool) {
    assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
    assert_eq!((error.kind(), error.is_retryable()), (kind, retryable), "{error}");
    assert_eq!(error.operation(), Some("thing"));
    let text = error.to_string();
    assert!(
        text.starts_with("test-api thing: ") && !text.contains('\n') && text.contains(&status.to_string()),
        "{text}"
    );
}

#[tokio::test]
async fn every_status_has_a_kind_and_a_retry_decision() {
    for (code, kind, retryable) in [
        (400, ErrorKind::Rejected, false),
        (403, ErrorKind::Auth, false),
        (404, ErrorKind::NotFound, false),
        (409, ErrorKind::Conflict, false),
        (412, ErrorKind::Conflict, false),
        (413, ErrorKind::Rejected, false),
        (417, ErrorKind::Rejected, false),
        (501, ErrorKind::Unavailable, true),
    ] {
        let server = Server::start([status(code)]).await;
        check_kind(code, &get(&server.session()).await.unwrap_err(), kind, retryable);
        assert_eq!(server.count(), 1, "{code} is not retried");
    }
    for (code, kind) in [
        (429, ErrorKind::RateLimited),
        (500, ErrorKind::Unavailable),
        (503, ErrorKind::Unavailable),
        (408, ErrorKind::Timeout),
    ] {
        let server = Server::start([status(code), status(code), status(code)]).await;
        check_kind(code, &get(&server.session()).await.unwrap_err(), kind, true);
    }
}

#[tokio::test]
async fn the_services_message_is_available_and_not_printed() {
    let body = r#"{"message":"Ola","errors":[{"field":"Phone","code":"V","message":"The Phone field is required."}]}"#;
    let server = Server::start([response(400, &[("content-type", "application/json")], body)]).await;
    let error = get(&server.session()).await.unwrap_err();
    let api = error.service_error().unwrap();
    assert_eq!((api.message(), api.code(), api.fields()[0].field.as_str()), (Some("Ola"), Some("V"), "Phone"));
    assert!(!format!("{error} {error:?}").contains("Phone"));
}

#[tokio::test]
async fn an_html_page_of_a_proxy_is_unavailable_and_not_a_decode_error() {
    let page = || response(502, &[("content-type", "text/html")], "<h1>Bad gateway</h1>");
    let server = Server::start([page(), page(), page()]).await;
    let error = get(&server.session()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert_eq!(error.service_error().unwrap().body(), b"<h1>Bad gateway</h1>");
}

#[tokio::test]
async fn errors_for_html_and_truncated_json_say_what_to_do() {
    let server = Server::start([response(200, &[("content-type", "text/html")], "<html>login</html>")]).await;
    let error = get(&server.session()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unexpected);
    assert!(error.to_string().contains("a web page, not JSON; check the base URL"), "{error}");

    let server = Server::start([json(r#"{"a":[1,2"#)]).await;
    let error = get(&server.session()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unexpected);
    assert!(error.source().unwrap().to_string().contains("truncated JSON"), "{error:?}");
    assert_eq!(server.count(), 1, "a complete response that is wrong is not requested again");
}

#[tokio::test]
async fn a_response_above_the_size_limit_is_an_error() {
    let server = Server::start([json(&format!("\"{}\"", "x".repeat(2000)))]).await;
    let session = server.builder().max_response_bytes(1000).build().unwrap();
    let error = get(&session).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unexpected);
    assert!(error.to_string().contains("larger than 1000 bytes"), "{error}");
}

#[tokio::test]
async fn a_response_has_status_and_headers() {
    let server = Server::start([response(201, &[("x-request-id", "7")], "{}")]).await;
    let session = server.session();
    let response = session.request(keyfob_client::Method::GET, "/any").send::<serde_json::Value>().await.unwrap();
    assert_eq!(response.status().as_u16(), 201);
    assert_eq!(response.headers()["x-request-id"], "7");
}

#[tokio::test]
async fn a_rejection_names_the_method_that_has_the_services_message_and_shows_it_only_on_request() {
    let body =
        r#"{"message":"Ola","errors":[{"field":"Phone","code":"V","message":"Required."},{"field":"Fax","code":"X"}]}"#;
    let server = Server::start([response(400, &[("content-type", "application/json")], body), status(400)]).await;
    let error = create(&server.session()).await.unwrap_err();
    let line = "test-api create_thing: the service rejected the request (400 Bad Request)";
    assert_eq!(error.to_string(), format!("{line}; `Error::service_error` has the service's message"));
    let explained = format!("{line}; V: Ola; Phone: Required.; Fax: X");
    assert_eq!((format!("{error:#}"), error.explain().to_string()), (explained.clone(), explained));
    assert_eq!((error.api(), error.operation()), (Some("test-api"), Some("create_thing")));

    let error = create(&server.session()).await.unwrap_err();
    assert_eq!(
        (error.to_string(), format!("{error:#}")),
        (line.to_owned(), line.to_owned()),
        "an empty body has no message"
    );
}

#[test]
fn an_error_of_the_authenticator_is_an_error_of_the_client() {
    let error = keyfob_client::auth::TransportConfig::new().root_certificate_pem(b"none").unwrap_err();
    let error = keyfob_client::Error::from(error);
    assert_eq!(error.kind(), ErrorKind::Auth);
    assert!(error.source().is_some());
}

#[test]
fn a_missing_field_is_an_error_that_names_it() {
    let error = None::<i64>.required("id").unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Unexpected, "the response has no `id`"));
    assert_eq!(Some(7).required("id").unwrap(), 7);
}

#[tokio::test]
async fn a_part_of_a_response_is_an_error_unless_it_was_requested() {
    let part = || response(206, &[("content-range", "bytes 0-0/2")], "1");
    let server = Server::start((0..8).map(|_| part())).await;
    let session = server.session();
    let request = || session.request(Method::GET, "/thing");
    let errors = [
        get(&session).await.map(drop),
        create(&session).await.map(drop),
        request().send::<i64>().await.map(drop),
        request().bytes().await.map(drop),
        session.operation(&GET).param("id", "1").text().await.map(drop),
    ];
    for (index, result) in errors.into_iter().enumerate() {
        let error = result.unwrap_err();
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::Unexpected, Some(StatusCode::PARTIAL_CONTENT)),
            "{index}"
        );
        assert!(error.to_string().contains("a part of the response"), "{error}");
    }
    assert_eq!(server.count(), 5, "another request would have the same response");
    assert_eq!(*request().header("range", "bytes=0-0").send::<i64>().await.unwrap(), 1);
    assert_eq!(
        session.operation(&GET).param("id", "1").header("range", "bytes=0-0").text().await.unwrap().as_str(),
        "1"
    );
}
