//! Transport settings of the caller override the defaults of the client.

use std::net::TcpListener;
use std::time::Duration;

use keyfob_client::{ClientBuilder, ErrorKind, Method, RetryPolicy, Session, auth::TransportConfig};

use crate::{
    manual_time::ManualTime,
    script::{Response, Server, builder_of, get, json, status},
};

const SHORT: Duration = Duration::from_millis(100);

/// Sends a call to a server that accepts connections and never responds, neither to a TLS handshake nor to a request.
/// Asserts that the call fails within 5 seconds, which is less than every default limit.
async fn check(scheme: &str, configure: impl FnOnce(ClientBuilder<Session>) -> ClientBuilder<Session>) {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("{scheme}://{}", server.local_addr().unwrap());
    let builder = ClientBuilder::new("test-api").base_url(url).retry(RetryPolicy::none());
    let session = configure(builder).build().unwrap();
    let call = session.request(Method::GET, "/").send::<i64>();
    let error = tokio::time::timeout(Duration::from_secs(5), call).await.expect("a short limit").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
}

#[tokio::test]
async fn the_connect_timeout_of_the_transport_settings_applies() {
    check("https", |builder| builder.transport(TransportConfig::new().connect_timeout(SHORT))).await;
}

#[tokio::test]
async fn the_connect_timeout_of_the_builder_overrides_that_of_the_transport_settings() {
    let long = TransportConfig::new().connect_timeout(Duration::from_secs(3600));
    check("https", |builder| builder.connect_timeout(SHORT).transport(long)).await;
}

#[tokio::test]
async fn configure_client_overrides_every_other_setting() {
    let connect = TransportConfig::new().configure_client(|client| client.connect_timeout(SHORT));
    check("https", |builder| builder.connect_timeout(Duration::from_secs(3600)).transport(connect)).await;
    let read = TransportConfig::new().configure_client(|client| client.read_timeout(SHORT));
    check("http", |builder| builder.read_timeout(Duration::from_secs(3600)).transport(read)).await;
}

#[tokio::test]
async fn an_error_names_the_proxy_that_refused_and_not_its_password() {
    let proxy = Server::start([status(403), status(403), status(403)]).await;
    let address = proxy.url.strip_prefix("http://").unwrap();
    let transport = TransportConfig::new().proxy(&format!("http://user:canary@{address}")).unwrap();
    let session = builder_of("https://api.example.com").transport(transport).build().unwrap();
    let error = get(&session).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(error.to_string().contains(&format!("through the proxy {address}")), "{error}");
    assert!(!format!("{error:?} {error:#}").contains("canary"), "{error:?}");
    assert_eq!(proxy.requests()[0].line, "CONNECT api.example.com:443 HTTP/1.1");
}

#[tokio::test]
async fn an_error_of_a_direct_connection_names_no_proxy() {
    let closed = Server::start([json("1")]).await;
    let transport = TransportConfig::new().proxy(&closed.url).unwrap();
    let http = TransportConfig::new().client_builder().unwrap().build().unwrap();
    let session = builder_of("https://127.0.0.1:9").transport(transport).http_client(http).build().unwrap();
    let error = get(&session).await.unwrap_err();
    assert!(!error.to_string().contains("proxy"), "the client of the caller has its own settings: {error}");
}

#[tokio::test]
async fn a_read_timeout_of_configure_client_overrides_a_shorter_one_of_the_builder() {
    let _time = ManualTime::start();
    let server = Server::start([Response::Silence]).await;
    let long = TransportConfig::new().configure_client(|client| client.read_timeout(Duration::from_secs(3600)));
    let session = server.builder().read_timeout(SHORT).transport(long).retry(RetryPolicy::none()).build().unwrap();
    let call = get(&session);
    tokio::pin!(call);
    let ended = async {
        while server.count() == 0 {
            tokio::task::yield_now().await;
        }
        // The server closes the connection after a minute.
        tokio::time::advance(Duration::from_secs(30)).await;
    };
    tokio::select! {
        result = &mut call => panic!("{result:?}"),
        () = ended => {}
    }
    tokio::time::advance(Duration::from_secs(31)).await;
    assert_eq!(call.await.unwrap_err().kind(), ErrorKind::Unavailable, "the connection broke, without a timeout");
}

#[tokio::test]
async fn the_read_timeout_of_the_builder_applies() {
    check("http", |builder| builder.read_timeout(SHORT)).await;
}
