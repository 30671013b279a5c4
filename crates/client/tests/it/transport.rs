//! Transport settings of the caller override the defaults of the client.

use std::net::TcpListener;
use std::time::Duration;

use keyfob_client::{ClientBuilder, Error, ErrorKind, Method, RetryPolicy, Session, auth::TransportConfig};

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
    let total = TransportConfig::new().configure_client(|client| client.timeout(SHORT));
    check("http", |builder| builder.transport(total)).await;
}

#[tokio::test]
async fn a_read_timeout_of_reqwest_applies_in_addition() {
    let read = || TransportConfig::new().configure_client(|client| client.read_timeout(SHORT));
    check("http", |builder| builder.read_timeout(Duration::from_secs(3600)).transport(read())).await;
    check("http", |builder| builder.transport(read().read_timeout(Duration::MAX))).await;
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

/// Makes a call to a service that is silent for a minute, with the time limits of this builder, and returns its error.
/// The clock of tokio must stand still.
async fn after_a_minute(configure: impl FnOnce(ClientBuilder<Session>) -> ClientBuilder<Session>) -> Error {
    let server = Server::start([Response::Silence]).await;
    let session = configure(server.builder()).retry(RetryPolicy::none()).build().unwrap();
    let call = get(&session);
    tokio::pin!(call);
    let half_a_minute = async {
        while server.count() == 0 {
            tokio::task::yield_now().await;
        }
        tokio::time::advance(Duration::from_secs(30)).await;
    };
    tokio::select! {
        result = &mut call => return result.unwrap_err(),
        () = half_a_minute => {}
    }
    tokio::time::advance(Duration::from_secs(31)).await;
    call.await.unwrap_err()
}

#[tokio::test]
async fn the_read_timeout_of_the_transport_settings_overrides_that_of_the_api() {
    let transport = |limit| TransportConfig::new().read_timeout(limit);
    check("http", |builder| builder.transport(transport(SHORT))).await;
    let _time = ManualTime::start();
    for long in [Duration::from_secs(3600), Duration::MAX] {
        let error = after_a_minute(|builder| builder.default_read_timeout(SHORT).transport(transport(long))).await;
        assert_eq!(error.kind(), ErrorKind::Unavailable, "the connection broke, without a timeout");
    }
    let error = after_a_minute(|builder| builder.default_read_timeout(Duration::from_secs(20))).await;
    assert_eq!(error.kind(), ErrorKind::Timeout);
}

#[tokio::test]
async fn the_read_timeout_of_the_builder_overrides_that_of_the_transport_settings() {
    let long = TransportConfig::new().read_timeout(Duration::from_secs(3600));
    check("http", |builder| builder.read_timeout(SHORT).transport(long)).await;
    let _time = ManualTime::start();
    let short = TransportConfig::new().read_timeout(SHORT);
    let error = after_a_minute(|builder| builder.read_timeout(Duration::MAX).transport(short)).await;
    assert_eq!(error.kind(), ErrorKind::Unavailable, "the connection broke, without a timeout");
}

#[tokio::test]
async fn the_read_timeout_does_not_depend_on_other_settings() {
    // Settings of which a text says something about a read timeout.
    let transport = TransportConfig::new().user_agent("a, read_timeout: 3600s");
    check("http", |builder| builder.read_timeout(SHORT).transport(transport)).await;
    let transport = TransportConfig::new().configure_client(|client| client.tcp_nodelay(true));
    check("http", |builder| builder.read_timeout(SHORT).transport(transport)).await;
}
