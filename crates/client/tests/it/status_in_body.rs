//! Services that respond with 200 and an error status in the body.

use keyfob_client::ErrorKind;

use crate::script::{Response, Server, create, get, json, status};

async fn session(responses: impl IntoIterator<Item = Response>) -> (Server, keyfob_client::Session) {
    let server = Server::start(responses).await;
    let session = server.builder().status_in_body().build().unwrap();
    (server, session)
}

#[tokio::test]
async fn an_error_status_in_a_200_body_is_an_error_of_that_status() {
    for body in [r#"{"status":417,"message":"Numéro"}"#, r#"{"message":"Numéro","status":" 417 "}"#] {
        let (server, session) = session([json(body)]).await;
        let error = create(&session).await.unwrap_err();
        assert_eq!((error.status().unwrap().as_u16(), error.kind()), (417, ErrorKind::Rejected));
        assert_eq!(error.service_error().unwrap().message(), Some("Numéro"));
        assert_eq!((error.service_error().unwrap().body(), server.count()), (body.as_bytes(), 1));
        assert!(!format!("{error} {error:?}").contains("Numéro"));
    }
}

#[tokio::test]
async fn a_token_rejected_in_the_body_is_refreshed() {
    let (server, session) = session([json(r#"{"status":401}"#), json(r#"{"size":0}"#)]).await;
    create(&session).await.unwrap();
    let tokens: Vec<_> =
        server.requests().iter().map(|request| request.header("authorization").unwrap().to_owned()).collect();
    assert_eq!(tokens, ["Bearer t1", "Bearer t2"]);
}

#[tokio::test]
async fn a_503_in_the_body_is_retried_for_reads_only() {
    let responses = || [json(r#"{"status":503}"#), json("{}")];
    let (server, reader) = session(responses()).await;
    get(&reader).await.unwrap();
    assert_eq!(server.count(), 2);
    let (server, writer) = session(responses()).await;
    assert_eq!(create(&writer).await.unwrap_err().kind(), ErrorKind::Unavailable);
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn other_status_fields_in_a_body_are_data() {
    for body in [
        r#"{"status":200}"#,
        r#"{"status":"created"}"#,
        r#"{"status":null}"#,
        r#"{"status":-417}"#,
        r#"{"status":70000}"#,
        r#"{"list":[{"status":417}],"size":1}"#,
        r#"[{"status":417}]"#,
        "[417]",
        "417",
    ] {
        let (_server, session) = session([json(body)]).await;
        assert_eq!(get(&session).await.unwrap().to_string(), body);
    }
    let (_server, session) = session([status(204)]).await;
    assert_eq!(get(&session).await.unwrap(), serde_json::Value::Null);
}

#[tokio::test]
async fn without_status_in_body_the_body_is_returned() {
    let body = r#"{"status":417}"#;
    let server = Server::start([json(body)]).await;
    assert_eq!(get(&server.session()).await.unwrap().to_string(), body);
}
