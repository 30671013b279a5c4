//! Canaries in token, body, query, header and response must never be printed.

use keyfob_client::{Error, auth::Credentials};

use crate::script::{Response, Server, create, get, json, response};

fn printed(error: &Error) -> String {
    let mut texts = vec![format!("{error} {error:?} {error:#?}")];
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        texts.push(format!("{cause} {cause:?}"));
        source = cause.source();
    }
    texts.join(" ")
}

#[tokio::test]
async fn no_error_shows_a_secret_a_body_a_query_or_personal_data() {
    let canary = r#"{"message":"response-canary","error":"response-canary","errors":[{"field":"response-canary"}],"n":"response-canary"}"#;
    let responses = [
        response(400, &[("x-trace", "header-canary")], canary),
        response(401, &[], canary),
        response(404, &[], "response-canary"),
        response(500, &[("location", "http://header-canary/")], canary),
        response(302, &[("location", "ftp://header-canary/")], canary),
        json(&canary[..40]),
        response(200, &[("content-type", "text/response-canary")], "response-canary"),
        Response::Reset,
    ];
    for response in responses {
        let server = Server::start(std::iter::repeat_n(response, 5)).await;
        let session = server.builder().credentials(Credentials::bearer("token-canary")).build().unwrap();
        for error in [get(&session).await.unwrap_err(), create(&session).await.unwrap_err()] {
            assert!(!printed(&error).contains("canary"), "{}", printed(&error));
        }
        assert!(!format!("{session:?}").contains("canary"));
    }
}

#[tokio::test]
async fn a_connection_error_does_not_print_path_or_query() {
    let server = Server::start([]).await;
    let session = server.builder().base_url("http://127.0.0.1:1/path-canary").build().unwrap();
    let error = get(&session).await.unwrap_err();
    assert!(!printed(&error).contains("canary"), "{}", printed(&error));
}
