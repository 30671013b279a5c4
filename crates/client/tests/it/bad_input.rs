//! Invalid input is reported by a one-line error, before anything is sent.

use keyfob_client::{ClientBuilder, Method, Session, auth::Credentials};

use crate::script::{Server, json};

fn build(base_url: &str) -> Result<Session, keyfob_client::Error> {
    ClientBuilder::new("test-api").base_url(base_url).credentials(Credentials::bearer("token")).build()
}

#[test]
fn an_invalid_base_url_is_an_error_with_advice() {
    for (url, advice) in [
        ("", "is not a URL"),
        ("api.example.com/core", "is not a URL"),
        ("localhost:8080", "needs a scheme"),
        ("ftp://api.example.com", "needs a scheme"),
        ("https://user:canary@api.example.com", "user name or password"),
        ("https://api.example.com/?a=canary", "query or fragment"),
        ("http://api.example.com", "not protected"),
    ] {
        let error = build(url).unwrap_err();
        assert!(error.to_string().contains(advice), "{url}: {error}");
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
    let error = ClientBuilder::<Session>::new("test-api").build().unwrap_err();
    assert!(error.to_string().contains("no base URL"), "{error}");
}

#[test]
fn plain_http_is_accepted_for_loopback_or_if_allowed() {
    use keyfob_client::auth::TransportConfig;

    for url in ["http://127.0.0.1:1", "http://localhost", "http://[::1]:1", "http://[::ffff:127.0.0.1]:1"] {
        build(url).unwrap();
    }
    ClientBuilder::<Session>::new("test-api")
        .base_url("http://plant.local")
        .credentials(Credentials::bearer("token"))
        .transport(TransportConfig::new().allow_plain_http())
        .build()
        .unwrap();
}

#[tokio::test]
async fn a_base_url_with_a_path_and_slashes_is_joined_as_expected() {
    for (suffix, line) in [
        ("", "GET /things?q=1 HTTP/1.1"),
        ("/", "GET /things?q=1 HTTP/1.1"),
        ("/core", "GET /core/things?q=1 HTTP/1.1"),
        ("/core/", "GET /core/things?q=1 HTTP/1.1"),
    ] {
        let server = Server::start([json("1")]).await;
        let session = server.builder().base_url(format!("{}{suffix}", server.url)).build().unwrap();
        session.request(Method::GET, "/things?q=1").send::<i64>().await.unwrap();
        assert_eq!(server.requests()[0].line, line);
    }
}

#[test]
fn an_error_names_the_host_without_a_base_url() {
    static SMS: keyfob_client::Operation = keyfob_client::Operation { host: "sms", ..crate::script::GET_TEMPLATE };
    let error = build("http://localhost").unwrap().url(&SMS, "/").unwrap_err();
    assert!(error.to_string().contains("no base URL for the host `sms`"), "{error}");
}
